"""The log: text lines in development, one JSON object per line in production."""

import json

from interviews.models import InterviewRequest
from tests.hindsight.test_settings import PRODUCTION
from tests.live.client import LiveClient
from tests.live.conftest import Serve

BEHIND_A_PROXY = {
    "HINDSIGHT_ENV": "production",
    "TRUSTED_PROXIES": "127.0.0.1",
    "ALLOWED_HOSTS": "127.0.0.1",
    **{name: PRODUCTION[name] for name in ("SECRET_KEY", "PUBLIC_BASE_URL")},
}


def test_production_logs_only_json(serve: Serve, acme_key: str, interview_request: InterviewRequest) -> None:
    with serve(workers=1, **BEHIND_A_PROXY) as server:
        response = LiveClient(server, acme_key).get(
            f"/interviews/{interview_request.pk}", X_Forwarded_Proto="https", X_Request_Id="crm-77"
        )
    assert response.status_code == 200
    lines = [json.loads(line) for line in server.log.splitlines()]
    assert any(line["logger"] == "_granian" for line in lines)
    (access,) = [line for line in lines if line["logger"] == "hindsight.access"]
    assert access["message"] == f"GET /api/v1/interviews/{interview_request.pk} 200", "probes are not logged"
    assert (access["request_id"], access["org"], access["api_key"]) == (
        "crm-77",
        interview_request.org.slug,
        acme_key[:12],
    )
