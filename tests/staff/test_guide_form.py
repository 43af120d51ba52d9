"""Staff edit a guide in a form, without JSON."""

from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from interviews.models import InterviewType
from interviews.paige.guide.guide import shipped_guide
from interviews.paige.guide.rules import in_current_format
from interviews.services.interview_types import edit_guide, save_draft
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org, SecurityEvent
from tests.factories import InterviewTypeFactory
from tests.staff.conftest import Fields, Staff

FORM = "interviews_interviewtype_guide"
ANN = Actor(ActorKind.STAFF, "ann")


def shown(staff: Staff, kind: InterviewType, **query: Any) -> dict[str, str]:
    return Fields(staff.get(FORM, kind.pk, **query)).data


def save(staff: Staff, kind: InterviewType, fields: dict[str, str]) -> Any:
    return staff.client.post(reverse(f"admin:{FORM}", args=[kind.pk]), fields)


def summary(page: Any) -> list[str]:
    return [problem.text for problem in page.context["editor"].problems]


def warnings(staff: Staff, kind: InterviewType) -> list[str]:
    return [warning.text for warning in staff.get(FORM, kind.pk).context["editor"].warnings]


def test_a_typo_is_mended_and_an_untouched_form_changes_nothing(support: Staff, kind: InterviewType) -> None:
    before, fields = kind.guide, shown(support, kind)
    assert save(support, kind, fields).status_code == 302
    kind.refresh_from_db()
    assert (kind.guide, Change.objects.count()) == (before, 0)
    assert fields["topics-0-question"] == before["topics"][0]["question"]
    response = save(support, kind, {**fields, "topics-0-question": "What set off\r\nyour search?"})
    assert response.status_code == 302
    kind.refresh_from_db()
    before["topics"][0]["question"] = "What set off your search?"
    assert in_current_format(kind.guide) == {**before, "version": 2}
    assert [change.actor for change in Change.objects.of(kind)] == ["sue"]
    assert SecurityEvent.objects.get(kind="guide_changed").detail == "Version: 2."


def test_all_errors_are_shown_at_once_each_beside_its_field(support: Staff, kind: InterviewType) -> None:
    before, fields = kind.guide, shown(support, kind)
    wrong = {"name": "", "estimated_minutes": "soon", "max_turns": "1", "topics-1-question": "Tell me."}
    wrong |= {"topics-0-follow_ups-1-text": "Why {name}?", "topics-2-siblings": "price\r\n\r\nTotal Cost \r\n"}
    wrong |= {"topics-3-about": "What {it} cost."}
    page = save(support, kind, {**fields, **wrong})
    assert page.status_code == 200
    assert [text.partition(": ")[0] for text in summary(page)] == [
        *("Name", "Estimated minutes", "Topic 1, follow-up 2", "Topic 2, question", "Topic 3, same topic 2"),
        *("Topic 4, about", "Max turns"),
    ]
    html = page.content.decode()
    for problem in page.context["editor"].problems:
        assert f'href="#{problem.anchor}"' in html
        assert f'id="{problem.anchor}_error"' in html
    of_each_page = {"csrfmiddlewaretoken": ""}
    assert Fields(page).data | of_each_page == fields | wrong | of_each_page, "nothing that was typed is lost"
    kind.refresh_from_db()
    assert kind.guide == before


def test_a_repeated_wording_is_shown_at_both_places(support: Staff, kind: InterviewType) -> None:
    fields = shown(support, kind)
    page = save(support, kind, {**fields, "closing_question": fields["topics-0-question"]})
    assert [problem.anchor for problem in page.context["editor"].problems] == ["id_closing_question"]
    html = page.content.decode()
    assert '<a href="#id_topics-0-question">The first place</a>' in html
    assert "Used again: Closing question." in html


def test_poor_questions_are_published_with_a_warning(support: Staff, kind: InterviewType) -> None:
    fields = shown(support, kind)
    fields["topics-0-question"] = "Did you like it?"
    fields["topics-0-follow_ups-0-text"] = "What? Why? " + "what " * 50 + "?"
    assert save(support, kind, fields).status_code == 302
    kind.refresh_from_db()
    assert kind.guide["topics"][0]["question"] == "Did you like it?"
    assert [text.rpartition(" question: ")[0] for text in warnings(support, kind) if text.startswith("Topic 1,")] == [
        "Topic 1, question: Closed",
        "Topic 1, follow-up 1: Double",
        "Topic 1, follow-up 1: Long",
    ]


