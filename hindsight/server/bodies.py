import asyncio
from collections.abc import AsyncIterable
from io import RawIOBase
from typing import NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import StreamingHttpResponse

MAX_BODY_BYTES = 1024 * 1024

# A larger body is read and discarded up to this size, so that a reverse proxy does not answer 502 (decision 4).
DRAIN_BYTES = 8 * 1024 * 1024

BODY_SECONDS = 30.0


class Download(StreamingHttpResponse):
    """May be too large for the memory. A client sees by the end of the chunks whether it is complete."""


class BodyCutOff(OSError):
    """Django turns an OSError into UnreadablePostError."""


class UnreadableBody(RawIOBase):
    """A `wsgi.input` whose reads raise an error: views that need no body succeed."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, size: int | None = -1, /) -> NoReturn:
        raise self.error


async def receive_body(blocks: AsyncIterable[bytes], length: int | None) -> bytes:
    """`length` is Content-Length, or None if the body is chunked. Raises RequestDataTooBig and BodyCutOff."""
    if length is not None and length > DRAIN_BYTES:
        raise RequestDataTooBig
    received, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for block in blocks:
                size += len(block)
                if size > DRAIN_BYTES:
                    raise RequestDataTooBig
                if size <= MAX_BODY_BYTES:
                    received.append(block)
                if size == length:
                    break  # waiting for the end would take another turn of the event loop
    except TimeoutError:
        raise BodyCutOff(f"The body did not arrive within {BODY_SECONDS:.0f} s.") from None
    if size > MAX_BODY_BYTES:
        raise RequestDataTooBig
    if length is not None and size < length:
        raise BodyCutOff("The body ended before Content-Length.")
    return b"".join(received)
