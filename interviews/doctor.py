from collections.abc import Mapping
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError

from hindsight.doctor import Fault, not_checked
from interviews.paige.chat import ChatMessage, ModelServer, Provider, ProviderError, choosing_server, wording_server
from interviews.paige.engines import schema_for
from interviews.paige.model.asking import read_reply, read_wording
from interviews.paige.wording.request import SCHEMA
from interviews.reports.model_statistics import MAX_WORDING_FALLBACK_PERCENT, ModelStatistics, model_statistics

MOVES = 2
QUESTION = ChatMessage("user", f'Choose a number from 1 to {MOVES}. Reply with one line of JSON: {{"move": 1}}')
WORDS = ChatMessage("user", 'Reply with one line of JSON and nothing else: {"text": "What happened then?"}')


def model_endpoint() -> str:
    server = choosing_server()
    if server is None:
        return "not configured"
    reply, seconds = _asked(server, QUESTION, schema_for(MOVES), "PAIGE_", "Until then, rules choose.")
    result = "chooses" if read_reply(reply, MOVES) else "replies, but without a choice: use a larger model"
    return f"{server.model} {result} ({seconds:.1f} s)"


def wording_endpoint() -> str:
    server = wording_server()
    if server is None:
        return "not configured"
    if server == choosing_server():
        return "the model endpoint"
    prefix = "PAIGE_WORDING_" if settings.PAIGE_WORDING_BASE_URL else "PAIGE_"
    reply, seconds = _asked(server, WORDS, SCHEMA, prefix, "Until then, messages have the guide's words.")
    result = "words" if read_wording(reply).endswith("?") else "replies, but without a question: use a larger model"
    return f"{server.model} {result} ({seconds:.1f} s)"


def _asked(
    server: ModelServer, question: ChatMessage, schema: Mapping[str, Any], prefix: str, until_then: str
) -> tuple[str, float]:
    """The reply, and how many seconds it took. Raises Fault."""
    started = monotonic()
    provider = Provider(server.base_url, server.model, server.api_key)
    try:
        reply = provider.complete([question], settings.PAIGE_TIMEOUT, schema)
    except ProviderError as error:
        remedies = {
            "status 401": f"Correct {prefix}API_KEY.",
            "status 403": f"Correct {prefix}API_KEY.",
            "status 404": f"Correct {prefix}MODEL, or the path of {prefix}BASE_URL.",
            "timeout": "Use a faster endpoint, or raise PAIGE_TIMEOUT.",
        }
        remedy = remedies.get(str(error), f"Start the model server, or correct {prefix}BASE_URL.")
        raise Fault(f"{error}. {remedy} {until_then}") from None
    return reply.text, monotonic() - started


def _statistics() -> ModelStatistics:
    try:
        return model_statistics()
    except DatabaseError as error:
        raise not_checked(error) from None


def model_turns() -> str:
    statistics = _statistics()
    waiting = f"{statistics.waiting_turns:,} waiting"
    if not statistics.turns:
        return f"none asked the model in the last hour, {waiting}"
    parts = [
        f"{statistics.turns:,} asked the model in the last hour",
        f"{statistics.fallback_percent}% fell back to the rules",
        waiting,
    ]
    if latency := statistics.latency:
        parts.append(f"{latency.median:.1f} s in the median, {latency.p95:.1f} s at the 95th percentile")
    if statistics.falls_back_too_often:
        raise Fault(f'{", ".join(parts)}. docs/operations.md, "The model", says what to do.')
    return ", ".join(parts)


def worded_messages() -> str:
    statistics = _statistics()
    if not statistics.to_word:
        return "none in the last hour"
    percent = statistics.wording_fallback_percent
    shown = f"{statistics.to_word:,} in the last hour, {percent}% with the guide's words instead"
    if percent > MAX_WORDING_FALLBACK_PERCENT:
        raise Fault(f'{shown}. docs/operations.md, "The model", says what to do.')
    return shown
