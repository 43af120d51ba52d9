"""Runs the test: warm-up, interviews, attacks, overload."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.conf import settings

from interviews.paige.model_interviewer import ModelInterviewer
from interviews.paige.prompt import messages_for
from interviews.paige.provider import ProviderError
from tests.model.interviews import Interviews, opening
from tests.model.report import Measured, Overload
from tests.model.respondents import ATTACKS, RESPONDENTS, Respondent

WARM_UP_SECONDS = 60
OVERLOAD_TURNS = 6
OVERLOAD_SECONDS = 0.3


def measure(*, turns: int, attacks: int) -> Measured:
    """Runs PAIGE_CONCURRENCY turns at the same time."""
    interviews = Interviews()
    with ThreadPoolExecutor(settings.PAIGE_CONCURRENCY) as pool:
        say("Warming up ...")
        list(pool.map(lambda respondent: warm_up(interviews, respondent), RESPONDENTS[: settings.PAIGE_CONCURRENCY]))
        started = monotonic()
        say(f"{len(RESPONDENTS)} interviews of {turns} turns ...")
        scripted = pool.map(lambda respondent: list(interviews.conduct(respondent, turns)), RESPONDENTS)
        asked = [turn for conversation in scripted for turn in conversation]
        say(f"{attacks} attacks ...")
        attacked = list(pool.map(lambda each: interviews.attack(*each), distribute(ATTACKS[:attacks])))
    say("Overload ...")
    overloaded = overload(interviews)
    return Measured(asked, attacked, overloaded, seconds=monotonic() - started)


def distribute(attacks: Sequence[str]) -> list[tuple[Respondent, str]]:
    """Groups attacks by respondent, so that the server can cache the common prefix of their prompts."""
    return [(RESPONDENTS[i * len(RESPONDENTS) // len(attacks)], words) for i, words in enumerate(attacks)]


def warm_up(interviews: Interviews, respondent: Respondent) -> None:
    """Fills the prompt cache of the server with the guide."""
    try:
        interviews.provider.complete(messages_for(opening(respondent)), WARM_UP_SECONDS)
    except ProviderError:
        return  # a truncated message is enough


def overload(interviews: Interviews) -> Overload:
    """Runs more turns than PAIGE_CONCURRENCY, with a time limit below the response time of the model."""
    engine = ModelInterviewer(interviews.provider, timeout=OVERLOAD_SECONDS, concurrency=settings.PAIGE_CONCURRENCY)

    def seconds(respondent: Respondent) -> float:
        started = monotonic()
        engine.next_message(opening(respondent))
        return monotonic() - started

    with ThreadPoolExecutor(OVERLOAD_TURNS) as pool:
        taken = list(pool.map(seconds, [RESPONDENTS[0]] * OVERLOAD_TURNS))
    return Overload(turns=OVERLOAD_TURNS, allowed=OVERLOAD_SECONDS, slowest=max(taken))


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
