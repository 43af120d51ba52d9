"""Account managers see the interviews of the orgs that a superuser has assigned to them, and change none."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from contacts.models import Contact
from interviews.lifecycle import Stage
from interviews.models import InterviewRequest
from interviews.services.erasure import delete_org
from interviews.services.transitions import complete_interview
from orgs.actors import Actor, ActorKind
from orgs.models import EventKind, Org, SecurityEvent
from tests.factories import InterviewRequestFactory, InterviewTypeFactory
from tests.interviews.reports.test_interview_statistics import add_interview
from tests.staff.conftest import Staff, staff_of
from tests.staff.test_home import NOW, figures
from tests.staff.test_steering import words
from tests.stored_readings import store_steering

LIST = "interviews_interviewrequest_changelist"
PAGE = "interviews_interviewrequest_change"


@pytest.fixture
def foreign(globex: Org) -> InterviewRequest:
    return InterviewRequestFactory.create(
        org=globex, interview_type=InterviewTypeFactory.create(org=globex, name="Secret churn study")
    )


def listed(staff: Staff, **query: str) -> list[int]:
    return [row.pk for row in staff.get(LIST, **query).context["cl"].result_list]


def test_the_list_has_only_the_interviews_of_own_orgs(
    manager: Staff, interview_request: InterviewRequest, foreign: InterviewRequest
) -> None:
    assert listed(manager) == listed(manager, org="acme") == [interview_request.pk]
    assert listed(manager, org="globex") == listed(manager, q=str(foreign.pk)) == []
    assert listed(staff_of("read only")) == [foreign.pk, interview_request.pk]
    assert "Secret churn study" not in manager.get(LIST).content.decode()


@pytest.mark.parametrize("page", ["change", "history", "prompt", "markdown"])
def test_the_pages_of_other_orgs_are_not_found(manager: Staff, foreign: InterviewRequest, page: str) -> None:
    complete_interview(foreign, content="**Paige:** Why?\n\n**Jane:** Price.", key_answers=[], drivers=[], coverage=[])
    other = manager.get(f"interviews_interviewrequest_{page}", foreign.pk)
    missing = manager.get(f"interviews_interviewrequest_{page}", 404_404)
    assert other.status_code == missing.status_code in (302, 403, 404)
    assert not SecurityEvent.objects.filter(kind=EventKind.TRANSCRIPT_READ).exists()


def test_names_are_links_for_those_who_may_open_the_page_behind(
    manager: Staff, support: Staff, interview_request: InterviewRequest
) -> None:
    contact, kind = interview_request.contact, interview_request.interview_type
    addresses = [reverse("admin:contacts_contact_change", args=[contact.pk])]
    addresses.append(reverse("admin:interviews_interviewtype_change", args=[kind.pk]))
    for staff, are_links in ((support, True), (manager, False)):
        page = staff.get(PAGE, interview_request.pk).content.decode()
        assert [f'href="{address}"' in page for address in addresses] == [are_links, are_links]
        assert str(contact) in page
        assert kind.name in page


def test_they_read_the_transcript_and_nothing_else_of_the_contact(
    manager: Staff, interview_request: InterviewRequest
) -> None:
    complete_interview(
        interview_request, content="**Paige:** Why?\n\n**Alice:** Price.", key_answers=[], drivers=[], coverage=[]
    )
    page = manager.get(PAGE, interview_request.pk).content.decode()
    assert "Price." in page
    assert "alice@example.com" in page
    for absent in ("/contacts/contact/", "Old notes", "Prompt preview", 'name="_save"', interview_request.survey_token):
        assert str(absent) not in page
    assert manager.get("interviews_interviewrequest_prompt", interview_request.pk).status_code == 403
    assert SecurityEvent.objects.filter(kind=EventKind.TRANSCRIPT_READ, actor=manager.user.username).count() == 1


def test_they_see_that_the_notes_decide_but_no_words_of_them(
    manager: Staff, support: Staff, interview_request: InterviewRequest
) -> None:
    Contact.objects.update(notes="Avoid pricing at any cost")
    InterviewRequest.objects.update(objective="Which alternatives?")
    store_steering(interview_request, emphasize=["options"], avoided_by_notes=["pricing"])
    for staff, sees_notes in ((support, True), (manager, False)):
        effect = words(staff.get(PAGE, interview_request.pk).content)
        assert ("Avoid pricing" in effect) == sees_notes
        assert "in the notes" in effect
        assert "Which alternatives? in the objective" in effect


def test_whoever_also_has_another_role_sees_all_interviews(
    manager: Staff, interview_request: InterviewRequest, foreign: InterviewRequest
) -> None:
    manager.user.groups.add(*staff_of("read only").user.groups.all())
    assert listed(manager) == [foreign.pk, interview_request.pk]


def test_an_assignment_without_the_role_shows_nothing(acme: Org, interview_request: InterviewRequest) -> None:
    auditor = staff_of("auditor")
    acme.account_managers.add(auditor.user)
    assert auditor.get(LIST).status_code == auditor.get(PAGE, interview_request.pk).status_code == 403


def test_the_first_page_counts_the_interviews_of_own_orgs(manager: Staff, acme: Org, globex: Org) -> None:
    for org in (acme, globex, globex):
        add_interview(org, Stage.IN_PROGRESS, begun=NOW)
    page = manager.get("index")
    assert "orgs that you manage" in page.content.decode()
    assert figures(page)["Under way"] == figures(manager.get("index", org="acme"))["Under way"] == "1"
    other = manager.get("index", org="globex")
    assert "There is no org “globex”" in other.content.decode()
    assert figures(other) == figures(page)


class TestAssignment:
    def test_a_superuser_assigns_logins_with_the_role(self, root: Staff, acme: Org) -> None:
        ann = staff_of("account manager").user
        support = staff_of("support").user
        page = root.get("orgs_org_account-managers", acme.pk).content.decode()
        assert ann.username in page
        assert f'value="{support.pk}"' not in page
        response = root.post("orgs_org_account-managers", acme.pk, managers=[ann.pk])
        assert response.status_code == 302
        assert list(acme.account_managers.all()) == [ann]
        assert ann.username in root.get("orgs_org_change", acme.pk).content.decode()
        event = SecurityEvent.objects.filter(kind=EventKind.ROLES_CHANGED, org="acme").latest("pk")
        assert (event.actor, event.detail) == ("root", f"Account managers: {ann.username}.")

    def test_other_logins_are_refused_and_none_removes_all(self, root: Staff, acme: Org) -> None:
        ann, support = staff_of("account manager").user, staff_of("support").user
        acme.account_managers.add(ann)
        assert root.post("orgs_org_account-managers", acme.pk, managers=[support.pk]).status_code == 200
        assert list(acme.account_managers.all()) == [ann]
        root.post("orgs_org_account-managers", acme.pk)
        assert not acme.account_managers.exists()

    def test_a_deleted_org_or_login_ends_it(self, acme: Org, globex: Org) -> None:
        ann = staff_of("account manager").user
        for org in (acme, globex):
            org.account_managers.add(ann)
        delete_org(org_id=acme.pk, actor=Actor(ActorKind.STAFF, "root"))
        assert [org.slug for org in ann.managed_orgs.all()] == ["globex"]
        User.objects.filter(pk=ann.pk).delete()
        assert not globex.account_managers.exists()
