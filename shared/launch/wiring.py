"""How the processes find each other: the environment of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from shared.contracts.rooms import Room
from shared.launch.credentials import IdentityKey
from shared.launch.processes import SERVICES, Kind, Process

_HOST = "127.0.0.1"
# Set for some processes only: what the surroundings say must not reach the others.
_NOT_INHERITED = (
    "GROUNDSWELL_IDENTITY_PRIVATE_KEY_FILE",
    "GROUNDSWELL_PORT",
    "GROUNDSWELL_HEALTH_PORT",
    *(f"GROUNDSWELL_{room.upper()}_DATABASE_PASSWORD" for room in Room),
)


@dataclass(frozen=True)
class Wiring:
    """Addresses, ports and secrets of one run."""

    home: Path
    owner_url: str
    redis_url: str
    # Of each room's database role. Empty: the owner may not create roles, all rooms share it.
    passwords: Mapping[Room, str]
    ports: Mapping[str, int]
    key: IdentityKey
    # Seals what people entrust to the monitor; None where the surroundings say.
    sealing_key: str | None = None

    @property
    def address(self) -> str:
        """Where people reach the system."""
        return self.url("gateway")

    def url(self, name: str) -> str:
        """The address of the process `name`."""
        return f"http://{_HOST}:{self.ports[name]}"

    def migration(self, surroundings: Mapping[str, str]) -> dict[str, str]:
        """The environment of the migration: the owner's address, and the roles to make."""
        return _inherited(surroundings) | {
            "GROUNDSWELL_HOME": str(self.home),
            "GROUNDSWELL_DATABASE_URL": self.owner_url,
            **{
                f"GROUNDSWELL_{room.upper()}_DATABASE_PASSWORD": password
                for room, password in self.passwords.items()
            },
        }

    def room(self, room: Room, surroundings: Mapping[str, str]) -> dict[str, str]:
        """What everything in one room needs to know."""
        environment = _inherited(surroundings) | {
            "GROUNDSWELL_HOME": str(self.home),
            "GROUNDSWELL_ROOM": room,
            "GROUNDSWELL_DATABASE_URL": self._database_url(room),
            "GROUNDSWELL_REDIS_URL": self.redis_url,
            "GROUNDSWELL_IDENTITY_PUBLIC_KEY_FILE": str(self.key.public),
        }
        if room is Room.GATEWAY:
            environment["GROUNDSWELL_IDENTITY_PRIVATE_KEY_FILE"] = str(self.key.private)
            for service in SERVICES:
                environment[f"GROUNDSWELL_{service.upper()}_URL"] = self.url(service)
        if room is Room.MONITOR and self.sealing_key:
            environment.setdefault("GROUNDSWELL_SEALING_KEYS", self.sealing_key)
        return environment

    def process(self, process: Process, surroundings: Mapping[str, str]) -> dict[str, str]:
        """The environment of one process: its room's, and where it listens."""
        setting = "HEALTH_PORT" if process.kind is Kind.WORKER else "PORT"
        return self.room(process.room, surroundings) | {
            "GROUNDSWELL_HOST": _HOST,
            f"GROUNDSWELL_{setting}": str(self.ports[process.name]),
        }

    def client(self, key_file: Path, surroundings: Mapping[str, str]) -> dict[str, str]:
        """The environment of a program that calls the system from outside."""
        return _inherited(surroundings) | {
            "GROUNDSWELL_HOME": str(self.home),
            "GROUNDSWELL_URL": self.address,
            "GROUNDSWELL_KEY_FILE": str(key_file),
        }

    def _database_url(self, room: Room) -> str:
        password = self.passwords.get(room)
        if password is None:
            return self.owner_url
        parts = urlsplit(self.owner_url)
        at = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"groundswell_{room}:{password}@{at}"))


def _inherited(surroundings: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in surroundings.items() if name not in _NOT_INHERITED}
