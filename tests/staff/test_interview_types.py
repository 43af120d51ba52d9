"""Staff make interview types, duplicate them, and archive them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from interviews.lifecycle import Engine, Wording
from interviews.models import Conversation, InterviewRequest, InterviewType, Turn
from interviews.paige.guide.guide import shipped_guide
from interviews.services.conversation_steps import give_consent
from interviews.services.interview_types import archive_interview_type
from orgs.models import Org, SecurityEvent
from tests.client import ApiClient
from tests.factories import InterviewTypeFactory
from tests.staff.conftest import Fields, Staff

PAGE = "interviews_interviewtype"


def events() -> list[tuple[str, str, str, str]]:
    kinds = SecurityEvent.objects.filter(kind__startswith="type_").order_by("pk")
    return list(kinds.values_list("kind", "actor", "org", "detail"))


def add(staff: Staff, **fields: str) -> Any:
    return staff.client.post(reverse(f"admin:{PAGE}_add"), fields)


def test_a_type_begins_as_a_draft_of_a_shipped_guide(support: Staff, acme: Org, acme_api: ApiClient) -> None:
    fields = Fields(support.get(f"{PAGE}_add", org="acme", start="nps_follow_up")).data
    response = add(support, **fields | {"name": "Detractors"})
    [created] = InterviewType.objects.all()
    assert response.url == reverse(f"admin:{PAGE}_guide", args=[created.pk])
    assert (created.org, created.name, created.wording) == (acme, "Detractors", Wording.MODEL)
    assert created.draft == {**shipped_guide("nps_follow_up"), "language": "en", "name": "Detractors"}
    assert events() == [("type_created", "sue", "acme", "")]
    body = {"contact_email": "bob@example.com", "interview_type_id": created.public_id}
    assert acme_api.post("/interviews", body).status_code == 400
    assert support.listed(PAGE) == [created]
    assert support.post(f"{PAGE}_guide", created.pk, **editor_of(support, created)).status_code == 302
    assert acme_api.post("/interviews", body).status_code == 201
    created.refresh_from_db()
    assert (created.guide["version"], created.draft) == (1, None)


def editor_of(staff: Staff, kind: InterviewType) -> dict[str, str]:
    return Fields(staff.get(f"{PAGE}_guide", kind.pk)).data


def test_a_blank_type_gets_topics_in_its_language(support: Staff, acme: Org) -> None:
    add(support, org=" ACME ", start="blank", language="de")
    [created] = InterviewType.objects.all()
    fields = editor_of(support, created)
    fields = Fields(support.post(f"{PAGE}_guide", created.pk, **fields, do="topics:add")).data
    assert support.post(f"{PAGE}_guide", created.pk, **fields).context["editor"].problems
    assert support.get(f"{PAGE}_change", created.pk).status_code == 200, "the stored guide is invalid"
    unarchived = support.client.post(reverse(f"admin:{PAGE}_unarchive", args=[created.pk]), follow=True)
    assert "Edit and publish it." in unarchived.content.decode()
    created.refresh_from_db()
    assert created.archived_at
    assert fields["topics-1-follow_ups-0-text"] == "„{quote}“, so Ihre Worte. Was war der Grund?"
    fields |= {"name": "Kurz", "purpose": "Es geht um {vendor}.", "closing_question": "Was fehlt noch?"}
    for number in range(2):
        fields |= {f"topics-{number}-title": f"Thema {number}", f"topics-{number}-question": f"Was war {number}?"}
    assert support.post(f"{PAGE}_guide", created.pk, **fields).status_code == 302
    created = InterviewType.objects.get()
    assert (created.name, created.guide["language"], created.archived_at) == ("Kurz", "de", None)
    assert [topic["key"] for topic in created.guide["topics"]] == ["thema_0", "thema_1"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"org": "nobody"}, "org"),
        ({"org": "a\x00"}, "org"),
        ({"org": ""}, "org"),
        ({"start": "../x"}, "start"),
        ({"language": "xx"}, "language"),
        ({"name": "Taken"}, "name"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_a_wrong_beginning_is_refused(support: Staff, acme: Org, fields: dict[str, str], wrong: str) -> None:
    InterviewTypeFactory.create(org=acme, name="Taken")
    assert list(add(support, **{"org": "acme", "start": "blank", **fields}).context["form"].errors) == [wrong]
    assert InterviewType.objects.count() == 1
    assert events() == []


def test_a_type_is_duplicated_for_its_org_and_for_another(support: Staff, kind: InterviewType, globex: Org) -> None:
    kind.guide = {**kind.guide, "version": 7}
    kind.save()
    form = support.get(f"{PAGE}_duplicate", kind.pk).context["form"]
    first = {"org": form["org"].value(), "name": form["name"].value()}
    assert support.post(f"{PAGE}_duplicate", kind.pk, **first).url.endswith(f"/guide/?beside={kind.pk}")
    again = support.post(f"{PAGE}_duplicate", kind.pk, **first)
    assert list(again.context["form"].errors) == ["name"]
    assert support.post(f"{PAGE}_duplicate", kind.pk, org="globex", name="Theirs", language="de").status_code == 302
    copy, theirs = InterviewType.objects.exclude(pk=kind.pk).order_by("pk")
    assert (copy.org, copy.name, theirs.org, theirs.name) == (kind.org, f"Copy of {kind.name}", globex, "Theirs")
    assert theirs.guide == {**kind.guide, "name": "Theirs", "version": 1}
    assert theirs.draft == {**theirs.guide, "language": "de"}
    assert all(each.archived_at for each in (copy, theirs))
    assert events()[1] == ("type_created", "sue", "globex", f"A copy of {kind.public_id}.")


def test_an_archived_type_takes_no_new_requests_and_old_ones_go_on(
    support: Staff, acme_api: ApiClient, kind: InterviewType, interview_request: InterviewRequest
) -> None:
    body = {"contact_email": "bob@example.com", "interview_type_id": kind.public_id}
    first = acme_api.post("/interviews", body, Idempotency_Key="before")
    for _ in range(2):  # of two people, or pressed twice
        assert support.post(f"{PAGE}_archive", kind.pk).status_code == 302
    refused = acme_api.post("/interviews", body)
    assert (refused.status_code, refused.json()["error"]["details"][0]["field"]) == (400, "interview_type_id")
    assert acme_api.get("/interview-types").json()["data"] == []
    assert acme_api.post("/interviews", body, Idempotency_Key="before").json() == first.json(), "a retry"
    assert InterviewRequest.objects.count() == 2
    assert acme_api.patch(f"/interviews/{interview_request.pk}", {"objective": "Why?"}).status_code == 200
    give_consent(interview_request)
    assert support.post(f"{PAGE}_unarchive", kind.pk).status_code == 302
    assert acme_api.post("/interviews", body).status_code == 201
    assert [event[0] for event in events()] == ["type_archived", "type_unarchived"]


def test_the_list_hides_archived_types_unless_asked(support: Staff, kind: InterviewType) -> None:
    other = InterviewTypeFactory.create(org=kind.org, guide=shipped_guide("win_loss_buyer_de"))
    archive_interview_type(org_id=kind.org_id, interview_type_id=kind.pk)
    for query, listed in (({}, [other]), ({"archived": "yes"}, [kind]), ({"archived": "all"}, [other, kind])):
        assert support.listed(PAGE, **query) == listed


def test_the_page_says_to_which_language_contacts_may_switch(support: Staff, acme: Org) -> None:
    english = InterviewTypeFactory.create(org=acme, guide=shipped_guide("win_loss_buyer"))
    assert "Win-Loss-Interview" not in support.text(f"{PAGE}_change", english.pk)
    german = InterviewTypeFactory.create(org=acme, guide=shipped_guide("win_loss_buyer_de"), name="Deutsch 1")
    assert "German: Deutsch 1" in support.text(f"{PAGE}_change", english.pk)
    assert f"English: {english.name}" in support.text(f"{PAGE}_change", german.pk)


def test_staff_choose_whose_words_follow_ups_have(support: Staff, kind: InterviewType) -> None:
    """A type that exists keeps the guide's words until then. A copy has the same choice."""
    for _ in range(2):  # of two people, or pressed twice
        assert support.post(f"{PAGE}_words-of-model", kind.pk).status_code == 302
        assert InterviewType.objects.get().wording == Wording.MODEL
    assert support.post(f"{PAGE}_words-of-guide", kind.pk).status_code == 302
    support.post(f"{PAGE}_duplicate", kind.pk, org="acme", name="Regulated")
    assert [*InterviewType.objects.values_list("wording", flat=True)] == [Wording.GUIDE] * 2
    done = SecurityEvent.objects.filter(kind="guide_changed").order_by("pk").values_list("actor", "detail")
    assert [*done] == [
        ("sue", "Follow-ups: in the words of a model."),
        ("sue", "Follow-ups: in the words of the guide."),
    ]


def test_the_pages_compare_engines_and_words_and_show_where_contacts_break_off(
    support: Staff, running: InterviewRequest
) -> None:
    pk = running.interview_type_id
    Turn.objects.update(engine=Engine.MODEL, worded_by=Wording.MODEL, latency_ms=1_500, prompt_tokens=3_100)
    page = support.text(f"{PAGE}_change", pk)
    cells = re.sub(r"<[^>]+>", "|", page.partition("Quality by engine and words")[2].partition("</section>")[0])
    assert re.search(r"\|1\.5\|+3,100\|", cells), cells
    Conversation.objects.update(last_activity_at=timezone.now() - timedelta(days=8))
    broken_off = support.get(f"{PAGE}_break-offs", pk)
    assert [(stops.reached, stops.stopped) for stops in broken_off.context["questions"]] == [(1, 1)]
    assert "100% of 1" in broken_off.content.decode()
