from collections.abc import Iterator

from interviews.paige.answers.dialogue import Utterance
from interviews.paige.guide.guide import CLOSING, Topic
from interviews.paige.language.lexicons import Phrase, wording
from interviews.paige.objective.subject_mentions import mentions_subject
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState

SUBJECT = "{subject}"


def unmentioned_subjects(state: DialogueState) -> Iterator[tuple[Topic, str]]:
    brief, asked = state.brief, {turn.topic for turn in state.asked} - {CLOSING}
    answers = "\n".join(answer.text for answer in state.answers)
    for subject in brief.nameable:
        # That of the last question, if the subject belongs to none.
        topic = next((each for each in brief.guide.topics if subject in brief.subjects_of(each)), state.topic)
        is_said = mentions_subject(answers, [subject]) or any(_names(brief, turn, subject) for turn in state.said)
        if topic.key in asked and not state.avoids(topic) and not is_said:
            yield topic, subject


def naming_question(brief: Brief, subject: str) -> str:
    """Raises ValueError if the subject may not be named."""
    if subject not in brief.nameable:
        raise ValueError("The subject may not be named.")
    return _naming(brief.guide.language, subject)


def subject_in(brief: Brief, message: Utterance) -> str:
    return next((each for each in brief.nameable if _names(brief, message, each)), "")


def _names(brief: Brief, message: Utterance, subject: str) -> bool:
    return any(message.authored_text.endswith(_naming(guide.language, subject)) for guide in brief.guides)


def _naming(language: str, subject: str) -> str:
    return wording(Phrase("named"), language).replace(SUBJECT, subject)
