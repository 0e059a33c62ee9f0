"""The sealed case as a bundle that an auditor checks with nothing but Python at hand."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.house import House

_RECORDS = "data/records.jsonl"

# Runs a verifier on a bundle; returns its lines and its exit status.
Verifier = Callable[[Path], tuple[list[str], int]]


@pytest.fixture(scope="module")
def bundle(house: House, case: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case, exported by the auditor's command."""
    file = tmp_path_factory.mktemp("bundle") / "case.zip"
    exported = house.run("export-case", case["id"], str(file))
    assert exported.returncode == 0, exported.stderr
    return file


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    """The bundle, unpacked."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    return next(file.parent for file in tmp_path.rglob("verify.py"))


@pytest.fixture(params=["groundswell verify", "verify.py"])
def verifier(request: pytest.FixtureRequest, house: House, bundle: Path) -> Verifier:
    """Our own command, and the program in the bundle on a bare Python."""
    if request.param == "groundswell verify":

        def ours(path: Path) -> tuple[list[str], int]:
            done = house.run("verify", str(path))
            return done.stdout.splitlines(), done.returncode

        return ours

    program = bundle.with_name("verify.py")
    with zipfile.ZipFile(bundle) as archive:
        inside = next(name for name in archive.namelist() if name.endswith("/verify.py"))
        program.write_bytes(archive.read(inside))

    def bare(path: Path) -> tuple[list[str], int]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(program), str(path)],
            capture_output=True,
            text=True,
            env={},
            timeout=30,
            check=False,
        )
        assert not done.stderr
        return done.stdout.splitlines(), done.returncode

    return bare


def test_an_untouched_bundle_is_verified(
    verifier: Verifier, bundle: Path, copy: Path, case: dict[str, Any]
) -> None:
    for path in (bundle, copy):
        lines, status = verifier(path)
        assert status == 0, lines
        assert lines[-1].startswith(f"VERIFIED case {case['id']}: {case['records']} records")


def _flip(lines: list[bytes]) -> list[bytes]:
    middle = len(lines[4]) // 2
    changed = lines[4][:middle] + bytes([lines[4][middle] ^ 1]) + lines[4][middle + 1 :]
    return [*lines[:4], changed, *lines[5:]]


def _remove(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], *lines[5:]]


def _swap(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[5], lines[4], *lines[6:]]


@pytest.mark.parametrize(
    ("damage", "named"),
    [(_flip, ("record 5",)), (_remove, ("record 5",)), (_swap, ("record 5", "record 6"))],
    ids=["a flipped byte", "a removed record", "two swapped records"],
)
def test_a_changed_bundle_is_refused_and_the_record_named(
    verifier: Verifier,
    copy: Path,
    damage: Callable[[list[bytes]], list[bytes]],
    named: tuple[str, ...],
) -> None:
    records = copy / _RECORDS
    records.write_bytes(b"".join(damage(records.read_bytes().splitlines(keepends=True))))
    lines, status = verifier(copy)
    assert status == 1
    assert lines[-1].startswith("NOT VERIFIED")
    for record in named:
        assert any(record in line for line in lines[:-1]), lines


def test_a_byte_flipped_in_the_zip_file_is_seen(
    verifier: Verifier, bundle: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(bundle) as archive:
        records = next(info for info in archive.infolist() if info.filename.endswith(_RECORDS))
    content = bytearray(bundle.read_bytes())
    # Behind the local header and the first record, well inside the file.
    content[records.header_offset + records.file_size // 2] ^= 1
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(content)
    lines, status = verifier(damaged)
    assert status == 1
    assert any(line.startswith("record ") for line in lines), lines
