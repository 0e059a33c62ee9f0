"""The load: a program of its own that sends prepared requests and says when each was answered.

Raw HTTP/1.1 over asyncio, so that the sender takes as little as possible of the cores that it
shares with the system. Its order is JSON on standard input, its answer JSON on standard output.
"""

import asyncio
import json
import re
import sys
import time
import uuid
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import uvloop

from tests.bench.posts import SURGE_POSTS, Writer, surge_tags

_COUNTS = re.compile(rb'\{"accepted":(\d+)')
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """What to send, and how.

    `rate` in requests a second, None for a closed loop (the next request when one was answered);
    `surges` are begun one after the other, `surge_every` seconds apart, a post in each request.
    """

    port: int
    headers: dict[str, str]
    run: str
    requests: int
    posts: int = 100
    connections: int = 8
    seconds: float = 20.0
    rate: float | None = None
    surges: int = 0
    surge_every: float = 1.0


@dataclass
class Answered:
    """One request: when it was due and answered (epoch seconds), and what came of it."""

    due: float
    at: float
    status: int
    accepted: int
    surges: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """All that was sent between `began` and `ended`, and the sender's own CPU seconds for it."""

    began: float
    ended: float
    cpu: float
    answers: list[Answered]


@dataclass(frozen=True, slots=True)
class _Request:
    content: bytes
    surges: list[int]


def prepare(order: Order) -> list[_Request]:
    """The requests, as they go over the wire."""
    # Each run says something else: the same posts again would all be copies.
    writer = Writer(seed=zlib.crc32(order.run.encode()), run=order.run)
    waiting: dict[int, deque[int]] = {}
    for surge in range(min(order.surges, len(surge_tags()))):
        first = round((surge + 1) * order.surge_every * (order.rate or 1.0))
        for place in range(first, first + SURGE_POSTS):
            waiting.setdefault(place, deque()).append(surge)
    prepared = []
    for place in range(order.requests):
        surges = list(waiting.get(place, ()))
        posts = list(writer.posts(order.posts - len(surges)))
        posts += [writer.surge_post(surge) for surge in surges]
        prepared.append(_Request(_on_the_wire(order, posts), surges))
    return prepared


def _on_the_wire(order: Order, posts: list[dict[str, Any]]) -> bytes:
    body = json.dumps({"posts": posts}, ensure_ascii=False, separators=(",", ":")).encode()
    headers = order.headers | {
        "Host": f"127.0.0.1:{order.port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Idempotency-Key": str(uuid.uuid4()),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /api/v1/posts/bulk HTTP/1.1\r\n{head}\r\n".encode() + body


# A request, and when it is due.
_Turn = tuple[float, _Request]


async def send(order: Order, prepared: list[_Request]) -> Sent:
    """Send all that fits into the time."""
    answers: list[Answered] = []
    began, cpu = time.time(), time.process_time()
    turns = _turns(order, prepared, began)
    async with asyncio.TaskGroup() as together:
        for _ in range(order.connections):
            together.create_task(_keep_sending(order.port, turns, answers))
    return Sent(began, time.time(), time.process_time() - cpu, answers)


def _turns(
    order: Order, prepared: list[_Request], began: float
) -> Iterator[tuple[float, _Request]]:
    """Each request with the time at which it is due; in a closed loop that is now."""
    for place, request in enumerate(prepared):
        due = time.time() if order.rate is None else began + place / order.rate
        if due > began + order.seconds:
            return
        yield due, request


async def _keep_sending(port: int, turns: Iterator[_Turn], answers: list[Answered]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for due, request in turns:
            await asyncio.sleep(max(0.0, due - time.time()))
            writer.write(request.content)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            counts = _COUNTS.match(body)
            accepted = int(counts[1]) if counts else 0
            status = int(head[9:12])
            answers.append(Answered(due, time.time(), status, accepted, request.surges))
            if status in (429, 503):
                await asyncio.sleep(0.1)
    finally:
        writer.close()


def main() -> None:
    """Do what the order on standard input says."""
    order = Order(**json.loads(sys.stdin.read()))
    prepared = prepare(order)
    sent = uvloop.run(send(order, prepared))
    # Not sys.stdout: with PYTHONUNBUFFERED it drops the rest of a write that a signal cuts short.
    with open(sys.stdout.fileno(), "wb", closefd=False) as answer:
        answer.write(json.dumps(asdict(sent)).encode())


if __name__ == "__main__":
    main()
