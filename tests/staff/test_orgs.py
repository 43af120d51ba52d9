"""The pages of orgs and API keys."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from hindsight.limits import day_counts
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from orgs import keys
from orgs.authentication import forget_keys
from orgs.models import ApiKey, Logo, Org, SecurityEvent
from orgs.services import create_api_key, revoke_api_key, update_org
from tests.broken_store import make_counters_unavailable
from tests.client import ApiClient
from tests.images import GREEN_PNG, PNG
from tests.staff.conftest import Staff, staff_of

CHANGE = "orgs_org_change"
ISSUE = "orgs_org_issue-key"
LOGO = "orgs_org_logo"
REVOKE = "orgs_apikey_revoke"
ROTATE = "orgs_apikey_rotate"
SUSPEND = "orgs_org_suspend"
REACTIVATE = "orgs_org_reactivate"
LINKS = ("privacy_url", "imprint_url")


def key_shown_in(response: Any) -> str:
    [key] = re.findall(r'value="(hsk_\w+)"', response.content.decode())
    return str(key)


@pytest.mark.parametrize(
    ("kind", "label", "page"),
    [
        ("orgs_apikey", "Add API key", ISSUE),
        ("webhooks_endpoint", "Add webhook endpoint", "orgs_org_add-webhook"),
    ],
)
def test_a_list_of_what_orgs_have_leads_to_the_page_that_adds_to_one(
    root: Staff, acme: Org, kind: str, label: str, page: str
) -> None:
    assert label in root.text(f"{kind}_changelist")
    asked = root.get(f"{kind}_add")
    assert "Choose one from the list" in asked.content.decode()
    assert root.get(f"{kind}_add", org="Acme (acme)")["Location"] == reverse(f"admin:{page}", args=[acme.pk])
    assert "No org matches." in root.text(f"{kind}_add", org="nobody")
    assert label not in staff_of("read only").text(f"{kind}_changelist")


class TestOrgs:
    def test_the_list_shows_plan_limit_and_live_keys_and_is_searched(self, root: Staff, acme: Org, globex: Org) -> None:
        for name in "abc":
            create_api_key(org=acme, name=name)
        revoke_api_key(ApiKey.objects.get(name="a"))
        create_api_key(org=acme, name="expired", lifetime=-timedelta(days=1))
        Org.objects.filter(slug="globex").update(own_rate_limit=5000, is_active=False)
        assert {org.slug: org.live_keys for org in root.listed("orgs_org")} == {"acme": 2, "globex": 0}
        assert "5,000 (own)" in root.text("orgs_org_changelist")
        update_org(org_id=globex.pk, name="Globex-Löbex")
        for text, found in (("cme", [acme]), ("LOBEX", [globex]), ("nobody", [])):
            assert root.listed("orgs_org", q=text) == found

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
            root.save(CHANGE, acme.pk, **values)
            forget_keys()
            assert acme_api.get(f"/interviews/{interview_request.pk}").headers["X-RateLimit-Limit"] == limit
        assert {entry.change_message for entry in LogEntry.objects.all()} == {
            "Plan: growth → enterprise.",
            "Own rate limit: none → 7.",
        }

    def test_suspending_says_what_stops_and_asks_for_a_reason(
        self, root: Staff, acme: Org, globex: Org, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        revoke_api_key(create_api_key(org=acme, name="old")[0])
        create_api_key(org=globex, name="other")
        give_consent(interview_request)
        asked = [
            root.get(SUSPEND, acme.pk),
            *(root.post(SUSPEND, acme.pk, reason=text) for text in ("", "  ", "x" * 201)),
        ]
        for page in asked:
            assert page.status_code == 200
            assert "1 live API key:" in page.content.decode()
            assert "1 interview under way" in page.content.decode()
        assert acme_api.get(f"/interviews/{interview_request.pk}").status_code == 200
        assert Org.objects.filter(is_active=True).count() == 2
        assert not SecurityEvent.objects.filter(kind="org_suspended").exists()

    def test_a_suspended_org_shows_the_first_reason_until_it_is_reactivated(
        self, root: Staff, acme: Org, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        path = f"/interviews/{interview_request.pk}"
        for reason in ("Invoice <7> unpaid", "Second"):
            assert root.post(SUSPEND, acme.pk, reason=reason).status_code == 302
            assert acme_api.get(path).status_code == 401
            assert "Reason: Invoice &lt;7&gt; unpaid" in root.text(CHANGE, acme.pk)
        assert root.get(REACTIVATE, acme.pk).status_code == 200
        assert acme_api.get(path).status_code == 401, "opening the page changes nothing"
        for _ in range(2):
            assert root.post(REACTIVATE, acme.pk).status_code == 302
            assert acme_api.get(path).status_code == 200
        acme.refresh_from_db()
        assert (acme.is_active, acme.suspension_reason) == (True, "")
        events = SecurityEvent.objects.filter(org="acme", kind__startswith="org_").order_by("pk")
        assert list(events.values_list("kind", "actor", "subject", "detail")) == [
            ("org_suspended", "root", "acme", "Suspended. Reason: Invoice <7> unpaid"),
            ("org_reactivated", "root", "acme", "Reactivated."),
        ]

    def test_the_period_of_the_audit_is_shown_and_edited(
        self, root: Staff, acme: Org, interview_request: InterviewRequest, settings: Settings
    ) -> None:
        settings.AUDIT_DAYS = 1_000
        history = ("contacts_contact_history", interview_request.contact_id)
        assert "1,000 days" in root.text(*history)
        root.save(CHANGE, acme.pk, audit_days="90")
        assert "90 days" in root.text(*history)
        assert SecurityEvent.objects.get(kind="org_changed").detail == "audit_days: None → 90."

    def test_what_contacts_are_shown_and_the_periods_are_edited(self, root: Staff, acme: Org) -> None:
        edits = {
            "contact_address": "research@acme.example",
            "privacy_url": "https://acme.example/privacy",
            "imprint_url": "https://acme.example/imprint",
            "brand_color": "#7a1fa2",
            "transcript_days": "90",
            "contact_days": "365",
        }
        assert "is_active" not in root.form(CHANGE, acme.pk)
        assert root.save(CHANGE, acme.pk, **edits, is_active="").status_code == 302
        acme.refresh_from_db()
        assert {field: str(getattr(acme, field)) for field in edits} == edits
        assert acme.is_active, "the form does not suspend an org"
        assert "brand_color: → #7a1fa2." in SecurityEvent.objects.get(kind="org_changed").detail

    def test_corrections_are_shared_only_if_somebody_who_edits_the_org_allows_it(
        self, manager: Staff, acme: Org
    ) -> None:
        assert not acme.shares_corrections
        readers = staff_of("read only")
        assert readers.post(CHANGE, acme.pk, shares_corrections="on").status_code == 403
        assert not Org.objects.get().shares_corrections
        for value, detail in (("on", "False → True."), ("", "True → False.")):
            assert manager.save(CHANGE, acme.pk, shares_corrections=value).status_code == 302
            assert Org.objects.get().shares_corrections == bool(value)
            newest = SecurityEvent.objects.filter(kind="org_changed").latest("pk")
            assert (newest.actor, newest.detail) == (manager.user.username, f"shares_corrections: {detail}")

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            *((field, ("0", "-1", "36501", "soon")) for field in ("audit_days", "transcript_days", "contact_days")),
            ("own_rate_limit", ("0", "-1", "many")),
            *((field, ("http://acme.example/", "javascript:alert(1)", "acme.example", "https://")) for field in LINKS),
            ("brand_color", ("#ffd400", "red")),
        ],
    )
    def test_a_value_that_is_not_valid_is_refused(
        self, root: Staff, acme: Org, field: str, values: tuple[str, ...]
    ) -> None:
        form = root.form(CHANGE, acme.pk)
        for value in values:
            response = root.post(CHANGE, acme.pk, **{**form, field: value})
            assert response.status_code == 200
            assert field in response.context["adminform"].form.errors
        assert root.form(CHANGE, acme.pk) == form

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


class TestKeys:
    def test_a_key_is_shown_once_and_works(self, root: Staff, acme: Org, interview_request: InterviewRequest) -> None:
        response = root.post(ISSUE, acme.pk, name="CRM", expires_in="30")
        key = key_shown_in(response)
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

    @pytest.mark.parametrize(("days", "status"), [("2", 200), ("0", 401)])
    def test_a_rotated_key_works_for_the_grace_period(
        self, root: Staff, acme: Org, interview_request: InterviewRequest, days: str, status: int
    ) -> None:
        old, old_key = create_api_key(org=acme, name="CRM", lifetime=timedelta(days=90), scopes="read")
        assert root.get(ROTATE, old.pk).context["form"]["grace_days"].value() == 7
        assert ApiKey.objects.count() == 1
        response = root.post(ROTATE, old.pk, grace_days=days)
        new_key = key_shown_in(response)
        assert "no-store" in response.headers["Cache-Control"]
        path = f"/interviews/{interview_request.pk}"
        assert [ApiClient(key).get(path).status_code for key in (old_key, new_key)] == [status, 200]
        new = ApiKey.objects.exclude(pk=old.pk).get()
        assert (new.prefix, new.org, new.name) == (keys.prefix_of(new_key), acme, "CRM")
        assert (new.lifetime, new.scopes) == (timedelta(days=90), "read")
        event = SecurityEvent.objects.get(kind="key_rotated")
        assert (event.actor, event.org, event.subject) == ("root", "acme", old.prefix)
        assert event.detail == f"New key: {new.prefix}. Grace: {days} days."
        for row in (old, new):
            assert new_key not in root.text("orgs_apikey_change", row.pk)

    def test_only_a_live_key_is_rotated_with_a_valid_grace_period(self, root: Staff, acme: Org) -> None:
        revoked, expired = create_api_key(org=acme, name="a")[0], create_api_key(org=acme, name="b")[0]
        assert f"/{revoked.pk}/rotate/" in root.text("orgs_apikey_change", revoked.pk)
        for days in ("-1", "366", "", "soon"):
            response = root.post(ROTATE, revoked.pk, grace_days=days)
            assert response.status_code == 200
            assert response.context["form"].errors["grace_days"]
        assert ApiKey.objects.get(pk=revoked.pk).expires_at is None
        revoke_api_key(revoked)
        ApiKey.objects.filter(pk=expired.pk).update(expires_at=expired.created_at)
        for row in (revoked, expired):
            root.post(ROTATE, row.pk, grace_days="7")
            page = root.text("orgs_apikey_change", row.pk)
            assert "This key has expired or was revoked. Issue a new key instead." in page
            assert f"/{row.pk}/rotate/" not in page
        assert ApiKey.objects.count() == 2


NOON = 1_800_014_400
DAY_SECONDS = 24 * 60 * 60


@pytest.fixture
def clock(acme: Org, acme_api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Begins with five requests in a minute, at a limit of three."""
    monkeypatch.setattr(day_counts, "SECONDS_BETWEEN_COUNTS", 0)
    Org.objects.update(own_rate_limit=3)
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(5):
            acme_api.get("/interviews/1")
        yield traveller


def test_the_page_of_an_org_shows_requests_and_refusals(
    clock: time_machine.Traveller, root: Staff, acme: Org, globex: Org
) -> None:
    page = root.text("orgs_org_change", acme.pk)
    assert '<th scope="row">Today</th><td>5</td><td>2</td>' in page
    assert '<th scope="row">Yesterday</th><td>0</td><td>0</td>' in page
    assert "The limit is 3 requests per minute." in page
    clock.shift(DAY_SECONDS)
    root.client.force_login(root.user)
    assert '<th scope="row">Yesterday</th><td>5</td><td>2</td>' in root.text("orgs_org_change", acme.pk)
    assert '<th scope="row">Today</th><td>0</td><td>0</td>' in root.text("orgs_org_change", globex.pk)


def test_without_the_counters_the_page_says_so(root: Staff, acme: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    make_counters_unavailable(monkeypatch)
    response = root.get("orgs_org_change", acme.pk)
    assert response.status_code == 200
    assert "requests are not limited. Tell the operator." in response.content.decode()
