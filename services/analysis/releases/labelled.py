"""Files of texts that people labelled: JSON lines, packed or not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from services.analysis.engines.base import Item
from shared.cli.json_lines import RecordingError, read_lines
from shared.contracts.labels import LABELS, Task
from shared.errors import Invalid

# What a file may call the fields that figures are told apart by.
_SLICED: Final = {
    "language": ("language", "lang"),
    "platform": ("platform",),
    "source": ("source",),
    "domain": ("domain",),
    "target_type": ("target_type",),
    "traits": ("traits",),
}
SOURCE: Final = "source"


class BadRow(Invalid):
    """A labelled row cannot be used; the message says which and how to mend it."""

    title = "Labelled row refused"


class LabelledRow(NamedTuple):
    """One text with its right label. `slices` are its values of the fields that figures are told
    apart by; `line` counts from 1."""

    line: int
    item: Item
    label: str
    slices: Mapping[str, tuple[str, ...]]


def read_labelled(path: Path, task: Task) -> Iterator[LabelledRow]:
    """Read {"text", "label", "target"?, "lang"?, "platform"?, "source"?}, one object a line.

    The label may also stand under the name of the task, for files that hold several.

    Raises:
        BadRow: the file cannot be read, or a line is no labelled text for the task.
    """
    try:
        for number, fields in read_lines(path):
            yield labelled_row(number, fields, task)
    except RecordingError as error:
        raise BadRow(str(error)) from error


def labelled_row(number: int, fields: Mapping[str, Any], task: Task) -> LabelledRow:
    """Take one labelled text.

    Raises:
        BadRow: it has no text or no label of the task, or a stance has no target.
    """
    text, target = fields.get("text"), fields.get("target")
    label = fields.get("label", fields.get(task))
    if not isinstance(text, str) or not isinstance(target, str | None):
        raise BadRow(f'line {number} has a "text" or "target" that is no string; put it in quotes')
    if label not in LABELS[task]:
        known = ", ".join(LABELS[task])
        raise BadRow(f'line {number} has the label {label!r}; write "label" as one of {known}')
    if task is Task.STANCE and not (target and target.strip()):
        raise BadRow(f'line {number} has no "target"; a stance is toward something, name it')
    return LabelledRow(number, Item(text, target), str(label), _slices(fields))


def _slices(fields: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, spellings in _SLICED.items():
        for spelling in spellings:
            value = fields.get(spelling)
            values = value if isinstance(value, list) else [value]
            named = tuple(dict.fromkeys(each for each in values if isinstance(each, str) and each))
            if named:
                found[name] = named
    return found
