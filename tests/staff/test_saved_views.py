"""Filters of a list that staff have saved under a name."""

from typing import Any

import pytest

from orgs.models import Org
from staff.lists.saved_views import MAX_VIEWS
from staff.models import SavedView
from tests.staff.conftest import Staff, log_in, staff_of

LIST = "interviews_interviewrequest_changelist"
QUERY = "org=acme&conversation=abandoned&o=-1"


def save(staff: Staff, name: str = "Abandoned", **data: str) -> Any:
    sent = {"list": "interviews_interviewrequest", "name": name, "query": QUERY, **data}
    return staff.post("save_view", **sent)


def test_a_view_is_saved_shown_renamed_and_deleted(root: Staff, acme: Org) -> None:
    page = root.get(LIST, org="acme", conversation="abandoned", o="-1").content.decode()
    assert "Save this view" in page
    assert save(root)["Location"] == f"/admin/interviews/interviewrequest/?{QUERY}"
    view = SavedView.objects.get()
    assert (view.user, view.list, view.name, view.query) == (
        root.user,
        "interviews_interviewrequest",
        "Abandoned",
        QUERY,
    )
    link = f'<a href="?{QUERY.replace("&", "&amp;")}"'
    assert f"{link}>Abandoned</a>" in root.get(LIST).content.decode()
    assert root.client.get(view.url).status_code == 200
    assert f'{link} aria-current="true">Abandoned</a>' in root.client.get(view.url).content.decode()

    root.post("views", view=str(view.pk), name=" Broken off ")
    assert "Interview requests: Broken off" in root.get("views").content.decode()
    root.post("views", view=str(view.pk), name="Broken off", delete="")
    assert not SavedView.objects.exists()


def test_the_search_text_the_page_and_other_parameters_are_not_saved(root: Staff, acme: Org) -> None:
    save(root, query="q=alice@example.com&p=3&survey_token__startswith=a&org=acme&status__exact=sent&deal=")
    assert SavedView.objects.get().query == "org=acme&status__exact=sent"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Abandoned", "\x00"])
def test_a_bad_name_is_refused(root: Staff, acme: Org, name: str) -> None:
    save(root)
    response = save(root, name)
    assert response.status_code == 302
    assert "error" in root.client.get(response["Location"]).content.decode()
    assert [view.name for view in SavedView.objects.all()] == ["Abandoned"]


def test_a_list_has_a_limited_number_of_views(root: Staff, acme: Org) -> None:
    for number in range(MAX_VIEWS + 1):
        save(root, str(number))
    assert SavedView.objects.count() == MAX_VIEWS


def test_views_belong_to_one_person(root: Staff, acme: Org) -> None:
    save(root)
    view, eve = SavedView.objects.get(), log_in("eve", is_superuser=True)
    assert "Abandoned" not in eve.get("views").content.decode()
    assert eve.post("views", view=str(view.pk), name="Mine").status_code == 404
    assert eve.post("views", view=str(view.pk), delete="").status_code == 404
    assert eve.post("views", view="x", delete="").status_code == 404
    view.refresh_from_db()
    assert view.name == "Abandoned"
    save(eve)
    root.user.delete()
    assert SavedView.objects.get().user == eve.user


def test_a_list_that_the_role_may_not_see_has_no_views(acme: Org) -> None:
    assert save(staff_of("auditor")).status_code == 403
    support = staff_of("support")
    assert save(support, list="auth_user").status_code == 403
    assert support.get("save_view").status_code == 405
    assert not SavedView.objects.exists()
