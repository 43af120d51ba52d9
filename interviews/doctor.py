"""The check of `manage.py doctor`: one call of the model, as small as can be."""

from time import monotonic

from django.conf import settings

from hindsight.doctor import Fault
from interviews.checks import check_url
from interviews.paige.model_engine import schema_for
from interviews.paige.prompt import ChatMessage
from interviews.paige.provider import Provider, ProviderError
from interviews.paige.reply import read_reply

MOVES = 2
QUESTION = ChatMessage(
    "user", f'Choose a number from 1 to {MOVES}. Reply with one line of JSON: {{"move": 1, "quote": ""}}'
)

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
