"""The settings of a room for a verb: its surroundings', or those of the system that runs here."""

from __future__ import annotations

import os
from dataclasses import replace

from shared.contracts.rooms import Room
from shared.engines import Engines, postgres, valkey
from shared.engines.engine import POSTGRES, VALKEY
from shared.engines.home import Home, read_json
from shared.errors import ConfigurationError
from shared.launch.credentials import identity_key, room_password
from shared.launch.record import read_record
from shared.launch.settings import LaunchSettings, load_launch_settings
from shared.launch.wiring import Wiring
from shared.settings import Settings, load_settings

_PREFIX = "GROUNDSWELL_"


def local_settings(room: Room) -> Settings:
    """Settings to work on the database of `room`: from the environment, as its processes have them;
    else of the system that `groundswell up` runs in the data folder.

    Raises:
        ConfigurationError: the settings are not complete, and nothing runs here.
    """
    # Every process of a room has it; nobody who sits before `make run` does.
    if "GROUNDSWELL_IDENTITY_PUBLIC_KEY_FILE" in os.environ:
        return load_settings(room)
    launch = load_launch_settings()
    folder = launch.home.expanduser().absolute()
    home = Home(folder)
    record = read_record(home)
    if record is None:
        raise ConfigurationError(
            f"Nothing runs in {folder}, and the settings of the room {room} are not here. Start it "
            "with `groundswell up`, or run this where those settings are."
        )
    engines = _engines(home, launch)
    own = POSTGRES not in record.given
    wiring = Wiring(
        home=folder,
        owner_url=engines.database_url,
        redis_url=engines.redis_url,
        passwords={room: room_password(home, room)} if own else {},
        ports={},
        key=identity_key(home),
    )
    values = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in wiring.room(room, {}).items()
        if name.startswith(_PREFIX)
    }
    return Settings.model_validate(values)


def _engines(home: Home, launch: LaunchSettings) -> Engines:
    running = read_json(home.engines_state).get("engines", {})
    database, redis = launch.database_url, launch.redis_url
    engines = Engines(
        database.get_secret_value() if database else "", redis.get_secret_value() if redis else ""
    )
    if POSTGRES in running:
        password, _ = home.secret(postgres.SECRET)
        address = postgres.url(password, running[POSTGRES]["port"])
        engines = replace(engines, database_url=address)
    if VALKEY in running:
        password, _ = home.secret(valkey.SECRET)
        engines = replace(engines, redis_url=valkey.url(password, running[VALKEY]["port"]))
    return engines
