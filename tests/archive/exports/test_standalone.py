"""The program in the bundle: one file, Python alone, and the same words as `groundswell verify`."""

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from services.archive.exports.standalone import standalone
from services.archive.exports.verify import verify

RECORDS = "data/records.jsonl"


def run(program: Path, *arguments: str) -> tuple[list[str], int]:
    """Run a program on a bare Python: no project, no packages, no environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", str(program), *arguments],
        capture_output=True,
        cwd=program.parent,
        timeout=30,
        check=False,
        env={"PATH": os.environ.get("PATH", "")},
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.stdout.decode().splitlines(), done.returncode


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("alone") / "verify.py"
    file.write_bytes(standalone())
    return file


def test_it_imports_the_standard_library_only() -> None:
    imported = set()
    for node in ast.walk(ast.parse(standalone())):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported <= sys.stdlib_module_names


def test_it_is_written_for_python_3_8() -> None:
    ast.parse(standalone(), feature_version=(3, 8))


def test_no_name_of_one_part_hides_that_of_another() -> None:
    module = ast.parse(standalone())
    names = [node.name for node in module.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    for node in module.body:
        if isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    assert sorted(set(names)) == sorted(names)


def test_it_cannot_see_the_project(program: Path) -> None:
    probe = program.with_name("probe.py")
    probe.write_text("import importlib.util as u, sys; sys.exit(u.find_spec('services') is None)")
    assert run(probe)[1] == 1


def removed(lines: list[bytes]) -> list[bytes]:
    return lines[:4] + lines[5:]


def swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[5], lines[4], *lines[6:]]


def flipped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[4].replace(b"response", b"resqonse"), *lines[5:]]


def untouched(lines: list[bytes]) -> list[bytes]:
    return lines


def cut(lines: list[bytes]) -> list[bytes]:
    return lines[:4]


@pytest.mark.parametrize("tamper", [untouched, flipped, removed, swapped, cut])
def test_it_says_what_the_project_says(
    workshop: Any, honest: dict[str, bytes], program: Path, tamper: Any
) -> None:
    lines = tamper(honest[RECORDS].splitlines(keepends=True))
    path = workshop.pack({**honest, RECORDS: b"".join(lines)})
    told, status = run(program, str(path))
    assert (told, status) == verify(str(path))
    assert status == (0 if tamper is untouched else 1)
    if tamper is not untouched:
        assert any(line.startswith("record 5 (StatementDrafted ") for line in told)


def test_it_verifies_the_folder_it_lies_in(workshop: Any, case: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(workshop.export(case)) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    told, status = run(folder / "verify.py")
    assert (status, told[0][:9]) == (0, "VERIFIED ")
    (folder / RECORDS).write_bytes(b"")
    assert run(folder / "verify.py")[1] == 1


def test_it_verifies_the_zip_file_it_lies_in(workshop: Any, case: Any, tmp_path: Path) -> None:
    bundle = workshop.export(case)
    start = tmp_path / "start.py"
    inside = f"{bundle}/case-{case.head['case_id']}"
    start.write_text(f"import sys; sys.path[:0] = [{inside!r}]; import verify; verify.main([])")
    told, _ = run(start)
    assert told == verify(str(bundle))[0]


def test_it_compares_with_a_noted_seal(workshop: Any, case: Any, program: Path) -> None:
    bundle = str(workshop.export(case))
    assert run(program, bundle, "--seal", case.seal["chain_head"].upper())[1] == 0
    assert run(program, bundle, "--seal", "0" * 64)[1] == 1


@pytest.mark.parametrize(
    "arguments", [["none.zip"], ["."], ["x", "--seal", "short"], ["--other"], ["a", "b"]]
)
def test_a_wrong_call_is_2(program: Path, arguments: list[str]) -> None:
    assert run(program, *arguments)[1] == 2
