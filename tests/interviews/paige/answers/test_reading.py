"""What answers are read as. wordings/*.txt has wordings by intent, in six languages, and innocent sentences."""

from pathlib import Path

import pytest

from interviews.paige.answers.lexicon import Intent, conjunctions
from interviews.paige.answers.reading import read
from interviews.paige.answers.sentences import EXAMINED_SENTENCES, MAX_SENTENCES, REQUESTS
from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.language.lexicons import languages_with
from interviews.paige.language.words import unaccented

WORDINGS = {
    path.stem: path.read_text(encoding="utf-8").splitlines()
    for path in sorted(Path(__file__).with_name("wordings").glob("*.txt"))
}
INNOCENT = WORDINGS.pop("innocent")


@pytest.mark.parametrize("name", WORDINGS)
def test_every_wording_is_read_as_its_intent(name: str) -> None:
    assert [wording for wording in WORDINGS[name] if Intent(name) not in read(wording).intents] == []


@pytest.mark.parametrize("name", WORDINGS)
def test_no_wording_is_read_as_another_question_or_wish(name: str) -> None:
    others = REQUESTS - {Intent(name)}
    assert [wording for wording in WORDINGS[name] if read(wording).intents & others] == []


@pytest.mark.slow
def test_innocent_sentences_are_findings() -> None:
    assert [text for text in INNOCENT if read(text).intents - {Intent.DENIES} or not read(text).findings] == []


@pytest.mark.parametrize(("name", "count"), [("asks_about_ai", 60), ("declines", 120), ("innocent", 40)])
def test_there_are_enough_wordings(name: str, count: int) -> None:
    wordings = INNOCENT if name == "innocent" else WORDINGS[name]
    assert len({*map(unaccented, wordings)}) >= count


def test_there_are_six_languages() -> None:
    assert set(languages_with("answers")) == {"de", "en", "es", "fr", "it", "nl"}


@pytest.mark.parametrize("name", [name for name in WORDINGS if Intent(name) in REQUESTS])
def test_a_wording_beside_a_finding_leaves_the_finding(name: str) -> None:
    for wording in WORDINGS[name]:
        reading = read(f"Nobody trusted the weekly numbers. {wording}")
        assert Intent(name) in reading.intents
        assert reading.findings == ("Nobody trusted the weekly numbers.",)


@pytest.mark.parametrize(
    ("answer", "is_declined"),
    [
        ("", True),
        ("I don't know.", True),
        ("Sorry, I really can't remember. It was two years ago.", True),
        ("No idea!", True),
        ("I don't know if you know our CFO, but she decided it alone.", False),
        ("I can't remember the date. But the board met in March, and it was the CFO who pushed for it.", False),
        ("No, we never had a trial.", False),
    ],
)
def test_an_answer_with_a_finding_is_not_declined(answer: str, is_declined: bool) -> None:
    assert read(answer).is_declined is is_declined


@pytest.mark.parametrize(
    ("answer", "is_denied"),
    [
        ("No.", True),
        ("Price never came up.", True),
        ("There was no trial. We went straight to the contract.", True),
        ("There was no trial, but the demo was long and answered the questions that we had about the import.", False),
        ("It was slow.", False),
    ],
)
def test_a_denial_with_more_than_a_few_words_is_an_answer(answer: str, is_denied: bool) -> None:
    assert read(answer).is_denied is is_denied


@pytest.mark.parametrize(
    ("answer", "shows"),
    [
        ("In March the import failed.", {FollowUpKind.INSTANCE}),
        ("Because the board insisted.", {FollowUpKind.REASON}),
        ("It was cheaper than the other one.", {FollowUpKind.COMPARISON}),
        ("As a result we lost a customer.", {FollowUpKind.CONSEQUENCE}),
        ("Weil wir im März umgezogen sind.", {FollowUpKind.REASON, FollowUpKind.INSTANCE}),
        ("It was slow.", set()),
    ],
)
def test_an_answer_shows_the_kinds_of_detail_that_it_contains(answer: str, shows: set[FollowUpKind]) -> None:
    assert read(answer).shows == shows


def test_only_the_first_and_last_sentences_of_a_long_answer_are_examined() -> None:
    filling = "Nobody trusted the weekly numbers. " * EXAMINED_SENTENCES
    assert read(f"{filling}Are you a bot?").intents == {Intent.ASKS_ABOUT_AI}
    assert read(f"{filling}Are you a bot? {filling}").intents == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["\0", "???", "...", "\N{SNOWMAN}", "\u202e", "(" * 500, "are you " * 1_000, "a.\n" * 3_000]
)
def test_any_text_can_be_read(text: str) -> None:
    read(text)


def test_apostrophes_accents_and_case_do_not_matter() -> None:
    assert unaccented("C\N{RIGHT SINGLE QUOTATION MARK}EST où? I don't") == "c est ou ? i dont "


