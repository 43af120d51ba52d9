"""The lists alone, without weights. Figures: the comment beside MUST_HEAR."""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from interviews.lifecycle import Direction
from interviews.paige.language import languages_with, lexicon
from interviews.paige.reading.answer import MUST_HEAR, heard, heard_in
from interviews.paige.reading.readings import Act, Clause, StatementKind
from tools.reader.labels import Answer, interviews

BOT, READS, STOP = Act.ASKS_ABOUT_AI, Act.ASKS_WHO_READS, Act.WANTS_TO_STOP
PERSON, DELETION = Act.WANTS_A_PERSON, Act.WANTS_DELETION
LANGUAGES = ["de", "en", "es", "fr", "it", "nl"]
FIRST_AUTHORS, LATER_AUTHORS = range(1, 21), range(21, 30)
FLOOR = {BOT: 0.4, READS: 0.3, DELETION: 0.3, PERSON: 0.15, STOP: 0.4}
FLOOR_OF_LATER_AUTHORS = {BOT: 0.2, READS: 0.22, DELETION: 0.3, PERSON: 0.15, STOP: 0.27}
MISREAD = 0.002


def acts_in(text: str) -> list[Act]:
    return [act for _, act in heard_in(text)]


def read(text: str, *acts: Act | None) -> list[Clause]:
    """`text`: clauses, separated by " | "."""
    clauses: list[Clause] = []
    for part, act in zip(text.split(" | "), acts, strict=True):
        clauses.append(Clause(part, clauses[-1].end + 1 if clauses else 0, act))
    return list(heard(text.replace(" | ", " "), clauses))


def labelled() -> Iterator[tuple[Answer, set[Act]]]:
    for interview in interviews():
        if not interview.is_held_back:
            for answer in interview.answers:
                yield answer, {Act(clause.act) for clause in answer.clauses if clause.act} & MUST_HEAR


class TestLists:
    def test_every_language_has_plain_wordings_for_every_act(self) -> None:
        assert languages_with("must_hear") == LANGUAGES
        for language in LANGUAGES:
            lists = lexicon("must_hear", language)
            assert lists.keys() == {"after", *MUST_HEAR}
            for wordings in lists.values():
                assert len(set(wordings)) == len(wordings) > 0
                for wording in wordings:
                    inner = wording.removesuffix(".")
                    assert inner == inner.lower()
                    assert all(
                        word == "*" or word.replace("'", "").replace("-", "").isalpha() for word in inner.split()
                    )
                    assert inner[0] != "*" != inner[-1]


@pytest.mark.slow
class TestLabelledAnswers:
    @pytest.mark.parametrize(("authors", "floors"), [(FIRST_AUTHORS, FLOOR), (LATER_AUTHORS, FLOOR_OF_LATER_AUTHORS)])
    def test_the_lists_alone_hear_a_share_of_each_act(self, authors: range, floors: Mapping[Act, float]) -> None:
        names = {f"a{number}" for number in authors}
        labels: Counter[Act] = Counter()
        found: Counter[Act] = Counter()
        for answer, acts in labelled():
            if answer.interview.partition("-")[0] in names:
                labels.update(acts)
                found.update(acts & set(acts_in(answer.text)))
        assert {act: found[act] / labels[act] >= floor for act, floor in floors.items()} == dict.fromkeys(floors, True)

    def test_and_misread_few_other_answers(self) -> None:
        others = [(answer.text, acts) for answer, acts in labelled()]
        assert sum(not acts for _, acts in others) > 4_000
        misread = [text for text, acts in others if not set(acts_in(text)) <= acts]
        assert len(misread) <= MISREAD * len(others), misread


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Delete my data.", DELETION),
        ("I\N{RIGHT SINGLE QUOTATION MARK}d like to have my answers deleted", DELETION),
        ("The price was fine and please remove my name", DELETION),
        ("Können Sie das bitte wieder löschen?", DELETION),
        ("Pouvez-vous effacer mes réponses ?", DELETION),
        ("Stop!", STOP),
        ("It was the price. I have to go now.", STOP),
        ("are you a bot?", BOT),
        ("Before I go on: are you a real person?", BOT),
        ("Sag mal, bist du eigentlich ein Mensch?", BOT),
        ("¿Estoy hablando con una máquina?", BOT),
        ("Who will read this?", READS),
        ("Can I speak to a real person?", PERSON),
        ("Könnte mich bitte jemand anrufen?", PERSON),
    ],
)
def test_all_lists_are_compared_whatever_the_language_of_the_guide(text: str, act: Act) -> None:
    assert set(acts_in(text)) == {act}


@pytest.mark.parametrize(
    "text",
    [
        "We asked them to delete our data and they did.",
        "We asked them to delete my data.",
        "Could not stop laughing.",
        "Das war ja genug.",
        "Nobody there could talk to a person.",
        "The vendor's bot answered us.",
        '"Are you a robot?" one of the infants asked him.',
        "Who reads those reports anyway?",
        "I have to go through procurement for anything above 5k.",
        "Wir mussten alle Daten löschen, weil die Migration fehlschlug.",
        "Je n'ai plus le temps de faire des relances.",
        "Me tengo que ir a otra pantalla para cada pedido.",
    ],
)
def test_what_is_said_of_others_is_not_heard(text: str) -> None:
    assert acts_in(text) == []


class TestClauses:
    @pytest.mark.parametrize("act", [None, Act.DECLINES, Act.SMALL_TALK])
    def test_the_act_is_set_beside_the_statement(self, act: Act | None) -> None:
        text = "It was the price, please delete that."
        stated = Clause(text, 0, act, StatementKind.JUDGEMENT, ("pricing",), Direction.AGAINST, is_decisive=True)
        (clause,) = heard(text, [stated])
        assert clause == Clause(
            text, 0, DELETION, StatementKind.JUDGEMENT, ("pricing",), Direction.AGAINST, is_decisive=True
        )

    def test_a_wording_across_clauses_belongs_to_the_one_in_which_it_begins(self) -> None:
        clauses = read("It was slow. | Could you please delete | my answers?", STOP, None, Act.ASKS_SOMETHING)
        assert [clause.act for clause in clauses] == [STOP, DELETION, Act.ASKS_SOMETHING]

    @pytest.mark.parametrize("learned", [None, DELETION, STOP])
    def test_a_clause_with_two_wishes_is_cut(self, learned: Act | None) -> None:
        first, second = read("Delete my data and stop asking.", learned)
        assert (first.text, first.act) == ("Delete my data and", DELETION)
        assert (second.text, second.act) == ("stop asking.", STOP)

    def test_another_wish_that_was_learned_is_kept(self) -> None:
        (first, second) = read("I would rather not go on with this, and please delete my data.", STOP)
        assert [first.act, second.act] == [STOP, DELETION]
        assert second.text == "delete my data."
        assert first.end <= second.start

    def test_what_follows_the_text_that_was_read_is_heard(self) -> None:
        text = "It was slow. And it rained. Please delete my data."
        first, rest = heard(text, [Clause("It was slow.", 0, kind=StatementKind.JUDGEMENT)])
        assert (first.act, rest.act, rest.kind) == (None, DELETION, None)
        assert text[rest.start : rest.end] == rest.text

    def test_without_clauses(self) -> None:
        assert [clause.act for clause in heard("Stop.", [])] == [STOP]
        assert list(heard("It was slow.", [])) == []
