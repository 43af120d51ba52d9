"""Takes screenshots of the admin with headless Chromium, on a temporary server with the demo data.

`.venv/bin/python tools/dev/screenshots.py` rewrites docs/images. With the name of a folder, it writes all pages there.
"""

import os
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
directory = tempfile.TemporaryDirectory(prefix="hindsight-")
os.environ["HINDSIGHT_ENV"] = "development"
os.environ["DATABASE_URL"] = f"sqlite:///{directory.name}/database.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "hindsight.settings"

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from contacts.models import Contact  # noqa: E402
from contacts.services import update_contact  # noqa: E402
from contacts.text import clean_email, clean_name, clean_notes  # noqa: E402
from deals.text import clean_deal_id  # noqa: E402
from hindsight.queue.lease import lease  # noqa: E402
from hindsight.queue.shares import Turns  # noqa: E402
from interviews.models import Conversation, InterviewRequest, InterviewType  # noqa: E402
from interviews.services.conversation_steps import (  # noqa: E402
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.create import create_interview_request  # noqa: E402
from interviews.services.erasure import erase_contact  # noqa: E402
from interviews.services.wishes import decline_interview  # noqa: E402
from jobs.models import Job  # noqa: E402
from jobs.work import Jobs, run_job  # noqa: E402
from orgs.actors import Actor, ActorKind  # noqa: E402
from orgs.key_verification import verify_key  # noqa: E402
from orgs.models import Org  # noqa: E402
from orgs.services import create_api_key, revoke_api_key  # noqa: E402
from staff.lists import imports  # noqa: E402
from tools.harness.browser import Browser, browsing  # noqa: E402
from tools.harness.web import serving  # noqa: E402

LOGIN, PASSWORD = "sam", "screenshots only"

ANSWERS = (
    "We had outgrown our spreadsheets, and after the audit in March nobody trusted the numbers any more. The board "
    "asked for a forecast twice, and each time it took the team a week.",
    "Two of us looked at four products.",
    "The price was fine. What worried us was how long it would take to move eleven years of orders, because the last "
    "migration cost us a quarter.",
)

# Used in docs/staff.md.
PICTURES = {
    "home": "/admin/",
    "search": "/admin/search/?q=jane",
    "who-did-what": "/admin/activity/",
    "transcript": "/admin/interviews/interviewrequest/{interviewed}/change/",
    "import": "/admin/jobs/job/{import}/change/",
    "guide-form": "/admin/interviews/interviewtype/{type}/guide/",
    "contact": "/admin/contacts/contact/{contact}/change/",
    "what-changed": "/admin/contacts/contact/{contact}/history/",
    "interview-requests": "/admin/interviews/interviewrequest/",
    "prompt-preview": "/admin/interviews/interviewrequest/{request}/prompt/#contact_name",
    "org": "/admin/orgs/org/{org}/change/",
}

ALL_PAGES = PICTURES | {
    "answers-found": "/admin/search/transcripts/?q=price",
    "views": "/admin/views/",
    "orgs": "/admin/orgs/org/",
    "org-add": "/admin/orgs/org/add/",
    "org-delete": "/admin/orgs/org/{org}/delete/",
    "org-history": "/admin/orgs/org/{org}/history/",
    "suspend": "/admin/orgs/org/{org}/suspend/",
    "issue-key": "/admin/orgs/org/{org}/issue-key/",
    "issue-key-done": "/admin/orgs/org/{org}/issue-key/",
    "keys": "/admin/orgs/apikey/",
    "key": "/admin/orgs/apikey/{key}/change/",
    "revoke-key": "/admin/orgs/apikey/{key}/revoke/",
    "rotate-key": "/admin/orgs/apikey/{key}/rotate/",
    "contacts": "/admin/contacts/contact/",
    "contacts-found": "/admin/contacts/contact/?q=jane",
    "contacts-not-found": "/admin/contacts/contact/?q=nobody",
    "contact-refused": "/admin/contacts/contact/{contact}/change/",
    "contact-erase": "/admin/contacts/contact/{contact}/erase/",
    "contact-erased": "/admin/contacts/contact/{erased}/history/",
    "request": "/admin/interviews/interviewrequest/{request}/change/",
    "request-conflict": "/admin/interviews/interviewrequest/{request}/change/",
    "request-running": "/admin/interviews/interviewrequest/{running}/change/",
    "request-completed": "/admin/interviews/interviewrequest/{completed}/change/",
    "request-history": "/admin/interviews/interviewrequest/{request}/history/",
    "requests-running": "/admin/interviews/interviewrequest/?conversation=running",
    "types": "/admin/interviews/interviewtype/",
    "type": "/admin/interviews/interviewtype/{type}/change/",
    "guide": "/admin/interviews/interviewtype/{type}/guide/",
    "trial": "/admin/interviews/interviewtype/{type}/try/",
    "guide-refused": "/admin/interviews/interviewtype/{type}/guide/",
    "guide-json": "/admin/interviews/interviewtype/{type}/guide-json/",
    "users": "/admin/auth/user/",
    "user": "/admin/auth/user/1/change/",
    "group": "/admin/auth/group/1/change/",
    "password": "/admin/password_change/",
    "gone": "/admin/contacts/contact/0/change/",
    "not-found": "/nowhere",
    "not-allowed": "/admin/interviews/interviewtype/add/",
}

SURVEY_PAGES = {
    "survey-invitation": "/survey?token={invited_token}",
    "survey-question": "/survey?token={running_token}&question=7",
    "survey-welcome-back": "/survey?token={running_token}",
    "survey-earlier-question": "/survey?token={running_token}&question=1",
    "survey-skip": "/survey?token={running_token}&question=7",
    "survey-without-answer": "/survey?token={running_token}&question=7",
    "survey-recap": "/survey?token={recap_token}",
    "survey-thanks": "/survey?token={completed_token}",
    "survey-declined": "/survey?token={declined_token}",
    "survey-invitation-german": "/survey?token={german_token}",
    "survey-question-german": "/survey?token={german_running_token}&question=1",
    "survey-unknown": "/survey?token=unknown",
}

BEFORE_LOGIN = {
    "login": "/admin/login/",
    "login-refused": "/admin/login/",
}


def fill(browser: Browser, button: str, **values: str) -> None:
    for name, value in values.items():
        script = "arguments[0].value = arguments[1]"
        browser.driver.execute_script(script, browser.find(f"#content [name={name}]"), value)
    browser.follow(button)


def save_over_another(browser: Browser) -> None:
    seen = browser.find("[name=seen]").get_attribute("value") or ""
    fill(browser, "Save", objective=f"What the CRM sent meanwhile, at {time.time()}")
    fill(browser, "Save", objective="What I had in mind", seen=seen)


def press_on_survey_page(browser: Browser, text: str, button: str) -> None:
    browser.type("textarea[name]", text)
    browser.press(button)
    browser.find(".asks, .error")


def open_first_topic(browser: Browser) -> None:
    topic = browser.find(".guide-topic details")
    browser.driver.execute_script("arguments[0].open = true; arguments[0].scrollIntoView()", topic)


# Actions on a page before its screenshot.
ACTIONS: dict[str, Callable[[Browser], None]] = {
    "guide-form": open_first_topic,
    "trial": partial(
        fill, button="Start the interview", contact_name="Jane Smith", objective="Why was pricing a blocker?"
    ),
    "issue-key-done": partial(fill, button="Issue the key", name="Warehouse"),
    "contact-refused": partial(fill, button="Save", notes='{"title": NaN}'),
    "request-conflict": save_over_another,
    "guide-refused": partial(fill, button="Save as a new version", name="", closing_question="Is that all? Yes?"),
    "survey-skip": partial(press_on_survey_page, text="We had outgrown", button="Skip this question"),
    "survey-without-answer": partial(press_on_survey_page, text="", button="Send answer"),
    "login-refused": partial(
        fill,
        button="Log in",
        username="nobody",
        password="x",  # noqa: S106
    ),
}


def prepare() -> dict[str, object]:
    """Returns the ids and tokens used in the paths."""
    call_command("seed_demo", stdout=StringIO())
    User.objects.create_superuser(LOGIN, password=PASSWORD)
    org = Org.objects.earliest("pk")
    contact = Contact.objects.filter(org=org).earliest("pk")
    crm, old = (create_api_key(org=org, name=name)[0] for name in ("CRM", "Old warehouse"))
    revoke_api_key(old)
    verify_key(crm.digest)
    notes = contact.notes.replace("main concern is pricing", "pricing settled, waits for the board")
    update_contact(
        org_id=org.pk,
        contact_id=contact.pk,
        actor=Actor(ActorKind.API_KEY, crm.prefix, "9f2c41d07b"),
        notes=clean_notes(notes.replace('"CTO"', '"CTO and co-founder"')),
    )
    update_contact(
        org_id=org.pk,
        contact_id=contact.pk,
        actor=Actor(ActorKind.STAFF, LOGIN, "77ab03e1c4"),
        name=clean_name("Jane Smith-Lopez"),
    )
    gone = Contact.objects.latest("pk")
    erase_contact(org_id=gone.org_id, contact_id=gone.pk, actor=Actor(ActorKind.STAFF, LOGIN, "0c55d9e2aa"))
    request = InterviewRequest.objects.filter(contact=contact).earliest("pk")
    others = InterviewRequest.objects.exclude(pk=request.pk).exclude(status="completed").exclude(survey_token=None)
    running, completed, at_recap, declined = others.order_by("pk")[:4]
    conduct_interviews(running, completed, at_recap)
    finish_conversation(at_recap)
    finish_conversation(completed)
    complete_conversation(completed)
    decline_interview(declined)
    german, german_running = german_interview_requests()
    conduct_earlier_interviews(request.interview_type)
    return {
        "interviewed": InterviewRequest.objects.get(deal_id="deal_1003").pk,
        "import": checked_import(org).pk,
        "org": org.pk,
        "key": crm.pk,
        "contact": contact.pk,
        "erased": gone.pk,
        "request": request.pk,
        "running": running.pk,
        "completed": completed.pk,
        "type": request.interview_type_id,
        "invited_token": request.survey_token,
        "running_token": running.survey_token,
        "recap_token": at_recap.survey_token,
        "completed_token": completed.survey_token,
        "declined_token": declined.survey_token,
        "german_token": german.survey_token,
        "german_running_token": german_running.survey_token,
    }


def conduct_earlier_interviews(interview_type: InterviewType) -> None:
    """In each of the last 12 weeks, some are completed, abandoned and not begun."""
    actor = Actor(ActorKind.API_KEY, "hsk_5up8mXq2", "3e1b90aa41")
    for number in range(90):
        time_then = timezone.now() - timedelta(days=(89 - number) * 0.9)
        interview_request = create_interview_request(
            interview_type=interview_type,
            actor=actor,
            contact_email=clean_email(f"buyer{number}@contoso.example"),
            contact_name=clean_name(f"Buyer {number}"),
            deal_id=clean_deal_id(f"deal_{2000 + number}"),
        )
        if number % 4:
            conduct_interviews(interview_request)
        if number % 4 > 1:
            finish_conversation(interview_request)
            complete_conversation(interview_request)
            InterviewRequest.objects.filter(pk=interview_request.pk).update(completed_at=time_then)
        InterviewRequest.objects.filter(pk=interview_request.pk).update(created_at=time_then, updated_at=time_then)
        Conversation.objects.filter(pk=interview_request.pk).update(consented_at=time_then, last_activity_at=time_then)


def checked_import(org: Org) -> Job:
    """After its dry run."""
    rows = "".join(f"new{number}@northwind.example;Ada;Example {number};Met in May\n" for number in range(40))
    file = f"E-Mail;First name;Last name;Notes\n{rows}no address;Bob;Builder;\n".encode()
    with transaction.atomic():
        owner = User.objects.get(username=LOGIN)
        job = imports.new_import(kind="import_contacts", org=org, owner=owner, size=len(file))
        imports.upload(job, file, offset=0)
        imports.check(job, job.options["columns"])
    for leased in lease(Jobs(), 1, Turns()):
        run_job(leased)
    return job


def german_interview_requests() -> tuple[InterviewRequest, InterviewRequest]:
    """The second one is running."""
    interview_type = InterviewType.objects.get(guide__language="de")
    actor = Actor(ActorKind.STAFF, LOGIN, "51c7ee90d3")
    email, name = clean_email("sabine.mustermann@example.com"), clean_name("Sabine Mustermann")
    invited, running = (
        create_interview_request(interview_type=interview_type, actor=actor, contact_email=email, contact_name=name)
        for _ in range(2)
    )
    give_consent(running)
    return invited, running


def conduct_interviews(*interview_requests: InterviewRequest) -> None:
    for interview_request in interview_requests:
        give_consent(interview_request)
        for answer in ANSWERS:
            if question := next_question(interview_request).question:
                submit_answer(interview_request, number=question.number, text=answer)
        next_question(interview_request)


def take(
    browser: Browser,
    path: str,
    file: Path,
    *,
    width: int,
    height: int | None,
    scheme: str,
    action: Callable[[Browser], None] | None = None,
) -> None:
    """Without a height, the picture shows the whole page."""
    prefers = {"name": "prefers-color-scheme", "value": scheme}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [prefers]})
    resize(browser, width, height or 900)
    browser.open(path)
    if action:
        action(browser)
    if height is None:
        resize(browser, width, browser.driver.execute_script("return document.documentElement.scrollHeight"))
    shot = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {})
    file.write_bytes(b64decode(shot["data"]))


