"""PostgreSQL: a cluster of our own, made on the first start, and the command that serves it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

from shared.engines.binaries import find_postgres
from shared.engines.cluster import DATABASE, OWNER, Cluster
from shared.engines.engine import POSTGRES, Engine
from shared.engines.home import Home

SECRET = "postgres"  # noqa: S105

# For a small machine, and durable: what was acknowledged survives a power cut. Given on the command
# line, so that a newer version of this table reaches clusters that an older one made.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # A socket's path may have 107 bytes, a data folder's may be longer.
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "64MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_lock_waits": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


def prepare_postgres(home: Home, report: Callable[[str], None]) -> Callable[[int], Engine]:
    """Find the programs and make the cluster when there is none; the answer serves it on a port.

    Raises:
        EngineMissing: no program that fits.
        EngineFailed: the cluster cannot be made; the message has the reason.
    """
    version_file = home.postgres / "PG_VERSION"
    exists = version_file.exists()
    programs, version = find_postgres(int(version_file.read_text()) if exists else None)
    cluster = Cluster(home.postgres, programs, version)
    password, new = home.secret(SECRET)
    if not exists:
        report(f"Creating a PostgreSQL {version} database (only once)")
        cluster.create(password)
    elif new:
        # The password's file was lost. Whoever can write the data folder may set another.
        cluster.set_password(password)
    return lambda port: _engine(cluster, port)


def url(password: str, port: int) -> str:
    """The owner's address of our own database."""
    return f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/{DATABASE}"


def _engine(cluster: Cluster, port: int) -> Engine:
    options = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
    data = str(cluster.data)
    return Engine(
        name=POSTGRES,
        argv=[str(cluster.programs / "postgres"), "-D", data, *options],
        marker=data,
        identity=cluster.identity,
        # Fast, then immediate: the next start recovers from the log.
        stops=((signal.SIGINT, 20.0), (signal.SIGQUIT, 6.0), (signal.SIGKILL, 5.0)),
        is_ready=lambda pid: read_postmaster(cluster.data) == (pid, True),
    )


def read_postmaster(data: Path) -> tuple[int, bool] | None:
    """Process id of the server on this cluster, and whether it takes connections, as it says."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        return int(lines[0]), len(lines) > 7 and lines[7].strip() == "ready"
    except (OSError, ValueError, IndexError):
        return None
