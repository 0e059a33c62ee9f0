"""Who may import whom, as `pyproject.toml` says; and the manner that no linter holds."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for folder in ("shared", "services", "gateway")
    for path in (REPOSITORY / folder).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)
NAMELESS = {"utils", "util", "helpers", "helper", "common", "constants", "misc", "manager"}


def test_the_import_rules_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_module_is_small_and_imports_at_its_top(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= 300, "find the noun inside that wants its own file"
    assert path.stem not in NAMELESS
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [
                node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
            ]
            assert not inner, f"{function.name} imports inside"
