"""The programs of docs/hand-offs.md, as the page says, with a fake of the other system. n8n: tests/live/optional."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from contacts.models import Contact
from deals.models import Deal
from interviews.lifecycle import DeclineReason, Review
from interviews.models import Driver, InterviewRequest, Transcript
from interviews.services.drivers import review_driver
from interviews.services.erasure import erase_contact
from interviews.services.wishes import decline_interview
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.completed import complete
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.fakes.json_server import JsonServer, json_server
from tests.live.samples import listening, samples_of
from tests.working import work_off
from tools.harness.processes import free_port
from tools.harness.web import Server
from webhooks.models import Delivery, Status
from webhooks.sending import clean_url
from webhooks.services.deliveries import replay_delivery, send_now
from webhooks.services.endpoints import create_endpoint

SHARED, SALESFORCE, HUBSPOT, SLACK, DEALS = NAMES = (
    "hindsight_handoff.py", "salesforce.py", "hubspot.py", "slack.py", "hubspot_deals.py"
)  # fmt: skip
PAGE = "docs/hand-offs.md"
PROGRAMS = dict(zip(NAMES, (sample.code for sample in samples_of(PAGE) if sample.language == "py"), strict=True))
ANSWERS = [("pricing", "Your quote was <too> high."), ("vendor", "Your reporting is excellent.")]
OF_OBJECTIVE = "Of the objective, answered: How price and packaging came into it. “Your quote was <too> high.”"
SUMMARY = f"Against Acme: “Your quote was <too> high”; for Acme: “Your reporting is excellent”.\n{OF_OBJECTIVE}"
DRIVERS = (
    "against: How price and packaging came into it: “Your quote was <too> high.”\n"
    "for: What stood out about Acme, good and bad: “Your reporting is excellent.”"
)

STAFF = Actor(ActorKind.STAFF, "sue")

Run = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def other_system() -> Iterator[JsonServer]:
    with json_server() as fake:
        yield fake


@pytest.fixture
def environment(server: Server, acme_key: str, other_system: JsonServer) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HINDSIGHT_URL": f"http://127.0.0.1:{server.port}/api/v1",
        "HINDSIGHT_API_KEY": acme_key,
        "SALESFORCE_URL": other_system.url,
        "SALESFORCE_TOKEN": "token",
        "HUBSPOT_URL": other_system.url,
        "HUBSPOT_TOKEN": "token",
        "HUBSPOT_ACCOUNT": "42",
        "SLACK_WEBHOOK_URL": f"{other_system.url}/services/T1",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the programs are, and their progress. They are started elsewhere, as by cron."""
    for name, program in PROGRAMS.items():
        (tmp_path / name).write_text(program, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(environment: dict[str, str], folder: Path) -> Run:
    def run(name: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(folder / name)]
        return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=30)

    return run


@pytest.fixture
def completed(acme: Org, alice: Contact) -> InterviewRequest:
    return complete(InterviewRequestFactory.create(org=acme, contact=alice, deal_id="deal_1"), ANSWERS)


def test_closed_deals_of_hubspot_become_deals_and_interview_requests(
    run: Run, environment: dict[str, str], other_system: JsonServer, acme: Org
) -> None:
    environment["INTERVIEW_TYPE_ID"] = InterviewTypeFactory.create(org=acme).public_id
    contact = {"email": "jane.smith@example.com", "jobtitle": "CTO", "company": None}
    lost = {
        "hs_is_closed_won": "false",
        "closed_won_reason": "Not this",
        "closed_lost_reason": "Price",
        "amount": "48000.5",
    }
    deals = [
        {"id": "bad", "properties": {"hs_is_closed_won": "true", "amount": "1e99"}},
        {"id": "worse", "properties": {"hs_is_closed_won": "true", "amount": "much"}},
        {"id": "77", "properties": {**lost, "deal_currency_code": "EUR", "closedate": "2026-11-20T00:00:00Z"}},
    ]
    other_system.answers = {
        "/crm/v3/objects/deals/search": {"results": deals},
        "/crm/v4/objects/deals/77/associations/contacts": {"results": [{"toObjectId": number} for number in (7, 5, 6)]},
        "/crm/v3/objects/contacts/6": {"properties": {"email": None}},
        "/crm/v3/objects/contacts/7": {"properties": {"email": "no address"}},
    }
    other_system.answers["/crm/v3/objects/contacts/5"] = {"properties": contact}
    versions = []
    for title in ("CTO", "CEO", "CEO"):
        contact["jobtitle"] = title
        done = run(DEALS)
        assert done.returncode == 1
        messages = [line.partition("(")[0] for line in done.stderr.splitlines()]
        assert messages == [
            "Deal bad: RuntimeError", "Deal worse: ValueError", "Contact 7: RuntimeError", "Deal 77: RuntimeError"
        ]  # fmt: skip
        interview_request = InterviewRequest.objects.for_org(acme.pk).select_related("contact").get()
        assert json.loads(interview_request.contact.notes) == {"jobtitle": title}
        versions.append(interview_request.contact.version)
        contact.update(other_system.calls[-1].body["properties"])
    assert versions == [2, 3, 3], "equal notes change nothing"
    assert (interview_request.deal_id, interview_request.contact.email) == ("77", "jane.smith@example.com")
    deal = Deal.objects.for_org(acme.pk).get()
    stored = [deal.audited_text(field) for field in ("outcome", "reported_reason", "amount", "currency", "closed_at")]
    assert stored == ["lost", "Price", "48000.5", "EUR", "2026-11-20T00:00:00Z"]
    [link] = other_system.calls
    assert link[:2] == ("PATCH", "/crm/v3/objects/contacts/5")
    assert link.body["properties"]["interview_link"].endswith(f"/survey?token={interview_request.survey_token}")


