"""A wish is open until a person has seen to it."""

import pytest

from interviews.lifecycle import Flag
from interviews.models import InterviewRequest, Wish
from interviews.services.conversation_steps import submit_answer
from interviews.services.erasure import erase_contact
from interviews.services.wishes import assign_wish, decline_interview, finish_wish, withdraw_decline
from orgs.models import Change, Org
from tests.interviews.steps import SAM


@pytest.fixture
def wish(running: InterviewRequest) -> Wish:
    submit_answer(running, number=1, text="Could a person call me?")
    return Wish.objects.get()


def test_an_answer_with_a_wish_opens_one(wish: Wish, running: InterviewRequest) -> None:
    assert (wish.org_id, wish.interview_request_id, wish.kind) == (running.org_id, running.pk, Flag.WANTS_A_PERSON)
    assert (wish.owner, wish.done_at) == ("", None)


def test_an_owner_sees_to_it(wish: Wish) -> None:
    assign_wish(org_id=wish.org_id, wish_id=wish.pk, owner="kim", actor=SAM)
    finish_wish(org_id=wish.org_id, wish_id=wish.pk, actor=SAM)
    wish.refresh_from_db()
    assert wish.owner == "kim"
    assert wish.done_at is not None
    finish_wish(org_id=wish.org_id, wish_id=wish.pk, is_done=False, actor=SAM)
    assert Wish.objects.open().get() == wish
    assert [change.field for change in Change.objects.of(wish)] == ["done_at", "done_at", "owner"]


def test_who_finishes_it_owns_it(wish: Wish) -> None:
    assert finish_wish(org_id=wish.org_id, wish_id=wish.pk, actor=SAM).owner == "sam"


def test_a_wish_of_another_org_is_not_found(wish: Wish, globex: Org) -> None:
    with pytest.raises(Wish.DoesNotExist):
        assign_wish(org_id=globex.pk, wish_id=wish.pk, owner="kim", actor=SAM)
    with pytest.raises(Wish.DoesNotExist):
        finish_wish(org_id=globex.pk, wish_id=wish.pk, actor=SAM)


def test_an_erasure_sees_to_all_wishes(wish: Wish, running: InterviewRequest) -> None:
    erase_contact(org_id=wish.org_id, contact_id=running.contact_id, actor=SAM)
    assert not Wish.objects.open().exists()


def test_to_decline_is_no_wish(running: InterviewRequest) -> None:
    decline_interview(running)
    withdraw_decline(running)
    assert not Wish.objects.exists()
