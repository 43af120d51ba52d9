"""Every page of the admin: axe finds nothing in both themes, and nothing is cut at 1024, 768 or 360 pixels."""

from collections.abc import Iterator

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from orgs.models import Org
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PASSWORD, new_staff, unexpected_messages, work_as
from tests.staff.admin_pages import OWN_LOGIN_PAGES, make_rows, other_states, page_paths
from tests.staff.authenticator import add_app

# Elements that clip or scroll their content, or end beyond the right edge of the window.
CUT = """
const clips = (part) => getComputedStyle(part).overflowX !== "visible" && part.scrollWidth > part.clientWidth + 1;
return [document.documentElement, ...document.querySelectorAll("main, main *:not(br, %s)")]
  .filter((part) => part.checkVisibility() && (clips(part) || part.getBoundingClientRect().right > %d + 1))
  .map((part) => part.outerHTML.slice(0, 80));
"""
# Elements that may hide content: fields, texts of any length, and texts for screen readers. On a phone, lists too.
SCROLLING = (
    "input, textarea, select, select *, .diff, .visually-hidden, .visually-hidden *, .selector :is(button, label)"
)
SCROLLING_ON_A_PHONE = f"{SCROLLING}, .results, .results *, .wide, .wide *"
# The rules of axe that depend on the theme.
COLOR_RULES = ("color-contrast", "link-in-text-block")
# Messages of Chromium: hints about password managers, and the error page.
EXPECTED = ("status of 404",)


def cut(page: BrowserPage, width: int, scrolling: str) -> list[str]:
    page.use_width(width)
    return [f"cut at {width} pixels: {part}" for part in page.run(CUT % (scrolling, width))]


def use_scheme(page: BrowserPage, scheme: str) -> None:
    """Without the transition of colours, during which contrasts are lower."""
    page.use_scheme(scheme)
    page.run("document.getAnimations().forEach((animation) => animation.finish())")


def problems(page: BrowserPage) -> Iterator[str]:
    yield from cut(page, 360, SCROLLING_ON_A_PHONE)
    yield from cut(page, 768, SCROLLING)
    yield from cut(page, 1024, SCROLLING)
    use_scheme(page, "light")
    yield from (f"light: {violation}" for violation in page.violations())
    use_scheme(page, "dark")
    yield from (f"dark: {violation}" for violation in page.violations(COLOR_RULES))


def problems_at(page: BrowserPage, path: str) -> list[str]:
    page.browser.open(path)
    return problems_here(page)


def problems_here(page: BrowserPage) -> list[str]:
    messages = [line for line in unexpected_messages(page.browser) if not any(part in line for part in EXPECTED)]
    found = [*messages, *problems(page)]
    page.browser.console_messages()  # drops those that axe causes
    return found


def without_empty(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: lines for name, lines in found.items() if lines}


def test_every_page(browser: Browser, acme: Org) -> None:
    page, rows = BrowserPage(browser), make_rows(acme)
    work_as(browser, "superuser")
    paths = {**page_paths(rows), **other_states(rows)}
    assert without_empty({name: problems_at(page, path) for name, path in paths.items()}) == {}


# Forms that refuse to be sent with their first fields empty.
FORMS = (
    *("auth_group_add", "auth_user_add", "auth_user_change", "password_change"),
    *("contacts_contact_change", "contacts_contact_delete", "contacts_contact_erase", "orgs_org_delete"),
    *("orgs_org_add", "orgs_org_add-webhook", "orgs_org_change", "orgs_org_issue-key", "orgs_org_suspend"),
    *("interviews_interviewtype_guide", "orgs_apikey_rotate"),
    *("webhooks_endpoint_edit", "webhooks_endpoint_replay", "webhooks_endpoint_rotate"),
)
READ_ONLY = (
    *("index", "contacts_contact_change", "contacts_contact_history", "orgs_org_change", "webhooks_endpoint_change"),
    *("interviews_interviewrequest_change", "interviews_interviewtype_change"),
)
EMPTY = """
const form = document.querySelector("main form[method=post]:has(.submit-row)");
form.noValidate = true;
const fields = [...form.querySelectorAll("textarea, input:not([type=hidden], [type=submit])")];
for (const field of fields.slice(0, 12)) {
  field.value = "";
  field.checked = false;
}
"""


def problems_of_own_login(page: BrowserPage) -> dict[str, list[str]]:
    user = new_staff("support", PASSWORD)
    page.browser.log_in(user.username, PASSWORD)
    add_app(user)
    RecoveryCodes.activate(user)
    return {name: problems_at(page, reverse(name)) for name in OWN_LOGIN_PAGES}


def path_to_set_a_password(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])


def press(browser: Browser, css: str) -> None:
    browser.leave(browser.find(css).click)


def test_every_refused_form(browser: Browser, acme: Org) -> None:
    page, paths, found = BrowserPage(browser), page_paths(make_rows(acme)), {}
    work_as(browser, "superuser")
    for name in FORMS:
        browser.open(paths[name])
        page.run(EMPTY)
        press(browser, "main form[method=post] .submit-row [type=submit]")
        assert browser.texts(".errornote, .errorlist"), name
        found[name] = problems_here(page)
    assert without_empty(found) == {}


def test_search_error_pages_read_only_pages_and_own_login(browser: Browser, acme: Org) -> None:
    page, paths, found = BrowserPage(browser), page_paths(make_rows(acme)), {}
    work_as(browser, "superuser")
    browser.open("/admin/")
    for text in ("wilhelmina", "zzzzz"):
        browser.type("#site-search-text", text)
        press(browser, "#site-search button")
        found[f"search for {text}"] = problems_here(page)
    found["not found"] = problems_at(page, "/admin/nothing/")
    found["no object"] = problems_at(page, "/admin/orgs/org/0/change/")
    work_as(browser, "read only")
    for name in READ_ONLY:
        found[f"{name}, read-only"] = problems_at(page, paths[name])
    found["no permission"] = problems_at(page, paths["orgs_org_add"])
    found |= problems_of_own_login(page)
    browser.driver.delete_all_cookies()
    found["link to set a password"] = problems_at(page, path_to_set_a_password(new_staff("support")))
    assert browser.texts("#id_new_password1") == [""]
    found["login"] = problems_at(page, "/admin/")
    shown = "return [...document.querySelectorAll('#passkey-refused')].map((box) => box.checkVisibility())"
    assert page.run(shown) == [False], "it has no text yet"
    page.run("document.querySelector('#login-form').noValidate = true")
    press(browser, "#login-form [type=submit]")
    found["wrong login"] = problems_here(page)
    assert without_empty(found) == {}