def resize(browser: Browser, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    temporary = Path(directory.name)
    call_command("migrate", verbosity=0)
    ids = prepare()
    with (
        serving(temporary / "log", {}, workers=1) as server,
        browsing(f"http://127.0.0.1:{server.port}", temporary / "profile") as browser,
    ):
        if folder:
            take_all(browser, BEFORE_LOGIN, folder)
            take_all(browser, {name: path.format(**ids) for name, path in SURVEY_PAGES.items()}, folder)
        browser.log_in(LOGIN, PASSWORD)
        if folder:
            take_all(browser, {name: path.format(**ids) for name, path in ALL_PAGES.items()}, folder)
        else:
            take_pictures(browser, ids, ROOT / "docs" / "images")


def take_pictures(browser: Browser, ids: dict[str, object], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, path in PICTURES.items():
        file = folder / f"{name}.png"
        take(browser, path.format(**ids), file, width=1300, height=700, scheme="light", action=ACTIONS.get(name))
    browser.driver.get("about:blank")
    for file in folder.glob("*.png"):
        Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def take_all(browser: Browser, pages: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for width in (1400, 360):
            for name, path in pages.items():
                file = folder / f"{name}-{scheme}-{width}.png"
                take(browser, path, file, width=width, height=None, scheme=scheme, action=ACTIONS.get(name))


if __name__ == "__main__":
    main()
