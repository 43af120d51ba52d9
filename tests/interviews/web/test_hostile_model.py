"""Nothing that a model's endpoint returns reaches the survey page, the database or the transcript."""

import json

import pytest
from pytest_django import Settings

from contacts.models import Contact
from interviews.lifecycle import Engine, Speaker
from interviews.models import InterviewRequest, Transcript, Turn
from tests.fakes.provider import Act, fake_provider, says, sends
from tests.interviews.web.client import SurveyPage

NOTES = "Zephyr-9 budget was cut by Bartholomew"
OBJECTIVE = "Find out about the kerfuffle with Quuxcorp"
MARKERS = ("Zephyr", "Bartholomew", "kerfuffle", "Quuxcorp", "budget was cut", "HOSTILE", "onerror", "b3N0aWxl")

QUOTES = [
    *(NOTES, OBJECTIVE, "HOSTILE words of another person", "<img src=x onerror=alert(1)>", "SE9TVElMRQb3N0aWxl"),
    *("Nobody trusted the numbers HOSTILE", "{vendor} {quote} HOSTILE", "\u202eELITSOH", "was cut by Bartholomew"),
]
REPLIES: list[Act] = [
    *(says(json.dumps({"move": move, "quote": quote})) for quote in QUOTES for move in (1, 3, 4, 5)),
    *(says(f"Did you know that {quote}?") for quote in QUOTES),
    *(says(f"3\n\nHOSTILE: {quote}") for quote in QUOTES),
    says(f"<think>{NOTES}</think>2"),
    sends(f'{{"error": "{NOTES}"}}'.encode(), 500),
    sends(NOTES.encode(), content_type="text/html"),
]


@pytest.mark.parametrize("start", range(0, len(REPLIES), 24))
@pytest.mark.slow
def test_hostile_replies_are_never_shown(
    page: SurveyPage, interview_request: InterviewRequest, settings: Settings, start: int
) -> None:
    Contact.objects.update(notes=NOTES)
    InterviewRequest.objects.update(objective=OBJECTIVE)
    with fake_provider(*REPLIES[start:], *REPLIES[:start]) as provider:
        settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = provider.url, "fake"
        response = page.post("consent")
        while question := Turn.objects.filter(speaker=Speaker.PAIGE).latest("number"):
            shown = response.content.decode()
            assert not [marker for marker in MARKERS if marker in shown]
            if "Look over" in shown:
                break
            text = f"Nobody trusted the numbers of team {question.number}. The price was double our budget."
            response = page.post("answer", number=question.number, text=text)
        page.post("send")
    stored = " ".join([*Turn.objects.values_list("text", flat=True), Transcript.objects.get().content])
    assert not [marker for marker in MARKERS if marker in stored]
    assert Turn.objects.filter(engine=Engine.MODEL).exists()
