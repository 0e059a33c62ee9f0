"""How long it takes from the post that crosses a threshold to the warning, at half the load."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from tests.bench.load import carry_out
from tests.bench.posts import CROSSING, surge_tags
from tests.bench.report import measure, say
from tests.bench.sender import Order, Sent
from tests.bench.throughput import (
    POSTS_A_REQUEST,
    accepted,
    measure_throughput,
    percentile,
    report_cpu,
)
from tests.bench.under_test import UnderTest

_SURGES = 40
_SURGE_EVERY = 1.0
# The last surge needs so long until all its posts are sent.
_TAIL_SECONDS = 4.0
_PATIENCE = 30.0


@dataclass
class _Heard:
    """When surges were warned of, by their tags: as seen at the gateway, and as written down."""

    seen: dict[str, float] = field(default_factory=dict)
    written: dict[str, float] = field(default_factory=dict)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, at: float, event: dict[str, Any]) -> None:
        """Note a `WarningRaised`."""
        told = json.dumps(event["data"], ensure_ascii=False)
        for tag in surge_tags():
            if f"#{tag}#" in told and tag not in self.seen:
                self.seen[tag] = at
                self.written[tag] = datetime.fromisoformat(event["occurred_at"]).timestamp()
        self._moved.set()

    async def wait_for(self, tags: Iterable[str], patience: float) -> None:
        """Return when all of these were heard of, or no longer than `patience` seconds later."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while set(tags) - self.seen.keys():
                    self._moved.clear()
                    await self._moved.wait()


async def measure_latency(system: UnderTest) -> None:
    """Surges among a steady stream of other posts."""
    if system.capacity is None:
        await measure_throughput(system)
    rate = (system.capacity or 0.0) / 2
    requests_a_second = rate / POSTS_A_REQUEST
    seconds = _SURGES * _SURGE_EVERY + _TAIL_SECONDS
    wanted = Order(
        port=system.house.port,
        headers=system.headers,
        run="half",
        requests=int(seconds * requests_a_second),
        posts=POSTS_A_REQUEST,
        connections=32,
        seconds=seconds,
        rate=requests_a_second,
        surges=_SURGES,
        surge_every=_SURGE_EVERY,
    )
    say(f"Sending {rate:.0f} posts/s for {seconds:g} s, with {_SURGES} surges")
    before = await system.moment()
    async with _listening(system) as heard:
        sent = await carry_out(wanted)
        waiting = await system.waiting()
        crossed = _crossings(sent)
        await heard.wait_for(crossed.keys(), _PATIENCE)
    await system.drained()
    spent = before.until(await system.moment())
    _report(sent, waiting, crossed, heard)
    report_cpu("CPU a post at half load, with a listener on the live stream", sent, spent)


def _crossings(sent: Sent) -> dict[str, float]:
    """When the post was accepted with which a surge crosses its threshold, by the surge's tag."""
    times: dict[int, list[float]] = {}
    for answer in sorted(sent.answers, key=lambda answer: answer.at):
        if answer.status == 202:
            for surge in answer.surges:
                times.setdefault(surge, []).append(answer.at)
    return {
        surge_tags()[surge]: accepted_at[CROSSING - 1]
        for surge, accepted_at in times.items()
        if len(accepted_at) >= CROSSING
    }


@asynccontextmanager
async def _listening(system: UnderTest) -> AsyncIterator[_Heard]:
    """Hear the warnings as anybody does, on the live stream of the gateway."""
    heard = _Heard()

    async def listen() -> None:
        url = f"{system.house.base_url}/api/v1/events?type=WarningRaised"
        limits = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(headers=system.headers, timeout=limits) as session,
            session.get(url) as stream,
        ):
            listens.set()
            async for line in stream.content:
                if line.startswith(b"data: "):
                    heard.hear(time.time(), json.loads(line[len(b"data: ") :]))

    listens = asyncio.Event()
    listening = asyncio.create_task(listen())
    try:
        await asyncio.wait_for(listens.wait(), _PATIENCE)
        yield heard
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def _report(sent: Sent, waiting: dict[str, int], crossed: dict[str, float], heard: _Heard) -> None:
    seen = [(heard.seen[tag] - at) * 1_000 for tag, at in crossed.items() if tag in heard.seen]
    written = [
        (heard.written[tag] - at) * 1_000 for tag, at in crossed.items() if tag in heard.written
    ]
    context = {
        "posts_a_second": accepted(sent) / (sent.ended - sent.began),
        "surges": len(crossed),
        "warned": len(seen),
        "deliveries_waiting_at_the_end": sum(waiting.values()),
    }
    assert seen, "no surge was warned of"
    for share in (0.5, 0.95):
        measure(
            f"acceptance to warning, as seen on the live stream, p{share * 100:.0f}",
            percentile(seen, share),
            "ms",
            **context,
        )
        measure(
            f"acceptance to warning, as written in the record, p{share * 100:.0f}",
            percentile(written, share),
            "ms",
            **context,
        )
    late = [(answer.at - answer.due) * 1_000 for answer in sent.answers]
    measure("acceptance of 100 posts at half load, p50", percentile(late, 0.5), "ms")
    measure("acceptance of 100 posts at half load, p99", percentile(late, 0.99), "ms")
