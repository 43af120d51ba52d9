"""Staff correct drivers where they read them, add some by their words, and see to wishes."""

import re
from typing import Any

import pytest

from interviews.lifecycle import Flag
from interviews.models import Driver, InterviewRequest, Wish
from orgs.models import Change, Org
from tests.completed import complete
from tests.staff.conftest import Staff, staff_of

DRIVER, SHOWN, ADD = "driver", "interviews_interviewrequest_change", "interviews_interviewrequest_driver"
LIST, REQUESTS = "interviews_wish_changelist", "interviews_interviewrequest_changelist"
HIGH = "The price of Acme was too high. Datalane was fast."
TURNED: dict[str, Any] = {
    **{"direction": "against", "topic": "options", "about": "competitor", "about_name": "Datalane"},
    **{"is_decisive": "on", "tags": " speed,  pilot , speed", "comment": "Ask <Sales>."},
}


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    return complete(interview_request, [("pricing", HIGH)])


@pytest.fixture
def praise(completed: InterviewRequest) -> Driver:
    return Driver.objects.get(direction="for")


def test_the_page_begins_with_why_they_decided_so(support: Staff, completed: InterviewRequest, praise: Driver) -> None:
    page = support.text(SHOWN, completed.pk)
    assert page.index("Why they decided so") < page.index(f"“{HIGH[:-1]}”") < page.index("Datalane was fast.")
    shown = set(re.findall(r'href="#(place-\d+-\d+)"', page))
    assert {f"place-{praise.start}-{praise.end}", f"place-{praise.end - len(HIGH)}-{praise.end}"} <= shown
    assert shown <= set(re.findall(r'id="(place-\d+-\d+)"', page))


def test_a_driver_is_turned_round_and_back(support: Staff, completed: InterviewRequest, praise: Driver) -> None:
    response = support.post(DRIVER, praise.pk, **TURNED, seen=praise.digest)
    assert response.headers["Location"] == f"/admin/interviews/interviewrequest/{completed.pk}/change/"
    praise.refresh_from_db()
    assert (praise.direction, praise.topic, praise.about_name, praise.is_decisive) == (
        *("against", "options", "Datalane"),
        True,
    )
    assert (praise.tags, praise.comment, praise.source) == (["speed", "pilot"], "Ask <Sales>.", "staff")
    page = support.text(SHOWN, completed.pk)
    for text in ("about Datalane", "tipped the decision", "by staff", "speed", "Ask &lt;Sales&gt;."):
        assert text in page
    assert "For Datalane: “Datalane was fast”" in page
    support.post(DRIVER, praise.pk, undo="1")
    praise.refresh_from_db()
    assert (praise.direction, praise.topic, praise.about_name, praise.source) == ("for", "pricing", "", "read")
    assert {change.actor for change in Change.objects.of(praise)} == {support.user.username}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"direction": "neutral"}, "Select a valid choice"),
        ({"topic": "of_another_guide"}, "Select a valid choice"),
        ({"tags": ",".join(map(str, range(11)))}, "At most 10 tags"),
        ({"tags": "x" * 41}, "at most 40 characters"),
        ({"comment": "x" * 2_001}, "at most 2000 characters"),
        ({"seen": "0"}, "Somebody else has changed this driver"),
    ],
)
def test_a_wrong_correction_changes_nothing_and_keeps_what_was_typed(
    support: Staff, praise: Driver, wrong: dict[str, str], message: str
) -> None:
    response = support.post(DRIVER, praise.pk, **{**TURNED, "seen": praise.digest, **wrong})
    assert message in response.content.decode()
    assert 'value="Datalane"' in response.content.decode()
    assert Driver.objects.get(pk=praise.pk).digest == praise.digest


def test_a_driver_is_added_by_its_words(support: Staff, completed: InterviewRequest) -> None:
    place = {"turn": 2, "quote": "price  of\nAcme"}
    page = support.text(ADD, completed.pk, **place)
    assert "price  of\nAcme</textarea>" in page
    response = support.post(ADD, completed.pk, **{**TURNED, **place})
    added = Driver.objects.get(source="staff")
    assert response["Location"].endswith(f"/{completed.pk}/change/#driver-{added.pk}")
    assert (added.quote, added.topic, added.about_name) == ("price of Acme", "options", "Datalane")
    again = support.post(ADD, completed.pk, **{**TURNED, **place})
    assert "There is a driver with these words already" in again.content.decode()
    gone = support.post(ADD, completed.pk, **{**TURNED, "turn": 1, "quote": "price"})
    assert "The answer no longer has these words" in gone.content.decode()
    assert Driver.objects.filter(source="staff").count() == 1


def test_who_may_only_read_corrects_nothing(completed: InterviewRequest, praise: Driver) -> None:
    reader = staff_of("read only")
    assert reader.post(DRIVER, praise.pk, **TURNED, seen=praise.digest).status_code == 403
    assert reader.post(ADD, completed.pk, **TURNED, turn=2, quote="price").status_code == 403
    assert "Save the correction" not in reader.text(SHOWN, completed.pk)
    assert Driver.objects.filter(source="read").count() == Driver.objects.count()


@pytest.fixture
def wish(interview_request: InterviewRequest) -> Wish:
    row = interview_request
    return Wish.objects.create(org=row.org, interview_request=row, kind=Flag.WANTS_A_PERSON)


def test_a_wish_is_on_the_home_page_until_it_is_done(support: Staff, wish: Wish) -> None:
    [todo] = support.get("index").context["todos"]
    assert todo.text == f"{wish.interview_request.contact.name} wants a person"
    assert support.client.get(todo.url).context["original"] == wish.interview_request
    page = support.text(LIST)
    for text in ("wants a person", f"/admin/interviews/interviewrequest/{wish.interview_request_id}/change/"):
        assert text in page
    support.post(LIST, action="take", _selected_action=wish.pk)
    wish.refresh_from_db()
    assert wish.owner == support.user.username
    assert f"{wish.owner} sees to it" in support.text("index")
    assert "<h1>Alice wants a person · Acme</h1>" in support.text("interviews_wish_change", wish.pk)
    InterviewRequest.objects.update(flags=wish.kind)
    assert "wants a person (done)" not in support.text(REQUESTS)
    support.post("interviews_wish_change", wish.pk, owner="", is_done="on")
    wish.refresh_from_db()
    assert wish.done_at is not None
    assert "wants a person (done)" in support.text(REQUESTS)
    assert support.get("index").context["todos"] == []
    assert support.listed("interviews_wish") == []
    assert support.listed("interviews_wish", state="done") == [wish]
    assert "There are no wishes that are not done." in support.text(LIST), "which wishes an empty list hides"


def test_an_action_without_wishes_says_so(support: Staff, wish: Wish) -> None:
    support.post(LIST, action="finish", _selected_action="0")  # as the list sends it
    assert "Select wishes first. Nothing was changed." in support.text(LIST)
    wish.refresh_from_db()
    assert wish.done_at is None


def test_an_owner_is_a_staff_login(support: Staff, wish: Wish) -> None:
    response = support.post("interviews_wish_change", wish.pk, owner="nobody")
    assert "No staff member has this login" in response.content.decode()
    assert Wish.objects.get(pk=wish.pk).owner == ""


def test_wishes_of_another_org_are_not_seen(wish: Wish, globex: Org) -> None:
    manager = staff_of("account manager")
    globex.account_managers.add(manager.user)
    assert manager.listed("interviews_wish") == []
    manager.post(LIST, action="finish", _selected_action=wish.pk)
    assert Wish.objects.get(pk=wish.pk).done_at is None
