"""The programs of docs/hand-offs.md, as processes, with a fake of the other system. n8n: tests/live/optional."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contacts.models import Contact
from interviews.lifecycle import DeclineReason
from interviews.models import InterviewRequest
from interviews.services.wishes import decline_interview
from orgs.models import Org
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.fakes.json_server import JsonServer, json_server
from tests.live.samples import samples_of
from tests.live.test_webhook_receiver import answers
from tests.working import work_off
from tools.harness.processes import eventually, free_port
from tools.harness.web import Server
from webhooks.models import Delivery, Status
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint

SALESFORCE, HUBSPOT, SLACK = (sample.code for sample in samples_of("docs/hand-offs.md") if sample.language == "py")
ANSWERS = [("pricing", "Your quote was <too> high."), ("vendor", "Your reporting is excellent.")]
DRIVERS = (
    "against: How price and packaging came into it: “Your quote was <too> high.”\n"
    "for: What stood out about Acme, good and bad: “Your reporting is excellent.”"
)

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
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    def run(program: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", program]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=30)

    return run


@pytest.fixture
def completed(acme: Org, alice: Contact) -> InterviewRequest:
    return complete(InterviewRequestFactory.create(org=acme, contact=alice, deal_id="deal_1"), ANSWERS)


def test_salesforce_gets_a_record_of_each_interview_that_is_over(
    run: Run, environment: dict[str, str], other_system: JsonServer, completed: InterviewRequest
) -> None:
    declined = InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id="deal_2")
    decline_interview(declined, reason=DeclineReason.NO_TIME)
    InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id="deal_3")
    complete(InterviewRequestFactory.create(org=completed.org, contact=completed.contact, deal_id=""), ANSWERS)
    assert run(SALESFORCE).stderr == ""
    path = "/services/data/v62.0/sobjects/Interview__c/Hindsight_Id__c"
    link = f"{environment['HINDSIGHT_URL']}/interviews/{completed.pk}"
    first, second = other_system.calls
    assert first[:3] == ("PATCH", f"{path}/{completed.pk}", "Bearer token")
    assert first.body.pop("Transcript__c").startswith("**Paige:** ")
    assert first.body == {
        **{"Opportunity__c": "deal_1", "Outcome__c": "completed", "Drivers__c": DRIVERS, "Link__c": link}
    }
    assert second.path == f"{path}/{declined.pk}"
    assert (second.body["Outcome__c"], second.body["Transcript__c"]) == ("declined: no_time", "")
    assert run(SALESFORCE).stderr == ""
    assert len(other_system.calls) == 2


def test_hubspot_gets_a_note_and_properties_of_the_deal(
    run: Run, other_system: JsonServer, completed: InterviewRequest
) -> None:
    for _ in range(2):
        assert run(HUBSPOT).stderr == ""
    note, deal = other_system.calls
    assert note[:3] == ("POST", "/crm/v3/objects/notes", "Bearer token")
    assert "Your quote was &lt;too&gt; high.<br>" in note.body["properties"]["hs_note_body"].replace("\\", "")
    assert note.body["associations"][0]["to"] == {"id": "deal_1"}
    assert deal[:2] == ("PATCH", "/crm/v3/objects/deals/deal_1")
    link = "https://app.hubspot.com/contacts/42/record/0-3/deal_1?engagement=1"
    properties = {"interview_outcome": "completed", "interview_drivers": DRIVERS, "interview_transcript": link}
    assert deal.body == {"properties": properties}


@pytest.mark.parametrize("program", [SALESFORCE, HUBSPOT], ids=["Salesforce", "HubSpot"])
def test_a_row_that_failed_is_handed_off_by_the_next_run(
    run: Run, other_system: JsonServer, completed: InterviewRequest, program: str
) -> None:
    other_system.failures = 1
    assert "503" in run(program).stderr
    assert other_system.calls == []
    assert run(program).returncode == 0
    assert other_system.calls


@pytest.fixture
def receiver(environment: dict[str, str], acme: Org) -> Iterator[str]:
    """Returns its URL. Acme has an endpoint there."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/hooks"
    secret = create_endpoint(org_id=acme.pk, url=clean_url(url), event_types=["interview.completed"]).secret
    more = {"WEBHOOK_SECRET": secret, "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-c", SLACK], env={**environment, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert eventually(lambda: answers(port))
        yield url
    finally:
        process.kill()
        process.wait()


def test_slack_gets_a_message_and_an_event_that_failed_is_sent_again(
    receiver: str, environment: dict[str, str], other_system: JsonServer, acme: Org, alice: Contact
) -> None:
    other_system.failures = 1
    interview_request = InterviewRequestFactory.create(org=acme, contact=alice, deal_id="deal_1")
    complete(interview_request, ANSWERS)
    work_off("deliveries")
    delivery = Delivery.objects.for_org(acme.pk).get()
    assert (delivery.status, delivery.attempts, other_system.calls) == (Status.PENDING, 1, [])
    Delivery.objects.filter(pk=delivery.pk).update(due_at=delivery.created_at)
    work_off("deliveries")
    assert Delivery.objects.get(pk=delivery.pk).status == Status.DELIVERED
    [call] = other_system.calls
    drivers = DRIVERS.replace("<too>", "&lt;too&gt;").replace("\n", "\n• ")
    link = f"<{environment['HINDSIGHT_URL']}/interviews/{interview_request.pk}|Transcript>"
    assert call.path == "/services/T1"
    assert call.body == {"text": f"*Alice* has answered (deal_1).\n• {drivers}\n{link}"}
