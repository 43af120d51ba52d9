"""Staff see what an interview request steers to, and pick topics."""

import re
from html import unescape
from typing import Any

import pytest

from contacts.models import Contact
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.objective import Picks, picks_in
from interviews.paige.turn import brief as briefs
from interviews.services.transitions import complete_interview
from orgs.models import Change, Org
from tests.factories import InterviewRequestFactory
from tests.history import history_of
from tests.interviews.steps import pick
from tests.staff.conftest import Staff, staff_of
from tests.stored_readings import reader_of, store_steering

pytestmark = pytest.mark.usefixtures("plain_objectives")

CHANGE = "interviews_interviewrequest_change"
STEERING = "interviews_interviewrequest_steering"

PRICING = "How price and packaging came into it"
CRITERIA = "What mattered most"
VENDOR = "What stood out about Acme, good and bad"
EXPERIENCE = "The experience with people, trial, implementation or security review"
UNREAD = b"<p data-unread>Objective or notes have just changed."
NO_MATCH = "The objective matches no topic of this guide."


@pytest.fixture
def row(interview_request: InterviewRequest) -> InterviewRequest:
    InterviewRequest.objects.update(objective="Focus on pricing")
    store_steering(interview_request, emphasize=["pricing"])
    return interview_request


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what staff type."""
    topics = {"pricing": "pricing", "alternatives": "options"}
    monkeypatch.setattr(briefs, "read_objective", reader_of(topics, ["CFO", "Globex"]))


def words(content: bytes) -> str:
    """The text of the part that says what the interview request steers to."""
    page = content.decode()
    part = re.search(r"<strong>Steers to:</strong>.*", page, re.DOTALL)
    assert part, page
    effect = part[0].partition("</div>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", effect)).split())


def effect(staff: Staff, row: InterviewRequest) -> str:
    return words(staff.get(CHANGE, row.pk).content)


def selected(staff: Staff, row: InterviewRequest) -> dict[str, str]:
    """What the picker shows, without topics that are not picked."""
    page = staff.text(CHANGE, row.pk)
    found = re.findall(r'<select name="(picks-\w+)".*?</select>', page)
    assert found
    selects = {name: re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL) for name in found}
    shown = {name: re.search(r'value="(\w+)" selected', select[0]) for name, select in selects.items() if select}
    return {name: value[1] for name, value in shown.items() if value}


def save(staff: Staff, row: InterviewRequest, picks: dict[str, str], **edits: str) -> Any:
    sent = {name: value for name, value in staff.form(CHANGE, row.pk).items() if name != "picks"}
    every = {f"picks-{topic['key']}": "" for topic in row.interview_type.guide["topics"]}
    return staff.post(CHANGE, row.pk, **{**sent, **every, **picks, **edits})


def stored(row: InterviewRequest) -> tuple[str, Picks | None]:
    found = InterviewRequest.objects.get(pk=row.pk)
    return found.objective, picks_in(found.picks)


class TestEffect:
    def test_titles_and_the_words_that_decided(self, root: Staff, row: InterviewRequest) -> None:
        """Also for read-only staff, who see no picker."""
        page = staff_of("read only").get(CHANGE, row.pk).content
        expected = f"Steers to: {PRICING} Avoids: none Steers to “{PRICING}”: Focus on pricing in the objective"
        assert effect(root, row) == words(page) == expected
        assert b"picks-" not in page

    def test_what_is_not_read_yet_is_said_and_not_read(self, root: Staff, row: InterviewRequest) -> None:
        InterviewRequest.objects.update(objective="Focus on the alternatives")
        page = root.get(CHANGE, row.pk).content
        assert UNREAD in page
        assert b"Steers to:" not in page
        typed = root.post(STEERING, row.pk, objective="Focus on the alternatives").content
        assert UNREAD not in typed
        assert words(typed).startswith("Steers to: Which options were considered")
        pick(row, Picks(("criteria",)))
        assert UNREAD not in root.get(CHANGE, row.pk).content, "objective and notes do not count"
        without_picks = root.post(STEERING, row.pk, objective="Focus on the alternatives").content
        assert words(without_picks).startswith("Steers to: Which options were considered"), "once picks are removed"

    def test_an_objective_without_a_match_says_what_to_do(self, root: Staff, row: InterviewRequest) -> None:
        InterviewRequest.objects.update(objective="Zzz")
        store_steering(row)
        assert effect(root, row) == (
            f"Steers to: none Avoids: none {NO_MATCH} It names no subject that Paige recognizes either. "
            "Pick topics below, or word it differently."
        )
        assert '<details class="picks" open>' in root.text(CHANGE, row.pk)

    def test_what_is_not_valid_is_said(self, root: Staff, row: InterviewRequest) -> None:
        assert b"at most 10,000 characters" in root.post(STEERING, row.pk, objective="x" * 10_001).content
        InterviewType.objects.update(guide={})
        assert "The guide is not valid" in root.text(CHANGE, row.pk)
        assert b"The guide is not valid" in root.post(STEERING, row.pk, objective="x").content


class TestWhileTyping:
    def test_the_effect_is_that_of_the_form_and_nothing_is_stored(self, root: Staff, row: InterviewRequest) -> None:
        response = root.post(STEERING, row.pk, objective="What about the\r\npricing?")
        assert words(response.content).startswith(f"Steers to: {PRICING} ")
        response = root.post(STEERING, row.pk, objective="x", **{"picks-vendor": "1", "picks-pricing": "avoid"})
        assert words(response.content).startswith(f"Steers to: {VENDOR} Avoids: {PRICING}")
        assert stored(row) == ("Focus on pricing", None)
        assert not Change.objects.exists()

    def test_a_new_objective_shows_that_it_clears_the_picks(self, root: Staff, row: InterviewRequest) -> None:
        pick(row, Picks(emphasize=("vendor",)))
        same = root.post(STEERING, row.pk, objective="Focus on pricing", **{"picks-vendor": "1"})
        assert words(same.content).startswith(f"Steers to: {VENDOR} ")
        new = root.post(STEERING, row.pk, objective="Why pricing?", **{"picks-vendor": "1"})
        assert words(new.content).startswith(f"Steers to: {PRICING} ")
        assert "Saving the new objective clears the picked topics." in words(new.content)
        both = root.post(STEERING, row.pk, objective="Why pricing?", **{"picks-criteria": "1"})
        assert words(both.content).startswith(f"Steers to: {CRITERIA} ")


class TestSubjects:
    def test_the_subjects_stand_beside_the_topics_and_say_whether_they_may_be_named(
        self, root: Staff, row: InterviewRequest
    ) -> None:
        InterviewRequest.objects.update(objective="Focus on pricing and the CFO. Was Globex cheaper?")
        store_steering(row, emphasize=["pricing"], subjects=["CFO", "Globex"])
        assert " Avoids: none Subjects: CFO, Globex " in effect(root, row)
        Org.objects.update(names_subjects=True)
        assert "Subjects: CFO (may be named), Globex (may be named) " in effect(root, row)
        Org.objects.update(names_subjects=False)
        InterviewRequest.objects.update(subjects="SSO (may be named)\nCFO (may be named)\naudit logs")
        Contact.objects.update(notes="Do not mention SSO.")
        store_steering(row)
        assert "Subjects: SSO (not named: the notes mention it), CFO (may be named), audit logs" in effect(root, row)

    def test_a_correction_is_stored_shown_and_audited(self, root: Staff, row: InterviewRequest) -> None:
        save(root, row, {}, subjects=" audit   logs (may be named)\r\n\r\nSSO\r\nSSO")
        assert " Subjects: audit logs (may be named), SSO " in effect(root, row)
        assert history_of(row) == [("subjects", "", "audit logs (may be named)\nSSO")]
        assert Change.objects.get().actor == "root"
        save(root, row, {})
        assert Change.objects.count() == 1
        save(root, row, {}, subjects="no subject")
        assert "Subjects:" not in effect(root, row)
        save(root, row, {}, subjects="")
        assert InterviewRequest.objects.get().subjects == ""

    def test_a_new_objective_clears_it_unless_both_are_saved(self, root: Staff, row: InterviewRequest) -> None:
        save(root, row, {}, subjects="SSO")
        typed = root.post(STEERING, row.pk, objective="Why the CFO?", subjects="SSO")
        assert " Subjects: CFO " in words(typed.content)
        assert "Saving the new objective clears the subjects." in words(typed.content)
        save(root, row, {}, objective="Why the CFO?")
        assert InterviewRequest.objects.get().subjects == ""
        save(root, row, {}, objective="Why Gong?", subjects="SSO")
        assert InterviewRequest.objects.get().subjects == "SSO"

    def test_a_text_that_paige_could_not_name_is_refused(self, root: Staff, row: InterviewRequest) -> None:
        for text in ("{vendor}", "x" * 61, "a?", "“Who?” said he", "<b>", "a: b", "…", "\u202e"):
            assert "is not a subject" in save(root, row, {}, subjects=text).content.decode(), text
        too_many = "\n".join(f"item {number}" for number in range(13))
        assert "Enter at most 12 subjects." in save(root, row, {}, subjects=too_many).content.decode()
        assert InterviewRequest.objects.get().subjects == ""


class TestPicking:
    def test_picks_are_stored_in_order_and_shown(self, root: Staff, row: InterviewRequest) -> None:
        picks = {"picks-vendor": "1", "picks-criteria": "2", "picks-pricing": "avoid"}
        assert save(root, row, picks).status_code == 302
        assert stored(row) == ("Focus on pricing", Picks(("vendor", "criteria"), ("pricing",)))
        assert effect(root, row) == (f"Steers to: {VENDOR}, then {CRITERIA} Avoids: {PRICING} Picked by staff.")
        assert selected(root, row) == picks
        [(field, before, after)] = history_of(row)
        assert (field, before, after) == ("picks", "", "emphasize: vendor, criteria\navoid: pricing")
        save(root, row, selected(root, row))
        assert Change.objects.get().actor == "root", "an untouched form changes nothing"

    def test_picks_are_cleared_by_hand_and_by_a_new_objective_that_comes_without_new_ones(
        self, root: Staff, row: InterviewRequest
    ) -> None:
        pick(row, Picks(("vendor",)))
        save(root, row, {})
        assert stored(row) == ("Focus on pricing", None)
        save(root, row, {"picks-vendor": "1"}, objective="Zzz")
        assert stored(row) == ("Zzz", Picks(("vendor",)))
        save(root, row, {"picks-vendor": "1"}, objective="Why now?")
        assert stored(row) == ("Why now?", None)

    def test_no_topic_can_be_picked(self, root: Staff, row: InterviewRequest) -> None:
        save(root, row, {"picks-0": "on"})
        assert stored(row) == ("Focus on pricing", Picks())
        assert effect(root, row) == "Steers to: none Avoids: none Picked by staff."
        assert re.search(r'name="picks-0"[^>]* checked', root.text(CHANGE, row.pk))

    def test_picks_that_somebody_else_has_changed_are_not_overwritten(self, root: Staff, row: InterviewRequest) -> None:
        opened = {name: value for name, value in root.form(CHANGE, row.pk).items() if name != "picks"}
        pick(row, Picks(("vendor",)))
        response = root.post(CHANGE, row.pk, **opened, **{"picks-criteria": "1"})
        assert b"It now reads:" in response.content
        assert stored(row)[1] == Picks(("vendor",))

    def test_topics_that_left_the_guide_are_said_and_kept(self, root: Staff, row: InterviewRequest) -> None:
        pick(row, Picks(("vendor", "criteria")))
        kind = InterviewType.objects.get()
        kind.guide["topics"] = [topic for topic in kind.guide["topics"] if topic["key"] != "vendor"]
        kind.guide["version"] = 2
        kind.save()
        shown = effect(root, row)
        assert shown.startswith(f"Steers to: {CRITERIA} Avoids: none")
        assert "The guide no longer has these picked topics, so they are ignored: vendor." in shown
        row.refresh_from_db()
        save(root, InterviewRequest.objects.get(), {"picks-criteria": "1"})
        assert stored(row)[1] == Picks(("vendor", "criteria"))


def test_a_contacts_page_shows_what_the_notes_add_to_open_interviews(
    root: Staff, alice: Contact, row: InterviewRequest
) -> None:
    Contact.objects.update(notes="Do not ask about the trial.")
    assert b"Not read yet" in root.get("contacts_contact_change", alice.pk).content
    store_steering(row, emphasize=["pricing"], avoided_by_notes=["experience"])
    done = InterviewRequestFactory.create(org=alice.org, contact=alice, interview_type=row.interview_type)
    complete_interview(done, content="**Paige:** Why?")
    page = root.get("contacts_contact_change", alice.pk)
    effects = {
        shown.pk: [(reason.title, reason.is_avoided, reason.words) for reason in reasons]
        for shown, _, reasons in page.context["interviews"]
    }
    assert effects == {row.pk: [(EXPERIENCE, True, "Do not ask about the trial.")], done.pk: []}
    assert f"Avoids “{EXPERIENCE}”" in page.content.decode()