RECORDS = "/services/data/v62.0/sobjects/Interview__c/Hindsight_Id__c"


def test_salesforce_gets_a_record_of_each_interview_that_is_over(
    run: Run, other_system: JsonServer, completed: InterviewRequest
) -> None:
    declined = InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id="deal_2")
    decline_interview(declined, reason=DeclineReason.NO_TIME)
    InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id="deal_3")
    complete(InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id=""), ANSWERS)
    assert run(SALESFORCE).stderr == ""
    first, second = other_system.calls
    assert first[:3] == ("PATCH", f"{RECORDS}/{completed.pk}", "Bearer token")
    assert first.body.pop("Transcript__c").startswith("**Paige:** ")
    findings = {"Summary__c": SUMMARY, "Drivers__c": DRIVERS}
    assert first.body == {"Opportunity__c": "deal_1", "Outcome__c": "completed", **findings}
    assert second.path == f"{RECORDS}/{declined.pk}"
    assert [*second.body.values()] == ["deal_2", "declined: no_time", "", "", ""]
    assert run(SALESFORCE).stderr == ""
    assert len(other_system.calls) == 2
    erase_contact(org_id=completed.org_id, contact_id=completed.contact_id, actor=STAFF)
    assert run(SALESFORCE).stderr == ""
    erased = [call.body for call in other_system.calls if call.path == first.path][1]
    assert [*erased.values()] == ["deal_1", "completed", "", "", ""]


NOTES = "/crm/v3/objects/notes"


def test_hubspot_gets_a_note_and_properties_of_the_deal(
    run: Run, other_system: JsonServer, completed: InterviewRequest
) -> None:
    for _ in range(2):
        assert run(HUBSPOT).stderr == ""
    note, deal = other_system.calls
    assert note[:3] == ("POST", NOTES, "Bearer token")
    text = note.body["properties"]["hs_note_body"].replace("\\", "")
    summary = SUMMARY.replace("<too>", "&lt;too&gt;").replace("\n", "<br>")
    assert text.startswith(f"completed<br><br>{summary}<br><br>**Paige:** ")
    assert "Your quote was &lt;too&gt; high.<br>" in text
    assert note.body["associations"][0]["to"] == {"id": "deal_1"}
    assert deal[:2] == ("PATCH", "/crm/v3/objects/deals/deal_1")
    link = "https://app.hubspot.com/contacts/42/record/0-3/deal_1?engagement=1"
    findings = {"interview_summary": SUMMARY, "interview_drivers": DRIVERS}
    assert deal.body == {"properties": {"interview_outcome": "completed", **findings, "interview_transcript": link}}


