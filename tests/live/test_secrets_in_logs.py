"""The log contains no texts of customers and no API keys."""

import json
from secrets import token_hex
from urllib.parse import quote, urlsplit

import requests
from django.contrib.auth.models import User

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs import keys
from staff.login.passwords import password_link
from tests.live.client import LiveClient, exchange, head
from tests.live.conftest import Serve
from tests.live.test_observability import integrity_error
from webhooks.signing import new_secret


def test_keys_and_texts_are_not_logged(api: LiveClient, interview_request: InterviewRequest, alice: Contact) -> None:
    path, marker = f"/interviews/{interview_request.pk}", f"marker{token_hex(8)}"
    bodies = [
        (200, json.dumps({"contact_context": f"{marker} notes", "contact_name": marker, "objective": marker}).encode()),
        (200, json.dumps({"contact_context": {marker: [marker]}}).encode()),
        (400, b'{"contact_context": "%s' % marker.encode()),
        (400, b'{"contact_context": "%s\\u0000"}' % marker.encode()),
        (400, json.dumps({marker: marker}).encode()),
        (400, json.dumps({"contact_name": [marker]}).encode()),
        (400, marker.encode()),
        (413, b'{"objective": "%s"}' % (marker.encode() * 100_000)),
    ]
    for status, body in bodies:
        assert api.send("PATCH", path, body).status_code == status
    assert api.send("PATCH", f"{path}?notes={marker}", b'{"objective": "x"}').status_code == 200
    assert api.patch(path, {"objective": "x"}, If_Match=f'"{marker}"').status_code == 412
    assert api.patch(path, {"objective": "x"}, Authorization=f"Bearer {marker}").status_code == 401
    assert api.patch(path, {"objective": "x"}, Authorization=f"Basic {api.key}").status_code == 401
    assert api.patch(path, {"objective": "x"}, Content_Type=f"text/{marker}").status_code == 415
    assert exchange(api.server, head(f"GET /api/v1{path} HTTP/1.1", f"Host: {marker}"))

    response = integrity_error(api, path, alice, marker)
    assert marker not in response.content.decode()
    alice.refresh_from_db()
    assert alice.notes == json.dumps({marker: [marker]}, indent=2)

    log = api.server.log
    assert response.headers["X-Request-Id"] in log
    assert "IntegrityError" in log
    assert marker not in log
    assert api.key not in log


def test_links_and_pasted_secrets_are_not_logged(serve: Serve, interview_request: InterviewRequest) -> None:
    """With LOG_LEVEL=DEBUG, so that granian and libraries log what they can."""
    user = User.objects.create_user(f"ann-{token_hex(4)}", is_staff=True)
    link, password = urlsplit(password_link(user)).path, f"Pass-{token_hex(8)}"
    token, key = link.split("/")[-2], keys.generate()
    secrets = [token, str(interview_request.survey_token), key, new_secret(), password]
    with serve(workers=1, LOG_LEVEL="DEBUG") as server, requests.Session() as browser:
        base = f"http://127.0.0.1:{server.port}"
        form = browser.get(f"{base}{link}")
        assert form.url == f"{base}{link.replace(token, 'set-password')}"
        sent = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "new_password1": password}
        assert browser.post(form.url, {**sent, "new_password2": password}).url == f"{base}/admin/login/"
        assert browser.get(f"{base}/survey?token={interview_request.survey_token}").status_code == 200
        for secret in secrets:
            for path in ("/{}", "/survey/{}", "/api/v1/interviews/x{}", "/api/docs/x?key={}"):
                url = base + path.format(quote(secret, safe=""))
                assert browser.get(url, headers={"Referer": f"{base}/?{secret}"}).status_code in (401, 404)
        assert exchange(server, head(f"GET /{key} HTTP/1.1", f"Host: {key}.example", f"X-Request-Id: {key}"))
        secrets += browser.cookies.values()
    user.refresh_from_db()
    assert user.check_password(password)
    assert "GET /admin/set-password/*/set-password/ 200" in server.log
    assert [secret for secret in secrets if secret in server.log or quote(secret) in server.log] == []
