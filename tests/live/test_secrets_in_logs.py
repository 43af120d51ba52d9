"""The log contains no texts of customers and no API keys."""

import json
from secrets import token_hex

from django.db import connection

from contacts.models import Contact
from interviews.models import InterviewRequest
from tests.factories import ContactFactory
from tests.live.client import LiveClient, exchange, head


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

    # Makes the database raise an error that quotes the row. The index covers only this org.
    ContactFactory.create(org=alice.org, notes=f"{marker} of another")
    index = f"notes_{token_hex(8)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX {index} ON contacts_contact (notes) WHERE org_id = {alice.org_id}")
        try:
            response = api.patch(path, {"contact_context": f"{marker} of another"})
        finally:
            cursor.execute(f"DROP INDEX {index}")
    assert (response.status_code, response.code) == (500, "internal_error")
    assert marker not in response.content.decode()
    alice.refresh_from_db()
    assert alice.notes == json.dumps({marker: [marker]}, indent=2)

    log = api.server.log
    assert response.headers["X-Request-Id"] in log
    assert "IntegrityError" in log
    assert marker not in log
    assert api.key not in log
