"""The pages of orgs and API keys."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from pytest_django import Settings

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from orgs import keys
from orgs.key_verification import forget_keys
from orgs.models import ApiKey, Logo, Org, SecurityEvent
from orgs.services import create_api_key, revoke_api_key, update_org
from tests.client import ApiClient
from tests.images import GREEN_PNG, PNG
from tests.staff.conftest import Staff

CHANGE = "orgs_org_change"
ISSUE = "orgs_org_issue-key"
LOGO = "orgs_org_logo"
REVOKE = "orgs_apikey_revoke"
ROTATE = "orgs_apikey_rotate"
SUSPEND = "orgs_org_suspend"
REACTIVATE = "orgs_org_reactivate"
NOON = "2027-01-15T12:00:00Z"


def key_shown_in(response: Any) -> str:
    [key] = re.findall(r'value="(hsk_\w+)"', response.content.decode())
    return str(key)


def issue(staff: Staff, org: Org, **data: str) -> tuple[str, Any]:
    response = staff.post(ISSUE, org.pk, **{"name": "CRM", **data})
    return key_shown_in(response), response


class TestOrgs:
    def test_the_list_shows_plan_limit_and_live_keys(self, root: Staff, acme: Org, globex: Org) -> None:
        for name in "abc":
            create_api_key(org=acme, name=name)
        revoke_api_key(ApiKey.objects.get(name="a"))
        create_api_key(org=acme, name="expired", lifetime=-timedelta(days=1))
        Org.objects.filter(slug="globex").update(own_rate_limit=5000, is_active=False)
        rows = {org.slug: org for org in root.get("orgs_org_changelist").context["cl"].result_list}
        assert (rows["acme"].live_keys, rows["globex"].live_keys) == (2, 0)
        page = root.get("orgs_org_changelist").content.decode()
        assert "5,000 (own)" in page
        assert ">300<" in page

    @pytest.mark.parametrize(
        ("text", "slugs"),
        [("acm", ["acme"]), ("GLOBEX", ["globex"]), ("cme", ["acme"]), ("LOBEX", ["globex"]), ("nobody", [])],
    )
    def test_are_found_by_name_or_slug(self, root: Staff, acme: Org, globex: Org, text: str, slugs: list[str]) -> None:
        update_org(org_id=globex.pk, name="Globex-Löbex")
        assert [org.slug for org in root.get("orgs_org_changelist", q=text).context["cl"].result_list] == slugs

    def test_a_new_org_can_run_interviews(self, root: Staff) -> None:
        response = root.post("orgs_org_add", name="Initech", plan="enterprise", own_rate_limit="")
        org = Org.objects.get()
        assert response.status_code == 302
        assert (org.slug, org.plan, org.requests_per_minute) == ("initech", "enterprise", 1000)
        assert [kind.name for kind in org.interview_types.all()] == ["Win-loss interview with a buyer"]

    def test_plan_and_limit_count_within_a_minute(
        self, root: Staff, acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        for values, limit in (({"plan": "enterprise"}, "1000"), ({"own_rate_limit": "7"}, "7")):
            root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), **values})
            forget_keys()
            assert acme_api.get(f"/interviews/{interview_request.pk}").headers["X-RateLimit-Limit"] == limit
        assert {entry.change_message for entry in LogEntry.objects.all()} == {
            "Plan: growth → enterprise.",
            "Own rate limit: none → 7.",
        }

    @pytest.mark.parametrize("limit", ["0", "-1", "many"])
    def test_a_limit_is_a_positive_number(self, root: Staff, acme: Org, limit: str) -> None:
        assert root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), "own_rate_limit": limit}).status_code == 200
        acme.refresh_from_db()
        assert acme.own_rate_limit is None

    def test_suspending_says_what_stops_and_asks_for_a_reason(
        self, root: Staff, acme: Org, globex: Org, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        revoke_api_key(create_api_key(org=acme, name="old")[0])
        create_api_key(org=globex, name="other")
        give_consent(interview_request)
        page = root.get(SUSPEND, acme.pk).content.decode()
        assert "1 live API key:" in page
        assert "1 interview under way" in page
        for reason in ("", "  ", "x" * 201):
            refused = root.post(SUSPEND, acme.pk, reason=reason)
            assert (refused.status_code, "1 live API key:" in refused.content.decode()) == (200, True)
            acme.refresh_from_db()
            assert acme.is_active
        assert acme_api.get(f"/interviews/{interview_request.pk}").status_code == 200
        assert not SecurityEvent.objects.filter(kind="org_suspended").exists()

    def test_a_suspended_org_shows_the_reason_until_it_is_reactivated(
        self, root: Staff, acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        path = f"/interviews/{interview_request.pk}"
        assert root.post(SUSPEND, acme.pk, reason="Invoice <7> unpaid").status_code == 302
        assert acme_api.get(path).status_code == 401
        assert "Reason: Invoice &lt;7&gt; unpaid" in root.get(CHANGE, acme.pk).content.decode()
        acme.refresh_from_db()
        assert (acme.is_active, acme.suspension_reason) == (False, "Invoice <7> unpaid")

        assert "<h1>Reactivate</h1>" in root.get(REACTIVATE, acme.pk).content.decode()
        assert acme_api.get(path).status_code == 401, "opening the page changes nothing"
        assert root.post(REACTIVATE, acme.pk).status_code == 302
        assert acme_api.get(path).status_code == 200
        assert "This org is suspended." not in root.get(CHANGE, acme.pk).content.decode()
        acme.refresh_from_db()
        assert (acme.is_active, acme.suspension_reason) == (True, "")
        events = SecurityEvent.objects.filter(org="acme", kind__startswith="org_").order_by("pk")
        assert list(events.values_list("kind", "actor", "subject", "detail")) == [
            ("org_suspended", "root", "acme", "Suspended. Reason: Invoice <7> unpaid"),
            ("org_reactivated", "root", "acme", "Reactivated."),
        ]

    def test_a_second_suspension_keeps_the_first_reason(self, root: Staff, acme: Org) -> None:
        root.post(SUSPEND, acme.pk, reason="First")
        for path, data, message in (
            ("suspend", {"reason": "Second"}, "This org is already suspended."),
            ("reactivate", {}, "Reactivated."),
            ("reactivate", {}, "This org is already active."),
        ):
            response = root.client.post(f"/admin/orgs/org/{acme.pk}/{path}/", data, follow=True)
            assert message in response.content.decode()
            acme.refresh_from_db()
            assert acme.suspension_reason == ("First" if path == "suspend" else "")
        assert [kind for kind in SecurityEvent.objects.values_list("kind", flat=True) if "suspended" in kind] == [
            "org_suspended"
        ]

    @pytest.mark.django_db
    def test_an_active_org_has_no_reason(self, acme: Org) -> None:
        with pytest.raises(IntegrityError, match="org_active_has_no_suspension_reason"), transaction.atomic():
            Org.objects.update(suspension_reason="Unpaid")

    def test_the_form_of_an_org_does_not_suspend_it(self, root: Staff, acme: Org) -> None:
        assert "is_active" not in root.form(CHANGE, acme.pk)
        root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), "is_active": ""})
        acme.refresh_from_db()
        assert acme.is_active

    def test_the_period_of_the_audit_is_shown_and_edited(
        self, root: Staff, acme: Org, interview_request: InterviewRequest, settings: Settings
    ) -> None:
        settings.AUDIT_DAYS = 1_000
        history = ("contacts_contact_history", interview_request.contact_id)
        assert "1,000 days" in root.get(CHANGE, acme.pk).content.decode()
        assert "1,000 days" in root.get(*history).content.decode()
        response = root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), "audit_days": "90"})
        assert response.status_code == 302
        acme.refresh_from_db()
        assert acme.audit_days == 90
        assert "90 days" in root.get(*history).content.decode()
        assert SecurityEvent.objects.get(kind="org_changed").detail == "audit_days: None → 90."

    def test_the_periods_of_answers_and_contacts_are_edited(self, root: Staff, acme: Org) -> None:
        days = {"transcript_days": "90", "contact_days": "365"}
        assert root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), **days}).status_code == 302
        acme.refresh_from_db()
        assert (acme.transcript_days, acme.contact_days) == (90, 365)
        assert {**root.form(CHANGE, acme.pk), **days} == root.form(CHANGE, acme.pk)

    @pytest.mark.parametrize("field", ["audit_days", "transcript_days", "contact_days"])
    @pytest.mark.parametrize("days", ["0", "-1", "36501", "soon"])
    def test_a_period_is_a_number_of_days(self, root: Staff, acme: Org, field: str, days: str) -> None:
        assert root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), field: days}).status_code == 200
        acme.refresh_from_db()
        assert getattr(acme, field) is None

    def test_what_contacts_are_shown_is_edited(self, root: Staff, acme: Org) -> None:
        shown = {
            "contact_address": "research@acme.example",
            "privacy_url": "https://acme.example/privacy",
            "imprint_url": "https://acme.example/imprint",
            "brand_color": "#7a1fa2",
        }
        assert root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), **shown}).status_code == 302
        acme.refresh_from_db()
        assert {field: getattr(acme, field) for field in shown} == shown
        assert "brand_color: → #7a1fa2." in SecurityEvent.objects.get(kind="org_changed").detail

    @pytest.mark.parametrize("field", ["privacy_url", "imprint_url"])
    @pytest.mark.parametrize("url", ["http://acme.example/privacy", "javascript:alert(1)", "acme.example", "https://"])
    def test_a_link_is_an_https_url(self, root: Staff, acme: Org, field: str, url: str) -> None:
        response = root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), field: url})
        assert (response.status_code, b"Enter a URL that begins with https://." in response.content) == (200, True)
        acme.refresh_from_db()
        assert getattr(acme, field) == ""

    def test_a_colour_that_cannot_be_read_is_refused(self, root: Staff, acme: Org) -> None:
        response = root.post(CHANGE, acme.pk, **{**root.form(CHANGE, acme.pk), "brand_color": "#ffd400"})
        assert response.status_code == 200
        text = response.content.decode()
        assert "This colour is too light: its contrast" in text
        assert "The nearest darker colour that can be read is #" in text
        acme.refresh_from_db()
        assert acme.brand_color == ""

    def test_a_logo_is_set_replaced_and_removed(self, root: Staff, acme: Org) -> None:
        assert b"Choose an image" in root.post(LOGO, acme.pk).content
        for content in (PNG, GREEN_PNG):
            assert root.post(LOGO, acme.pk, file=SimpleUploadedFile("logo.png", content)).status_code == 302
            acme.refresh_from_db()
            assert (Logo.objects.get().name, bytes(Logo.objects.get().content)) == (acme.logo, content)
        assert root.post(LOGO, acme.pk, remove="on").status_code == 302
        acme.refresh_from_db()
        assert (acme.logo, Logo.objects.count()) == ("", 0)
        details = SecurityEvent.objects.filter(kind="org_changed").order_by("pk").values_list("detail", flat=True)
        assert list(details) == ["Logo set.", "Logo set.", "Logo removed."]

    def test_what_is_no_image_is_refused(self, root: Staff, acme: Org) -> None:
        file = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", "image/png")
        assert b"Choose a PNG, JPEG or WebP image." in root.post(LOGO, acme.pk, file=file).content
        assert not Logo.objects.exists()

    def test_a_concurrent_edit_shows_the_conflict(self, root: Staff, acme: Org) -> None:
        opened = root.form(CHANGE, acme.pk)
        root.post(CHANGE, acme.pk, **{**opened, "plan": "enterprise"})
        assert "It now reads" in root.post(CHANGE, acme.pk, **{**opened, "plan": "essentials"}).content.decode()
        assert root.post(CHANGE, acme.pk, **{**opened, "own_rate_limit": "9"}).status_code == 302
        acme.refresh_from_db()
        assert (acme.plan, acme.own_rate_limit) == ("enterprise", 9)


class TestKeys:
    def test_a_key_is_shown_once_and_works(self, root: Staff, acme: Org, interview_request: InterviewRequest) -> None:
        key, response = issue(root, acme, expires_in="30")
        assert "no-store" in response.headers["Cache-Control"]
        assert ApiClient(key).get(f"/interviews/{interview_request.pk}").status_code == 200
        row = ApiKey.objects.get()
        assert (row.name, row.org, row.expires_at is not None) == ("CRM", acme, True)
        for page in (
            root.get(CHANGE, acme.pk),
            root.get("orgs_apikey_changelist"),
            root.get("orgs_apikey_change", row.pk),
            root.get("orgs_apikey_history", row.pk),
            root.get(REVOKE, row.pk),
            root.get("index"),
        ):
            assert page.status_code == 200
            assert key not in page.content.decode()
            assert row.digest not in page.content.decode()

    def test_opening_the_form_issues_no_key(self, root: Staff, acme: Org) -> None:
        assert root.get(ISSUE, acme.pk).status_code == 200
        assert root.post(ISSUE, acme.pk, name="", expires_in="0").status_code == 200
        assert not ApiKey.objects.exists()

    def test_revoking_asks_for_confirmation_and_is_permanent(
        self, root: Staff, acme: Org, acme_key: str, interview_request: InterviewRequest
    ) -> None:
        row = ApiKey.objects.get()
        assert "cannot be undone" in root.get(REVOKE, row.pk).content.decode()
        assert ApiClient(acme_key).get(f"/interviews/{interview_request.pk}").status_code == 200
        assert root.post(REVOKE, row.pk).status_code == 302
        assert ApiClient(acme_key).get(f"/interviews/{interview_request.pk}").status_code == 401
        assert "revoked" in root.get(CHANGE, acme.pk).content.decode()
        assert LogEntry.objects.get().change_message == "Revoked."

    def test_both_keys_work_until_the_grace_period_of_a_rotation_ends(
        self, root: Staff, acme: Org, interview_request: InterviewRequest
    ) -> None:
        path = f"/interviews/{interview_request.pk}"
        with time_machine.travel(NOON, tick=False) as clock:
            old, old_key = create_api_key(org=acme, name="CRM", lifetime=timedelta(days=90), scopes="read")
            root.client.force_login(root.user)
            page = root.get(ROTATE, old.pk)
            assert (page.context["form"]["grace_days"].value(), ApiKey.objects.count()) == (7, 1)
            response = root.post(ROTATE, old.pk, grace_days="2")
            new_key = key_shown_in(response)
            assert "no-store" in response.headers["Cache-Control"]
            assert "works until 17 Jan 2027, 12:00" in response.content.decode()
            assert "live until 17 Jan 2027, 12:00" in root.get(CHANGE, acme.pk).content.decode()
            clock.shift(timedelta(days=2) - timedelta(seconds=1))
            assert [ApiClient(key).get(path).status_code for key in (old_key, new_key)] == [200, 200]
            clock.shift(timedelta(seconds=1))
            assert [ApiClient(key).get(path).status_code for key in (old_key, new_key)] == [401, 200]
        new = ApiKey.objects.exclude(pk=old.pk).get()
        assert (new.prefix, new.org, new.name, new.lifetime, new.scopes) == (
            *(keys.prefix_of(new_key), acme, "CRM", timedelta(days=90), "read"),
        )
        event = SecurityEvent.objects.get(kind="key_rotated")
        assert (event.actor, event.org, event.subject) == ("root", "acme", old.prefix)
        assert event.detail == f"New key: {new.prefix}. Grace: 2 days."
        assert LogEntry.objects.get().change_message == f"Rotated. New key: {new.prefix}."
        for shown in (root.get("orgs_apikey_change", old.pk), root.get("orgs_apikey_change", new.pk)):
            assert new_key not in shown.content.decode()

    def test_without_grace_a_rotated_key_stops_at_once(
        self, root: Staff, acme_key: str, interview_request: InterviewRequest
    ) -> None:
        response = root.post(ROTATE, ApiKey.objects.get().pk, grace_days="0")
        assert "no longer works" in response.content.decode()
        statuses = [
            ApiClient(key).get(f"/interviews/{interview_request.pk}").status_code
            for key in (acme_key, key_shown_in(response))
        ]
        assert statuses == [401, 200]

    @pytest.mark.parametrize("days", ["-1", "366", "", "soon"])
    def test_a_grace_period_that_is_not_valid_changes_nothing(self, root: Staff, acme_key: str, days: str) -> None:
        response = root.post(ROTATE, ApiKey.objects.get().pk, grace_days=days)
        assert response.status_code == 200
        assert response.context["form"].errors["grace_days"]
        assert ApiKey.objects.get().expires_at is None

    def test_only_a_live_key_is_rotated(self, root: Staff, acme: Org) -> None:
        revoked, expired = create_api_key(org=acme, name="a")[0], create_api_key(org=acme, name="b")[0]
        rotate = root.get("orgs_apikey_change", revoked.pk).content.decode()
        assert f"/{revoked.pk}/rotate/" in rotate
        revoke_api_key(revoked)
        ApiKey.objects.filter(pk=expired.pk).update(expires_at=expired.created_at)
        for row in (revoked, expired):
            path = f"/admin/orgs/apikey/{row.pk}/rotate/"
            answer = root.client.post(path, {"grace_days": "7"}, follow=True).content.decode()
            assert "This key has expired or was revoked. Issue a new key instead." in answer
            assert path not in root.get("orgs_apikey_change", row.pk).content.decode()
            assert path not in root.get(CHANGE, acme.pk).content.decode()
        assert ApiKey.objects.count() == 2

    def test_last_use_is_shown(
        self, root: Staff, acme: Org, acme_key: str, interview_request: InterviewRequest
    ) -> None:
        assert ">never<" in root.get(CHANGE, acme.pk).content.decode()
        ApiClient(acme_key).get(f"/interviews/{interview_request.pk}")
        assert ">never<" not in root.get(CHANGE, acme.pk).content.decode()

    def test_keys_cannot_be_added_edited_or_deleted(self, root: Staff, acme_key: str) -> None:
        row = ApiKey.objects.get()
        assert root.client.get("/admin/orgs/apikey/add/").status_code == 403
        assert root.post("orgs_apikey_change", row.pk, name="x", digest="x").status_code == 403
        assert root.post("orgs_apikey_delete", row.pk, post="yes").status_code == 403
        row.refresh_from_db()
        assert (row.name, row.digest) == ("CRM", keys.digest_of(acme_key))
