"""Who makes, sees and removes links between accounts at the provider and staff logins."""

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from pytest_django import Settings

from staff.login.single_sign_on import FAILED, LINKED_ALREADY, links
from tests.fakes.identity_provider import IdentityProvider
from tests.staff.authenticator import code_of, shown_secret
from tests.staff.conftest import Fields, Staff, log_in
from tests.staff.single_sign_on.conftest import PAGE, come_back, events, is_open, sign_on

pytestmark = pytest.mark.django_db

OWN_PAGE = "/admin/single-sign-on/"
LINK = "/admin/sso/sso/link/"


@pytest.fixture(autouse=True)
def second_factor_is_optional(settings: Settings, provider: IdentityProvider) -> None:
    """For sessions of tests, which have shown none."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def recent(root: Staff) -> Staff:
    """Has entered the password a moment ago."""
    session = root.client.session
    request = RequestFactory().get("/")
    request.session = session
    record_authentication(request, root.user, "password")
    session.save()
    return root


def of(user: User) -> list[str]:
    return [link.uid for link in links.links_of(user)]


def test_a_person_links_their_account_while_logged_in(recent: Staff) -> None:
    page = recent.client.get(OWN_PAGE)
    assert "No account is linked." in page.content.decode()
    done = come_back(recent.client, recent.client.post(LINK))
    assert done.headers["Location"] == OWN_PAGE
    assert of(recent.user) == ["a1"]
    assert events("link_made") == [("root", "root", "Account a1.")]
    shown = recent.client.get(OWN_PAGE).content.decode()
    assert "a1" in shown
    assert "never" in shown
    assert sign_on(Client()).headers["Location"] == PAGE
    assert events("link_used") == [("root", "root", "Account a1.")]
    assert "Ann@example.com" in recent.client.get(OWN_PAGE).content.decode()


def test_a_link_needs_a_login_a_post_and_a_recent_password(root: Staff) -> None:
    assert Client().post(LINK).headers["Location"] == f"/admin/login/?next={OWN_PAGE}"
    assert root.client.get(LINK).headers["Location"] == OWN_PAGE
    assert root.client.post(LINK).headers["Location"] == f"/admin/confirm/?next={OWN_PAGE}"
    assert Client(enforce_csrf_checks=True).post(LINK).status_code == 403
    assert SocialAccount.objects.count() == 0


def test_the_login_that_asked_for_a_link_gets_it_and_no_other(recent: Staff) -> None:
    begun = recent.client.post(LINK)
    eve = log_in("eve", is_superuser=True)
    session = recent.client.session
    states = session["socialaccount_states"]
    recent.client.force_login(eve.user)
    session = recent.client.session
    session["socialaccount_states"] = states
    session.save()
    refused = come_back(recent.client, begun)
    assert refused.status_code == 400
    assert FAILED in refused.content.decode()
    assert SocialAccount.objects.count() == 0


def test_an_account_is_linked_to_one_login(recent: Staff, linked: User) -> None:
    refused = come_back(recent.client, recent.client.post(LINK))
    assert refused.status_code == 403
    assert LINKED_ALREADY in refused.content.decode()
    page = recent.post("auth_user_single-sign-on", recent.user.pk, subject="a1")
    assert LINKED_ALREADY in page.content.decode()
    assert of(linked) == ["a1"]
    assert of(recent.user) == []


def test_a_person_removes_only_links_of_their_own(root: Staff, linked: User) -> None:
    links.make(root.user, "r1")
    for number in (str(links.links_of(linked).get().pk), "", "x", "9" * 30, "9" * 5_000):
        assert root.client.post(OWN_PAGE, {"remove": number}).status_code == 404
    removed = root.client.post(OWN_PAGE, {"remove": links.links_of(root.user).get().pk})
    assert removed.headers["Location"] == OWN_PAGE
    assert (of(root.user), of(linked)) == ([], ["a1"])
    assert events("link_removed") == [("root", "root", "Account r1.")]


def test_a_superuser_makes_and_removes_links_of_others(root: Staff, ann: User) -> None:
    made = root.post("auth_user_single-sign-on", ann.pk, subject="a1")
    assert made.status_code == 302
    assert events("link_made") == [("root", "ann", "Account a1.")]
    client = Client()
    sign_on(client)
    assert is_open(client)
    assert events("link_used") == [("ann", "ann", "Account a1.")]
    page = root.get("auth_user_single-sign-on", ann.pk)
    assert "Ann@example.com" in page.content.decode()
    root.post("auth_user_single-sign-on", ann.pk, remove=links.links_of(ann).get().pk)
    assert of(ann) == []
    assert events("link_removed") == [("root", "ann", "Account a1.")]
    assert not is_open(client), "its session has ended too"
    assert sign_on(Client()).status_code == 403


def test_a_session_whose_link_was_removed_sets_up_no_second_factor(linked: User, settings: Settings) -> None:
    """It could add a passkey, and log in again with the passkey alone."""
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    sign_on(client)
    page = "/admin/second-factor/app/"
    secret = shown_secret(client.get(page))
    links.links_of(linked).get().delete()
    for path in (page, "/admin/second-factor/passkeys/add/", "/admin/second-factor/", "/admin/confirm/"):
        assert client.get(path).headers["Location"] == f"/admin/login/?next={path}"
    assert client.post(page, {"code": code_of(secret)}).headers["Location"] == f"/admin/login/?next={page}"
    assert not Authenticator.objects.exists()
    assert client.get("/admin/login/").status_code == 200
    assert SESSION_KEY not in client.session, "logged out"


@pytest.mark.parametrize("subject", ["", "a\x00b", "a" * 192, "\u0430"])
def test_what_can_be_no_subject_is_refused(root: Staff, ann: User, subject: str) -> None:
    page = root.post("auth_user_single-sign-on", ann.pk, subject=subject)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert of(ann) == []


def test_only_superusers_see_links_of_others(support: Staff, linked: User) -> None:
    assert support.get("auth_user_single-sign-on", linked.pk).status_code == 403
    assert support.post("auth_user_single-sign-on", linked.pk, subject="s1").status_code == 403
    assert of(linked) == ["a1"]


def change(root: Staff, user: User, **changed: str) -> None:
    sent = Fields(root.get("auth_user_change", user.pk)).data
    assert root.post("auth_user_change", user.pk, **{**sent, **changed}).status_code == 302


def test_a_changed_address_ends_the_links(root: Staff, linked: User) -> None:
    change(root, linked, first_name="Ann")
    change(root, linked, email="ANN@example.com")
    assert of(linked) == ["a1"], "the same address"
    change(root, linked, email="bob@example.com")
    assert of(linked) == []
    assert events("link_removed") == [("root", "ann", "Account a1.")]


def test_a_superuser_confirms_that_a_new_address_is_of_the_same_person(root: Staff, linked: User) -> None:
    change(root, linked, email="ann.smith@example.com", keeps_links="on")
    assert of(linked) == ["a1"]
    linked.refresh_from_db()
    assert linked.email == "ann.smith@example.com"
    change(root, linked, email="bob@example.com")
    assert of(linked) == [], "a confirmation counts once"


def test_a_login_without_links_has_nothing_to_confirm(root: Staff, ann: User) -> None:
    assert "keeps_links" not in Fields(root.get("auth_user_change", ann.pk)).data
    assert "Keep single sign-on" not in root.get("auth_user_change", ann.pk).content.decode()


def test_the_shell_ends_links_too(linked: User) -> None:
    linked.email = "bob@example.com"
    linked.save()
    assert of(linked) == []


def test_a_deleted_login_loses_its_links(root: Staff, linked: User) -> None:
    root.post("auth_user_delete", linked.pk, post="yes")
    assert not User.objects.filter(pk=linked.pk).exists()
    assert ("root", "ann", "Account a1.") in events("link_removed")
