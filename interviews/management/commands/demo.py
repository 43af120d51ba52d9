import json
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from interviews.demo import seed
from interviews.lifecycle import Progress
from interviews.models import InterviewRequest
from interviews.services.create import open_test_room
from orgs import keys
from orgs.commands import RecordedCommand
from orgs.models import ApiKey, Org, Scopes
from orgs.services import create_api_key

LOGIN = "admin"


class Command(RecordedCommand):
    help = (
        "Development only: creates the demo orgs, an API key and an admin login once, and prints how to use "
        "them. Keeps the key and the password in var/demo.json."
    )

    def run(self, **options: Any) -> str:
        org, other = seed()
        file = settings.BASE_DIR / "var" / "demo.json"
        kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        kept = {
            "api_key": _api_key(org, kept.get("api_key", "")),
            "test_key": _api_key(open_test_room(org_id=org.pk), kept.get("test_key", ""), Scopes.ALL),
            "password": _password(kept.get("password", "")),
        }
        file.parent.mkdir(exist_ok=True)
        file.touch(0o600)
        file.write_text(json.dumps(kept))
        return _welcome(org, other, **kept)


def _api_key(org: Org, kept: str, scopes: str = Scopes.READ_WRITE) -> str:
    live = ApiKey.objects.live().filter(org=org, digest=keys.digest_of(kept))
    return kept if live.exists() else create_api_key(org=org, name="demo", scopes=scopes)[1]


def _password(kept: str) -> str:
    """Returns an empty string if somebody changed the password."""
    user, created = get_user_model().objects.get_or_create(
        username=LOGIN, defaults={"is_staff": True, "is_superuser": True}
    )
    if created:
        kept = secrets.token_urlsafe(12)
        user.set_password(kept)
        user.save()
        return kept
    return kept if user.check_password(kept) else ""


def _link(rows: QuerySet[InterviewRequest]) -> str:
    open_rows = rows.filter(progress=Progress.NOT_STARTED, cancelled_at=None, survey_token__isnull=False)
    row = open_rows.order_by("id").first()
    return str(row.survey_url) if row else "none; the API creates one"


def _welcome(org: Org, other: Org, api_key: str, test_key: str, password: str) -> str:
    base = settings.PUBLIC_BASE_URL
    ids = org.interview_requests.order_by("id").values_list("pk", flat=True)
    first = ids.first() or "ID"
    return f"""
# Hindsight is ready. Demo org: {org.name}
#
#   Admin     {base}/admin/   login: {LOGIN}   password: {password or "the one that you set"}
#   API docs  {base}/api/docs
#   Interview {_link(org.interview_requests.all())}
#   in German {_link(other.interview_requests.filter(interview_type__guide__language="de"))}
#
# Paste any of this into a shell. First, use the API with the examples of the documentation:

export HINDSIGHT_URL={base}/api/v1
export HINDSIGHT_API_KEY={api_key}

# Add context about a contact:

curl -X PATCH "$HINDSIGHT_URL/interviews/{first}" \\
  -H "Authorization: Bearer $HINDSIGHT_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{{"contact_context": {{"title": "CTO", "last_call": "Wants a discount"}}, "objective": "Why price mattered"}}'

# Show the prompt that Paige uses next, in the folder of Hindsight:

.venv/bin/python manage.py show_prompt {first}

# A scripted buyer answers the interviews of a test key within seconds: {base}/api/docs#try-it

export HINDSIGHT_TEST_KEY={test_key}
"""