def test_changed_drivers_replace_what_was_handed_off(
    run: Run, other_system: JsonServer, completed: InterviewRequest
) -> None:
    quote = {"quote": "Your quote was <too> high.", "turn": 2, "start": 0, "end": 1}
    sentences = [{"text": "They found Acme “costly”.", "quotes": [quote]}]
    summary = Transcript.objects.get(interview_request=completed).summary
    Transcript.objects.update(summary={**summary, "sentences": sentences})
    run(HUBSPOT)
    first = len(other_system.calls)
    assert other_system.calls[-1].body["properties"]["interview_summary"] == (
        "In the words of a language model:\nThey found Acme “costly”. “Your quote was <too> high.”"
    )
    driver = Driver.objects.get(interview_request=completed, direction="against")
    review_driver(org_id=completed.org_id, driver_id=driver.pk, review=Review.REJECTED, actor=STAFF)
    assert run(HUBSPOT).returncode == 0
    note, deal = other_system.calls[first:]
    assert note[:2] == ("PATCH", f"{NOTES}/1")
    assert deal.body["properties"]["interview_drivers"] == DRIVERS.partition("\n")[2]
    assert deal.body["properties"]["interview_summary"] == (f"For Acme: “Your reporting is excellent”.\n{OF_OBJECTIVE}")


def test_of_several_interviews_of_a_deal_the_last_changed_one_counts(
    run: Run, other_system: JsonServer, completed: InterviewRequest
) -> None:
    other = complete(InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id="deal_1"), [])
    driver = Driver.objects.filter(interview_request=completed).first()
    assert driver
    review_driver(org_id=completed.org_id, driver_id=driver.pk, review=Review.CONFIRMED, actor=STAFF)
    assert completed.pk < other.pk
    assert run(HUBSPOT).stderr == ""
    assert other_system.calls[-1].body["properties"]["interview_drivers"] == DRIVERS


@pytest.mark.parametrize("name", [SALESFORCE, HUBSPOT])
def test_an_interview_that_fails_stops_no_other_and_is_tried_again(
    run: Run, other_system: JsonServer, completed: InterviewRequest, name: str
) -> None:
    second = InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id="deal_2")
    complete(second, ANSWERS)
    record, deal = f"{RECORDS}/{completed.pk}", "/crm/v3/objects/deals/deal_1"
    other_system.refused = {record, deal}
    for _ in range(2):
        done = run(name)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert f"Interview request {completed.pk}: RuntimeError('400 " in done.stderr
    written = [call.path for call in other_system.calls if call.path.startswith((RECORDS, "/crm/v3/objects/deals"))]
    assert written in ([f"{RECORDS}/{second.pk}"], ["/crm/v3/objects/deals/deal_2"])
    other_system.refused = set()
    assert run(name).returncode == 0
    assert other_system.calls[-1].path in (record, deal)
    assert sum(call.method == "POST" for call in other_system.calls) in (0, 2), "one note of each interview"


@pytest.fixture
def receiver(environment: dict[str, str], acme: Org, folder: Path) -> Iterator[str]:
    """Returns its URL. Acme has an endpoint there."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/hooks"
    secret = create_endpoint(org_id=acme.pk, url=clean_url(url), event_types=["interview.completed"]).secret
    more = {"WEBHOOK_SECRET": secret, "PORT": str(port)}
    with listening([sys.executable, folder / SLACK], {**environment, **more}, port):
        yield url


def test_slack_gets_one_message_for_each_interview(
    receiver: str, other_system: JsonServer, acme: Org, alice: Contact
) -> None:
    """Slack refuses the first message. Each event arrives twice."""
    other_system.failures = 1
    for number in (1, 2):
        complete(InterviewRequestFactory.create(org=acme, contact=alice, deal_id=f"deal_{number}"), ANSWERS)
        work_off("deliveries")
    refused, delivery = Delivery.objects.for_org(acme.pk).order_by("pk")
    assert (refused.status, delivery.status) == (Status.PENDING, Status.DELIVERED)
    assert len(other_system.calls) == 1
    send_now(delivery_id=refused.pk)
    work_off("deliveries")
    for one in (refused, delivery):
        replay_delivery(delivery_id=one.pk)
        work_off("deliveries")
        one.refresh_from_db()
        assert one.status == Status.DELIVERED
    [second, call] = other_system.calls
    assert second.body["text"].startswith("*Alice* has answered (deal_2).")
    findings = f"{SUMMARY}\n\n{DRIVERS}".replace("<too>", "&lt;too&gt;")
    assert call.path == "/services/T1"
    assert call.body["text"] == f"*Alice* has answered (deal_1).\n{findings}"
    [transcript] = call.body["attachments"]
    assert transcript["text"].startswith("**Paige:** ")


def test_slack_gets_nothing_that_is_not_signed(receiver: str, other_system: JsonServer) -> None:
    body = b'{"type": "interview.completed", "data": {"interview_request_id": 1}}'
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(receiver, body, method="POST"), timeout=10)
    refused.value.close()
    assert refused.value.code == 401
    assert other_system.calls == []
