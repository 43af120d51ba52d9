"""What the design of decision 50 holds for arbitrary input: non-interference, and echo."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.chat import Provider
from interviews.paige.dialogue import Utterance
from interviews.paige.engines import ModelEngine, ModelWriter
from interviews.paige.objective import CorrectedSubjects, Picks
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, next_message, public_brief_of
from interviews.paige.turn.moves import moves
from interviews.paige.wording.request import wording_messages
from tests.fakes.provider import Handler, fake_provider, says
from tests.interviews.paige.interviews import after, buyer_brief, parsed_guide

ANSWERS = [
    "Nobody trusted the numbers any more. We had three teams with three reports, and the board lost patience.",
    "It was slow and it was expensive, honestly.",
    "The price was double our budget. We never had a trial.",
    "Your people lied to us, and I was furious. They sent us a two-year-old report.",
    "Are you a bot? The security review took six weeks, and our CFO refused to sign.",
    "",
]
TOPICS = [topic.key for topic in parsed_guide().topics]
TEXTS = st.text(max_size=60) | st.sampled_from(
    ["Find out why pricing was a blocker", "Ask about the security review", "Why did the CFO refuse?", *ANSWERS]
)
PICKS = st.none() | st.builds(
    Picks, st.lists(st.sampled_from(TOPICS), unique=True).map(tuple), st.lists(st.sampled_from(TOPICS)).map(tuple)
)
PRIVATE = st.fixed_dictionaries({"contact_notes": TEXTS, "objective": TEXTS, "contact_name": TEXTS, "picks": PICKS})


@pytest.mark.slow
@settings(max_examples=60)
@given(
    answers=st.lists(st.sampled_from(ANSWERS) | st.text(max_size=40), min_size=1, max_size=3),
    one=PRIVATE,
    other=PRIVATE,
    nameable=st.sampled_from([CorrectedSubjects(), CorrectedSubjects(("SSO", "the CFO"), ("SSO",))]),
)
def test_notes_objective_contact_record_and_picks_do_not_change_a_request_to_word(
    answers: list[str], one: dict[str, object], other: dict[str, object], nameable: CorrectedSubjects
) -> None:
    brief = replace(after(buyer_brief(), *answers), may_be_worded=True, corrected=nameable)
    for move in moves(brief):
        choice = Choice(move, Engine.MODEL)
        requests = []
        for private in (one, other):
            public = public_brief_of(replace(brief, **private), choice)  # type: ignore[arg-type]
            requests.append(public and Provider("", "", "").payload(wording_messages(public), {}))
        assert requests[0] == requests[1]


NOTES = "Zephyrine budget was slashed by Bartholomew; quokka incident"
OBJECTIVE = "Find out about the kerfuffle between Quuxcorp and Marmaduke"
SECRETS = re.compile("zephyrine|slashed|bartholomew|quokka|incident|kerfuffle|quuxcorp|marmaduke", re.IGNORECASE)


def echoing(random: Random) -> Callable[[Handler], None]:
    """Replies with a part of the request: a slice, a line, a sentence, or its last quoted text."""

    def act(handler: Handler) -> None:
        request = handler.server.requests[-1]
        text = "\n".join(message["content"] for message in request["messages"])
        start = random.randrange(len(text))
        lines = [line for line in text.splitlines() if line.strip()]
        sentences = re.findall(r"[^.?!\n]+[.?!]", text)
        part = random.choice(
            [text[start : start + random.randint(5, 200)], random.choice(lines), random.choice(sentences), text]
        )
        as_json = json.dumps({"move": random.randint(1, 4), "text": part.strip()})
        says(random.choice([part, as_json, as_json]))(handler)

    return act


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_an_endpoint_that_echoes_never_shows_a_word_of_notes_or_objective(seed: int) -> None:
    random = Random(seed)
    brief = replace(buyer_brief(OBJECTIVE), contact_notes=NOTES, may_be_worded=True)
    with fake_provider(echoing(random)) as provider:
        server = Provider(provider.url, "fake", "")
        shown = interview(brief, ModelEngine(server, timeout=10), ModelWriter(server, timeout=10), random)
    requests = [json.dumps(request) for request in provider.requests]
    assert any(SECRETS.search(request) for request in requests), "the choice sees them"
    assert not any(SECRETS.search(text) for text in shown)


def interview(brief: Brief, engine: ModelEngine, writer: ModelWriter, random: Random) -> list[str]:
    said: list[Utterance] = []
    while message := next_message(brief.after(said), engine, writer):
        utterance = message.utterance
        answer = Utterance(Speaker.CONTACT, random.choice(ANSWERS), utterance.topic, Move.ANSWER)
        said += [utterance, answer]
    return [turn.text for turn in said if turn.speaker is Speaker.PAIGE]
