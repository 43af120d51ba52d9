"""The summary answers why they decided so, in sentences that each rest on quotes."""

from collections.abc import Sequence
from typing import Any

import pytest

from interviews.lifecycle import Direction, Move, Speaker
from interviews.paige.dialogue import Utterance, render_transcript, unescaped
from interviews.paige.findings import EARLIER_DRIVER, findings_of
from interviews.paige.guide.guide import FollowUpKind
from interviews.paige.reading.readings import About, Act, Clause, StatementKind
from interviews.paige.summary import shown_findings, summary_of
from tests.interviews.paige.interviews import buyer_brief
from tests.interviews.paige.readings import answer, says, talks, told


def driver(quote: str, direction: str = "against", topic: str = "pricing", **more: Any) -> dict[str, Any]:
    place = {"turn": 2, "start": len(quote), "end": 2 * len(quote)}
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
        ({}, "Also named"),
        ({"review": "confirmed"}, "Against Acme"),
        ({"source": "staff"}, "Against Acme"),
        ({"source": "model"}, "Against Acme"),
        ({"review": "confirmed", "direction": "neutral"}, "Also named"),
    ],
)
def test_only_a_sure_direction_is_told(more: dict[str, Any], lead: str) -> None:
    assert texts({**driver("It was slow."), **more}, summary={}) == [f"{lead}: “It was slow”."]


def test_a_sentence_has_three_quotes() -> None:
    [sentence] = sentences([driver(f"{'It was slow. ' * n}.") for n in range(1, 6)])
    assert [(each["start"], each["turn"]) for each in sentence["quotes"]] == [(14, 2), (27, 2), (40, 2)]


def test_quotes_without_a_side_fill_what_the_sides_leave() -> None:
    sided, quotes = driver("The app is fast.", "for"), [driver(f"{n}" * (90 + n), topic="vendor") for n in range(1, 8)]
    named, side = sentences([sided, *quotes], summary={"sure": [sided["start"]]})
    assert side["text"] == "For Acme: “The app is fast”."
    assert [len(each["quote"]) for each in named["quotes"]] == [91, 92, 93, 94, 95]
    long = [{**each, "quote": each["quote"] * 2} for each in quotes]
    named, side = sentences([sided, *long], summary={"sure": [sided["start"]]})
    assert (len(named["quotes"]), side["text"]) == (3, "For Acme: “The app is fast”.")


def test_what_staff_reject_is_left_out() -> None:
    rejected = driver("It was slow.", review="rejected")
    assert texts(rejected, summary={"on_reasons": quoted(rejected)}) == []


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
    decided, change, related = driver("A."), driver("A smaller package."), driver("It was slow.")
    praise = driver("Everybody in the plant could read the reports.", "for")
    drivers = decided, change, related, praise, driver("An app.")
    summary = {"decided": quoted(decided), "would_change": quoted(change), "on_reasons": quoted(related)}
    coverage = [{"topic": "vendor", "title": "Acme", "status": "declined", "turns": [4]}]
    stored: dict[str, Any] = {"summary": {**summary, "sure": [praise["start"]]}}
    first = [
        "Asked what decided it, they said: “A”.",
        "What would have changed it: “A smaller package”.",
        "On this they also said: “It was slow”.",
        "Also named: “An app”.",
    ]
    assert texts(*drivers, **stored) == [*first, "For Acme: “Everybody in the plant could read the reports”."]
    assert texts(*drivers, coverage=coverage, **stored) == [*first, "Of the objective, declined: Acme."]


def test_a_correction_of_quoted_words_is_told_too() -> None:
    corrected = driver("The board froze it.", "for", source="staff")
    assert texts(corrected, summary={"decided": quoted(corrected)}) == [
        "Asked what decided it, they said: “The board froze it”.",
        "For Acme: “The board froze it”.",
    ]


def test_a_transcript_of_an_earlier_release_begins_with_its_key_answer() -> None:
    place = {"turn": 2, "start": 19, "end": 38}
    answers = [{"topic": "decision", "title": "", "excerpts": ["The board froze it."], "places": [place]}]
    [sentence] = sentences(key_answers=answers, summary={})
    assert sentence == {
        "text": "Asked what decided it, they said: “The board froze it”.",
        "quotes": [{"quote": "The board froze it.", **place}],
    }


def test_the_sentences_have_650_characters_together() -> None:
    many = [driver(f"{way} {n} {'x' * 220}", way) for way in ("for", "against") for n in range(6)]
    found = texts(*many, summary={"decided": quoted(driver("Price. " * 57))})
    assert len(found) == 1
    assert [len(each["quotes"]) for each in sentences(many)] == [2]


