"""Runs the sender as a process of its own."""

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict

from tests.bench.sender import Answered, Order, Sent
from tests.house import REPOSITORY


async def carry_out(order: Order) -> Sent:
    """Send what `order` says; returns when all is answered.

    Raises:
        subprocess.CalledProcessError: the sender failed; what it said stands on standard error.
    """
    sent = json.loads(await asyncio.to_thread(_run, json.dumps(asdict(order))))
    return Sent(**sent | {"answers": [Answered(**each) for each in sent["answers"]]})


def _run(order: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "tests.bench.sender"],
        input=order,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        text=True,
        check=True,
    ).stdout
