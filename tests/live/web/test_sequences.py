"""Sequences in the browser: the form without JavaScript, previews and the queue of mails that wait for approval."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.urls import reverse
from selenium.webdriver.common.by import By

from interviews.models import InterviewRequest
from sequences.mail import opt_out_url
from sequences.models import Mail, MailState, Sequence, Suppression
from tests.factories import SequenceFactory
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import problems_at_each_width, shows, work_as
from tests.sequences.conftest import enrol

WIDTHS = (360, 1280)


@pytest.fixture
def sequence(interview_request: InterviewRequest) -> Iterator[Sequence]:
    with override_settings(PUBLIC_BASE_URL="https://hindsight.example.com"):
        kind = interview_request.interview_type
        yield SequenceFactory.create(org=kind.org, interview_type=kind, name="Buyers", needs_approval=True)


def page_of(sequence: Sequence, page: str) -> str:
    return reverse(f"admin:sequences_sequence_{page}", args=[sequence.pk])


def test_a_reminder_is_added_and_another_removed_without_javascript(browser: Browser, sequence: Sequence) -> None:
    page = BrowserPage(browser)
    work_as(browser, "support")
    page.use_width(360)
    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(page_of(sequence, "edit"))
    for name in ("subject", "text"):
        browser.find(f"#id_steps-1-{name}").clear()
    browser.find("#steps-2 > summary").click()
    browser.type("#id_steps-2-subject", "A last question about {vendor}")
    browser.type("#id_steps-2-text", "Hello {name},\n\n{link}")
    browser.follow("Save")
    assert [step.subject for step in sequence.steps.all()][1:] == ["A last question about {vendor}"]


def test_a_person_reads_a_mail_and_approves_it(browser: Browser, sequence: Sequence) -> None:
    for number in range(3):
        enrol(sequence, f"contact-{number}@example.com", "")
    work_as(browser, "account manager")
    browser.open("/admin/")
    browser.follow("3 mails wait for approval")
    browser.follow("contact-1@example.com")
    browser.driver.switch_to.frame(browser.find("iframe"))
    assert "Hello," in browser.text
    assert browser.driver.find_elements(By.CSS_SELECTOR, "a.button") != []
    browser.driver.switch_to.default_content()
    browser.follow("Approve")
    assert shows(browser, "1 approved.")
    browser.open(reverse("admin:sequences_enrolment_changelist"))
    assert len(browser.texts("#result_list tbody tr")) == 2
    browser.click("#action-toggle")
    browser.follow("Reject")
    assert shows(browser, "2 rejected")
    states = Mail.objects.order_by("enrolment__interview_request").values_list("state", flat=True)
    assert list(states) == [MailState.STOPPED, MailState.WAITING, MailState.STOPPED]


def test_a_contact_opts_out_and_back_in_without_javascript(browser: Browser, sequence: Sequence) -> None:
    page, row = BrowserPage(browser), enrol(sequence)
    path = opt_out_url(row.enrolment).removeprefix("https://hindsight.example.com")
    assert problems_at_each_width(page, path, WIDTHS) == []
    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(path)
    browser.follow(f"Stop mails from {row.org.name}")
    assert shows(browser, "You no longer get mails from")
    assert Suppression.objects.of(row.contact.email, row.org_id).exists()
    page.emulate("setScriptExecutionDisabled", value=False)
    assert problems_at_each_width(page, path, WIDTHS) == []
    browser.follow(f"Allow mails from {row.org.name} again")
    assert shows(browser, "Do you want to stop these mails?")
    assert not Suppression.objects.exists()


def test_the_pages_hold_at_each_width(browser: Browser, sequence: Sequence) -> None:
    page, row = BrowserPage(browser), enrol(sequence)
    work_as(browser, "superuser")
    paths = [
        *(page_of(sequence, name) for name in ("change", "edit")),
        f"{page_of(sequence, 'preview')}?request={row.pk}",
        reverse("admin:sequences_enrolment_changelist"),
        reverse("admin:sequences_enrolment_change", args=[row.enrolment.pk]),
        reverse("admin:sequences_enrolment_edit", args=[row.enrolment.pk]),
        f"{reverse('admin:sequences_sequence_add')}?org={sequence.org.slug}&language=de",
    ]
    assert {path: problems_at_each_width(page, path, WIDTHS) for path in paths} == {path: [] for path in paths}
