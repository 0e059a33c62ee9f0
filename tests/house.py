"""The real system, started as people start it, for tests that know it from outside only."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import psutil

from shared.engines.engine import SAME, is_running, leashed
from shared.engines.home import Home, read_json
from shared.engines.ports import is_free
from shared.launch.record import read_record

T = TypeVar("T")

REPOSITORY = Path(__file__).resolve().parent.parent
_PROGRAM = (sys.executable, "-m", "shared.cli")
# Below those that the launcher gives to rooms and engines, so that none of them takes ours.
_GATEWAY_PORTS = range(12_000, 20_000)
_LOOK = 0.1
# Seconds. On two busy cores a start takes 8 to 20, a stop up to three stages of 8.
_START = 90.0
_STOP = 60.0


class House:
    """`groundswell up --no-sample` in a data folder and on ports of its own."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are environment variables beyond the usual, `GROUNDSWELL_...`."""
        self.home = Home.open(folder)
        self.port = _free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._settings = dict(settings or {})
        self._up: subprocess.Popen[bytes] | None = None
        self._at_end = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def admin_key(self) -> str:
        """The key of the first administrator."""
        return (self.home.path / "admin-key").read_text("ascii").strip()

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name: `gateway`, `monitor`, `monitor-worker` ..., `postgres`, `valkey`.

        0 stands for a process that waits to be started again.
        """
        record = read_record(self.home)
        engines = read_json(self.home.engines_state).get("engines", {})
        rooms = {one.name: one.pid for one in record.processes} if record else {}
        return rooms | {name: int(engine["pid"]) for name, engine in engines.items()}

    def start(self) -> None:
        """Start it; returns when it is ready. It ends with the tests, even if they are killed."""
        command = [*_PROGRAM, "up", "--no-sample", "--port", str(self.port)]
        with self._log.open("wb") as log:
            self._up = subprocess.Popen(
                leashed(command, SAME, signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self.home.path,
                start_new_session=True,
            )
        try:
            eventually(self._is_ready, _START)
        except BaseException:
            self._up.kill()
            raise

    def stop(self) -> None:
        """Stop it as a service manager does, and see that nothing is left of it."""
        assert self._up is not None
        self._at_end.close()
        up = psutil.Process(self._up.pid)
        family = [up, *up.children(recursive=True)]
        self._up.send_signal(signal.SIGTERM)
        status = self._up.wait(_STOP)
        left = [process for process in family if is_running(process.pid, "")]
        assert status == 0, self._told
        assert not left, f"processes are left: {left}"
        # Locks and records of what runs lie here.
        assert list(self.home.run.iterdir()) == []
        assert not (self.home.postgres / "postmaster.pid").exists()

    def client(self, key: str | None = None) -> httpx.Client:
        """Calls the API with `key`, by default the administrator's."""
        client = httpx.Client(
            base_url=f"{self.base_url}/api/v1",
            headers={"Authorization": f"Bearer {self.admin_key if key is None else key}"},
            timeout=30,
            trust_env=False,
        )
        self._at_end.callback(client.close)
        return client

    def person(self, name: str, *roles: str, groups: tuple[str, ...] = ()) -> httpx.Client:
        """Let somebody in; returns their way to the API."""
        with self.client() as admin:
            facts = {"name": name, "display_name": name, "roles": roles, "groups": groups}
            said(admin.post("/users", json=facts), 201)
            made = said(admin.post("/keys", json={"user": name, "name": "test"}), 201)
        return self.client(made["key"])

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of the command `groundswell` against this house."""
        return subprocess.run(
            [*_PROGRAM, *words],
            env=self._environment
            | {
                "GROUNDSWELL_URL": self.base_url,
                "GROUNDSWELL_KEY_FILE": str(self.home.path / "admin-key"),
            },
            cwd=self.home.path,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    @property
    def _environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if "GROUNDSWELL" not in name}
        return (
            plain
            | self._settings
            | {
                "GROUNDSWELL_HOME": str(self.home.path),
                "PYTHONPATH": str(REPOSITORY),
            }
        )

    @property
    def _log(self) -> Path:
        return self.home.path / "up.log"

    @property
    def _told(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def _is_ready(self) -> bool:
        assert self._up is not None
        assert self._up.poll() is None, self._told
        record = read_record(self.home)
        return record is not None and record.ready


def said(answer: httpx.Response, status: int) -> Any:
    """What an answer says, which has to have this status."""
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer, which has to have this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


def eventually(question: Callable[[], T | None], patience: float = 30.0) -> T:
    """The first answer that is true (not empty, not None), asked again and again."""
    deadline = time.monotonic() + patience
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {patience:g} s; last: {answer!r}"
        time.sleep(_LOOK)
    return answer


def _free_port() -> int:
    return next(port for port in random.sample(_GATEWAY_PORTS, k=200) if is_free(port))
