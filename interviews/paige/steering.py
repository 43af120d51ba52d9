"""Which topics the objective of an interview request is about."""

from dataclasses import dataclass

from interviews.paige.brief import Brief


@dataclass(frozen=True)
class Steering:
    """Keys of topics. Of the avoided ones, only the core topics are asked, without follow-ups."""

    emphasize: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


def steering(brief: Brief) -> Steering:
    return Steering(emphasize=tuple(topic.key for topic in brief.guide.topics if topic.phrases_in(brief.objective)))
