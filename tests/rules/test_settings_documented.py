"""Every setting is explained in `.env.example`, with the default that the code has."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.contracts import Room
from shared.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
CODE = ("shared", "services", "gateway", "tests")

# A line that sets a variable, in force or commented out. Compose's own have no prefix.
_LINE = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$")
_READ = re.compile(r"""["']GROUNDSWELL_([A-Z_]*[A-Z])["']""")
_INTERPOLATED = re.compile(r"\$\{([A-Z_]+)")


def documented() -> dict[str, tuple[str, str]]:
    """For each variable of `.env.example`, its value and the words above it."""
    found: dict[str, tuple[str, str]] = {}
    words = ""
    for line in (REPOSITORY / ".env.example").read_text().splitlines():
        if match := _LINE.match(line):
            found[match[1]] = (match[2], words)
        elif line.startswith("# "):
            words += line.removeprefix("#")
        else:
            words = ""
    return found


def default(name: str) -> str:
    """The default of a setting, as one would write it in `.env`; empty where there is none."""
    field = Settings.model_fields[name]
    value = None if field.is_required() else field.default
    match value:
        case None | SecretStr():
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_explained_with_its_default(name: str) -> None:
    value, words = documented()[f"GROUNDSWELL_{name.upper()}"]
    assert value == default(name)
    assert len(words) > 20


@pytest.mark.parametrize("room", Room)
def test_the_password_of_a_room_is_explained(room: Room) -> None:
    value, words = documented()[f"GROUNDSWELL_{room.upper()}_DATABASE_PASSWORD"]
    assert value == ""
    assert "groundswell_<room>" in words


def test_every_variable_that_the_code_names_is_explained() -> None:
    named = {
        f"GROUNDSWELL_{name}"
        for folder in CODE
        for path in (REPOSITORY / folder).rglob("*.py")
        for name in _READ.findall(path.read_text("utf-8"))
    }
    assert named
    assert named <= set(documented())


def test_nothing_is_explained_that_nobody_reads() -> None:
    settings = {f"GROUNDSWELL_{name.upper()}" for name in Settings.model_fields}
    compose = set(_INTERPOLATED.findall((REPOSITORY / "docker-compose.yml").read_text()))
    clients = {f"GROUNDSWELL_{name}" for name in ("URL", "KEY", "KEY_FILE")}
    tests = {f"GROUNDSWELL_TEST_{name}" for name in ("DATABASE_URL", "REDIS_URL")}
    build = {"PIP_EXTRA_INDEX_URL"}
    assert set(documented()) == settings | compose | clients | tests | build
