"""The summary answers why they decided so, in sentences that each rest on quotes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from interviews.lifecycle import Direction, Move, Speaker
from interviews.paige.dialogue import Utterance, render_transcript, unescaped
from interviews.paige.findings import EARLIER_DRIVER, findings_of
from interviews.paige.guide.guide import FollowUpKind
from interviews.paige.reading.readings import Act, Clause, StatementKind
from interviews.paige.summary import shown_findings, summary_of
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.interviews import buyer_brief, parsed_guide
from tests.interviews.paige.readings import answer, says, talks, told


def driver(quote: str, direction: str = "against", topic: str = "pricing", **more: Any) -> dict[str, Any]:
    start = 1000 * len(quote)  # so that quotes of different lengths do not overlap
    place = {"turn": 2, "start": start, "end": start + len(quote)}
    return {**EARLIER_DRIVER, **place, "topic": topic, "title": topic, "direction": direction, "quote": quote, **more}


def sentences(drivers: Sequence[dict[str, Any]] = (), **stored: Any) -> list[dict[str, Any]]:
    """Without `summary`, all directions are sure."""
    summary = {"sure": [each["start"] for each in drivers]}
    empty = {"drivers": drivers, "key_answers": [], "coverage": [], "summary": summary}
    found: list[dict[str, Any]] = summary_of({**empty, **stored}, "Acme")["sentences"]
    return found


def texts(*drivers: dict[str, Any], **stored: Any) -> list[str]:
    return [each["text"] for each in sentences(drivers, **stored)]


def quoted(*quotes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: each[name] for name in ("quote", "turn", "start", "end")} for each in quotes]


def test_the_side_with_the_most_decisive_drivers_comes_first() -> None:
    praise = driver("Datalane charges per plant.", about="competitor", about_name="Datalane")
    others = driver("The reports are great.", "for"), driver("It was slow."), praise
    assert texts(*others, driver("The price was too high.", is_decisive=True)) == [
        "Against Acme: “The price was too high”; “It was slow”; "
        "for Acme: “The reports are great”; for Datalane: “Datalane charges per plant”."
    ]
    assert texts(*others, driver("The pilot settled it.", "for", is_decisive=True))[0].startswith(
        "For Acme: “The pilot settled it”; “The reports are great”; "
    )


@pytest.mark.parametrize(
    ("more", "lead"),
    [
        ({}, "They said"),
        ({"review": "confirmed"}, "Against Acme"),
        ({"source": "staff"}, "Against Acme"),
        ({"source": "model"}, "Against Acme"),
        ({"review": "confirmed", "direction": "neutral"}, "They said"),
    ],
)
def test_only_a_sure_direction_is_told(more: dict[str, Any], lead: str) -> None:
    assert texts({**driver("It was slow."), **more}, summary={}) == [f"{lead}: “It was slow”."]


def passage(*drivers: dict[str, Any]) -> dict[str, Any]:
    """From the first to the last of the drivers."""
    first, last = drivers[0], drivers[-1]
    return {
        "quote": " ".join(each["quote"] for each in drivers),
        "turn": 2,
        "start": first["start"],
        "end": last["end"],
    }


@pytest.mark.parametrize(
    ("first", "second", "sure", "lead"),
    [
        ("against", "against", (0, 1), "Against Acme"),
        ("against", "against", (0,), "They said"),
        ("against", "for", (0, 1), "They said"),
    ],
)
def test_a_quote_has_a_side_if_all_its_drivers_surely_have_it(
    first: str, second: str, sure: Sequence[int], lead: str
) -> None:
    drivers = [driver("It was slow.", first), {**driver("Nobody told us why.", second), "start": 13_000}]
    summary = {"sure": [drivers[n]["start"] for n in (0, 1) if n in sure], "beside": [passage(*drivers)]}
    assert texts(*drivers, summary=summary) == [f"{lead}: “It was slow. Nobody told us why”."]


def test_what_staff_have_checked_has_its_side_beside_a_quote_without_one() -> None:
    drivers = [driver("It was slow.", review="confirmed"), {**driver("Nobody told us why.", "for"), "start": 13_000}]
    told = "It was slow. Nobody told us why"
    assert texts(*drivers, summary={"beside": [passage(*drivers)]}) == [
        f"They said: “{told}”.",
        "Against Acme: “It was slow”.",
    ]
    drivers[1]["direction"], sure = "against", [13_000]
    assert texts(*drivers, summary={"sure": sure, "beside": [passage(*drivers)]}) == [f"Against Acme: “{told}”."]


def test_what_staff_reject_is_left_out() -> None:
    rejected = driver("It was slow.", review="rejected")
    assert texts(rejected, summary={"beside": quoted(rejected)}) == []


def test_what_of_the_objective_was_answered_and_what_stays_open() -> None:
    coverage = [
        {"topic": "pricing", "title": "Price", "status": "answered", "turns": [2]},
        {"topic": "vendor", "title": "Acme", "status": "declined", "turns": [4]},
        {"topic": "process", "title": "Process", "status": "not_asked", "turns": []},
    ]
    answers = [{"topic": "pricing", "excerpts": ["Too high."], "places": [{"turn": 2, "start": 1, "end": 10}]}]
    [sentence] = sentences(key_answers=answers, coverage=coverage)
    assert sentence == {
        "text": "Of the objective, answered: Price; declined: Acme; not asked: Process.",
        "quotes": [{"quote": "Too high.", "turn": 2, "start": 1, "end": 10}],
    }


def test_what_would_have_changed_it_is_what_answers_that_question() -> None:
    brief = buyer_brief()
    number = next(n for n, each in enumerate(brief.guide.topic("decision").follow_ups) if each.kind == "change")
    ask = Utterance(Speaker.PAIGE, "What would have changed it?", "decision", Move.FOLLOW_UP, number)
    said = answer("decision", says("An audit trail *before* May."))
    brief = brief.after([*told(brief, answer("vendor", says("It was slow."))).conversation, ask, said])
    content = render_transcript(brief.conversation, "Jane")
    found = shown_findings({**findings_of(brief, content), "content": content}, "Acme")
    sentence = found["summary"]["sentences"][-1]
    [place] = sentence["quotes"]
    assert sentence["text"] == "What would have changed it: “An audit trail *before* May”."
    assert unescaped(content[place["start"] : place["end"]]) == place["quote"] == "An audit trail *before* May."


def test_all_kinds_of_sentences_with_the_objective_are_five() -> None:
    decided, change, told = driver("A."), driver("A smaller package."), driver("It was slow.")
    praise = driver("Everybody in the plant could read the reports.", "for")
    drivers = decided, change, told, praise
    summary = {"decided": quoted(decided), "would_change": quoted(change), "beside": quoted(told, praise)}
    coverage = [{"topic": "vendor", "title": "Acme", "status": "declined", "turns": [4]}]
    stored: dict[str, Any] = {"summary": {**summary, "sure": [praise["start"]]}}
    first = [
        "What decided it: “A”.",
        "What would have changed it: “A smaller package”.",
        "They also said: “It was slow”.",
        "For Acme: “Everybody in the plant could read the reports”.",
    ]
    assert texts(*drivers, coverage=coverage, **stored) == [*first, "Of the objective, declined: Acme."]


def test_a_correction_of_quoted_words_is_told_too() -> None:
    corrected = driver("The board froze it.", "for", source="staff")
    assert texts(corrected, summary={"decided": quoted(corrected)}) == [
        "What decided it: “The board froze it”.",
        "For Acme: “The board froze it”.",
    ]


def test_a_transcript_of_an_earlier_release_begins_with_its_key_answer() -> None:
    place = {"turn": 2, "start": 19, "end": 38}
    answers = [{"topic": "decision", "title": "", "excerpts": ["The board froze it."], "places": [place]}]
    [sentence] = sentences(key_answers=answers, summary={})
    assert sentence == {
        "text": "What decided it: “The board froze it”.",
        "quotes": [{"quote": "The board froze it.", **place}],
    }


def test_the_quotes_have_650_characters_together() -> None:
    many = [driver(f"{n}{'x' * (200 + n)}", "for") for n in range(6)]
    decided = driver("Price. " * 64)
    found = sentences(many, summary={"decided": quoted(decided), "beside": quoted(*many)})
    assert [[each["quote"] for each in sentence["quotes"]] for sentence in found] == [
        [decided["quote"]],
        [many[0]["quote"]],
    ]
    assert [len(each["quotes"]) for each in sentences(many)] == [3]


def summary_after(*answers: Utterance, brief: Brief | None = None) -> list[str]:
    brief = told(brief or buyer_brief(), *answers)
    content = render_transcript(brief.conversation, "Jane")
    found = shown_findings({**findings_of(brief, content), "content": content}, "Acme")
    return [each["text"] for each in found["summary"]["sentences"]]


def test_the_whole_answer_to_what_decided_it_is_quoted_without_questions() -> None:
    asked = talks("Who reads this?", Act.ASKS_WHO_READS)
    reasons = talks("The Sage link, as I said.", Act.SAID_BEFORE), talks("Gut feeling.", Act.DECLINES)
    assert summary_after(answer("decision", *reasons, asked)) == [
        "What decided it: “The Sage link, as I said. Gut feeling”."
    ]


@pytest.mark.parametrize(
    ("elsewhere", "is_told"),
    [
        (says("They wanted an exported file for Sage every evening."), True),
        (says("That was the deal breaker."), True),
        (says("Then the plant closed in the middle of March.", weight=0.2), True),
        (says("Then the board cancelled it in the spring.", weight=0.1), False),
        (says("Then the plant closed.", weight=0.6), False),
        (says("The plant.", weight=0.6, is_decisive=True), True),
        (says("Sage was never named.", kind=StatementKind.DENIAL), False),
        (says("I would not say that Sage tipped it.", kind=StatementKind.DENIAL), False),
        (says("There was no app for them.", kind=StatementKind.DENIAL, speaks=Direction.AGAINST, weight=0.3), False),
        (says(f"There was no app {'x ' * 5}.", kind=StatementKind.DENIAL, speaks=Direction.AGAINST, weight=0.3), True),
    ],
)
def test_what_may_be_a_reason_is_quoted_from_every_answer(elsewhere: Clause, is_told: bool) -> None:
    found = summary_after(answer("process", elsewhere), answer("decision", says("The link to Sage.")))
    told = f"They also said: “{elsewhere.text.rstrip('.')}”."
    assert (told in found) == is_told


def test_a_short_sentence_is_quoted_with_its_neighbours() -> None:
    before, after = says("We rang on a Friday."), says("Then Monday came.")
    said = before, says("We got a machine.", weight=0.5), after, says("The invoices were right, and that is all." * 5)
    assert summary_after(answer("vendor", *said)) == [
        "They said: “We rang on a Friday. We got a machine. Then Monday came”."
    ]
    asked = talks("Who reads this?", Act.ASKS_WHO_READS)
    assert summary_after(answer("vendor", before, asked, says("We got a machine that rang.", weight=0.5), after)) == [
        "They said: “We got a machine that rang. Then Monday came”."
    ]


@pytest.mark.parametrize(("is_won", "order"), [(True, [1, 0]), (False, [0, 1])])
def test_in_a_won_deal_what_speaks_for_the_vendor_comes_first(is_won: bool, order: list[int]) -> None:
    said = [
        says(f"{way} {'x ' * 40}z.", speaks=way, weight=0.4 - n / 10)
        for n, way in enumerate((Direction.AGAINST, Direction.FOR))
    ]
    [sentence] = summary_after(answer("vendor", *said), brief=replace(buyer_brief(), is_won=is_won))
    assert sentence == f"They said: “{'”; “'.join(said[n].text[:-1] for n in order)}”."


def test_what_was_plainly_called_decisive_counts_if_nobody_was_asked() -> None:
    told = says("The link to Sage tipped it.", is_decisive=True)
    assert summary_after(answer("process", told)) == ["What decided it: “The link to Sage tipped it”."]
    asked = answer("decision", says("The price."))
    assert summary_after(answer("process", told), asked)[0] == "What decided it: “The price”."


def test_a_short_last_sentence_is_quoted_with_the_one_before() -> None:
    said = says("The planning board stopped twice, on two Fridays in a row, at four."), says("Simple.", weight=0.5)
    assert summary_after(answer("vendor", *said)) == [f"They said: “{said[0].text} Simple”."]


def test_of_a_long_sentence_the_clause_is_quoted() -> None:
    said = says(f"They had {'x' * 200},"), says("and nobody answered the phone in all of March.", weight=0.5)
    assert summary_after(answer("vendor", *said)) == ["They said: “and nobody answered the phone in all of March”."]


def test_the_weightiest_are_quoted_first_as_far_as_there_is_room() -> None:
    quotes = [says(f"{n} {'x ' * 88}x.", weight=(n + 2) / 10) for n in range(1, 6)]
    short = says("y " * 50, weight=0.2)
    [sentence] = summary_after(answer("vendor", *quotes, short))
    shown = [each.text.strip(". ") for each in (*reversed(quotes[2:]), short)]
    assert sentence == f"They said: “{'”; “'.join(shown)}”."


@pytest.mark.parametrize(("topic", "lead"), [("stall", "What decided it"), ("reopening", "What would have changed it")])
def test_the_guide_on_no_decision_asks_for_the_reasons_too(topic: str, lead: str) -> None:
    guide = parsed_guide("no_decision").for_vendor("Acme")
    assert topic in [each.key for each in guide.topics]
    assert summary_after(answer(topic, says("The freeze.")), brief=replace(buyer_brief(), guide=guide)) == [
        f"{lead}: “The freeze”."
    ]


@pytest.mark.parametrize(
    ("said", "is_quoted"),
    [
        (says("No, I think that is all.", kind=StatementKind.DENIAL), False),
        (talks("That is all.", Act.DECLINES), False),
        (says("There was no integration with Sage.", kind=StatementKind.DENIAL, speaks=Direction.AGAINST), True),
        (says("The app.", kind=StatementKind.NEED), True),
    ],
)
@pytest.mark.parametrize(("kind", "lead"), [("reason", "What decided it"), ("change", "What would")])
def test_of_follow_ups_only_what_tells_something_is_quoted(said: Clause, is_quoted: bool, kind: str, lead: str) -> None:
    brief = buyer_brief()
    kinds = [each.kind for each in brief.guide.topic("decision").follow_ups]
    ask = Utterance(Speaker.PAIGE, "And?", "decision", Move.FOLLOW_UP, kinds.index(FollowUpKind(kind)))
    brief = brief.after([ask, answer("decision", said)])
    content = render_transcript(brief.conversation, "Jane")
    found = summary_of({**findings_of(brief, content), "content": content}, "Acme")["sentences"]
    assert [each["text"].startswith(lead) for each in found] == [True] * is_quoted


def test_a_direction_about_the_vendor_is_sure_if_the_reader_is() -> None:
    read = [
        says("It was slow on every day of March.", speaks=Direction.AGAINST, is_sure=sure, weight=0.3)
        for sure in (True, False)
    ]
    found = [summary_after(answer("vendor", clause)) for clause in read]
    assert found == [[f"{lead}: “It was slow on every day of March”."] for lead in ("Against Acme", "They said")]


@pytest.mark.parametrize("is_sure", [True, False])
def test_few_words_are_quoted_if_their_side_is_sure(is_sure: bool) -> None:
    told = says("It was slow.", speaks=Direction.AGAINST, is_sure=is_sure, weight=0.3)
    assert summary_after(answer("vendor", told)) == ["Against Acme: “It was slow”."] * is_sure
