"""The commands that list and change orgs and keys, `purge`, and `reset_second_factor`."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from hindsight.api.models import IdempotencyRecord
from interviews.models import InterviewRequest
from orgs.models import ApiKey, Org, SecurityEvent
from orgs.services import create_api_key, revoke_api_key
from tests.client import ApiClient
from tests.commands.running import run
from tests.staff.authenticator import add_app

pytestmark = pytest.mark.django_db

NOON = "2027-01-15T12:00:00Z"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class TestListOrgs:
    def test_tab_separated_rows_without_a_terminal(self, acme: Org, globex: Org, acme_key: str) -> None:
        revoke_api_key(create_api_key(org=acme, name="old")[0])
        create_api_key(org=acme, name="past", lifetime=-timedelta(days=1))
        Org.objects.filter(pk=globex.pk).update(is_active=False, own_rate_limit=42)
        assert run("list_orgs") == "acme\tgrowth\t300\tactive\t1\tAcme\nglobex\tgrowth\t42\tsuspended\t0\tGlobex\n"
        Org.objects.filter(pk=acme.pk).update(name="A\tc\nm\x1b[31me \u202e", search_text="")
        assert run("list_orgs").startswith("acme\tgrowth\t300\tactive\t1\tA c m[31me \n"), "no control characters"

    def test_columns_with_a_header_on_a_terminal(self, acme: Org, globex: Org) -> None:
        assert run("list_orgs", stdout=Terminal()).splitlines() == [
            "SLUG    PLAN    REQUESTS/MIN  STATE   LIVE KEYS  NAME",
            "acme    growth  300           active  0          Acme",
            "globex  growth  300           active  0          Globex",
        ]


class TestListApiKeys:
    @time_machine.travel(NOON, tick=False)
    def test_lists_every_key_with_its_state_and_without_its_secret(self, acme: Org, globex: Org) -> None:
        expired, _ = create_api_key(org=acme, name="Old CRM", lifetime=-timedelta(seconds=1))
        revoked, _ = create_api_key(org=acme, name="Leaked")
        revoke_api_key(revoked)
        live, _ = create_api_key(org=globex, name="CRM", lifetime=timedelta(days=1))
        ApiKey.objects.filter(pk=live.pk).update(last_used_at=timezone.now())
        listed = run("list_api_keys").splitlines()
        assert listed == [
            f"{live.prefix}\tglobex\tlive\t{NOON}\t{NOON}\t2027-01-16T12:00:00Z\tread write\tCRM",
            f"{revoked.prefix}\tacme\trevoked\t{NOON}\t-\t-\tread write\tLeaked",
            f"{expired.prefix}\tacme\texpired\t{NOON}\t-\t2027-01-15T11:59:59Z\tread write\tOld CRM",
        ]
        assert run("list_api_keys", "--org", "acme").splitlines() == listed[1:]


class TestRotateApiKey:
    @pytest.mark.parametrize(("options", "days"), [([], 7), (["--grace-days", 0], 0)])
    def test_both_keys_work_until_the_grace_period_ends(
        self, acme: Org, interview_request: InterviewRequest, options: list[object], days: int
    ) -> None:
        path = f"/interviews/{interview_request.pk}"
        with time_machine.travel(NOON, tick=False) as clock:
            old = create_api_key(org=acme, name="CRM")[1]
            printed = run("rotate_api_key", old[:12], *options)
            new = printed.strip()
            assert printed == f"{new}\n"
            clock.shift(timedelta(days=days) - timedelta(seconds=1))
            assert [ApiClient(key).get(path).status_code for key in (old, new)] == [200, 200]
            clock.shift(timedelta(seconds=1))
            assert [ApiClient(key).get(path).status_code for key in (old, new)] == [401, 200]
        row = ApiKey.objects.get(prefix=new[:12])
        assert (row.org, row.name, row.expires_at) == (acme, "CRM", None)

    @time_machine.travel(NOON, tick=False)
    def test_the_new_key_has_the_lifetime_of_the_old_one(self, acme: Org) -> None:
        old, secret = create_api_key(org=acme, name="CRM", lifetime=timedelta(days=90))
        ApiKey.objects.update(created_at=old.created_at - timedelta(days=87), expires_at=timezone.now() + timedelta(3))
        new = run("rotate_api_key", secret).strip()
        assert ApiKey.objects.get(prefix=new[:12]).expires_at == timezone.now() + timedelta(days=90)
        old.refresh_from_db()
        assert old.expires_at == timezone.now() + timedelta(days=3), "rotation does not extend the old key"

    @time_machine.travel(NOON, tick=False)
    def test_rotating_a_key_without_expiry_twice_gives_keys_without_expiry(self, acme_key: str) -> None:
        """An operator may lose the first new key, which is printed only once."""
        for _ in range(2):
            new = run("rotate_api_key", acme_key).strip()
            assert ApiKey.objects.get(prefix=new[:12]).expires_at is None
        assert ApiKey.objects.get(prefix=acme_key[:12]).expires_at == timezone.now() + timedelta(days=7)


class TestSetPlan:
    def test_the_own_limit_can_be_set_kept_and_removed(self, acme: Org) -> None:
        for arguments, limit in (
            (["enterprise"], 1000),
            (["growth", "--rate-limit", 5000], 5000),
            (["essentials"], 5000),
            (["essentials", "--plan-limit"], 60),
        ):
            assert run("set_plan", "acme", *arguments) == f"{limit}\n"
            acme.refresh_from_db()
            assert (acme.plan, acme.requests_per_minute) == (arguments[0], limit)
        assert acme.own_rate_limit is None


class TestPurge:
    def test_deletes_only_expired_rows(self) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            for name, hours in (("short", 23), ("long", 47)):
                ends = timezone.now() + timedelta(hours=hours)
                Session.objects.create(session_key=name, session_data="", expire_date=ends)
                IdempotencyRecord.objects.create(org_id=1, key=name, created_at=ends - timedelta(hours=24))
            clock.shift(timedelta(hours=24))
            expired = {"idempotency records", "sessions"}
            for options, names in ((["--dry-run"], expired), ([], expired), ([], set())):
                lines = [line.split("\t") for line in run("purge", *options).splitlines()]
                assert {name: count for name, _, count in lines if count != "0"} == dict.fromkeys(names, "1")
        assert Session.objects.get().session_key == IdempotencyRecord.objects.get().key == "long"

    def test_security_events_are_kept_for_the_days_of_the_setting(self, settings: Settings) -> None:
        settings.SECURITY_EVENT_DAYS = 30
        now = timezone.now()
        for days in (29, 31):
            with time_machine.travel(now - timedelta(days=days), tick=False):
                SecurityEvent.objects.create(kind="login", actor_kind="staff", actor=f"{days}")
        assert "security events\t-\t1\n" in run("purge")
        assert list(SecurityEvent.objects.filter(kind="login").values_list("actor", flat=True)) == ["29"]


def test_the_next_login_sets_up_a_new_one(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    ann, bob = (User.objects.create_user(name, password="correct horse", is_staff=True) for name in ("ann", "bob"))
    for user in (ann, bob):
        add_app(user)
    Authenticator.objects.create(user=ann, type="recovery_codes", data={"seed": "ab", "used_mask": 0})
    assert run("reset_second_factor", "Ann") == "Removed: 2.\n"
    assert [authenticator.user for authenticator in Authenticator.objects.all()] == [bob]
    events = SecurityEvent.objects.filter(kind="factor_removed", subject="ann")
    *removed, command = events.order_by("pk")
    assert sorted(event.detail for event in removed) == ["Recovery codes.", "TOTP Authenticator."]
    assert command.actor == "reset_second_factor"
    client = Client()
    client.post("/admin/login/", {"username": "ann", "password": "correct horse"})
    assert client.get("/admin/login/").headers["Location"] == "/admin/second-factor/"
