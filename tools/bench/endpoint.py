"""A slow OpenAI-compatible endpoint that chooses the first move, and words messages so that the check shows them."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

CHOICE = '{"move": 1}'
# No wording may be used twice in an interview.
FOLLOW_UPS = (
    *("What was that like?", "How did that come up?", "Where did that show?", "How was it dealt with?"),
    *("When did that begin?", "What was said about it?", "How long did that last?", "How did that sit with you?"),
)
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"


def reply_to(request: dict[str, Any]) -> str:
    task = request["messages"][-1]["content"]
    if "The authored" not in task:
        return CHOICE
    if "Word the next message: a follow-up" in task:
        return json.dumps({"text": FOLLOW_UPS[task.count("</paige ") % len(FOLLOW_UPS)]})
    return json.dumps({"text": "-"})


def completion(content: str) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    body = {"choices": [choice], "usage": {"prompt_tokens": 900, "completion_tokens": 12}}
    return json.dumps(body).encode()


class Endpoint:
    """`waiting`: calls that are not answered yet; each is a turn whose contact waits."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.waiting = self.most_waiting = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.waiting += 1
        reply = b""
        self.most_waiting = max(self.most_waiting, self.waiting)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            reply = completion(reply_to(json.loads(body)))
            await asyncio.wait_for(reader.read(), self.seconds)  # ends earlier if the server gives the call up
        except TimeoutError:
            writer.write(RESPONSE % (len(reply), reply))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.waiting -= 1
            writer.close()


@asynccontextmanager
async def slow_endpoint(seconds: float) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint(seconds)
    server = await asyncio.start_server(endpoint.respond, "127.0.0.1", 0)
    endpoint.port = server.sockets[0].getsockname()[1]
    try:
        yield endpoint
    finally:
        server.close()