def summary_after(*answers: Utterance) -> list[str]:
    brief = told(buyer_brief(), *answers)
    content = render_transcript(brief.conversation, "Jane")
    found = shown_findings({**findings_of(brief, content), "content": content}, "Acme")
    return [each["text"] for each in found["summary"]["sentences"]]


def test_the_whole_answer_to_what_decided_it_is_quoted_without_questions() -> None:
    asked = talks("Who reads this?", Act.ASKS_WHO_READS)
    reasons = talks("The Sage link, as I said.", Act.SAID_BEFORE), talks("Gut feeling.", Act.DECLINES)
    assert summary_after(answer("decision", *reasons, asked)) == [
        "Asked what decided it, they said: “The Sage link, as I said. Gut feeling”."
    ]


@pytest.mark.parametrize(
    ("elsewhere", "is_related"),
    [
        (says("They wanted an exported file for Sage every evening."), True),
        (says("Then the board cancelled."), False),
        (says("That was the deal breaker."), True),
        (says("Then the plant closed.", is_decisive=True), True),
        (says("Sage was never named.", kind=StatementKind.DENIAL), False),
    ],
)
def test_what_shares_words_with_the_reasons_or_is_called_decisive_is_quoted(
    elsewhere: Clause, is_related: bool
) -> None:
    found = summary_after(answer("vendor", elsewhere), answer("decision", says("The link to Sage.")))
    related = f"On this they also said: “{elsewhere.text.rstrip('.')}”."
    assert (related in found) == is_related


@pytest.mark.parametrize(
    ("elsewhere", "is_named"),
    [
        (says("The courier came at noon.", kind=StatementKind.EVENT), True),
        (says("They have nine offices.", kind=StatementKind.FACT, about=About.RIVAL), True),
        (says("We have nine offices.", kind=StatementKind.FACT, about=About.SELF), False),
        (says("Nobody came.", kind=StatementKind.DENIAL, about=About.VENDOR), False),
    ],
)
def test_events_and_statements_on_a_seller_without_direction_are_named(elsewhere: Clause, is_named: bool) -> None:
    found = summary_after(answer("vendor", elsewhere), answer("decision", says("The link to Sage.")))
    assert (f"Also named: “{elsewhere.text.rstrip('.')}”." in found) == is_named


def test_what_is_related_is_named_before_other_statements() -> None:
    others = [says(f"They have {n} offices.", kind=StatementKind.FACT, about=About.VENDOR) for n in range(1, 4)]
    related = says("They have Sage in 9.", kind=StatementKind.FACT, about=About.VENDOR)
    decided = says("The link to Sage was what we needed for invoices, orders, stock, wages and taxes.")
    found = summary_after(answer("vendor", *others, related), answer("decision", decided))
    assert found[1] == "Also named: “They have Sage in 9”; “They have 1 offices”; “They have 2 offices”."


@pytest.mark.parametrize(
    ("said", "is_quoted"),
    [
        (says("No, I think that is all.", kind=StatementKind.DENIAL), False),
        (talks("That is all.", Act.DECLINES), False),
        (says("There was no integration with Sage.", kind=StatementKind.DENIAL, speaks=Direction.AGAINST), True),
        (says("The app.", kind=StatementKind.NEED), True),
    ],
)
@pytest.mark.parametrize(("kind", "lead"), [("reason", "Asked what decided it, they said"), ("change", "What would")])
def test_of_follow_ups_only_what_tells_something_is_quoted(said: Clause, is_quoted: bool, kind: str, lead: str) -> None:
    brief = buyer_brief()
    kinds = [each.kind for each in brief.guide.topic("decision").follow_ups]
    ask = Utterance(Speaker.PAIGE, "And?", "decision", Move.FOLLOW_UP, kinds.index(FollowUpKind(kind)))
    brief = brief.after([ask, answer("decision", said)])
    content = render_transcript(brief.conversation, "Jane")
    found = summary_of({**findings_of(brief, content), "content": content}, "Acme")["sentences"]
    assert [each["text"].startswith(lead) for each in found] == [True] * is_quoted


def test_a_direction_about_the_vendor_is_sure_if_the_reader_is() -> None:
    read = [says("It was slow.", speaks=Direction.AGAINST, is_sure=sure) for sure in (True, False)]
    found = [summary_after(answer("vendor", clause)) for clause in read]
    assert found == [["Against Acme: “It was slow”."], ["Also named: “It was slow”."]]
