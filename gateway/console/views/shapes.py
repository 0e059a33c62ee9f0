"""A form from a JSON Schema, and back: how the settings of a kind of source are asked for. Pure.

The name of a field says how its value is read, `settings.lines.words`: a form knows no types.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One field: `kind` is flag, choice, number, lines, json, secret or text."""

    name: str
    kind: str
    label: str
    hint: str
    value: str
    required: bool
    options: tuple[str, ...] = ()
    example: str = ""

    @property
    def pointer(self) -> str:
        """Where the API says that something is wrong with it: `settings.lines.words` is
        `/settings/words` there."""
        part, _, rest = self.name.partition(".")
        return f"/{part}/{rest.partition('.')[2].replace('.', '/')}"


def asked_of(
    part: str, schema: Mapping[str, Any] | None, values: Mapping[str, Any], *, secret: bool = False
) -> list[Asked]:
    """The fields of an object, with the values that there are; `part` begins their names."""
    if not schema:
        return []
    needed = set(schema.get("required", ()))
    return [
        _asked(part, name, _plain(property_, schema), values, name in needed, secret)
        for name, property_ in schema.get("properties", {}).items()
        if not property_.get("x-own-form")
    ]


def _asked(
    part: str,
    name: str,
    property_: Mapping[str, Any],
    values: Mapping[str, Any],
    required: bool,
    secret: bool,
) -> Asked:
    kind = "secret" if secret else _kind(property_)
    value = values.get(name, property_.get("default"))
    return Asked(
        name=f"{part}.{kind}.{name}",
        kind=kind,
        label=property_.get("title") or name.replace("_", " "),
        hint=property_.get("description", ""),
        value="" if secret else _shown(kind, value),
        required=required and not secret,
        options=tuple(str(option) for option in property_.get("enum", ())),
        example="" if secret else _shown(kind, next(iter(property_.get("examples", ())), None)),
    )


def _plain(property_: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The property itself: a reference followed, `X or null` taken for X."""
    choices = [one for one in property_.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        return {**_plain(choices[0], schema), **_without(property_, "anyOf")}
    if reference := property_.get("$ref"):
        target = schema.get("$defs", {}).get(reference.rpartition("/")[2], {})
        # What a class is called and says of itself is for those who read the code.
        named = _without(_without(target, "title"), "description")
        return {**named, **_without(property_, "$ref")}
    return property_


def _without(property_: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in property_.items() if key != name}


_SIMPLE = {"boolean": "flag", "integer": "number", "number": "number", "string": "text"}


def _kind(property_: Mapping[str, Any]) -> str:
    if "enum" in property_:
        return "choice"
    type_ = property_.get("type")
    if type_ == "array" and property_.get("items", {}).get("type") == "string":
        return "lines"
    return _SIMPLE.get(str(type_), "json")


def _shown(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "flag":
        return "yes" if value else ""
    if kind == "lines":
        return "\n".join(str(line) for line in value)
    return json.dumps(value, ensure_ascii=False, indent=1) if kind == "json" else str(value)


def read_part(part: str, fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The values of a part from the fields of a form; what was left empty is left out. A dot in the
    name of a value leads into an object."""
    found: dict[str, Any] = {}
    for name, typed in fields:
        begin, _, rest = name.partition(".")
        kind, _, key = rest.partition(".")
        if begin != part or not key:
            continue
        *path, last = key.split(".")
        if kind != "flag" and not typed.strip():
            continue
        inner = found
        for step in path:
            inner = inner.setdefault(step, {})
        if kind == "flag":
            inner[last] = inner.get(last, False) or typed == "yes"
        else:
            inner[last] = _read(kind, typed.strip())
    return found


def _read(kind: str, typed: str) -> Any:
    """A value as it was meant; what does not read as its kind is sent as it is, and refused there
    with the reason."""
    if kind == "lines":
        return [line.strip() for line in typed.splitlines() if line.strip()]
    if kind in ("number", "json"):
        with suppress(ValueError):
            return json.loads(typed)
    return typed
