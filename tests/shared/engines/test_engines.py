"""What the engines promise: ours alone, durable, shared, brought back, gone without a trace."""

import os
import signal
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
import redis

from shared.engines import RunningEngines, start_engines

Start = Callable[[Path], RunningEngines]
Query = Callable[[str, str], Any]
Processes = Callable[[Path], list[psutil.Process]]
Eventually = Callable[[Callable[[], bool]], None]


def kill(victims: list[psutil.Process]) -> None:
    for process in victims:
        # One may be gone already: the engines die with the keeper that was killed before them.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(victims, timeout=10)


def test_the_database_is_durable_utf8_and_knows_chinese_letters(
    running: RunningEngines, query: Query
) -> None:
    url = running.engines.database_url
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert query(url, f"SHOW {setting}") == "on"
    assert query(url, "SHOW server_encoding") == "UTF8"
    assert query(url, "SELECT upper('é') = 'É' AND '舆情' ~ '^[[:alpha:]]+$'") is True
    ctype = query(url, "SELECT datctype FROM pg_database WHERE datname = current_database()")
    assert ctype.lower().replace("-", "").endswith("utf8")


def test_valkey_writes_nothing_to_disk_and_evicts_nothing(
    running: RunningEngines, ring: Callable[[str], Any]
) -> None:
    with ring(running.engines.redis_url) as client:
        assert client.config_get("save") == {"save": ""}
        assert client.config_get("appendonly") == {"appendonly": "no"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_nobody_gets_in_without_the_password(
    running: RunningEngines, folder: Path, query: Query, ring: Callable[[str], Any]
) -> None:
    password = (folder / "secrets" / "postgres").read_text().strip()
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(running.engines.database_url.replace(password, "wrong"), "SELECT 1")
    at = running.engines.redis_url.rpartition("@")[2]
    with ring(f"redis://{at}") as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_both_listen_on_this_machine_only(
    running: RunningEngines, folder: Path, processes: Processes
) -> None:
    addresses = {
        connection.laddr.ip
        for process in processes(folder)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_secrets_are_files_for_the_owner_only_and_show_in_no_process_list(
    running: RunningEngines, folder: Path, processes: Processes
) -> None:
    secrets = list((folder / "secrets").iterdir())
    assert len(secrets) == 2
    listed = " ".join(word for process in processes(folder) for word in process.cmdline())
    for secret in secrets:
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert secret.read_text().strip() not in listed
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700


def test_a_second_start_finds_the_data_and_the_ports_of_the_first(
    folder: Path, start: Start, query: Query
) -> None:
    with start(folder) as first:
        query(first.engines.database_url, "CREATE TABLE kept AS SELECT 7 AS seven")
    with start(folder) as second:
        assert second.engines == first.engines
        assert query(second.engines.database_url, "SELECT seven FROM kept") == 7
        query(second.engines.database_url, "DROP TABLE kept")


def test_stopping_leaves_no_process_and_no_lock(
    folder: Path, start: Start, processes: Processes
) -> None:
    running = start(folder)
    assert len(processes(folder)) > 3
    assert running.stop()
    assert processes(folder) == []
    assert list((folder / "run").iterdir()) == []
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_the_last_one_who_lets_go_ends_the_engines(
    folder: Path, start: Start, query: Query, elsewhere: Callable[[], Any], processes: Processes
) -> None:
    first = elsewhere()
    url = first.stdout.readline().strip()
    second = start(folder)
    assert second.engines.database_url == url
    first.communicate("enough\n", timeout=15)
    assert query(url, "SELECT 1") == 1, "the one who started them may leave before the others"
    assert second.stop()
    assert processes(folder) == []


def test_letting_go_early_leaves_the_engines_to_the_others(
    folder: Path, start: Start, query: Query, elsewhere: Callable[[], Any]
) -> None:
    with start(folder) as mine:
        other = elsewhere()
        url = other.stdout.readline().strip()
        assert mine.stop() is False
        assert query(url, "SELECT 1") == 1


def test_many_may_start_at_the_same_moment(
    folder: Path, elsewhere: Callable[[], Any], processes: Processes, eventually: Eventually
) -> None:
    users = [elsewhere() for _ in range(4)]
    assert len({user.stdout.readline() for user in users}) == 1
    keepers = [one for one in processes(folder) if "shared.engines.keeper" in one.cmdline()]
    assert len(keepers) == 1
    for user in users:
        user.communicate("enough\n", timeout=15)
    eventually(lambda: processes(folder) == [])


def test_engines_end_when_their_only_user_is_killed(
    folder: Path, elsewhere: Callable[[], Any], processes: Processes, eventually: Eventually
) -> None:
    user = elsewhere()
    user.stdout.readline()
    assert processes(folder)
    user.kill()
    eventually(lambda: processes(folder) == [])


def test_engines_end_when_their_keeper_is_killed_and_the_next_start_is_clean(
    folder: Path, start: Start, query: Query, processes: Processes, eventually: Eventually
) -> None:
    first = start(folder)
    keeper = next(one for one in processes(folder) if "shared.engines.keeper" in one.cmdline())
    keeper.kill()
    eventually(lambda: not [one for one in processes(folder) if one.pid != keeper.pid])
    first.ensure(lambda _: None)
    assert query(first.engines.database_url, "SELECT 1") == 1
    assert first.stop()
    assert processes(folder) == []
    assert list((folder / "run").iterdir()) == []


def test_everything_killed_at_once_loses_nothing_that_was_committed(
    folder: Path, start: Start, query: Query, processes: Processes
) -> None:
    first = start(folder)
    query(first.engines.database_url, "CREATE TABLE acked AS SELECT generate_series(1, 1000)")
    kill(processes(folder))
    second = start(folder)
    assert query(second.engines.database_url, "SELECT count(*) FROM acked") == 1000
    query(second.engines.database_url, "DROP TABLE acked")
    first.stop()
    assert second.stop()
    assert processes(folder) == []


def test_a_crashed_database_is_brought_back_on_its_port(
    running: RunningEngines, folder: Path, query: Query, eventually: Eventually
) -> None:
    url = running.engines.database_url
    started = query(url, "SELECT pg_postmaster_start_time()")
    os.kill(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def back() -> bool:
        try:
            return bool(query(url, "SELECT pg_postmaster_start_time()") > started)
        except (OSError, asyncpg.PostgresError):
            return False

    eventually(back)


def test_a_database_can_be_kept_down_and_comes_back(running: RunningEngines, query: Query) -> None:
    url = running.engines.database_url
    with running.database_down(), pytest.raises(OSError, match=r"refused|failed"):
        query(url, "SELECT 1")
    assert query(url, "SELECT 1") == 1


def test_a_restarted_redis_is_empty(running: RunningEngines, ring: Callable[[str], Any]) -> None:
    with ring(running.engines.redis_url) as client:
        client.set("rung", 1)
    running.restart_redis()
    with ring(running.engines.redis_url) as client:
        assert client.dbsize() == 0


def test_given_engines_are_used_as_they_are(tmp_path: Path) -> None:
    running = start_engines(
        tmp_path, database_url="postgresql://a", redis_url="redis://b", report=lambda _: None
    )
    assert running.engines.database_url == "postgresql://a"
    assert running.engines.redis_url == "redis://b"
    assert running.stop()
    assert list((tmp_path / "run").iterdir()) == []


def test_only_the_missing_engine_is_started(tmp_path: Path, processes: Processes) -> None:
    with start_engines(
        tmp_path, database_url="postgresql://a", redis_url=None, report=lambda _: None
    ) as running:
        assert running.engines.redis_url.startswith("redis://:")
        assert not [one for one in processes(tmp_path) if one.name().startswith("postgres")]
    assert processes(tmp_path) == []
