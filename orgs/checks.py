from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from orgs.audit import AUDITED_FIELDS


def check_audit_fields(**kwargs: Any) -> list[CheckMessage]:
    hint = f"The fields are: {', '.join(sorted(AUDITED_FIELDS))}."
    return [
        Error(f"AUDIT_DAYS_BY_FIELD names {field!r}, which is not in the audit.", hint=hint, id="audit.E001")
        for field in settings.AUDIT_DAYS_BY_FIELD
        if field not in AUDITED_FIELDS
    ]
