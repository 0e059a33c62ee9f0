"""The data folder (`.groundswell/`): where everything of one installation lies."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.engines.errors import RightMissing


@dataclass(frozen=True)
class Home:
    """The folders of one data folder; `path` is absolute."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> Home:
        """The data folder at `path`, made when missing.

        Raises:
            RightMissing: the folder, or something in it, belongs to another user.
        """
        home = cls(path.expanduser().absolute())
        try:
            for folder in (home.path, home.secrets, home.run, home.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RightMissing(
                f"{home.path} cannot be used as the data folder: {error.strerror}. "
                "Choose another with GROUNDSWELL_HOME."
            ) from error
        for folder in (home.path, home.secrets, home.run, home.logs):
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise RightMissing(
                    f"{folder} belongs to another user. Run as that user, "
                    "or choose another data folder with GROUNDSWELL_HOME."
                )
        return home

    @property
    def secrets(self) -> Path:
        """Passwords and private keys, each in a file of mode 600."""
        return self.path / "secrets"

    @property
    def run(self) -> Path:
        """Locks and what runs right now; empty when nothing runs."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """One log a process, and the one before it."""
        return self.path / "logs"

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        """The working folder of Valkey; it stores nothing there."""
        return self.path / "valkey"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the engines."""
        return self.run / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the one process that keeps the engines; its id is in it."""
        return self.run / "keeper.lock"

    @property
    def start_lock(self) -> Path:
        """Held by a process while it starts the engines, or waits for them."""
        return self.run / "start.lock"

    @property
    def engines_state(self) -> Path:
        """Where the keeper tells what it does, and where the engines are."""
        return self.run / "engines.json"

    def hold(self, engine: str) -> Path:
        """While this file exists, the keeper does not start the engine."""
        return self.run / f"hold-{engine}"

    def secret(self, name: str) -> tuple[str, bool]:
        """The password kept as `secrets/<name>`, and whether it was made just now."""
        path = self.secrets / name
        if path.exists():
            return path.read_text("ascii").strip(), False
        value = secrets.token_urlsafe(24)
        write_private(path, value + "\n")
        return value, True

    def log(self, name: str) -> Path:
        """A fresh log file for `name`; the one before is kept as `<name>.log.1`."""
        path = self.logs / f"{name}.log"
        if path.exists():
            path.replace(self.logs / f"{name}.log.1")
        path.touch(mode=0o600)
        return path


def write_private(path: Path, text: str) -> None:
    """Write `path` in one step, readable by its owner only, never half written."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if os.geteuid() == 0:
        # In another user's data folder, root leaves no file that its owner could not read.
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; empty when there is none, or none that can be read."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace `path` by the object `value` in one step."""
    write_private(path, json.dumps(value, indent=2) + "\n")
