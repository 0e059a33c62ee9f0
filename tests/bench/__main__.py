"""Starts the system, takes the measures one after the other, stops it."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bench.latency import measure_latency
from tests.bench.posts import watches
from tests.bench.ratios import measure_ratios
from tests.bench.report import say
from tests.bench.throughput import measure_throughput
from tests.bench.under_test import UnderTest
from tests.house import House, said

_MEASURES: dict[str, Callable[[UnderTest], Awaitable[None]]] = {
    "throughput": measure_throughput,
    "latency": measure_latency,
    "ratios": measure_ratios,
}


async def _measure(house: House, wanted: list[str]) -> None:
    with house.client() as client:
        for watch in watches():
            said(client.post("/watches", json=watch), 201)
    async with UnderTest.open(house) as system:
        for name in wanted:
            await _MEASURES[name](system)


def main() -> None:
    """Take the measures named on the command line, or all."""
    wanted = sys.argv[1:] or list(_MEASURES)
    if unknown := set(wanted) - _MEASURES.keys():
        sys.exit(f"There is no bench named {', '.join(unknown)}; there are {', '.join(_MEASURES)}.")
    with tempfile.TemporaryDirectory(prefix="groundswell-bench-") as folder:
        say("Starting the system")
        with House(Path(folder)) as house:
            asyncio.run(_measure(house, wanted))
            say("Stopping the system")


if __name__ == "__main__":
    main()
