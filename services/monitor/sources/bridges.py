"""Platforms without feeds, by bridges: people type words, and the address of the feed follows."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

import yaml
from pydantic import Field, TypeAdapter

from shared.schemas import RequestShape, ResponseShape

_FILE = Path(__file__).with_name("bridges.yaml")
_LONGEST = 200
# The program whose address operators set once for all (`rsshub_url`).
RSSHUB = "RSSHub"


class Words(ResponseShape):
    """A text in both languages of the console."""

    zh: str
    en: str


class Parameter(ResponseShape):
    """What must be typed for a preset."""

    name: str = Field(examples=["keyword"])
    title: Words
    example: str = Field(examples=["云州供电"])
    pattern: str | None = Field(default=None, description="Which forms it may have; null: any")


class Bridge(ResponseShape):
    """A preset (预设): one kind of feed that a bridge makes."""

    name: str = Field(examples=["weibo_keyword"])
    program: str = Field(description="The bridge that makes the feed", examples=["RSSHub"])
    platform: str = Field(examples=["weibo"])
    title: Words
    hint: Words
    path: str = Field(examples=["/weibo/keyword/{keyword}"])
    parameters: list[Parameter]


class BridgeWish(RequestShape):
    """A feed by a preset. `base` is the address of the bridge; left out: that of the settings."""

    name: str = Field(max_length=64, examples=["weibo_keyword"])
    base: str | None = Field(default=None, max_length=500, examples=["https://rsshub.example.org"])
    values: dict[str, str] = Field(
        default_factory=dict, max_length=10, examples=[{"keyword": "云州供电"}]
    )


class BridgeRefusedError(Exception):
    """The preset cannot be used so; `place` is where, from the preset on."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


@cache
def bridges() -> Mapping[str, Bridge]:
    """All presets by their names, in the order of the file."""
    listed = TypeAdapter(list[Bridge]).validate_python(yaml.safe_load(_FILE.read_text("utf-8")))
    return {bridge.name: bridge for bridge in listed}


def address_of(wish: BridgeWish, rsshub_url: str | None) -> str:
    """The address of the feed that is wanted.

    Raises:
        BridgeRefusedError: there is no such preset, a value is missing or of another form, or
            nobody said where the bridge is.
    """
    bridge = bridges().get(wish.name)
    if bridge is None:
        raise BridgeRefusedError("/name", f"there is no preset {wish.name[:64]!r}")
    base = wish.base or (rsshub_url if bridge.program == RSSHUB else None)
    if not base:
        set_once = " (or set GROUNDSWELL_RSSHUB_URL)" if bridge.program == RSSHUB else ""
        raise BridgeRefusedError("/base", f"say where your {bridge.program} is{set_once}")
    known = {parameter.name for parameter in bridge.parameters}
    if unknown := sorted(set(wish.values) - known):
        raise BridgeRefusedError(f"/values/{unknown[0]}", "this preset asks for no such value")
    filled = {
        parameter.name: _value(parameter, wish.values.get(parameter.name, ""))
        for parameter in bridge.parameters
    }
    return base.rstrip("/") + bridge.path.format_map(filled)


def _value(parameter: Parameter, typed: str) -> str:
    said = typed.strip()
    place = f"/values/{parameter.name}"
    if not said:
        raise BridgeRefusedError(place, f"fill this in, for example {parameter.example}")
    if len(said) > _LONGEST or not said.isprintable():
        raise BridgeRefusedError(place, f"at most {_LONGEST} printable characters")
    if parameter.pattern and not re.fullmatch(parameter.pattern, said):
        raise BridgeRefusedError(place, f"this does not look like {parameter.example}")
    # A dot alone would lead to another route.
    return quote(said, safe="").replace(".", "%2E") if set(said) == {"."} else quote(said, safe="")
