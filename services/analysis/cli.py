"""`groundswell classify`: the analysis models on JSON lines, without a server."""

import json
import os
import sys
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO, Final, NamedTuple

import typer

from services.analysis.engines.base import Engine, EngineFailed, Item, Verdict, WrongTask
from services.analysis.engines.registry import DEFAULT, open_engine
from shared.contracts.labels import Task
from shared.errors import Problem

_CHUNK: Final = 1 << 16
_LONGEST_LINE: Final = 1 << 20
_EXAMPLE: Final = '{"id": 1, "text": "…"}'


class BadLine(Exception):
    """A line that cannot be read; the message says which and how to mend it."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"line {number} {what}")


class Request(NamedTuple):
    """One line of the input."""

    id: Any
    item: Item


def classify(
    task: Annotated[str, typer.Option(help="sentiment, emotion or stance")] = "",
    model: Annotated[str, typer.Option(help="name of a model, or path of its folder")] = DEFAULT,
) -> None:
    """Judge JSON lines {"id", "text", "target"?} from standard input, one answer a line."""
    try:
        _classify(_task(task), model)
    except (BadLine, Problem) as error:
        typer.echo(f"classify: {error}".replace("\n", " "), err=True)
        raise typer.Exit(1 if isinstance(error, EngineFailed) else 2) from None
    except BrokenPipeError:
        # The reader has what it wanted (`| head`). What is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _classify(task: Task, model: str) -> None:
    engine = open_engine(model, task=task)
    stream = typer.get_binary_stream("stdin")
    for lines in _read_lines(stream):
        requests, bad = _parse_lines(lines, task)
        verdicts = engine.classify(task, [request.item for request in requests])
        if requests:
            pairs = zip(requests, verdicts, strict=True)
            typer.echo(b"".join(_line(engine, *pair) for pair in pairs), nl=False)
        if bad:
            raise bad


def _task(name: str) -> Task:
    try:
        return Task(name)
    except ValueError:
        wrong = f'"{name}" is no task' if name else "no task was named"
        raise WrongTask(f"{wrong}; say --task {', '.join(Task)}") from None


def _read_lines(stream: BinaryIO) -> Iterator[list[tuple[int, bytes]]]:
    """Give numbered lines as they arrive: a writer who waits for answers gets them."""
    number = 0
    rest = b""
    read = getattr(stream, "read1", stream.read)
    while chunk := read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield [(number + at, line) for at, line in enumerate(lines, start=1)]
        number += len(lines)
        if len(rest) > _LONGEST_LINE:
            raise BadLine(number + 1, "is longer than 1 MiB; shorten its text")
    if rest:
        yield [(number + 1, rest)]


def _parse_lines(
    lines: list[tuple[int, bytes]], task: Task
) -> tuple[list[Request], BadLine | None]:
    """Read lines up to the first bad one: what stands before it is still answered."""
    requests = []
    for number, line in lines:
        try:
            if line.strip():
                requests.append(_parse_line(number, line, task))
        except BadLine as bad:
            return requests, bad
    return requests, None


def _parse_line(number: int, line: bytes, task: Task) -> Request:
    try:
        # Some editors put a byte order mark before the first line.
        fields = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError:
        raise BadLine(number, "is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLine(number, f"is no JSON; write one object a line, like {_EXAMPLE}") from None
    if not isinstance(fields, dict) or "id" not in fields or "text" not in fields:
        raise BadLine(number, f'lacks "id" or "text"; write it like {_EXAMPLE}')
    text, target = fields["text"], fields.get("target")
    if not isinstance(text, str | None) or not isinstance(target, str | None):
        raise BadLine(number, 'has a "text" or "target" that is no string; put it in quotes')
    if task is Task.STANCE and not (target and target.strip()):
        raise BadLine(number, 'has no "target"; a stance is toward something, name it')
    return Request(fields["id"], Item(text or "", target))


def _line(engine: Engine, request: Request, verdict: Verdict) -> bytes:
    answer = {
        "id": request.id,
        **verdict._asdict(),
        "model": {"name": engine.name, "revision": engine.revision},
    }
    try:
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # an id with half a surrogate pair
        return json.dumps(answer).encode() + b"\n"
