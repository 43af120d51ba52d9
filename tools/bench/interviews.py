"""Scripted contacts on the survey page, and a customer's system that sends PATCH and GET at the same time."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Self

from tools.bench.client import Result
from tools.bench.operations import NUMBER, Requests, form, message

SECONDS_BETWEEN_ANSWERS = (30.0, 90.0)  # a minute on average
ANSWERS = (
    "Two failed audits in one year, and nobody trusted the numbers any more.",
    "Our finance team ran it, with me and the head of sales. It took about four months.",
    "The migration. We could not afford a week without reports.",
    "We looked at Globex and at building it ourselves, because we have three engineers for it.",
    "Support was quick during the trial, for example when an import failed on a Friday.",
    "The price came up late, and the packages did not match how we are organized.",
    "I can't say much about that.",
    "In the end the contract: a yearly term was too long for us.",
)


@dataclass(frozen=True)
class Response:
    status: int
    location: str
    body: bytes = field(repr=False)


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> Response:
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(re.findall(r"(?m)^([\w-]+): (.*)\r$", head.lower()))
        location = re.search(r"(?mi)^location: (.*)\r$", head)
        body = await self.reader.readexactly(int(headers["content-length"]))
        return Response(int(head.split()[1]), location[1] if location else "", body)

    def close(self) -> None:
        self.writer.close()


@dataclass
class Times:
    """In seconds. `posts`: until an answer is stored; `questions`: until the page with the next question."""

    posts: Result = field(default_factory=Result)
    questions: Result = field(default_factory=Result)


class Contact:
    """Like a browser, connects for each answer and follows the redirect."""

    def __init__(self, port: int, token: str, times: Times, seed: int) -> None:
        self.port, self.token, self.times = port, token, times
        self.random = random.Random(seed)
        self.number = b""

    async def consent(self) -> None:
        await self.take_step(Times(), step="consent")

    async def answer_until(self, end: float) -> None:
        """`end`: of the event loop's clock."""
        clock = asyncio.get_running_loop().time
        pause = self.random.uniform(0, SECONDS_BETWEEN_ANSWERS[1])
        while clock() + pause < end:
            await asyncio.sleep(pause)
            pause = self.random.uniform(*SECONDS_BETWEEN_ANSWERS)
            answer = self.random.choice(ANSWERS)
            started = clock()
            await self.take_step(self.times, step="answer", number=self.number.decode(), text=answer)
            pause = max(0.0, pause - (clock() - started))

    async def take_step(self, times: Times, **fields: str) -> None:
        connection = await Connection.open(self.port)
        try:
            stored = await timed(times.posts, connection.send(form(token=self.token, **fields)), 303)
            page = await timed(times.questions, connection.send(message("GET", stored.location)), 200)
        finally:
            connection.close()
        if number := NUMBER.search(page.body):
            self.number = number[1]


async def call_api(port: int, requests: Requests, result: Result, *, per_second: float, seconds: float) -> None:
    """Sends PATCH and GET in turn at fixed times, each in a connection of its own, to reach all workers."""
    clock = asyncio.get_running_loop().time
    started = clock()
    async with asyncio.TaskGroup() as calls:
        for number in range(round(seconds * per_second)):
            await asyncio.sleep(max(0.0, started + number / per_second - clock()))
            request = requests.patch(b"") if number % 2 else requests.get(b"")
            calls.create_task(call(port, request, result))


async def call(port: int, request: bytes, result: Result) -> None:
    connection = await Connection.open(port)
    try:
        await timed(result, connection.send(request), 200)
    finally:
        connection.close()


async def timed(result: Result, sending: Awaitable[Response], expected: int) -> Response:
    started = time.perf_counter()
    response = await sending
    result.times.append(time.perf_counter() - started)
    if response.status != expected:
        result.refused.append(f"status {response.status}".encode())
    return response
