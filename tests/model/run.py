"""Runs the test: warm-up, interviews, attacks, overload."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.conf import settings

from interviews.paige.model.engine import ModelEngine, schema_for
from interviews.paige.model.prompt import messages_for
from interviews.paige.model.provider import ProviderError
from interviews.paige.turn.moves import moves
from tests.model.interviews import Interviews, attacked
from tests.model.report import Measured, Overload
from tests.model.respondents import ATTACKS, RESPONDENTS
from tests.quality.respondents import Respondent

WARM_UP_SECONDS = 60
OVERLOAD_TURNS = 6
OVERLOAD_SECONDS = 0.3


def measure(*, turns: int, attacks: int, has_schema: bool) -> Measured:
    """Runs PAIGE_CONCURRENCY turns at the same time."""
    interviews = Interviews(has_schema=has_schema)
    with ThreadPoolExecutor(settings.PAIGE_CONCURRENCY) as pool:
        say("Warming up ...")
        list(pool.map(lambda respondent: warm_up(interviews, respondent), RESPONDENTS[: settings.PAIGE_CONCURRENCY]))
        started = monotonic()
        say(f"{len(RESPONDENTS)} interviews of {turns} turns ...")
        scripted = pool.map(lambda respondent: list(interviews.conduct(respondent, turns)), RESPONDENTS)
        asked = [turn for conversation in scripted for turn in conversation]
        say(f"{attacks} attacks ...")
        hostile = list(pool.map(lambda each: interviews.ask(attacked(*each)), distribute(ATTACKS[:attacks])))
    say("Overload ...")
    overloaded = overload(interviews)
    return Measured(asked, [turn for turn in hostile if turn.replies], overloaded, seconds=monotonic() - started)


def distribute(attacks: Sequence[str]) -> list[tuple[Respondent, str]]:
    """Groups attacks by respondent, so that the server can cache the common prefix of their prompts."""
    return [(RESPONDENTS[i * len(RESPONDENTS) // len(attacks)], words) for i, words in enumerate(attacks)]


def warm_up(interviews: Interviews, respondent: Respondent) -> None:
    """Fills the prompt cache of the server with the guide."""
    brief = attacked(respondent, "")
    offered = moves(brief)
    try:
        interviews.provider.complete(messages_for(brief, offered), WARM_UP_SECONDS, schema_for(len(offered)))
    except ProviderError:
        return


def overload(interviews: Interviews) -> Overload:
    """Runs more turns than PAIGE_CONCURRENCY, with a time limit below the response time of the model."""
    engine = ModelEngine(interviews.provider, timeout=OVERLOAD_SECONDS)
    brief = attacked(RESPONDENTS[0], "")

    def seconds(_: int) -> float:
        started = monotonic()
        engine.choose(brief, moves(brief))
        return monotonic() - started

    with ThreadPoolExecutor(OVERLOAD_TURNS) as pool:
        taken = list(pool.map(seconds, range(OVERLOAD_TURNS)))
    return Overload(turns=OVERLOAD_TURNS, allowed=OVERLOAD_SECONDS, slowest=max(taken))


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
