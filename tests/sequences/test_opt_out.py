"""The page to opt out of mails, and back in."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from interviews.services.erasure import delete_contact, erase_contact
from orgs.models import Org
from sequences.mail import OptOutLink
from sequences.models import Enrolment, MailState, Sequence, StopReason, Suppression
from sequences.models.suppression import digests_of
from sequences.services.enrolments import EnrolmentError
from sequences.services.stopping import suppress, unsuppress
from tests.factories import SequenceFactory
from tests.fakes.mail_server import MailServer
from tests.interviews.web.client import visible
from tests.sequences.conftest import SAM, enrol
from tests.working import work_off
from webhooks.models import Event
from webhooks.sending import Url
from webhooks.services.endpoints import create_endpoint

pytestmark = pytest.mark.usefixtures("clock")

BROWSER = Client(enforce_csrf_checks=True)
HOOKS = Url("https://hooks.example.com/")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def link(sequence: Sequence, mails: MailServer) -> str:
    """Of the invitation that Alice has received."""
    enrol(sequence)
    assert work_off("mails") == 1
    [mail] = mails.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(mail["List-Unsubscribe"]).strip("<>").removeprefix("https://hindsight.example.com")


def press(link: str, step: str) -> Any:
    form = {"token": link.partition("token=")[2], "step": step}
    return BROWSER.post("/survey/opt-out", form, headers={"Origin": "null"}, follow=True)


def stored() -> list[tuple[int | None, str]]:
    return [*Suppression.objects.order_by("pk").values_list("org", "reason")]


def test_the_link_is_in_both_parts_of_the_mail_and_get_changes_nothing(link: str, mails: MailServer) -> None:
    for kind in ("plain", "html"):
        assert link in mails.mails[0].get_body((kind,)).get_content()  # type: ignore[union-attr]
    for method in (BROWSER.get, BROWSER.head):
        assert method(link).status_code == 200
    assert "Stop mails from Acme" in visible(BROWSER.get(link))
    assert not Suppression.objects.exists()
    assert Enrolment.objects.get().finished_at is None


def test_one_click_of_a_mail_program_opts_out_of_the_org_at_once(link: str, acme: Org) -> None:
    create_endpoint(org_id=acme.pk, url=HOOKS, event_types=["interview.opted_out"])
    response = BROWSER.post(link, ONE_CLICK)
    assert (response.status_code, response.cookies) == (200, {})
    assert "You no longer get mails from Acme" in visible(response)
    assert stored() == [(acme.pk, StopReason.OPTED_OUT)]
    enrolment = Enrolment.objects.get()
    assert enrolment.stop_reason == StopReason.OPTED_OUT
    assert [mail.state for mail in enrolment.mails.order_by("step")] == [MailState.SENT, MailState.STOPPED]
    assert BROWSER.post(link, ONE_CLICK).status_code == 200
    assert [*Event.objects.values_list("type", flat=True)] == ["interview.opted_out"]


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=Two-Clicks", "step=unknown", "step=out_of_org"])
def test_other_bodies_change_nothing(link: str, body: str) -> None:
    response = BROWSER.post(link, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert not Suppression.objects.exists()


def test_out_of_all_orgs_and_back_in(link: str, acme: Org, globex: Org) -> None:
    other = SequenceFactory.create(org=globex)
    assert "Allow mails from Acme again" in visible(press(link, "out"))
    enrol(other)
    assert "You no longer get mails through Hindsight" in visible(press(link, "out_everywhere"))
    assert stored() == [(acme.pk, "opted_out"), (None, "opted_out")]
    assert {row.stop_reason for row in Enrolment.objects.all()} == {StopReason.OPTED_OUT}
    with pytest.raises(EnrolmentError, match="opted out"):
        enrol(other)
    assert "You no longer get mails from Acme" in visible(press(link, "in_everywhere"))
    enrol(other)
    assert "Do you want to stop these mails?" in visible(press(link, "in"))
    assert stored() == []
    assert Enrolment.objects.filter(org=acme).exclude(finished_at=None).count() == 1  # not resumed


@pytest.mark.parametrize("remove", [erase_contact, delete_contact])
def test_the_link_outlives_the_contact_and_shows_no_address(
    link: str, acme: Org, sequence: Sequence, remove: Any
) -> None:
    contact = Enrolment.objects.get().contact
    remove(org_id=acme.pk, contact_id=contact.pk, actor=SAM)
    page = press(link, "out")
    assert "You no longer get mails from Acme" in visible(page)
    assert "alice" not in page.content.decode() + link
    assert stored() == [(acme.pk, "opted_out")]
    with pytest.raises(EnrolmentError, match="opted out"):
        enrol(sequence)
    press(link, "in")
    enrol(sequence)


def test_an_opt_out_after_the_last_mail_is_announced_too(link: str, acme: Org) -> None:
    create_endpoint(org_id=acme.pk, url=HOOKS, event_types=["interview.opted_out"])
    Enrolment.objects.update(finished_at="2026-03-02T09:00Z")
    press(link, "out")
    assert Enrolment.objects.get().stop_reason == StopReason.OPTED_OUT
    assert Event.objects.count() == 1


def test_a_new_address_of_the_contact_is_not_that_of_the_mail(link: str, acme: Org) -> None:
    """The enrolment stops, because a person of this interview request has asked for it."""
    contact = Enrolment.objects.get().contact
    contact.email = "alice@new.example.com"
    contact.save()
    press(link, "out")
    assert Suppression.objects.of("alice@example.com", acme.pk).exists()
    assert not Suppression.objects.of("alice@new.example.com", acme.pk).exists()
    assert Enrolment.objects.get().stop_reason == StopReason.OPTED_OUT


@pytest.mark.parametrize("token", ["", "x", "1-2-3", "1-2-3.x", "a\0b", "x" * 5_000, "語"])
def test_unknown_links_get_one_page(link: str, token: str) -> None:
    for response in (BROWSER.get("/survey/opt-out", {"token": token}), press(f"token={token}", "out")):
        assert response.status_code == 404
        assert "no longer valid" in visible(response)
    assert not Suppression.objects.exists()


def test_a_forged_link_is_unknown(link: str, globex: Org) -> None:
    token = link.partition("token=")[2]
    forged = re.sub(r"^\d+", str(globex.pk), token)
    assert forged != token
    assert press(f"token={forged}", "out").status_code == 404
    assert OptOutLink.of(token)
    assert not Suppression.objects.exists()


def test_links_and_suppressions_outlive_the_secret_key(link: str, acme: Org, settings: Settings) -> None:
    press(link, "out")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "k" * 50
    assert press(link, "in").status_code == 404
    assert not Suppression.objects.of("alice@example.com", acme.pk).exists()
    settings.OLD_MAIL_KEYS = [old]
    assert Suppression.objects.of("alice@example.com", acme.pk).exists()
    press(link, "in")
    assert stored() == []


def test_the_page_has_the_language_of_the_mail_and_the_headers_of_the_survey(link: str) -> None:
    Sequence.objects.update(language="de")
    response = BROWSER.get(link, headers={"Accept-Language": "fr"})
    assert "Keine Mails mehr von Acme" in visible(response)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "<script" not in response.content.decode()
    assert BROWSER.put(link).status_code == 405


def test_an_address_over_the_limit_has_to_wait(link: str, settings: Settings) -> None:
    settings.ANONYMOUS_RATE_LIMIT = 1
    assert [BROWSER.get(link).status_code, BROWSER.post(link, ONE_CLICK).status_code] == [200, 429]
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    "same",
    [
        "ALICE@example.com",
        " alice@example.com ",
        "\N{FULLWIDTH LATIN SMALL LETTER A}lice@example.com",
        "alice@EXAMPLE.com",
        "al\N{LATIN SMALL LETTER DOTLESS I}ce@example.com",
    ],
)
def test_addresses_are_compared_after_nfkc_and_casefold(acme: Org, same: str) -> None:
    suppress(email=same, org_id=acme.pk, reason=StopReason.OPTED_OUT)
    is_same = "\N{LATIN SMALL LETTER DOTLESS I}" not in same  # a letter of its own, also in lower case
    assert Suppression.objects.of("alice@example.com", acme.pk).exists() == is_same
    assert unsuppress(email="alice@example.com", org_id=acme.pk) == is_same
    assert digests_of("straße@example.com") == digests_of("STRASSE@example.com")