def test_a_guide_in_another_language_than_its_own_is_not_published(support: Staff, kind: InterviewType) -> None:
    fields = shown(support, kind)
    german = shipped_guide("win_loss_buyer_de")["topics"][1]
    fields["topics-0-question"] = german["question"]
    fields |= {f"topics-0-follow_ups-{place}-text": each["text"] for place, each in enumerate(german["follow_ups"])}
    assert save(support, kind, {**fields, "language": "de"}).context["editor"].problems == [
        ("id_language", "Language: The questions are English. Translate them to German.", "")
    ]
    kind.refresh_from_db()
    assert kind.guide["language"] == "en"
    assert save(support, kind, fields).status_code == 302
    assert "Topic 1, question: The texts of this topic seem to be German." in warnings(support, kind)


# Drafts


def keep(staff: Staff, kind: InterviewType, fields: dict[str, str]) -> Any:
    return save(staff, kind, {**fields, "save": "draft"})


def test_a_draft_may_be_invalid_and_nobody_gets_it_before_it_is_published(support: Staff, kind: InterviewType) -> None:
    guide, fields = kind.guide, shown(support, kind)
    mine = {**fields, "topics-0-question": "Tell me.", "estimated_minutes": "soon", "topics-1-title": ""}
    assert keep(support, kind, {**mine, "beside": "7"}).url.endswith("/guide/?beside=7")
    kind.refresh_from_db()
    assert (kind.guide, kind.drafted_by) == (guide, "sue")
    page = support.get(FORM, kind.pk)
    assert "Draft of sue, saved " in page.content.decode()
    assert mine.items() - Fields(page).data.items() <= {("seen", ""), *fields.items()}
    assert summary(save(support, kind, Fields(page).data))
    corrected = {"topics-0-question": "What set it off?", "estimated_minutes": "9", "topics-1-title": "Who"}
    assert save(support, kind, {**Fields(page).data, **corrected}).status_code == 302
    kind.refresh_from_db()
    assert (kind.guide["estimated_minutes"], kind.guide["version"]) == (9, 2)
    assert (kind.draft, kind.drafted_by, kind.drafted_at) == (None, "", None)


def test_a_draft_overwrites_no_draft_that_somebody_else_saved_meanwhile(support: Staff, kind: InterviewType) -> None:
    mine = {**shown(support, kind), "closing_question": "What did I forget?"}
    theirs = {**kind.guide, "closing_question": "What did they forget?"}
    save_draft(org_id=kind.org_id, interview_type_id=kind.pk, guide=theirs, actor=ANN)
    for send in (keep, save):
        page = send(support, kind, mine)
        assert summary(page) == ["Closing question: The stored text differs."]
        assert '<q class="current">What did they forget?</q>' in page.content.decode()
    kind.refresh_from_db()
    assert (kind.draft, kind.guide["version"]) == (theirs, 1)
    assert keep(support, kind, Fields(page).data).status_code == 302
    kind.refresh_from_db()
    assert kind.draft is not None
    assert kind.draft["closing_question"] == "What did I forget?"
    data = {"guide": kind.guide_text, "version": 1, "seen": mine["seen"]}
    assert "Somebody else has saved" in support.post(f"{FORM}-json", kind.pk, **data).content.decode()


def test_a_draft_is_discarded(support: Staff, kind: InterviewType) -> None:
    keep(support, kind, {**shown(support, kind), "closing_question": "What did I forget?"})
    assert support.post("interviews_interviewtype_discard-draft", kind.pk).status_code == 302
    kind.refresh_from_db()
    assert (kind.draft, kind.drafted_at, kind.archived_at) == (None, None, None)
    assert shown(support, kind)["closing_question"] == kind.guide["closing_question"]


