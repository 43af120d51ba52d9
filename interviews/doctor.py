from time import monotonic

from django.conf import settings
from django.db import Error as DatabaseError

from hindsight.doctor import Fault, not_checked
from interviews.checks import check_url
from interviews.paige.chat import ChatMessage
from interviews.paige.model.engine import schema_for
from interviews.paige.model.provider import Provider, ProviderError
from interviews.paige.model.reply import read_reply
from interviews.services.model_statistics import ModelStatistics, model_statistics

MOVES = 2
QUESTION = ChatMessage("user", f'Choose a number from 1 to {MOVES}. Reply with one line of JSON: {{"move": 1}}')

REMEDIES = {
    "status 401": "Correct PAIGE_API_KEY.",
    "status 403": "Correct PAIGE_API_KEY.",
    "status 404": "Correct PAIGE_MODEL, or the path of PAIGE_BASE_URL.",
    "timeout": "Use a faster endpoint, or raise PAIGE_TIMEOUT.",
}
REMEDY = "Start the model server, or correct PAIGE_BASE_URL."


def model_endpoint() -> str:
    if not (settings.PAIGE_BASE_URL and settings.PAIGE_MODEL):
        return "not configured"
    if any(message.id == "paige.E002" for message in check_url(settings.PAIGE_BASE_URL)):
        return "not checked: PAIGE_BASE_URL is not valid, see system checks"
    provider = Provider(settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY)
    started = monotonic()
    try:
        reply = provider.complete([QUESTION], settings.PAIGE_TIMEOUT, schema_for(MOVES))
    except ProviderError as error:
        raise Fault(f"{error}. {REMEDIES.get(str(error), REMEDY)} Until then, rules choose.") from None
    result = "chooses" if read_reply(reply.text, MOVES) else "replies, but without a choice: use a larger model"
    return f"{settings.PAIGE_MODEL} {result} ({monotonic() - started:.1f} s)"


def model_turns() -> str:
    try:
        statistics = model_statistics()
    except DatabaseError as error:
        raise not_checked(error) from None
    if statistics.falls_back_too_often:
        raise Fault(f'{described(statistics)}. docs/operations.md, "The model", says what to do.')
    return described(statistics)


def described(statistics: ModelStatistics) -> str:
    waiting = f"{statistics.waiting_turns:,} waiting"
    if not statistics.turns:
        return f"none asked the model in the last hour, {waiting}"
    parts = [
        f"{statistics.turns:,} asked the model in the last hour",
        f"{statistics.fallback_percent}% fell back to the rules",
        waiting,
    ]
    if statistics.latency:
        parts.append(
            f"{statistics.latency.median:.1f} s in the median, {statistics.latency.p95:.1f} s at the 95th percentile"
        )
    return ", ".join(parts)
