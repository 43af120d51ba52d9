"""What customers write, and the keys they write with, stay out of the log."""

import json
from secrets import token_hex

from django.db import connection

from contacts.models import Contact
from interviews.models import InterviewRequest
from tests.factories import ContactFactory
from tests.live.client import LiveClient, exchange, head


def test_neither_keys_nor_texts_reach_the_log(
    api: LiveClient, interview_request: InterviewRequest, alice: Contact
) -> None:
    path, word = f"/interviews/{interview_request.pk}", f"marker{token_hex(8)}"
    bodies = [
        (200, json.dumps({"contact_context": f"{word} notes", "contact_name": word, "objective": word}).encode()),
        (200, json.dumps({"contact_context": {word: [word]}}).encode()),
        (400, b'{"contact_context": "%s' % word.encode()),
        (400, b'{"contact_context": "%s\\u0000"}' % word.encode()),
        (400, json.dumps({word: word}).encode()),
        (400, json.dumps({"contact_name": [word]}).encode()),
        (400, word.encode()),
        (413, b'{"objective": "%s"}' % (word.encode() * 100_000)),
    ]
    for status, body in bodies:
        assert api.send("PATCH", path, body).status_code == status
    assert api.send("PATCH", f"{path}?notes={word}", b'{"objective": "x"}').status_code == 200
    assert api.patch(path, {"objective": "x"}, If_Match=f'"{word}"').status_code == 412
    assert api.patch(path, {"objective": "x"}, Authorization=f"Bearer {word}").status_code == 401
    assert api.patch(path, {"objective": "x"}, Authorization=f"Basic {api.key}").status_code == 401
    assert api.patch(path, {"objective": "x"}, Content_Type=f"text/{word}").status_code == 415
    assert exchange(api.server, head(f"GET /api/v1{path} HTTP/1.1", f"Host: {word}"))

    # A row that the database refuses, quoting it. The index is there for this org alone.
    ContactFactory.create(org=alice.org, notes=f"{word} of another")
    index = f"notes_{token_hex(8)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX {index} ON contacts_contact (notes) WHERE org_id = {alice.org_id}")
        try:
            response = api.patch(path, {"contact_context": f"{word} of another"})
        finally:
            cursor.execute(f"DROP INDEX {index}")
    assert (response.status_code, response.code) == (500, "internal_error")
    assert word not in response.content.decode()
    alice.refresh_from_db()
    assert alice.notes == json.dumps({word: [word]}, indent=2)

    log = api.server.log
    assert response.headers["X-Request-Id"] in log
    assert "IntegrityError" in log
    assert word not in log
    assert api.key not in log
