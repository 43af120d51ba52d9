"""Every page of the admin, found in its URLconf, with rows to show.

Tests include new lists, new pages of a row and new pages without arguments by themselves. Add a row for a new model to
`make_rows`, other arguments to `ARGUMENTS`, and URLs that are not pages to `NOT_PAGES`.
"""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from contacts.services import update_contact
from contacts.text import clean_email, clean_name, clean_notes
from deals.models import Deal, DealValues
from deals.services import write_deal
from deals.text import clean_deal_id
from interviews.lifecycle import Flag
from interviews.models import InterviewRequest, InterviewType, ReportLink, Wish
from interviews.services.create import create_interview_request
from interviews.services.erasure import erase_contact
from interviews.services.interview_types import edit_guide
from orgs.actors import Actor, ActorKind
from orgs.models import EventKind, Org, SecurityEvent
from orgs.security_events import record_security_event
from orgs.services import create_api_key, revoke_api_key, suspend_org
from sequences.models import Enrolment, Sequence
from sequences.services.sequences import save_sequence, shipped_steps
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory, OrgFactory
from webhooks.models import Delivery, Endpoint, EndpointState, Event, Status

SAM = Actor(ActorKind.STAFF, "sam.featherstonehaugh@hindsight.example", "0123456789abcdef0123456789abcdef")

# URL names of the admin that show no page to a superuser, with the reason.
NOT_PAGES = {
    "login": "redirects staff to the home page",
    "logout": "POST",
    "jsi18n": "JavaScript",
    "org_names": "JSON",
    "driver": "of a completed interview",
    "report_links": "of an org",
    "interviews_interviewrequest_driver": "of a completed interview",
    "contacts_contact_restore": "POST",
    "interviews_interviewrequest_restore": "POST",
    "interviews_interviewrequest_steering": "POST",
    "orgs_securityevent_export": "CSV",
    "interviews_interviewrequest_markdown": "Markdown",
    "interviews_interviewrequest_docx": "DOCX",
    "contacts_contact_add": "refused",
    "deals_deal_add": "refused",
    "deals_deal_delete": "refused",
    "interviews_interviewrequest_delete": "refused",
    "interviews_interviewtype_delete": "refused",
    "interviews_wish_add": "refused",
    "interviews_wish_delete": "refused",
    "orgs_apikey_delete": "refused",
    "orgs_securityevent_add": "refused",
    "orgs_securityevent_delete": "refused",
    "sequences_enrolment_add": "refused",
    "sequences_enrolment_delete": "refused",
    "sequences_sequence_delete": "refused",
    "sequences_sequence_mail": "a mail",
    "webhooks_endpoint_delete": "refused",
    "webhooks_delivery_add": "refused",
    "webhooks_delivery_delete": "refused",
}

# URL names of staff/urls.py that show a page to somebody with a second factor.
OWN_LOGIN_PAGES = (
    *("account_reauthenticate", "mfa_reauthenticate", "mfa_index", "mfa_deactivate_totp", "mfa_list_webauthn"),
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
)

# {name of the URL: its arguments}, for arguments that are not the id of a row.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "app_list": {"app_label": "orgs"},
    "interviews_interviewrequest_act": {"name": "archive"},
    "driver": {"driver_id": 0},
}

Rows = dict[type[Model], Model]


def make_rows(org: Org) -> Rows:
    """A row of each model of the admin. Names and addresses are long, because they must not widen a page."""
    contact = ContactFactory.create(
        org=org,
        email="wilhelmina.featherstonehaugh@procurement.holding.example",
        name="Wilhelmina Featherstonehaugh of the Procurement Department",
    )
    interview_request = InterviewRequestFactory.create(
        org=org, contact=contact, deal_id="0061i00000ABCDEFGH-2026-RENEWAL", flags=" ".join(Flag), objective="Pricing"
    )
    update_contact(
        org_id=org.pk, contact_id=contact.pk, actor=SAM, notes=clean_notes("Runs the team.\nAsks about pricing.")
    )
    interview_type = interview_request.interview_type
    guide = {**interview_type.guide, "name": "Win-loss interview for procurement departments"}
    edit_guide(org_id=org.pk, interview_type_id=interview_type.pk, guide=guide, actor=SAM)
    api_key, _ = create_api_key(org=org, name="Customer relationship management")
    endpoint = Endpoint.objects.create(
        org=org,
        url=f"https://hooks.procurement.example/{'events' * 15}",
        event_types=["interview.completed", "interview.flagged"],
        failing_since=timezone.now(),
    )
    record_security_event(EventKind.PROMPT_READ, SAM, about=interview_request, detail="Words of a detail. " * 10)
    deal = new_deal(org, interview_request.deal_id)
    rows = [org, contact, deal, interview_request, interview_type, api_key, endpoint, new_delivery(endpoint)]
    rows += [Wish.objects.create(org=org, interview_request=interview_request, kind=Flag.WANTS_A_PERSON)]
    rows += [sequence := new_sequence(interview_type), new_enrolment(sequence)]
    rows += [SecurityEvent.objects.latest("pk"), Group.objects.get(name="support"), new_login()]
    return {type(row): row for row in rows}


def new_sequence(interview_type: InterviewType) -> Sequence:
    sequence = Sequence(
        org=interview_type.org,
        interview_type=interview_type,
        name="Buyers of the procurement departments, in English",
        language="en",
        sender_name="Wilhelmina Featherstonehaugh",
        reply_to="wilhelmina.featherstonehaugh@procurement.holding.example",
        postal_address="Procurement Holding\n1 High Street",
        time_zone="America/Argentina/ComodRivadavia",
    )
    return save_sequence(sequence, shipped_steps("en"), actor=SAM)


