"""The course of the measurement: warm up, interview, attack, hurry."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.conf import settings

from interviews.paige.model_interviewer import ModelInterviewer
from interviews.paige.prompt import messages_for
from interviews.paige.provider import ProviderError
from tests.model.interviews import Interviews, opening
from tests.model.report import Hurry, Measured
from tests.model.respondents import ATTACKS, RESPONDENTS, Respondent

WARM_UP_SECONDS = 60
HURRIED_TURNS = 6
HURRIED_SECONDS = 0.3


def measure(*, turns: int, attacks: int) -> Measured:
    """Runs everything, as many turns at once as PAIGE_CONCURRENCY lets through to the model."""
    interviews = Interviews()
    with ThreadPoolExecutor(settings.PAIGE_CONCURRENCY) as pool:
        say("Warming up ...")
        list(pool.map(lambda respondent: warm_up(interviews, respondent), RESPONDENTS[: settings.PAIGE_CONCURRENCY]))
        started = monotonic()
        say(f"{len(RESPONDENTS)} interviews of {turns} turns ...")
        scripted = pool.map(lambda respondent: list(interviews.interview(respondent, turns)), RESPONDENTS)
        asked = [turn for interview in scripted for turn in interview]
        say(f"{attacks} attacks ...")
        attacked = list(pool.map(lambda each: interviews.attack(*each), shared_out(ATTACKS[:attacks])))
    say("Too many turns in too little time ...")
    hurry = hurried(interviews)
    return Measured(asked, attacked, hurry, seconds=monotonic() - started)


def shared_out(attacks: Sequence[str]) -> list[tuple[Respondent, str]]:
    """As many for each respondent, one respondent after the other: what their prompts share is read once."""
    return [(RESPONDENTS[i * len(RESPONDENTS) // len(attacks)], words) for i, words in enumerate(attacks)]


def warm_up(interviews: Interviews, respondent: Respondent) -> None:
    """Has the server read the guide once, which every prompt begins with: a provider's cache is warm too."""
    try:
        interviews.provider.complete(messages_for(opening(respondent)), WARM_UP_SECONDS)
    except ProviderError:
        return  # a message cut off will do


def hurried(interviews: Interviews) -> Hurry:
    """More turns at once than are let through to the model, with less time than it needs."""
    engine = ModelInterviewer(interviews.provider, timeout=HURRIED_SECONDS, at_once=settings.PAIGE_CONCURRENCY)

    def seconds(respondent: Respondent) -> float:
        started = monotonic()
        engine.next_message(opening(respondent))
        return monotonic() - started

    with ThreadPoolExecutor(HURRIED_TURNS) as pool:
        taken = list(pool.map(seconds, [RESPONDENTS[0]] * HURRIED_TURNS))
    return Hurry(turns=HURRIED_TURNS, allowed=HURRIED_SECONDS, slowest=max(taken))


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
