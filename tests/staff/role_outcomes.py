"""What happens when somebody opens a page of the admin, and then sends its form, for the rows of an org.

An outcome has two letters, of GET and of POST.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.http import QueryDict
from django.urls import reverse

from contacts.models import Contact
from deals.models import Deal
from interviews.models import Driver, InterviewRequest, Wish
from orgs.models import Change, Org
from sequences.models import Enrolment, Sequence
from staff.edit_conflicts import fingerprint
from tests.staff.admin_pages import Rows, all_paths, change_path, make_rows, new_completed_request
from tests.staff.conftest import Fields, Staff, cookies_of, form_of
from webhooks.models import Delivery, Status

PAGE, WRITTEN, REFUSED, ABSENT, WRONG_METHOD = "p", "w", "-", ".", "x"
LETTERS = {403: REFUSED, 404: ABSENT, 405: WRONG_METHOD}
WRITES = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM) (?!"?(django_session|orgs_securityevent))')

# Pages without a row in their address: the query that asks for the org.
QUERIES: Mapping[str, str] = {
    "index": "org={slug}",
    "search": "q={slug}",
    "org_names": "q={slug}",
    "transcript_search": "q=weekends&org={slug}",
    "activity": "org={slug}",
    "win_loss": "org={slug}",
    "report_links": "org={slug}",
    "contacts_contact_export": "org={slug}",
    "deals_deal_export": "org={slug}",
    "interviews_interviewrequest_export": "org={slug}",
    "interviews_interviewrequest_add": "org={slug}",
    "interviews_interviewrequest_import": "org={slug}",
    "interviews_interviewtype_add": "org={slug}&start=win_loss_buyer",
    "orgs_apikey_add": "org={slug}",
    "webhooks_endpoint_add": "org={slug}",
    "orgs_securityevent_export": "org={slug}",
    "sequences_sequence_add": "org={slug}&language=en",
    "sequences_sequence_export": "org={slug}",
    "sequences_sequence_mail": "step=0",
}

# How a page without a row shows that it has found something.
FOUND: Mapping[str, Callable[[Any], Any]] = {
    "index": lambda response: response.context["org"],
    "search": lambda response: response.context["found"],
    "org_names": lambda response: response.json()["orgs"],
    "transcript_search": lambda response: response.context["hits"],
    "activity": lambda response: response.context["acts"],
    "win_loss": lambda response: response.context.get("org"),
    # The page that adds to an org.
    "orgs_apikey_add": lambda response: response.status_code == 302,
    "webhooks_endpoint_add": lambda response: response.status_code == 302,
    "contacts_contact_export": lambda response: response.context["count"],
    "deals_deal_export": lambda response: response.context["count"],
    "interviews_interviewrequest_export": lambda response: response.context["count"],
    "sequences_sequence_export": lambda response: response.context["count"],
    "orgs_securityevent_export": lambda response: b"\n" in response.content.strip(),
}

# What is sent with the fields of the page, so that the form is valid.
SENT: Mapping[str, str] = {
    "orgs_org_add": "name=New&plan=growth",
    "orgs_org_change": "plan=enterprise",
    "orgs_org_issue-key": "name=CRM",
    "orgs_org_logo": "remove=on",
    "orgs_org_add-webhook": "url=http://127.0.0.1:9/hooks&event_types=interview.completed",
    "orgs_org_suspend": "reason=Unpaid",
    "orgs_org_delete": "word={slug}",
    "contacts_contact_changelist": "action=export_csv&_selected_action={contact.pk}",
    "contacts_contact_change": "notes=Mine",
    "contacts_contact_delete": "word={contact.email}",
    "contacts_contact_erase": "word={contact.email}",
    "contacts_contact_export": "format=csv",
    "contacts_contact_restore": "change={change.pk}&seen={seen}",
    "deals_deal_changelist": "action=export_csv&_selected_action={deal.pk}",
    "deals_deal_export": "format=csv",
    "interviews_interviewrequest_act": "ids={interview_request.pk}",
    "interviews_interviewrequest_add": "email=bob@example.com",
    "interviews_interviewrequest_change": "objective=Mine",
    "interviews_interviewrequest_changelist": "action=export_csv&_selected_action={interview_request.pk}",
    "interviews_interviewrequest_export": "format=csv",
    "driver": "review=confirm",
    "interviews_interviewrequest_driver": "turn=2&quote=weekends",
    "interviews_wish_change": "is_done=on",
    "interviews_wish_changelist": "action=finish&_selected_action={wish.pk}",
    "sequences_enrolment_changelist": "action=approve&_selected_action={enrolment.pk}",
    "sequences_enrolment_edit": "subject=Mine",
    "sequences_sequence_add": "name=New&sender_name=Ann&reply_to=ann@example.com&postal_address=Here&time_zone=UTC",
    "sequences_sequence_changelist": "action=export_csv&_selected_action={sequence.pk}",
    "sequences_sequence_edit": "name=New",
    "sequences_sequence_preview": "step=0",
    "sequences_sequence_export": "format=csv",
    "interviews_interviewtype_guide": "purpose=Why+deals+are+lost",
    "webhooks_endpoint_edit": "url=http://127.0.0.1:9/new",
    "webhooks_endpoint_replay": "since=2020-01-01",
}


class World:
    """An org with a row of each model, in states that allow most actions."""

    def __init__(self, org: Org) -> None:
        self.org, self.rows = org, make_rows(org)
        Delivery.objects.filter(org=org).update(status=Status.PENDING)
        self.completed = new_completed_request(org)

    def paths(self) -> dict[str, str]:
        transcripts = {f"interviews_interviewrequest_{name}": name for name in ("markdown", "docx", "driver")}
        own = {page: change_path(self.completed).replace("change", name) for page, name in transcripts.items()}
        driver = Driver.objects.filter(interview_request=self.completed)[0]
        return all_paths(self.rows) | own | {"driver": reverse("admin:driver", args=[driver.pk])}

    def filled(self, template: str) -> str:
        contact = self.rows[Contact]
        return template.format(
            slug=self.org.slug,
            contact=contact,
            deal=self.rows[Deal],
            wish=self.rows[Wish],
            enrolment=self.rows[Enrolment],
            sequence=self.rows[Sequence],
            interview_request=self.rows[InterviewRequest],
            change=Change.objects.of(contact).latest("pk"),
            seen=fingerprint(Contact.objects.get(pk=contact.pk).notes),
        )


def outcomes(staff: Staff, world: World, pages: Iterable[str] | None = None) -> dict[str, str]:
    paths = world.paths()
    return {page: _outcome(staff, page, paths[page], world) for page in pages or paths}


def _outcome(staff: Staff, page: str, path: str, world: World) -> str:
    url = f"{path}?{world.filled(QUERIES.get(page, ''))}"
    opened, _ = _request(staff, "get", url)
    letter = _letter(opened) or (PAGE if _shows(opened, page, world.rows) else ABSENT)
    fields = _fields_of(opened) if letter == PAGE else {}
    sent, has_written = _request(staff, "post", url, fields | QueryDict(world.filled(SENT.get(page, ""))).dict())
    return letter + (_letter(sent) or (WRITTEN if has_written or sent.streaming else PAGE))  # an export is streamed


def _request(staff: Staff, method: str, url: str, data: Any = None) -> tuple[Any, bool]:
    """Returns the response, and whether anything was written. Rolls it back."""
    statements: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    cookies = cookies_of(staff.client)
    with transaction.atomic(), connection.execute_wrapper(watch):
        response = getattr(staff.client, method)(url, data)
        transaction.set_rollback(True)
    staff.client.cookies = cookies
    return response, any(map(WRITES.match, statements))


def _letter(response: Any) -> str:
    """Empty for a page. Django leads home from a row that does not exist."""
    is_absent = response.status_code == 302 and response["Location"] == reverse("admin:index")
    return ABSENT if is_absent else LETTERS.get(response.status_code, "")


def _shows(response: Any, page: str, rows: Rows) -> bool:
    if page.endswith("_changelist"):
        return any(row == rows.get(type(row)) for row in response.context["cl"].result_list)
    return page not in FOUND or bool(FOUND[page](response))


def _fields_of(response: Any) -> dict[str, str]:
    if "adminform" in (response.context or ()) and 'name="seen"' in response.content.decode():
        return form_of(response)
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return Fields(response).data if is_page and not response.streaming else {}