def new_enrolment(sequence: Sequence) -> Enrolment:
    """Its invitation waits for approval."""
    row = create_interview_request(
        interview_type=sequence.interview_type,
        sequence=sequence,
        actor=SAM,
        contact_email=clean_email("ferdinand.featherstonehaugh@procurement.holding.example"),
        contact_name=clean_name("Ferdinand Featherstonehaugh"),
    )
    return row.enrolment


def new_deal(org: Org, deal_id: str) -> Deal:
    """It was replaced once."""
    for reason in ("Price", "The champion left, and the final quote was 20% above that of the competitor. " * 5):
        values = DealValues(
            outcome="no_decision",
            reported_reason=reason,
            competitor="Featherstonehaugh Procurement Analytics",
            segment="Enterprise, Europe, Middle East and Africa",
            owner="Samantha Featherstonehaugh",
            amount=Decimal("123456789.5"),
            currency="EUR",
            closed_at=timezone.now(),
        )
        write_deal(org_id=org.pk, deal_id=clean_deal_id(deal_id), values=values, actor=SAM)
    deal: Deal = Deal.objects.for_org(org.pk).get()
    return deal


def new_login() -> User:
    user: User = User.objects.create_user(f"sam-{secrets.token_hex(4)}", is_staff=True, first_name="Samantha")
    user.groups.set(Group.objects.filter(name="support"))
    return user


def new_delivery(endpoint: Endpoint, **fields: Any) -> Delivery:
    event = Event.objects.create(
        org=endpoint.org, type="interview.completed", body='{"id":1}' * 200, created_at=timezone.now()
    )
    sent = {"status": Status.FAILED, "last_status": 503, "attempts": 8, "last_attempt_at": timezone.now()}
    return Delivery.objects.create(org=endpoint.org, endpoint=endpoint, event=event, **{**sent, **fields})


def page_paths(rows: Rows) -> dict[str, str]:
    """The path of each page, by the name of its URL."""
    return {name: path for name, path in all_paths(rows).items() if name not in NOT_PAGES}


def all_paths(rows: Rows) -> dict[str, str]:
    """Raises NoReverseMatch for a URL whose arguments are not known."""
    patterns = url_patterns(admin.site.urls[0])
    return {
        pattern.name: reverse(f"admin:{pattern.name}", kwargs=arguments_of(pattern, rows))
        for pattern in patterns
        if pattern.name
    }


def arguments_of(pattern: URLPattern, rows: Rows) -> dict[str, Any]:
    if pattern.name in ARGUMENTS:
        return ARGUMENTS[pattern.name]
    for model, row in rows.items():
        if str(pattern.name).startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return dict.fromkeys(pattern.pattern.regex.groupindex, row.pk)
    return {}


def url_patterns(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from url_patterns(pattern.url_patterns)
        else:
            yield pattern


def other_states(rows: Rows) -> dict[str, str]:
    """Paths of pages that look different in another state of the row, or with a query."""
    org = rows[Org]
    assert isinstance(org, Org)
    completed = new_completed_request(org)
    erased = ContactFactory.create(org=org)
    erase_contact(org_id=org.pk, contact_id=erased.pk, actor=SAM, deal_ids=False)
    revoked, _ = create_api_key(org=org, name="Old")
    revoke_api_key(revoked)
    suspended = OrgFactory.create(slug=f"globex-{secrets.token_hex(4)}")
    suspend_org(org_id=suspended.pk, reason="Invoice unpaid")
    disabled = Endpoint.objects.create(org=org, url="https://a.example", event_types=[], state=EndpointState.DISABLED)
    requests = reverse("admin:interviews_interviewrequest_changelist")
    return {
        "completed request": change_path(completed),
        "changes of a guide": reverse("admin:interviews_interviewtype_history", args=[rows[InterviewType].pk]),
        "erased contact": change_path(erased),
        "revoked key": change_path(revoked),
        "suspended org": change_path(suspended),
        "disabled endpoint": change_path(disabled),
        "pending delivery": change_path(new_delivery(disabled, status=Status.PENDING)),
        "answers that a search found": f"{reverse('admin:transcript_search')}?q=weekends&org={org.slug}",
        "report links": report_links(org),
        "empty list": f"{requests}?q=zzzzz",
        "filtered list": f"{requests}?org={org.slug}&status__exact=completed",
    }


def report_links(org: Org) -> str:
    """Of a link that was opened, and of one that was revoked."""
    now = timezone.now()
    words = "1 Oct 2026 to 31 Dec 2026, competitor: Featherstonehaugh Procurement Analytics"
    shared = {"org": org, "filters": {"words": words}, "created_by": SAM.name, "expires_at": now + timedelta(days=7)}
    ReportLink.objects.create(**shared, digest=secrets.token_hex(4), opened_count=2, last_opened_at=now)
    ReportLink.objects.create(**shared, digest=secrets.token_hex(4), revoked_at=now)
    return f"{reverse('admin:report_links')}?org={org.slug}"


def change_path(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def new_completed_request(org: Org) -> InterviewRequest:
    interview_request = InterviewRequestFactory.create(org=org, contact__email=f"{secrets.token_hex(4)}@example.com")
    said = [("trigger", "We lost weekends. Acme was too expensive."), ("vendor", "Fast.")]
    return complete(interview_request, said)