def test_another_guide_is_shown_beside_the_texts(support: Staff, kind: InterviewType, globex: Org) -> None:
    guide = shipped_guide("win_loss_buyer_de")
    guide["topics"].reverse()
    german = InterviewTypeFactory.create(org=kind.org, guide=guide)
    foreign = InterviewTypeFactory.create(org=globex)
    page = support.get(FORM, kind.pk, beside=german.pk)
    fields, last = page.context["editor"].fields, guide["topics"][-1]
    assert fields["topics-0-question"].beside == last["question"]
    assert fields["topics-0-follow_ups-1-text"].beside == last["follow_ups"][1]["text"]
    assert f'<span lang="de">{escape(guide["purpose"])}</span>' in page.content.decode()
    again = press(support, kind, {**Fields(page).data, "beside": str(foreign.pk)}, "beside")
    assert again.context["beside"] is None


def press(staff: Staff, kind: InterviewType, fields: dict[str, str], button: str) -> Any:
    return save(staff, kind, {**fields, "do": button})


def test_the_buttons_arrange_the_form_without_saving(support: Staff, kind: InterviewType) -> None:
    before, fields = kind.guide, shown(support, kind)
    fields["topics-1-title"] = "Not yet saved"
    moved = Fields(press(support, kind, fields, "topics-1:up")).data
    assert (moved["topics-0-title"], moved["topics-1-title"]) == ("Not yet saved", fields["topics-0-title"])
    added = Fields(press(support, kind, moved, "topics:add")).data
    counts = [added[f"topics-{name}"] for name in ("TOTAL_FORMS", "8-title", "8-follow_ups-TOTAL_FORMS")]
    assert counts == ["9", "", "4"]
    kind.refresh_from_db()
    assert kind.guide == before

    added |= {"topics-8-title": "Über  Preise & More", "topics-8-question": "What of it?"}
    added |= {"topics-8-follow_ups-0-text": "What then?"}
    for button in [*["topics-8-follow_ups-1:remove"] * 3, "topics-2:remove"]:
        added = Fields(press(support, kind, added, button)).data
    assert save(support, kind, added).status_code == 302
    kind.refresh_from_db()
    *kept, new = in_current_format(kind.guide)["topics"]
    titles = [topic["title"] for topic in before["topics"]]
    assert [topic["title"] for topic in kept] == ["Not yet saved", titles[0], *titles[3:]]
    assert (new["key"], new["title"], new["question"]) == ("uber_preise_more", "Über  Preise & More", "What of it?")
    assert new["follow_ups"] == [{"kind": "reason", "text": "What then?"}]


def test_optional_texts_are_saved_and_the_phrases_of_earlier_versions_are_dropped(
    support: Staff, kind: InterviewType
) -> None:
    kind.guide["topics"][0] |= {"objective_phrases": {"en": ["pric*"]}, "phrases": ["price"]}
    kind.save()
    fields = shown(support, kind)
    save(support, kind, fields)
    assert not Change.objects.exists()
    fields |= {"topics-0-bridge": "Back to the start.", "topics-0-siblings": "criteria\nweather", "topics-1-bridge": ""}
    fields |= {"topics-0-about": "What came before.", "topics-1-about": ""}
    assert save(support, kind, fields).status_code == 302
    kind.refresh_from_db()
    first, second = kind.guide["topics"][:2]
    assert (first["bridge"], first["siblings"]) == ("Back to the start.", ["criteria", "weather"])
    assert (first["about"], "about" in second, "bridge" in second) == ("What came before.", False, False)
    assert ("objective_phrases" in first, first["phrases"]) == (False, [])


def test_a_guide_of_thirty_topics_with_ten_follow_ups_is_edited_and_a_larger_one_as_json(
    support: Staff, kind: InterviewType
) -> None:
    topics = [topic_of(number, 10) for number in range(30)]
    kind.guide = {**kind.guide, "topics": topics}
    kind.save()
    fields = shown(support, kind)
    assert len(fields) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - 50
    for button, counted, most in (
        ("topics:add", "topics-TOTAL_FORMS", "30"),
        ("topics-29-follow_ups:add", "topics-29-follow_ups-TOTAL_FORMS", "10"),
    ):
        assert Fields(press(support, kind, fields, button)).data[counted] == most
    assert save(support, kind, {**fields, "topics-29-follow_ups-7-text": "What at last?"}).status_code == 302
    kind.refresh_from_db()
    assert kind.guide["topics"][29]["follow_ups"][7]["text"] == "What at last?"
    assert in_current_format(kind.guide)["topics"][:29] == topics[:29]
    kind.guide["topics"].append(topic_of(30))
    kind.save()
    assert support.get(FORM, kind.pk).headers["Location"] == reverse(f"admin:{FORM}-json", args=[kind.pk])


