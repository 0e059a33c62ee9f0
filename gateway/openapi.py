"""One description of the whole API, merged from those of the rooms."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import Any

from gateway.proxy import Rooms
from gateway.routes import ROUTES, prefix_of
from shared.contracts.rooms import Room
from shared.errors import Problem

Document = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})
_SECURITY = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key: `Authorization: Bearer KEY`.",
    }
}
_ABOUT = (
    "Notice a surge of public opinion early, understand it, answer it openly, keep the proof. "
    "Errors are problem documents (RFC 9457); lists are pages with `next_cursor`; unsafe POSTs "
    "take an `Idempotency-Key`; what people edit has an `ETag` and wants `If-Match`; 429 and 503 "
    "carry `Retry-After`."
)

# A room that was restarted shows its new description within this time, in seconds.
_FRESH = 30.0
_FRESH_AWAY = 2.0
_PATIENCE = 3.0


def merge(own: Document, rooms: Mapping[Room, Document], away: Iterable[Room] = ()) -> Document:
    """One document of the gateway's own and the rooms' descriptions. Pure.

    A room contributes the paths that the routing table gives to it. Where two rooms describe
    different shapes under one name, the later one's takes the room's name in front.
    """
    paths: Document = dict(own["paths"])
    schemas: Document = dict(own.get("components", {}).get("schemas", {}))
    for room, described in rooms.items():
        document = _renamed(described, _clashes(described, schemas), room)
        schemas |= document.get("components", {}).get("schemas", {})
        paths |= {
            path: item
            for path, item in document["paths"].items()
            if ROUTES.get(prefix_of(path)) is room
        }
    paths = {path: _secured(item) for path, item in sorted(paths.items())}
    tags = {tag for item in paths.values() for tag in _tags(item)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Groundswell", "version": version("groundswell"), "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted(tags)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": _SECURITY,
        },
        "x-groundswell-away": sorted(str(room) for room in away),
    }


def _clashes(document: Document, taken: Document) -> set[str]:
    """Names under which `document` has another shape than `taken`, or a shape that leads to one."""
    schemas: Document = document.get("components", {}).get("schemas", {})
    clashes = {name for name in schemas if name in taken and taken[name] != schemas[name]}
    while True:
        more = {
            name
            for name in schemas
            if name in taken and name not in clashes and clashes & set(_references(schemas[name]))
        }
        if not more:
            return clashes
        clashes |= more


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, str) and value.startswith(_SCHEMAS):
        yield value.removeprefix(_SCHEMAS)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _renamed(document: Document, names: set[str], room: Room) -> Document:
    if not names:
        return document
    new = {name: f"{room.capitalize()}{name}" for name in names}

    def walk(value: Any) -> Any:
        if isinstance(value, str) and value.startswith(_SCHEMAS):
            name = value.removeprefix(_SCHEMAS)
            return _SCHEMAS + new.get(name, name)
        if isinstance(value, dict):
            return {key: walk(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner) for inner in value]
        return value

    walked: Document = walk(document)
    schemas = walked["components"]["schemas"]
    walked["components"]["schemas"] = {
        new.get(name, name): shape for name, shape in schemas.items()
    }
    return walked


def _secured(item: Document) -> Document:
    return {
        # What names its own (a signature instead of a key) keeps it.
        key: {"security": [{"key": []}]} | value if key in _METHODS else value
        for key, value in item.items()
    }


def _tags(item: Document) -> Iterable[str]:
    for key, value in item.items():
        if key in _METHODS:
            yield from value.get("tags", ())


@dataclass(frozen=True, eq=False)
class Description:
    """The merged description. A new one is made only when a room tells something new."""

    document: Document

    @cached_property
    def encoded(self) -> bytes:
        """The document as JSON."""
        return json.dumps(self.document, ensure_ascii=False).encode()


@dataclass(slots=True)
class _Known:
    """What a room said of itself, and when to ask again."""

    document: Document | None = None
    away: bool = True
    ask_at: float = 0.0


@dataclass(slots=True)
class Reference:
    """Keeps the merged description current: rooms are asked again after a while, and soon when they
    were away. What an absent room said last is still shown."""

    rooms: Rooms
    clock: Callable[[], float] = time.monotonic
    _known: dict[Room, _Known] = field(
        default_factory=lambda: {room: _Known() for room in dict.fromkeys(ROUTES.values())}
    )
    _merged: Description | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def description(self, own: Document) -> Description:
        """The description of the whole API; `own` is the gateway's."""
        async with self._asking:
            due = [room for room, known in self._known.items() if known.ask_at <= self.clock()]
            if any(await asyncio.gather(*(self._ask(room) for room in due))):
                self._merged = None
            if self._merged is None:
                told = {
                    room: known.document for room, known in self._known.items() if known.document
                }
                away = [room for room, known in self._known.items() if known.away]
                self._merged = Description(merge(own, told, away))
            return self._merged

    async def _ask(self, room: Room) -> bool:
        """Ask a room; True if its answer differs from the last."""
        known = self._known[room]
        before = (known.document, known.away)
        document = await self._fetch(room)
        known.away = document is None
        known.document = document or known.document
        known.ask_at = self.clock() + (_FRESH_AWAY if known.away else _FRESH)
        return before != (known.document, known.away)

    async def _fetch(self, room: Room) -> Document | None:
        try:
            status, body = await self.rooms.fetch(
                room, "GET", "/openapi.json", [], b"", patience=_PATIENCE
            )
            document: Document = json.loads(body)
        except (Problem, ValueError):
            return None
        return document if status == 200 and "paths" in document else None
