"""Runs the sender as a process of its own."""

import asyncio
import json
import sys
from dataclasses import asdict

from tests.bench.sender import Answered, Order, Sent
from tests.house import REPOSITORY

# A line of its answer holds all requests: some hundred bytes each.
_LONGEST_LINE = 16 * 1024 * 1024


async def carry_out(order: Order) -> Sent:
    """Send what `order` says; returns when all is answered.

    Raises:
        RuntimeError: the sender failed; what it said stands on standard error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.sender",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
        limit=_LONGEST_LINE,
    )
    answer, _ = await process.communicate(json.dumps(asdict(order)).encode())
    if process.returncode:
        raise RuntimeError(f"the sender ended with status {process.returncode}")
    sent = json.loads(answer)
    return Sent(**sent | {"answers": [Answered(**each) for each in sent["answers"]]})