def topic_of(number: int, follow_ups: int = 1) -> dict[str, Any]:
    texts = {"key": f"t{number}", "title": f"Topic {number}", "question": f"What of {number}?"}
    asked = [{"kind": "reason", "text": f"What of {each} in {number}?"} for each in range(follow_ups)]
    return {**texts, "core": False, "rephrasing": "", "reason": "", "follow_ups": asked}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"save": "draft"},
        {"topics-TOTAL_FORMS": "999999999"},
        {"do": "topics-7:up"},
        {"do": "x"},
        {"version": "1"},
        {"name": "\x00"},
    ],
)
def test_an_incomplete_form_saves_nothing(support: Staff, kind: InterviewType, data: dict[str, str]) -> None:
    before = kind.guide
    assert save(support, kind, data).status_code == 200
    kind.refresh_from_db()
    assert (kind.guide, kind.draft) == (before, None)


# Two editors


def edit(kind: InterviewType, change: Any) -> None:
    """What another one saves meanwhile."""
    guide = deepcopy(InterviewType.objects.get(pk=kind.pk).guide)
    change(guide)
    edit_guide(org_id=kind.org_id, interview_type_id=kind.pk, guide=guide, actor=ANN)


def put(guide: dict[str, Any], *path: Any, value: Any) -> None:
    for step in path[:-1]:
        guide = guide[step]
    guide[path[-1]] = value


def test_a_conflict_shows_the_stored_text_beside_ones_own(support: Staff, kind: InterviewType) -> None:
    fields = shown(support, kind)
    edit(kind, lambda guide: put(guide, "topics", 0, "question", value="What did <they> write?"))
    mine = {**fields, "topics-0-question": "What did I write?", "topics-2-reason": "I ask because."}
    page = save(support, kind, mine)
    assert summary(page) == [
        "Topic 1, question: The stored text differs.",
        "Topic 3, reason: The stored text differs.",
    ]
    assert '<q class="current">What did &lt;they&gt; write?</q>' in page.content.decode()
    kind.refresh_from_db()
    assert kind.guide["version"] == 2
    again = Fields(page).data
    assert (again["topics-0-question"], again["version"]) == ("What did I write?", "2")
    assert save(support, kind, again).status_code == 302
    kind.refresh_from_db()
    assert kind.guide["topics"][0]["question"] == "What did I write?"
    assert kind.guide["topics"][2]["reason"] == "I ask because."


def test_other_topics_of_somebody_else_are_one_conflict_and_the_same_guide_is_none(
    support: Staff, kind: InterviewType
) -> None:
    fields = {**shown(support, kind), "estimated_minutes": "7"}
    edit(kind, lambda guide: put(guide, "estimated_minutes", value=7))
    assert save(support, kind, fields).status_code == 302
    kind.refresh_from_db()
    assert (kind.guide["version"], kind.guide["estimated_minutes"]) == (2, 7)
    fields = shown(support, kind)
    edit(kind, lambda guide: guide["topics"].reverse())
    page = save(support, kind, {**fields, "estimated_minutes": "8"})
    assert summary(page) == ["Estimated minutes: The stored text differs.", "Topics: The stored text differs."]
    kind.refresh_from_db()
    assert kind.guide["version"] == 3


def test_an_older_version_is_restored_in_the_form(support: Staff, kind: InterviewType) -> None:
    first = kind.guide
    edit(kind, lambda guide: put(guide, "closing_question", value="What else?"))
    [change] = Change.objects.of(kind)
    fields = shown(support, kind, change=change.pk)
    assert fields["version"] == "2"
    save(support, kind, fields)
    kind.refresh_from_db()
    assert in_current_format(kind.guide) == {**first, "version": 3}
