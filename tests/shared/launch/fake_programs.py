"""What a run of the tests starts instead of the rooms: `python fake_programs.py PART NAME`."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

HOME = Path(os.environ["GROUNDSWELL_HOME"])


class Ready(BaseHTTPRequestHandler):
    """Ready, whatever is asked."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(name: str) -> None:
    """Answer on the port that was given; note the environment, and every start."""
    seen = {key: value for key, value in os.environ.items() if key.startswith("GROUNDSWELL_")}
    (HOME / f"seen-{name}.json").write_text(json.dumps(seen))
    if (HOME / "deaf").exists() and name == "monitor":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if (HOME / "broken").exists() and name == "archive":
        sys.exit("ValueError: the archive is broken")
    port = os.environ.get("GROUNDSWELL_HEALTH_PORT") or os.environ["GROUNDSWELL_PORT"]
    HTTPServer(("127.0.0.1", int(port)), Ready).serve_forever()


def hang(name: str) -> None:
    """Go on until interrupted."""
    try:
        sys.stdout.write(f"{name} begins\n")
        sys.stdout.flush()
        time.sleep(600)
    except KeyboardInterrupt:
        sys.exit(f"{name} was interrupted")


def once(name: str) -> None:
    """Note that it ran, and fail when the folder says so."""
    with (HOME / f"ran-{name}").open("a") as file:
        file.write(f"{os.environ.get('GROUNDSWELL_URL', '')}\n")
    if (HOME / f"hang-{name}").exists():
        hang(name)
    if (HOME / f"fail-{name}").exists():
        sys.exit(f"error: {name} cannot do it")


if __name__ == "__main__":
    {"serve": serve, "once": once}[sys.argv[1]](sys.argv[2])
