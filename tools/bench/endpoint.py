"""A slow OpenAI-compatible endpoint that always chooses the first move."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHOICE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"move": 1, "quote": ""}'}}
COMPLETION = json.dumps({"choices": [CHOICE], "usage": {"prompt_tokens": 900, "completion_tokens": 12}}).encode()
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"


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
        self.most_waiting = max(self.most_waiting, self.waiting)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            await asyncio.wait_for(reader.read(), self.seconds)  # ends earlier if the server gives the call up
        except TimeoutError:
            writer.write(RESPONSE % (len(COMPLETION), COMPLETION))
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
