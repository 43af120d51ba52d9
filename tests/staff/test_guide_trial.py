"""Staff try a guide as an interview. Nothing is stored."""

import json
import logging
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interviews.models import InterviewRequest, InterviewType
from interviews.paige.model.prompt import messages_for, segments
from interviews.paige.turn.moves import moves
from interviews.services.conversation_steps import give_consent, next_question, skip_question, submit_answer
from interviews.services.interview_types import edit_guide, save_draft
from interviews.services.state import StoredInterview
from staff.guides.trial import Trial
from tests.factories import InterviewTypeFactory
from tests.staff.admin_pages import SAM
from tests.staff.conftest import Staff, staff_of

TRY = "interviews_interviewtype_try"
SAID = [
    "We lost weekends to invoices.",
    "",
    "Acme was too expensive for us. What do you mean by that?",
    "Fast support.",
]
NOTES = '{"role":"CFO"}'


def signed_in(page: Any) -> str:
    return unescape(re.search(r'name="trial" value="([^"]*)"', page.content.decode())[1])  # type: ignore[index]


def start(staff: Staff, kind: InterviewType, **texts: Any) -> Any:
    given = {"version": kind.guide["version"], "contact_name": "", "objective": "", "notes": ""}
    return staff.post(TRY, kind.pk, do="start", **{**given, **texts})


def say(staff: Staff, kind: InterviewType, page: Any, text: str) -> Any:
    return staff.post(TRY, kind.pk, trial=signed_in(page), do="answer" if text else "skip", answer=text)


def asked(page: Any) -> str:
    return str(page.context["shown"].message.text)


def test_a_trial_asks_what_the_interview_would_ask(
    support: Staff, kind: InterviewType, interview_request: InterviewRequest
) -> None:
    contact = interview_request.contact
    contact.name, contact.notes = "Alice", json.dumps({"role": "CFO"}, indent=2)  # as they are stored
    interview_request.objective = "Find out about pricing."
    contact.save()
    interview_request.save()
    give_consent(interview_request)
    texts = {"contact_name": "Alice", "objective": interview_request.objective, "notes": NOTES}
    page = start(support, kind, **texts)
    for number, text in enumerate(SAID):
        brief = StoredInterview.load(interview_request).brief
        question = next_question(interview_request).question
        assert question is not None
        assert asked(page) == question.text
        shown = [(message.role, segments(message)) for message in messages_for(brief, moves(brief))]
        assert page.context["shown"].prompt == shown
        if text:
            submit_answer(interview_request, number=2 * number + 1, text=text)
        else:
            skip_question(interview_request, number=2 * number + 1)
        page = say(support, kind, page, text)
    html = unescape(page.content.decode())
    assert "Acme was too expensive for us." in html
    assert "(skipped)" in html
    assert "in the objective" in html


def test_a_trial_goes_to_the_end_and_starts_again(support: Staff, kind: InterviewType) -> None:
    page = start(support, kind, objective="Pricing", contact_name="Kim")
    titles = []
    while page.context["shown"].message:
        titles.append(page.context["shown"].title)
        assert titles[-1] in page.content.decode()
        page = say(support, kind, page, "")
    assert len(titles) == len(kind.guide["topics"]) + 1
    assert "The interview is over" in page.content.decode()
    page = support.post(TRY, kind.pk, trial=signed_in(page), do="again")
    assert page.context["form"].initial == {"version": 1, "contact_name": "Kim", "objective": "Pricing", "notes": ""}


def test_the_page_says_why(support: Staff, kind: InterviewType) -> None:
    titles = [topic["title"] for topic in kind.guide["topics"]]
    page = start(support, kind, objective="Ask about pricing. Do not ask about the trial.")
    assert page.context["shown"].title == titles[0]
    emphasized = page.context["shown"].brief.emphasized
    assert emphasized
    page = say(support, kind, page, "")
    assert page.context["shown"].title == emphasized[0].title
    assert "The topic is emphasized" in page.content.decode()
    page = say(support, kind, page, "What do you mean?")
    assert "so Paige puts it in other words" in page.content.decode()


