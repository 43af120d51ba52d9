from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from orgs.audit import audited_fields


def check_audit_fields(**kwargs: Any) -> list[CheckMessage]:
    fields = audited_fields()
    hint = f"The fields are: {', '.join(fields)}."
    return [
        Error(f"AUDIT_DAYS_BY_FIELD names {field!r}, which is not in the audit.", hint=hint, id="audit.E001")
        for field in settings.AUDIT_DAYS_BY_FIELD
        if field not in fields
    ]
