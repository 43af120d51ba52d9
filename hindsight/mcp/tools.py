"""What the tools do. Their descriptions for a model are in tools.toml."""

import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rest_framework.exceptions import ValidationError

from deals.text import company_key
from hindsight.api.handlers import to_api_error
from hindsight.mcp.api import Body, Refused, operation

# Sends the arguments to the operation of the API. Raises Refused.
Send = Callable[[str, Body], Body]

WORDS = tomllib.loads(Path(__file__).with_name("tools.toml").read_text(encoding="utf-8"))
TOOLS: dict[str, Body] = WORDS["tools"]

MAX_TRANSCRIPT = 20_000  # characters in one result
NOT_TEXTS = ("interview_request_id", "etag")  # arguments of update_context
MAX_DEAL_PAGES = 5  # of 100 deals


def call(send: Send, name: str, arguments: Body) -> Body:
    """null is as good as left out. Raises Refused."""
    sent = {name: value for name, value in arguments.items() if value is not None}
    try:
        check(name, sent)
        return RUN[name](send, sent) if name in RUN else send(TOOLS[name]["operation"], sent)
    except ValidationError as error:
        raise Refused(to_api_error(error).envelope()) from None


def schema_of(name: str) -> Body:
    tool = TOOLS[name]
    if "operation" not in tool:
        return {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    schema = operation(tool["operation"]).schema
    return {**schema, "properties": {**schema["properties"], **tool.get("arguments", {})}}


def check(name: str, arguments: Body) -> None:
    """The API checks the rest. Raises ValidationError."""
    if name not in TOOLS:
        raise ValidationError([f"There is no such tool. Tools: {', '.join(TOOLS)}."])
    schema = schema_of(name)
    known = schema["properties"]
    wrong = {name: "Missing." for name in schema["required"] if name not in arguments}
    for name, value in arguments.items():
        if name not in known:
            wrong[name[:100]] = f"Unknown argument. Valid: {', '.join(known) or 'none'}."
        elif isinstance(value, list | dict) and known[name].get("type", "object") != "object":
            wrong[name] = "Send one value."
    if wrong:
        raise ValidationError({name: [wrong[name]] for name in list(wrong)[:20]})


def get_interview(send: Send, arguments: Body) -> Body:
    """Places of quotes count from the beginning of the whole transcript."""
    start = arguments.pop("transcript_start", 0)
    if type(start) is not int or start < 0:
        raise ValidationError({"transcript_start": ["Send next_transcript_start of the previous result."]})
    body = send("get_interview_request", arguments)
    if transcript := body["transcript"]:
        end, content = start + MAX_TRANSCRIPT, transcript["content"]
        transcript |= {"content": content[start:end], "next_transcript_start": end if end < len(content) else None}
    return body


def competitors(send: Send, arguments: Body) -> Body:
    page: Body = {"next_cursor": None}
    spellings: dict[str, list[str]] = {}
    outcomes: dict[str, Counter[str]] = {}
    for _ in range(MAX_DEAL_PAGES):
        page = send("list_deals", {"limit": 100, **({"cursor": page["next_cursor"]} if page["next_cursor"] else {})})
        for deal in (deal for deal in page["data"] if deal["competitor"]):
            key = company_key(deal["competitor"]) or deal["competitor"]
            spellings[key] = [*dict.fromkeys([*spellings.get(key, []), deal["competitor"]])]
            outcomes.setdefault(key, Counter())[deal["outcome"] or "unknown"] += 1
        if not page["next_cursor"]:
            break
    most_first = sorted(outcomes, key=lambda key: -outcomes[key].total())
    counts = [
        {"spellings": spellings[key], "deals": outcomes[key].total(), "outcomes": outcomes[key]} for key in most_first
    ]
    return {"data": counts, "older_deals_are_not_counted": bool(page["next_cursor"])}


def update_context(send: Send, arguments: Body) -> Body:
    """`*` would overwrite what the client has not seen."""
    if arguments.get("etag") not in (None, "*"):
        return {"changed": True, **send("update_interview_request", arguments)}
    body = send("get_interview_request", {"interview_request_id": arguments["interview_request_id"]})
    contact = {f"contact_{name}": text for name, text in body["contact"].items()}
    shown = {**body, **contact, "contact_context": contact["contact_notes"]}
    texts = {name: shown[name] for name in schema_of("update_context")["properties"] if name not in NOT_TEXTS}
    overwritten = {name: text for name, text in texts.items() if name in arguments} or texts
    return {"changed": False, "etag": body["etag"], "would_overwrite": overwritten}


RUN = {"get_interview": get_interview, "competitors": competitors, "update_context": update_context}
