"""The API's description as a reader sees it: chapters of calls with examples. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 6
_SAMPLES: dict[str, Any] = {"integer": 0, "number": 0.0, "boolean": False, "null": None}
_FORMATS = {
    "uuid": "019a4f6e-2c1d-7a3b-9c58-0d1e2f3a4b5c",
    "date-time": "2026-11-01T21:04:00Z",
    "date": "2026-11-01",
}


@dataclass(frozen=True)
class Parameter:
    """A value in the address or in a header."""

    name: str
    place: str
    required: bool
    kind: str
    description: str


@dataclass(frozen=True)
class Answer:
    """What may come back: the status, what it means, and an example of a good one."""

    status: str
    description: str
    example: str | None


@dataclass(frozen=True)
class Call:
    """One call of the API. `body` is an example, as JSON."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body_type: str | None
    body: str | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Chapter:
    """All calls about one thing."""

    name: str
    calls: tuple[Call, ...]


def chapters(document: Document) -> list[Chapter]:
    """The whole API by tag, in the order of the document's tags."""
    calls = list(_calls(document))
    names = [tag["name"] for tag in document["tags"]]
    return [Chapter(name, tuple(call for tag, call in calls if tag == name)) for name in names]


def sample(schema: Document, schemas: Document, depth: int = 0) -> Any:
    """A value that looks like `schema` says, from its examples where it has some."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SCHEMAS)
        return {} if depth > _DEEPEST else sample(schemas.get(name, {}), schemas, depth + 1)
    for given in ("example", "const", "default"):
        if schema.get(given) is not None:
            return schema[given]
    for listed in ("examples", "enum"):
        if schema.get(listed):
            return schema[listed][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return sample(schema[choice][0], schemas, depth + 1)
    if "properties" in schema:
        return {
            name: sample(inner, schemas, depth + 1) for name, inner in schema["properties"].items()
        }
    if schema.get("type") == "array":
        return [sample(schema.get("items", {}), schemas, depth + 1)]
    if schema.get("type") == "string":
        return _FORMATS.get(schema.get("format", ""), "text")
    return _SAMPLES.get(schema.get("type", ""), {})


def _calls(document: Document) -> Iterator[tuple[str, Call]]:
    schemas: Document = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                yield operation.get("tags", [""])[0], _call(path, method, operation, schemas)


def _call(path: str, method: str, operation: Document, schemas: Document) -> Call:
    body_type, body = _content(operation.get("requestBody", {}), schemas)
    return Call(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=tuple(_parameter(found) for found in operation.get("parameters", ())),
        body_type=body_type,
        body=body,
        answers=tuple(
            _answer(status, answer, schemas)
            for status, answer in sorted(operation.get("responses", {}).items())
        ),
    )


def _parameter(parameter: Document) -> Parameter:
    return Parameter(
        name=parameter["name"],
        place=parameter["in"],
        required=parameter.get("required", False),
        kind=_kind(parameter.get("schema", {})),
        description=parameter.get("description", ""),
    )


def _kind(schema: Document) -> str:
    if "anyOf" in schema:
        kinds = [_kind(inner) for inner in schema["anyOf"] if inner.get("type") != "null"]
        return " or ".join(kinds)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}, repeatable"
    if "$ref" in schema:
        return str(schema["$ref"].removeprefix(_SCHEMAS))
    return str(schema.get("format", schema.get("type", "")))


def _answer(status: str, answer: Document, schemas: Document) -> Answer:
    _, example = _content(answer, schemas) if status.startswith("2") else (None, None)
    return Answer(status=status, description=answer.get("description", ""), example=example)


def _content(holder: Document, schemas: Document) -> tuple[str | None, str | None]:
    for media_type, content in holder.get("content", {}).items():
        example = content.get("example")
        if example is None:
            example = sample(content.get("schema", {}), schemas)
        shown = example if isinstance(example, str) else _json(example)
        return media_type, shown
    return None, None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
