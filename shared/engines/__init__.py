"""PostgreSQL and Valkey of one's own: on a bare machine, as root or not; or given ones, by URL.

`start_engines` is the one call. The engines run as children of a small keeper process, which stops
them when nobody uses them any more, brings them back when they crash, and cleans up after a keeper
that was killed.
"""

from shared.engines.errors import (
    EngineError,
    EngineFailed,
    EngineMissing,
    PortTaken,
    RightMissing,
)
from shared.engines.running import Engines, RunningEngines, start_engines

__all__ = [
    "EngineError",
    "EngineFailed",
    "EngineMissing",
    "Engines",
    "PortTaken",
    "RightMissing",
    "RunningEngines",
    "start_engines",
]
