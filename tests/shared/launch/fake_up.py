"""`groundswell up` with fake rooms: `python fake_up.py PORT [sample]`."""

import sys
from pathlib import Path

from shared.contracts.rooms import Room
from shared.engines.home import Home
from shared.errors import GroundswellError
from shared.launch.launch import launch
from shared.launch.processes import Kind, Plan, Process
from shared.launch.screen import Screen
from shared.launch.settings import load_launch_settings

FAKE = (sys.executable, str(Path(__file__).with_name("fake_programs.py")))
PLAN = Plan(
    migrate=(*FAKE, "once", "migrate"),
    bootstrap_key=(*FAKE, "once", "key"),
    sample=(*FAKE, "once", "sample"),
    processes=[
        Process(name, room, kind, (*FAKE, "serve", name))
        for name, room, kind in (
            ("gateway", Room.GATEWAY, Kind.GATEWAY),
            ("monitor", Room.MONITOR, Kind.API),
            ("analysis", Room.ANALYSIS, Kind.API),
            ("response", Room.RESPONSE, Kind.API),
            ("archive", Room.ARCHIVE, Kind.API),
            ("archive-worker", Room.ARCHIVE, Kind.WORKER),
        )
    ],
    patience=1.0,
)

if __name__ == "__main__":
    settings = load_launch_settings().model_copy(update={"port": int(sys.argv[1])})
    try:
        launch(Home.open(settings.home), settings, PLAN, Screen(), sample="sample" in sys.argv)
    except GroundswellError as error:
        sys.exit(f"groundswell: {error}")
