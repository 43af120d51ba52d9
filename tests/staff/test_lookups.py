"""Query parameters of the lists: only those that the pages offer are field lookups."""

import pytest

from interviews.models import InterviewRequest
from tests.staff.conftest import Staff, staff_of

pytestmark = pytest.mark.django_db

REFUSED = [
    ("orgs_apikey_changelist", "digest__startswith", "a"),
    ("orgs_apikey_changelist", "digest__regex", "^a"),
    ("orgs_apikey_changelist", "org__contacts__notes__contains", "a"),
    ("orgs_apikey_changelist", "prefix__foo", "a"),
    ("orgs_apikey_changelist", "created_at__year", "never"),
    ("orgs_org_changelist", "api_keys__digest__startswith", "a"),
    ("orgs_org_changelist", "plan__regex", "("),
    ("contacts_contact_changelist", "notes__contains", "a"),
    ("contacts_contact_changelist", "interview_requests__survey_token__startswith", "a"),
    ("interviews_interviewrequest_changelist", "survey_token__startswith", "a"),
    ("interviews_interviewrequest_changelist", "conversation__guide__a", "a"),
    ("interviews_interviewtype_changelist", "guide__contains", "a"),
]


@pytest.mark.parametrize("role", ["read only", None], ids=["read only", "superuser"])
@pytest.mark.parametrize(("page", "lookup", "value"), REFUSED)
def test_other_lookups_are_refused(
    root: Staff, acme_key: str, role: str | None, page: str, lookup: str, value: str
) -> None:
    staff = root if role is None else staff_of(role)
    response = staff.get(page, **{lookup: value})
    assert response.status_code in (302, 400)
    assert response.status_code == 400 or response.headers["Location"].endswith("?e=1")


def test_filters_and_links_of_the_pages_work(root: Staff, interview_request: InterviewRequest) -> None:
    page = root.get("interviews_interviewrequest_changelist", contact=str(interview_request.contact_id))
    assert [row.pk for row in page.context["cl"].result_list] == [interview_request.pk]
    assert root.get("orgs_org_changelist", plan__exact="growth", is_active__exact="1").status_code == 200


@pytest.mark.parametrize(("role", "is_shown"), [("read only", False), ("support", True)])
def test_only_staff_who_may_edit_see_the_survey_link(
    interview_request: InterviewRequest, role: str, is_shown: bool
) -> None:
    page = staff_of(role).get("interviews_interviewrequest_change", interview_request.pk)
    assert (interview_request.survey_token in page.content.decode()) == is_shown
