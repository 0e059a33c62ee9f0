"""`groundswell up`: everything from an empty folder to a system that people can sign in to."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

from shared.contracts.rooms import Room
from shared.engines import PortTaken, RunningEngines, start_engines
from shared.engines.engine import POSTGRES, VALKEY
from shared.engines.home import Home
from shared.engines.locks import FileLock
from shared.engines.ports import choose_ports, holder_of, is_free
from shared.launch.credentials import identity_key, room_password
from shared.launch.errors import AlreadyRunning
from shared.launch.given import check_database, check_redis
from shared.launch.leftovers import clear_leftovers
from shared.launch.processes import Kind, Plan
from shared.launch.record import read_record, record_file, run_lock
from shared.launch.screen import Screen
from shared.launch.settings import LaunchSettings
from shared.launch.supervisor import Supervisor
from shared.launch.wiring import Wiring


def launch(
    home: Home, settings: LaunchSettings, plan: Plan, screen: Screen, *, sample: bool
) -> None:
    """Run the whole system until Ctrl-C or a signal; leave nothing running, no lock, no record.

    Raises:
        AlreadyRunning: it runs already in this data folder.
        PortTaken: another program listens on the gateway's port.
        EngineError: an engine is missing, does not start, or does not answer.
        StartFailed: the database cannot be migrated, or a process does not come up.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with ExitStack() as at_end:
        at_end.enter_context(screen.closing())
        _take_lock(home, at_end)
        if cleared := clear_leftovers(home):
            screen.say(f"An earlier run had crashed; ended what was left: {cleared} processes.")
        _check_port(settings.port)
        engines = _engines(home, settings, screen, at_end)
        wiring = _wiring(home, settings.port, plan, engines, screen)
        at_end.callback(record_file(home).unlink, missing_ok=True)
        asyncio.run(Supervisor(home, plan, wiring, engines, screen).run(sample=sample))


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _take_lock(home: Home, at_end: ExitStack) -> None:
    lock = FileLock(run_lock(home))
    # `status` looks at the lock too, for an instant.
    if not lock.acquire(timeout=0.3):
        record = read_record(home)
        where = f" at {record.address} (process {record.pid})" if record else ""
        raise AlreadyRunning(
            f"Groundswell already runs in {home.path}{where}. Stop it with: groundswell down"
        )
    lock.write(str(os.getpid()))
    at_end.callback(lock.release, remove=True)


def _check_port(port: int) -> None:
    if not is_free(port):
        raise PortTaken(
            f"Port {port} is taken by {holder_of(port)}. Choose another: "
            f"make run PORT={port + 10}, or groundswell up --port {port + 10}"
        )


def _engines(
    home: Home, settings: LaunchSettings, screen: Screen, at_end: ExitStack
) -> RunningEngines:
    database, redis = settings.database_url, settings.redis_url
    screen.step("Looking for the engines")
    engines = start_engines(
        home.path,
        database_url=database.get_secret_value() if database else None,
        redis_url=redis.get_secret_value() if redis else None,
        report=screen.step,
    )
    at_end.callback(_stop_engines, engines, screen)
    return engines


def _stop_engines(engines: RunningEngines, screen: Screen) -> None:
    # What remains is short and must not be cut off: a Ctrl-C too many would leave a lock behind.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if engines.stop():
        screen.say("Stopped.")
    else:
        screen.say("Stopped. The engines go on: another program of this data folder uses them.")


def _wiring(home: Home, port: int, plan: Plan, engines: RunningEngines, screen: Screen) -> Wiring:
    separate_roles = POSTGRES in engines.names or check_database(engines.engines.database_url)
    if not separate_roles:
        screen.say("The database user may not create roles: all rooms share it.")
    if VALKEY not in engines.names:
        check_redis(engines.engines.redis_url)
    names = [process.name for process in plan.processes if process.kind is not Kind.GATEWAY]
    return Wiring(
        home=home.path,
        owner_url=engines.engines.database_url,
        redis_url=engines.engines.redis_url,
        passwords={room: room_password(home, room) for room in Room} if separate_roles else {},
        ports={"gateway": port, **choose_ports(home, names)},
        key=identity_key(home),
        sealing_key=home.secret("sealing")[0],
    )