def test_nothing_is_stored_logged_or_in_a_url(
    support: Staff, kind: InterviewType, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    start(support, kind)
    with CaptureQueriesContext(connection) as queries:
        page = start(support, kind, objective="Zebras", notes="Okapis", contact_name="Quagga")
        page = say(support, kind, page, "Wildebeests everywhere.")
    assert page.status_code == 200, "no redirect"
    written = [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]
    assert written == []
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not [line for line in logged if re.search("Zebras|Okapis|Quagga|Wildebeests", line)]
    assert support.get(TRY, kind.pk, trial=signed_in(page), do="answer", answer="x").context["form"].initial


@pytest.mark.parametrize("answer", ["", "  ", "x" * 10_001, "a\0b"])
def test_a_bad_answer_is_refused_and_kept(support: Staff, kind: InterviewType, answer: str) -> None:
    page = start(support, kind)
    before = asked(page)
    page = support.post(TRY, kind.pk, trial=signed_in(page), do="answer", answer=answer)
    assert page.context["form"].errors["answer"]
    assert page.context["form"]["answer"].value() == answer
    assert asked(page) == before


def test_bad_settings_are_refused_and_kept(support: Staff, kind: InterviewType) -> None:
    page = start(support, kind, version=7, objective="x" * 10_001, notes="{broken", contact_name="a\nb")
    assert set(page.context["form"].errors) == {"version", "objective", "notes", "contact_name"}
    assert page.context["form"]["notes"].value() == "{broken"


@pytest.mark.parametrize("text", ["", "x", "eyJhIjoxfQ:1abc:nothing"])
def test_a_changed_trial_is_refused(support: Staff, kind: InterviewType, text: str) -> None:
    page = support.post(TRY, kind.pk, trial=text, do="answer", answer="Hello.")
    assert "the trial cannot go on" in page.content.decode()


def test_a_trial_of_another_guide_is_refused(support: Staff, kind: InterviewType) -> None:
    signed = signed_in(start(support, kind))
    other = InterviewTypeFactory.create(org=kind.org, name="Other")
    assert b"the trial cannot go on" in support.post(TRY, other.pk, trial=signed, do="skip").content


def test_every_saved_version_can_be_tried(support: Staff, kind: InterviewType) -> None:
    first = kind.guide["topics"][0]["question"]
    topic = {**kind.guide["topics"][0], "question": "What made you look around?"}
    guide = {**kind.guide, "topics": [topic, *kind.guide["topics"][1:]]}
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=SAM)
    page = support.get(TRY, kind.pk, version=1)
    assert [number for number, _ in page.context["form"].fields["version"].choices] == [2, 1]
    assert '<option value="1" selected>' in page.content.decode()
    assert asked(start(support, kind, version=2)) == "What made you look around?"
    assert asked(start(support, kind, version=1)) == first.replace("{vendor}", kind.org.name)


def test_the_unsaved_text_of_the_form_can_be_tried(support: Staff, kind: InterviewType) -> None:
    form = support.get("interviews_interviewtype_guide", kind.pk)
    fields = {name: field.value() for name, field in form.context["editor"].fields.items()}
    counts = dict(re.findall(r'name="(topics[^"]*_FORMS)" value="(\d+)"', form.content.decode()))
    sent = {name: value for name, value in {**fields, **counts, "version": 1}.items() if value not in (None, False)}
    sent["topics-0-question"] = "What made you look around?"
    page = support.post(TRY, kind.pk, **{"try": "unsaved", **sent})
    assert "the text of the editor" in page.content.decode()
    page = support.post(TRY, kind.pk, do="start", trial=signed_in(page), objective="", notes="", contact_name="")
    assert asked(page) == "What made you look around?"
    kind.refresh_from_db()
    assert (kind.guide["version"], kind.draft) == (1, None)
    page = support.post(TRY, kind.pk, **{"try": "unsaved", **sent, "topics-0-question": "Tell me."})
    assert "Topic 1, question: Must have a question mark." in page.content.decode()


def test_a_saved_draft_is_tried_first(support: Staff, kind: InterviewType) -> None:
    topic = {**kind.guide["topics"][0], "key": "", "question": "What made you look around?"}
    draft = {**kind.guide, "topics": [topic, *kind.guide["topics"][1:]]}
    save_draft(org_id=kind.org_id, interview_type_id=kind.pk, guide=draft, actor=SAM)
    assert [*support.get(TRY, kind.pk).context["form"].fields["version"].choices] == [(0, "Draft"), (1, "1")]
    assert '<option value="0" selected>' in support.text(TRY, kind.pk)
    page = start(support, kind, version=0)
    assert asked(page) == "What made you look around?"
    assert "The draft." in page.content.decode()


@pytest.mark.parametrize(("role", "status"), [("read only", 200), ("account manager", 403), ("auditor", 403)])
def test_who_sees_the_guide_may_try_it(kind: InterviewType, role: str, status: int) -> None:
    staff = staff_of(role)
    assert staff.get(TRY, kind.pk).status_code == status
    assert start(staff, kind).status_code == status


@pytest.mark.parametrize("is_saved", [True, False])
def test_a_trial_whose_guide_breaks_a_newer_rule_says_so(support: Staff, kind: InterviewType, is_saved: bool) -> None:
    guide = {**kind.guide, "closing_question": "Tell me."}
    InterviewType.objects.filter(pk=kind.pk).update(guide=guide)
    trial = Trial(guide, is_saved=is_saved).signed(kind)
    pages = [support.post(TRY, kind.pk, trial=trial, do=do, answer="We lost weekends.") for do in ("answer", "skip")]
    for page in (*pages, start(support, kind)):
        assert page.status_code == 200
        assert "Must have a question mark." in page.content.decode()
    assert ["still open in the other tab" in page.content.decode() for page in pages] == [not is_saved] * 2
