"""The summary answers why they decided so, in sentences that each rest on quotes."""

from collections.abc import Sequence
from typing import Any

from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import Utterance, render_transcript, unescaped
from interviews.paige.findings import EARLIER_DRIVER, findings_of
from interviews.paige.summary import shown_findings, summary_of
from tests.interviews.paige.interviews import buyer_brief
from tests.interviews.paige.readings import answer, says, told


def driver(quote: str, direction: str = "against", topic: str = "pricing", **more: Any) -> dict[str, Any]:
    place = {"turn": 2, "start": len(quote), "end": 2 * len(quote)}
    return {**EARLIER_DRIVER, **place, "topic": topic, "title": topic, "direction": direction, "quote": quote, **more}


def sentences(drivers: Sequence[dict[str, Any]] = (), **stored: Any) -> list[dict[str, Any]]:
    empty = {"drivers": drivers, "key_answers": [], "coverage": [], "summary": {}}
    found: list[dict[str, Any]] = summary_of({**empty, **stored}, "Acme")["sentences"]
    return found


def texts(*drivers: dict[str, Any]) -> list[str]:
    return [each["text"] for each in sentences(drivers)]


def test_what_decided_it_comes_first() -> None:
    assert texts(
        driver("The price was too high.", is_reason=True, is_decisive=True),
        driver("It was slow.", topic="vendor", is_reason=True),
        driver("The reports are great.", "for", "vendor"),
        driver("Datalane charges per plant.", about="competitor", about_name="Datalane", is_reason=True),
    ) == [
        "What decided it against Acme: “The price was too high”.",
        "The reasons given for Datalane: “Datalane charges per plant”.",
        "What else spoke against Acme: “It was slow”.",
        "What spoke for Acme: “The reports are great”.",
    ]


def test_a_won_deal_begins_with_what_spoke_for_the_vendor() -> None:
    first, second = texts(driver("It was dear."), driver("The pilot settled it.", "for", is_decisive=True))
    assert (first, second) == (
        "What decided it for Acme: “The pilot settled it”.",
        "What spoke against Acme: “It was dear”.",
    )


def test_each_topic_is_quoted_before_a_second_quote_of_one() -> None:
    many = [driver(f"Price {n}.") for n in range(5)]
    [sentence] = sentences([*many, driver("No audit trail.", topic="security")])
    assert sentence["text"] == "What spoke against Acme: “Price 0”; “No audit trail”; “Price 1”."
    assert [(each["quote"], each["turn"]) for each in sentence["quotes"]] == [
        ("Price 0.", 2),
        ("No audit trail.", 2),
        ("Price 1.", 2),
    ]


def test_what_staff_reject_is_left_out() -> None:
    assert texts(driver("It was slow.", review="rejected")) == []


def test_a_long_quote_is_cut_after_a_word() -> None:
    [text] = texts(driver("slow " * 60))
    assert text.endswith("slow…”.")
    assert len(text) < 200


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


def test_the_objective_stays_in_five_sentences() -> None:
    many = [
        driver("A.", is_decisive=True),
        driver("B."),
        driver("C.", "for", is_reason=True),
        driver("D.", "for"),
        driver("E.", about="competitor"),
    ]
    coverage = [{"topic": "vendor", "title": "Acme", "status": "declined", "turns": [4]}]
    found = [each["text"] for each in sentences(many, coverage=coverage)]
    assert len(found) == 5
    assert found[-1] == "Of the objective, declined: Acme."


def test_what_would_have_changed_it_is_quoted_once() -> None:
    change = driver("A smaller package.", is_decisive=True)
    places = {"would_change": [{name: change[name] for name in ("quote", "turn", "start", "end")}]}
    found = [each["text"] for each in sentences([change, driver("It was slow.")], summary=places)]
    assert found == ["What would have changed it: “A smaller package”.", "What spoke against Acme: “It was slow”."]


def key_answer(*excerpts: str) -> dict[str, Any]:
    quotes = [driver(each) for each in excerpts]
    places = [{name: each[name] for name in ("turn", "start", "end")} for each in quotes]
    return {"topic": "decision", "title": "The decision", "excerpts": excerpts, "places": places}


def test_the_answer_to_what_decided_it_comes_first_and_is_quoted_once() -> None:
    read, corrected = driver("The board froze it."), driver("The board froze it.", source="staff", direction="for")
    answers = [key_answer("The board froze it.", "x" * 500)]
    found = sentences([read, driver("It was slow.")], key_answers=answers)
    assert [each["text"] for each in found] == [
        "Asked what decided it, they said: “The board froze it”.",
        "What spoke against Acme: “It was slow”.",
    ]
    assert found[0]["quotes"] == [{"quote": "The board froze it.", "turn": 2, "start": 19, "end": 38}]
    assert "What spoke for Acme: “The board froze it”." in [
        each["text"] for each in sentences([corrected], key_answers=answers)
    ]


def test_the_sentences_have_700_characters_together() -> None:
    many = [driver(f"{way} {n} " * 40, way, is_reason=n < 3) for way in ("for", "against") for n in range(6)]
    assert [len(each["quotes"]) for each in sentences(many)] == [3]
