"""The sidebar: six entries. Each leads to the first of its pages that the person may see."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from staff.orgs.permissions import may

# Lists by app and model, and other pages by the name of their URL.
ENTRIES: Mapping[str, tuple[str, ...]] = {
    "Home": ("admin:index",),
    "Insights": ("admin:win_loss", "admin:transcript_search"),
    "Interviews": ("interviews_interviewrequest", "sequences_enrolment", "interviews_wish"),
    "Guides": ("interviews_interviewtype", "sequences_sequence"),
    "Customers": (
        *("orgs_org", "contacts_contact", "deals_deal", "orgs_apikey", "webhooks_endpoint", "webhooks_delivery"),
    ),
    "Settings": (*("auth_user", "auth_group", "admin:activity", "orgs_securityevent", "mfa_index", "admin:sessions"),),
}

# Pages that are not lists: the title, and the permissions of which one suffices.
PAGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "admin:index": ("Home", ()),
    "admin:win_loss": ("Why we win and lose", ("interviews.view_interviewrequest",)),
    "admin:transcript_search": ("What contacts said", ("interviews.view_interviewrequest",)),
    "admin:activity": ("Who did what", ("orgs.view_change", "orgs.view_securityevent")),
    "mfa_index": ("Second factor", ()),
    "admin:sessions": ("Sessions", ()),
}


class Page(NamedTuple):
    """`current`: the value of `aria-current`. It is "true" for the pages of a list's rows."""

    title: str
    url: str
    current: str


class Entry(NamedTuple):
    title: str
    pages: list[Page]

    @property
    def current(self) -> str:
        """Several pages are shown below the entry, which is then not the page itself."""
        current = next((page.current for page in self.pages if page.current), "")
        return "true" if current and len(self.pages) > 1 else current


def navigation(request: HttpRequest, apps: list[Any]) -> list[Entry]:
    """`apps`: those of `AdminSite.get_app_list()`, which contain what the person may see."""
    urls = {
        f"{app['app_label']}_{model['object_name'].lower()}": (model["name"], model["admin_url"])
        for app in apps
        for model in app["models"]
        if model["admin_url"]
    }
    urls |= {name: (title, reverse(name)) for name, (title, anyof) in PAGES.items() if _may_open(request, anyof)}
    entries = (Entry(title, list(_pages(request, names, urls))) for title, names in ENTRIES.items())
    return [entry for entry in entries if entry.pages]


def _may_open(request: HttpRequest, permissions: tuple[str, ...]) -> bool:
    return not permissions or any(may(request, permission) for permission in permissions)


def _pages(request: HttpRequest, names: tuple[str, ...], urls: Mapping[str, tuple[str, str]]) -> Iterator[Page]:
    for title, url in (urls[name] for name in names if name in urls):
        is_inside = url != reverse("admin:index") and request.path.startswith(url)
        current = "page" if request.path == url else "true" if is_inside else ""
        yield Page(title[:1].upper() + title[1:], url, current)
