from collections.abc import Mapping, Sequence
from functools import lru_cache

from interviews.paige.guide.guide import Guide
from interviews.paige.guide.topic_names import TopicNames
from interviews.paige.language.patterns import SEPARATOR
from interviews.paige.language.words import unaccented


def subjects_by_topic(subjects: Sequence[str], guide: Guide, emphasized: Sequence[str]) -> Mapping[str, list[str]]:
    """By the key of the topic. A subject whose own topic is not emphasized belongs to the first that is."""
    found: dict[str, list[str]] = {}
    for subject in subjects:
        own = topic_of(subject, guide)
        key = own if own in emphasized or not emphasized else emphasized[0]
        if key:
            found.setdefault(key, []).append(subject)
    return found


def topic_of(subject: str, guide: Guide) -> str | None:
    """The topic that names most of its words. None if no topic does."""
    return _topic_of(subject, guide.topic_names)


@lru_cache(maxsize=1024)
def _topic_of(subject: str, names: TopicNames) -> str | None:
    words = [SEPARATOR, *unaccented(subject).split(), SEPARATOR]
    found = names.phrases.find(words)
    best = max(found, key=lambda match: (match.end - match.start, not match.value.is_weak), default=None)
    return best.value.topic if best else None
