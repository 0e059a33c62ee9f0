"""What runs when the system runs: one table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.contracts.rooms import Room

SERVICES = (Room.MONITOR, Room.ANALYSIS, Room.RESPONSE, Room.ARCHIVE)
_COMMAND = (sys.executable, "-m", "shared.cli")


class Kind(StrEnum):
    """The part that a process plays; the order is the one in which they are stopped."""

    GATEWAY = "gateway"
    API = "api"
    WORKER = "worker"


@dataclass(frozen=True)
class Process:
    """One process that is kept running. It answers `/readyz` on a port of its own."""

    name: str
    room: Room
    kind: Kind
    argv: Sequence[str]


@dataclass(frozen=True)
class Plan:
    """All that is run: once, before and after the start; and for as long as the system runs."""

    migrate: Sequence[str]
    bootstrap_key: Sequence[str]
    sample: Sequence[str]
    processes: Sequence[Process]
    # Seconds that a process has to end when it is asked to.
    patience: float = 8.0


def standard_plan(admin_key: Path) -> Plan:
    """Our own plan; the first administrator's key is written to `admin_key`."""
    return Plan(
        migrate=(*_COMMAND, "migrate"),
        bootstrap_key=(*_COMMAND, "key", "bootstrap", "--out", str(admin_key)),
        sample=(*_COMMAND, "sample"),
        processes=(
            Process("gateway", Room.GATEWAY, Kind.GATEWAY, (*_COMMAND, "serve", "gateway")),
            *(Process(room, room, Kind.API, (*_COMMAND, "serve", room)) for room in SERVICES),
            *(
                Process(f"{room}-worker", room, Kind.WORKER, (*_COMMAND, "work", room))
                for room in SERVICES
            ),
        ),
    )
