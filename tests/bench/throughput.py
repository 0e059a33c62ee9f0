"""How many posts a second are taken in durably, and where the CPU time goes."""

import os

from tests.bench.load import carry_out
from tests.bench.report import measure, say
from tests.bench.sender import Order, Sent
from tests.bench.under_test import Moment, UnderTest

_SECONDS = 20.0
POSTS_A_REQUEST = 100
_CONNECTIONS = 8
# More than can be sent: 12,000 posts a second.
_REQUESTS = 2_400
_WARM_UP = 60
# The name of a measure, and the beginnings of the names of the processes that belong to it.
_PARTS = {
    "gateway": ("gateway", "postgres gateway"),
    "monitor api": ("monitor",),
    "monitor api, in PostgreSQL": ("postgres monitor-api",),
    "monitor worker": ("monitor-worker",),
    "monitor worker, in PostgreSQL": ("postgres monitor-worker",),
    "analysis worker": ("analysis-worker",),
    "analysis worker, in PostgreSQL": ("postgres analysis-worker",),
    "Valkey": ("valkey",),
    "PostgreSQL itself": (
        "postgres",
        "postgres walwriter",
        "postgres checkpointer",
        "postgres background writer",
        "postgres autovacuum launcher",
        "postgres autovacuum worker",
        "postgres io worker",
        "postgres background",
    ),
}
_REST = "response, archive, analysis api"


async def measure_throughput(system: UnderTest) -> None:
    """Send as fast as it takes, for a while; then wait until all is tracked and analysed."""
    await carry_out(_order(system, "warm", _WARM_UP))
    await system.drained()
    before = await system.moment()
    say(
        f"Sending for {_SECONDS:g} s, {POSTS_A_REQUEST} posts a request, {_CONNECTIONS} connections"
    )
    sent = await carry_out(_order(system, "full", _REQUESTS))
    waiting = await system.waiting()
    say(f"Draining {waiting}")
    drain = await system.drained()
    spent = before.until(await system.moment())
    system.capacity = accepted(sent) / (sent.ended - sent.began)
    _report(sent, waiting, drain, spent)


def _order(system: UnderTest, run: str, requests: int) -> Order:
    """An order for a closed loop."""
    return Order(
        port=system.house.port,
        headers=system.headers,
        run=run,
        requests=requests,
        posts=POSTS_A_REQUEST,
        connections=_CONNECTIONS,
        seconds=_SECONDS,
    )


def accepted(sent: Sent) -> int:
    """Posts that were answered with `accepted`."""
    return sum(answer.accepted for answer in sent.answers)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _report(sent: Sent, waiting: dict[str, int], drain: float, spent: Moment) -> None:
    posts = accepted(sent)
    seconds = sent.ended - sent.began
    answers = [(answer.at - answer.due) * 1_000 for answer in sent.answers]
    measure(
        "posts accepted durably",
        posts / seconds,
        "posts/s",
        posts=posts,
        seconds=seconds,
        posts_a_request=POSTS_A_REQUEST,
        connections=_CONNECTIONS,
        refused=sum(answer.status != 202 for answer in sent.answers),
        request_p50_ms=percentile(answers, 0.5),
        request_p95_ms=percentile(answers, 0.95),
    )
    measure(
        "posts waiting at the end",
        max(waiting.values(), default=0) * POSTS_A_REQUEST,
        "posts",
        **{name.replace(" ", "_"): deliveries for name, deliveries in waiting.items()},
    )
    measure("time to drain", drain, "s")
    measure(
        "posts accepted, tracked and analysed",
        posts / (seconds + drain),
        "posts/s",
        seconds=seconds + drain,
    )
    report_cpu("CPU a post at full load", sent, spent)
    measure("WAL written", spent.wal / posts, "bytes/post")


def report_cpu(bench: str, sent: Sent, spent: Moment) -> None:
    """What every part spent on the posts that were accepted, from their sending to the last bit of
    work on them."""
    posts = accepted(sent)
    cpu = dict(spent.cpu)
    parts = {part: sum(cpu.pop(name, 0.0) for name in names) for part, names in _PARTS.items()}
    parts[_REST] = sum(cpu.values())
    system = sum(parts.values())
    for part, seconds in {**parts, "sender": sent.cpu}.items():
        measure(bench, seconds * 1e6 / posts, "µs/post", part=part, cpu_seconds=seconds)
    measure(
        bench,
        system * 1e6 / posts,
        "µs/post",
        part="the system",
        cpu_seconds=system,
        # What this machine's cores would carry if they did nothing else.
        posts_a_second_if_alone=(os.cpu_count() or 1) * posts / (system + sent.cpu),
        busy_with_other_things=(spent.machine - system - sent.cpu) / spent.at,
    )
