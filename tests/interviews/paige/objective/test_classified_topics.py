"""What an objective steers to where no phrase names a topic and no sign avoids one."""

from dataclasses import replace

import pytest

from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.language.words import unaccented
from interviews.paige.objective.classified_topics import avoidance
from interviews.paige.objective.instructions import sentences
from interviews.paige.objective.steering import steer
from interviews.paige.objective.text_classifiers import CLASSIFIERS
from tests.interviews.paige.objective.labelled_objectives import HELD_BACK, labelled_objectives
from tests.interviews.paige.objective.steering_weights import examples

BUYER = Guide.from_data(shipped_guide("win_loss_buyer"))
AVOIDANCES, TOPICS = CLASSIFIERS


@pytest.mark.parametrize(
    ("objective", "topic"),
    [
        ("La majoration les a-t-elle refroidis ?", "pricing"),
        ("¿Dónde flojea nuestro programa?", "vendor"),
    ],
)
def test_a_topic_is_found_without_a_phrase(objective: str, topic: str) -> None:
    assert not BUYER.topic_names.phrases.find([word.text for words in sentences(objective) for word in words])
    found = steer(BUYER, objective)
    assert found.emphasize == (topic,)
    assert found.reasons[0].words in objective


@pytest.mark.parametrize("guide", ["win_loss_buyer", "win_loss_buyer_de"])
def test_the_topics_of_shipped_win_loss_guides_are_classified(guide: str) -> None:
    found = Guide.from_data(shipped_guide(guide))
    assert found.topic_names.classified == {topic.key for topic in found.topics}


def test_topics_with_other_phrases_are_not_classified() -> None:
    first, *others = BUYER.topics
    changed = replace(BUYER, topics=(replace(first, objective_phrases=(*first.objective_phrases, "zzz")), *others))
    assert changed.topic_names.classified == {topic.key for topic in others}
    assert not Guide.from_data(shipped_guide("nps_follow_up")).topic_names.classified


def test_a_weak_phrase_counts_only_if_the_rest_of_its_item_fits() -> None:
    assert steer(BUYER, "¿Cuándo firmaron?").emphasize == ("process",)
    assert (
        "process" not in steer(BUYER, "¿De qué se quejan los planificadores cuando usan nuestra aplicación?").emphasize
    )


def test_notes_are_not_classified() -> None:
    assert steer(BUYER, "", "¿Dónde flojea nuestro programa?").reasons == ()


@pytest.mark.parametrize(
    ("objective", "topic"),
    [
        ("The invoice is a can of worms.", "pricing"),
        ("Les concurrents, motus.", "options"),
        ("Los descuentos quedan bajo llave.", "pricing"),
    ],
)
def test_a_topic_is_avoided_without_a_sign(objective: str, topic: str) -> None:
    found = steer(BUYER, objective)
    assert (found.emphasize, found.avoid) == ((), (topic,))


def test_a_remark_that_avoids_without_a_sign_is_about_the_sentence_before_it() -> None:
    found = steer(BUYER, "The trial was a mess. Let sleeping dogs lie.")
    assert (found.emphasize, found.avoid) == ((), ("experience",))


def test_examples_have_the_labels_that_the_reader_knows() -> None:
    assert {each.label for each in examples(TOPICS)} == {*(topic.key for topic in BUYER.topics), "none"}
    assert {each.label for each in examples(AVOIDANCES)} == {"avoid", "other"}


def test_no_example_is_an_objective_that_is_held_back() -> None:
    held_back = {" ".join(unaccented(each.text).replace("?", "").split()) for each in labelled_objectives(HELD_BACK)}
    found = sum(" ".join(each.words) in held_back for name in CLASSIFIERS for each in examples(name))
    assert found == 0  # a count, so that no message shows what is held back


def test_words_of_a_sign_name_no_topic() -> None:
    """ "No hace falta" says that there is no need to, and "falta" alone names a weakness."""
    found = steer(BUYER, "Hable de los precios. No hace falta preguntar por la competencia.")
    assert (found.emphasize, found.avoid) == (("pricing",), ("options",))


def test_the_rest_of_the_sentence_decides_about_an_ambiguous_item() -> None:
    assert steer(BUYER, "Vertragsdauer, Kündigungsfrist, Zahlungsweise: was war ein Problem?").emphasize == ("pricing",)
    assert steer(BUYER, "Gab es ein Problem, das den Wechsel auslöste?").emphasize == ("trigger",)


def test_a_sentence_that_avoids_names_one_topic_if_none_is_sure() -> None:
    assert steer(BUYER, "Del soporte ya hablamos con ellos.").avoid == ("experience",)


def test_a_question_is_not_classified_as_an_avoidance() -> None:
    words, signs = next(sentences("Is the invoice a can of worms?")), ()
    assert avoidance(words, signs) is None
    assert avoidance(next(sentences("The invoice is a can of worms.")), signs) is not None