def test_questions_and_refusals_of_a_pasted_mail_are_not_the_contacts() -> None:
    mail = "See this.\n\nFrom: Bob\nSubject: Offers\nCan you send me a quote by Friday? I don't know yet."
    assert read(mail).intents == set()
    assert read("> Which offer is better?\nThe second one was.").intents == set()


@pytest.mark.parametrize(
    ("answer", "findings"),
    [
        ("It was fine for us, but how long will this take?", ("It was fine for us",)),
        ("I'm done here, leave me alone.", ()),
        ("Did the others find it expensive?", ()),
        ("It was fine. Did the others find it expensive?", ("It was fine.",)),
        ("The CFO and two engineers (please delete my data).", ("The CFO and two engineers",)),
        ("Can a person call me? Mornings are best.", ()),
        ("Can a person call me? My number is 0151 2345678.", ()),
        ("Kann mich jemand anrufen? Ich rede lieber, als zu schreiben.", ()),
        ("Please delete my data afterwards. I don't want it lying around.", ()),
        ("Could we do this in English please? My German is not great.", ()),
        ("Mornings are best.", ("Mornings are best.",)),
        (
            "Can a person call me? The CFO decided. My number is on my mail.",
            ("The CFO decided.", "My number is on my mail."),
        ),
    ],
)
def test_a_question_or_wish_is_no_finding(answer: str, findings: tuple[str, ...]) -> None:
    assert read(answer).findings == findings


def test_a_question_is_about_the_message_whose_words_it_takes_up() -> None:
    asked = "Looking back over the whole decision, what tipped it in the end?"
    assert read("The decision of our board?", asked).intents == {Intent.ASKS_MEANING}
    assert read("The decision of our board?").intents == {Intent.ASKS_SOMETHING}


@pytest.mark.parametrize("answer", ["Nobody trusted the numbers, please delete that.", "Did nobody trust the numbers?"])
def test_nothing_is_quoted_from_a_question_or_beside_a_wish(answer: str) -> None:
    assert read(answer).quotable == ()


@pytest.mark.parametrize(
    ("text", "word", "joins"),
    [
        ("We lost three of our ten days to the chart.", "of", False),
        ("Het was traag of het werkte niet.", "of", True),
        ("Die Abrechnung hat uns Angst gemacht.", "die", False),
        ("En janvier nous avons perdu la moitié.", "en", False),
    ],
)
def test_conjunctions_are_those_of_the_language_of_a_text(text: str, word: str, joins: bool) -> None:
    assert (word in conjunctions(text)) is joins


@pytest.mark.parametrize(
    "answer",
    [
        "Why would I pay for a module that counts my pallets wrong?",
        "Why did we switch? Because they doubled the price overnight, wouldn't you?",
        "Would I buy it again? In a heartbeat.",
        "Their charts were cute, but who needs a robot to write a delivery note?",
        '"Do you have any questions?" was what he never asked us.',
        "Die haben uns nie gesagt, wie lange die Einführung dauert.",
        "The whole pitch was loud, and I kept thinking am I talking to a salesman or a brochure?",
    ],
)
def test_a_question_in_a_story_is_none_to_the_interviewer(answer: str) -> None:
    assert read(answer).intents & REQUESTS == set()


@pytest.mark.parametrize(
    ("answer", "intent"),
    [
        ("can u say that again pls", Intent.ASKS_TO_REPEAT),
        ("how long will this take", Intent.ASKS_HOW_LONG),
        ("wieviele fragen kommen denn noch", Intent.ASKS_HOW_LONG),
        ("Why should I answer this? It was the price.", Intent.ASKS_PURPOSE),
    ],
)
def test_a_question_needs_no_mark_and_no_full_words(answer: str, intent: Intent) -> None:
    assert intent in read(answer).intents


@pytest.mark.parametrize(
    "answer", ["Hard to say. If I had to pick one, then the setup fee.", "None. We were happy and still are."]
)
def test_a_hedge_before_a_finding_is_no_refusal(answer: str) -> None:
    assert Intent.DECLINES not in read(answer).intents


def test_who_has_said_it_before_does_not_ask_what_is_meant() -> None:
    assert Intent.ASKS_MEANING in read("For me personally?").intents
    answer = read("For me personally? I have nothing to add to that, it is really as I said.")
    assert answer.intents == {Intent.DECLINES, Intent.SAID_BEFORE}


def test_long_prose_is_read_whole_and_five_thousand_lines_are_not() -> None:
    prose = "They missed the deadline by three weeks. " * 240
    assert len(read(prose).sentences) == 240
    assert len(read("a\n" * 5_000).sentences) == MAX_SENTENCES


def test_a_row_of_fillers_is_read_in_one_way() -> None:
    assert read("moment " * 14 + "zebra").findings
    assert not read("so yeah " * 200).findings
