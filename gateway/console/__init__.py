"""The console: pages for people, in Chinese and English, on top of the public API.

`app.state.console` must hold a `ConsoleParts`; `mount_static(app)` and `app.include_router(router)`
do the rest.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from gateway.console.backend import Backend, ConsoleParts, Sessions
from gateway.console.routes import router

__all__ = ["Backend", "ConsoleParts", "Sessions", "mount_static", "router"]


def mount_static(app: FastAPI) -> None:
    """Serve style sheets, scripts and vendored files at `/static`."""
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
