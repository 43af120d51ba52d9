"""What the tools of MCP do, without the SDK: `make test-mcp` tests them with its client."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from contacts.models import Contact
from deals.models import Deal
from hindsight.mcp.api import Refused, send
from hindsight.mcp.tools import MAX_TRANSCRIPT, TOOLS, call, schema_of
from interviews.api.requests import UpdateInterviewRequest
from interviews.models import InterviewRequest
from orgs.models import Change, Org, Scopes
from orgs.services import create_api_key
from tests.completed import complete
from tests.factories import InterviewRequestFactory, InterviewTypeFactory

Use = Callable[..., dict[str, Any]]


def user_of(key: str) -> Use:
    server = {"REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http"}
    sender = partial(send, {**server, "HTTP_AUTHORIZATION": f"Bearer {key}"})
    return lambda name, **arguments: call(sender, name, arguments)


def refusal(use: Use, name: str, **arguments: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as refused:
        use(name, **arguments)
    error: dict[str, Any] = refused.value.args[0]["error"]
    return error


@pytest.fixture
def use(acme_key: str) -> Use:
    return user_of(acme_key)


def test_every_tool_has_a_schema_and_says_what_it_costs() -> None:
    for name, tool in TOOLS.items():
        assert "Costs one API request" in tool["description"]
        assert tool.get("writes") or "Changes nothing." in tool["description"]
        schema = schema_of(name)
        assert schema["type"] == "object"
        assert "$ref" not in json.dumps(schema)
    assert {"etag", "interview_request_id", "contact_context"} <= schema_of("update_context")["properties"].keys()
    assert schema_of("create_interview")["required"] == ["contact_email"]


@pytest.mark.usefixtures("known_readings")
def test_get_interview_returns_what_was_said_and_a_long_transcript_in_parts(
    use: Use, interview_request: InterviewRequest
) -> None:
    completed = complete(interview_request, [("pricing", "It was too high."), *[("pricing", "word " * 1_900)] * 3])
    whole = use("get_interview", interview_request_id=interview_request.pk)
    assert whole["contact"]["notes"] == "Old notes"
    assert [driver["quote"] for driver in whole["transcript"]["drivers"]] == ["It was too high."]
    assert whole["transcript"]["summary"]["sentences"]
    content, parts, start = completed.transcript.content, [], 0
    assert len(content) > MAX_TRANSCRIPT
    while start is not None:
        got = use("get_interview", interview_request_id=interview_request.pk, transcript_start=start)["transcript"]
        parts.append(got["content"])
        start = got["next_transcript_start"]
    assert "".join(parts) == content
    assert [len(part) for part in parts[:-1]] == [MAX_TRANSCRIPT] * (len(parts) - 1)


def test_update_context_without_the_etag_shows_what_it_would_overwrite(
    use: Use, interview_request: InterviewRequest, alice: Contact
) -> None:
    for etag in ({}, {"etag": None}, {"etag": "*"}):
        got = use("update_context", interview_request_id=interview_request.pk, contact_context="New", **etag)
        assert (got["changed"], got["would_overwrite"]) == (False, {"contact_context": "Old notes"})
    every = use("update_context", interview_request_id=interview_request.pk)["would_overwrite"]
    assert every == {"contact_context": "Old notes", "contact_name": "Alice", "objective": "Old objective"}
    assert every.keys() == UpdateInterviewRequest().fields.keys()
    alice.refresh_from_db()
    assert alice.notes == "Old notes"
    assert not Change.objects.exists()


def test_update_context_overwrites_the_version_that_was_seen(
    use: Use, interview_request: InterviewRequest, alice: Contact, acme_key: str
) -> None:
    texts = {"interview_request_id": interview_request.pk, "contact_context": "Old notes. New."}
    etag = use("update_context", **texts)["etag"]
    assert use("update_context", **texts, etag=etag)["changed"] is True
    alice.refresh_from_db()
    assert alice.notes == "Old notes. New."
    assert Change.objects.get().actor == acme_key[:12]
    refused = refusal(use, "update_context", **{**texts, "contact_context": "Later"}, etag=etag)
    assert refused["code"] == "precondition_failed"
    alice.refresh_from_db()
    assert alice.notes == "Old notes. New."


@pytest.mark.parametrize("name", ["get_interview", "update_context"])
def test_an_id_of_another_org_looks_like_a_missing_one(use: Use, globex: Org, name: str) -> None:
    theirs = InterviewRequestFactory.create(org=globex, objective="Theirs")
    texts: dict[str, Any] = {"objective": "Ours", "etag": '"1-1-1"'} if name == "update_context" else {}
    refused = [refusal(use, name, interview_request_id=id, **texts) for id in (theirs.pk, 999_999_999)]
    assert [each["code"] for each in refused] == ["not_found", "not_found"]
    assert refused[0]["message"] == refused[1]["message"]
    theirs.refresh_from_db()
    assert theirs.objective == "Theirs"


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("delete_everything", {}, "There is no such tool. Tools: list_findings"),
        ("get_interview", {}, "interview_request_id: Missing."),
        ("get_interview", {"interview_request_id": 1, "id": 2}, "id: Unknown argument. Valid: interview_request_id"),
        ("get_interview", {"interview_request_id": 1, "transcript_start": "x"}, "transcript_start: Send next_"),
        ("list_findings", {"direction": "up"}, "direction: Send one of for, against"),
        ("list_findings", {"limit": 101}, "limit: Send a whole number from 1 to 100."),
        ("list_findings", {"competitor": ["A", "B"]}, "competitor: Send one value."),
        ("list_deals", {"cursor": "forged"}, "cursor: Send next_cursor unchanged"),
        ("search_transcripts", {"q": "?"}, "q: Send at least one word"),
        ("create_interview", {"contact_email": "a@example.com"}, "interview_type_id: Send interview_type_id or"),
        ("competitors", {"outcome": "won"}, "outcome: Unknown argument. Valid: none."),
    ],
)
def test_wrong_arguments_are_clear_errors(use: Use, name: str, arguments: dict[str, Any], message: str) -> None:
    refused = refusal(use, name, **arguments)
    assert refused["code"] == "bad_request"
    assert refused["message"].startswith(message)


@pytest.mark.parametrize("id", ["1/cancel", "../deals", "1?x=1", "", True, None, {"a": 1}, -1, 10**30])
def test_an_id_cannot_reach_another_path(use: Use, interview_request: InterviewRequest, id: Any) -> None:
    refused = refusal(use, "update_context", interview_request_id=id, objective="New", etag='"1-1-1"')
    assert refused["code"] == ("bad_request" if id in (None, {"a": 1}) else "not_found")
    interview_request.refresh_from_db()
    assert (interview_request.objective, interview_request.cancelled_at) == ("Old objective", None)


def test_a_key_without_the_scope_changes_nothing(acme: Org, interview_request: InterviewRequest) -> None:
    use = user_of(create_api_key(org=acme, name="Agent", scopes=Scopes.READ)[1])
    etag = use("update_context", interview_request_id=interview_request.pk)["etag"]
    kind = interview_request.interview_type.public_id
    update = {"interview_request_id": interview_request.pk, "objective": "New", "etag": etag}
    create = {"contact_email": "bob@example.com", "interview_type_id": kind}
    refused = [refusal(use, "update_context", **update), refusal(use, "create_interview", **create)]
    assert [each["code"] for each in refused] == ["forbidden", "forbidden"]
    assert InterviewRequest.objects.get().objective == "Old objective"


def test_a_tool_counts_for_the_rate_limit(acme: Org, use: Use) -> None:
    Org.objects.filter(pk=acme.pk).update(own_rate_limit=2)
    use("list_deals")
    use("competitors")
    refused = refusal(use, "list_deals")
    assert refused["code"] == "rate_limit_exceeded"
    assert refused["message"].startswith("Too many requests. Retry in ")


def test_create_interview_creates_nothing_twice(use: Use, acme: Org) -> None:
    kind = InterviewTypeFactory.create(org=acme).public_id
    deal = {"deal_id": "D1", "outcome": "lost", "amount": 12.5}
    sent = {"contact_email": "bob@example.com", "interview_type_id": kind, "deal": deal, "idempotency_key": "D1-bob"}
    first, second = use("create_interview", **sent), use("create_interview", **sent)
    assert first["interview_request_id"] == second["interview_request_id"] == InterviewRequest.objects.get().pk
    assert first["survey_url"]
    assert Deal.objects.get().outcome == "lost"


def test_competitors_are_counted_by_name_and_outcome_of_five_pages(use: Use, acme: Org, globex: Org) -> None:
    names = [("Datalane", "lost"), ("DATALANE Inc.", "lost"), ("Datalane", "won"), ("Corvid", ""), ("", "lost")]
    deals = [Deal(org=acme, deal_id=f"D{n}", competitor=name, outcome=won) for n, (name, won) in enumerate(names)]
    Deal.objects.bulk_create([*deals, Deal(org=globex, deal_id="D1", competitor="Corvid", outcome="lost")])
    assert use("competitors") == {
        "data": [
            {"spellings": ["Datalane", "DATALANE Inc."], "deals": 3, "outcomes": {"won": 1, "lost": 2}},
            {"spellings": ["Corvid"], "deals": 1, "outcomes": {"unknown": 1}},
        ],
        "older_deals_are_not_counted": False,
    }
    Deal.objects.bulk_create(Deal(org=acme, deal_id=f"E{n}", competitor="Corvid", outcome="won") for n in range(501))
    got = use("competitors")
    assert (got["data"][0]["deals"], got["older_deals_are_not_counted"]) == (500, True)


def test_lists_come_in_pages(use: Use, acme: Org) -> None:
    Deal.objects.bulk_create([Deal(org=acme, deal_id=f"D{n}", outcome="won") for n in range(3)])
    first = use("list_deals", limit=2, outcome="won")
    rest = use("list_deals", limit=2, outcome="won", cursor=first["next_cursor"])
    assert [deal["deal_id"] for deal in [*first["data"], *rest["data"]]] == ["D2", "D1", "D0"]
    assert rest["next_cursor"] is None


def test_without_the_sdk_the_response_says_what_to_install(acme_key: str, db: None) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    sent = {"data": json.dumps(message), "content_type": "application/json"}
    client = Client()
    without_key = client.post("/mcp", **sent)  # type: ignore[arg-type]
    response = client.post("/mcp", **sent, headers={"Authorization": f"Bearer {acme_key}"})  # type: ignore[arg-type]
    assert (without_key.status_code, without_key.json()["error"]["code"]) == (401, "unauthorized")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert "requirements/mcp.txt" in response.json()["error"]["message"]
    with pytest.raises(CommandError, match=r"requirements/mcp\.txt"):
        call_command("mcp")


def test_a_message_counts_for_the_rate_limit_and_a_tool_call_only_in_the_api(acme: Org, acme_key: str) -> None:
    Org.objects.filter(pk=acme.pk).update(own_rate_limit=1)

    def status_of(method: str) -> int:
        body, headers = {"jsonrpc": "2.0", "id": 1, "method": method}, {"Authorization": f"Bearer {acme_key}"}
        return Client().post("/mcp", json.dumps(body), content_type="application/json", headers=headers).status_code

    methods = ["tools/call", "tools/list", "tools/list", "tools/call"]
    assert [status_of(method) for method in methods] == [404, 404, 429, 404]
