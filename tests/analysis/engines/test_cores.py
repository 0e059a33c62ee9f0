"""Threads follow the cores that were granted, not those that the machine has."""

from pathlib import Path

import pytest

from services.analysis.engines.cores import granted_cores


@pytest.fixture
def many_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(16)), raising=False)


@pytest.mark.usefixtures("many_cores")
@pytest.mark.parametrize(
    ("written", "cores"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("10000 100000", 1),
        ("max 100000", 16),
        ("6400000 100000", 16),
        ("nonsense", 16),
    ],
)
def test_a_container_limit_lowers_the_count(tmp_path: Path, written: str, cores: int) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(written)
    assert granted_cores(file) == cores


@pytest.mark.usefixtures("many_cores")
def test_without_control_groups_affinity_decides(tmp_path: Path) -> None:
    assert granted_cores(tmp_path / "absent") == 16
