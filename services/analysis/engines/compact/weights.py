"""The weights of the shipped model as ONNX Runtime takes them, made from its safetensors file."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.analysis.engines.compact.description import Sizes

Array = NDArray[np.generic]
# N texts x C labels.
Logits = NDArray[np.float32]
# What comes into a product takes eight bits, a weight seven: processors without VNNI add two
# products in sixteen bits, and would cut what does not fit (255 * 127 * 2).
_STEPS: Final = 127
_WEIGHT_STEPS: Final = 63
# What comes into a product is held in unsigned bytes around this value.
_ZERO: Final = np.uint8(128)


class Table(NamedTuple):
    """One initialiser of the graphs; `turned` where torch keeps it the other way round."""

    name: str
    type: str
    shape: tuple[int, ...]
    turned: bool = False


def tables_of(sizes: Sizes, classes: Mapping[str, int]) -> Iterator[Table]:
    """Every initialiser of a network with these sizes, and so many labels a task."""
    hidden = sizes.hidden
    for name, rows in (
        ("tokens", sizes.vocabulary),
        ("places", sizes.positions),
        ("kinds", sizes.kinds),
    ):
        yield Table(f"encoder.{name}.weight", "float32", (rows, hidden))
    norms = ["encoder.first", "encoder.last"]
    for at in range(sizes.layers):
        block = f"encoder.blocks.{at}"
        norms += [f"{block}.before_attention", f"{block}.before_inner"]
        yield from _product(f"{block}.attention_in", hidden, 3 * hidden)
        yield from _product(f"{block}.attention_out", hidden, hidden)
        yield from _product(f"{block}.inner_in", hidden, sizes.inner)
        yield from _product(f"{block}.inner_out", sizes.inner, hidden)
    for norm in norms:
        yield Table(f"{norm}.weight", "float32", (hidden,))
        yield Table(f"{norm}.bias", "float32", (hidden,))
    yield from _plain("stance.query", hidden, hidden)
    for task, count in classes.items():
        pooled = 5 * hidden + 4 if task == "stance" else 2 * hidden
        yield from _plain(f"{task}.inner", pooled, hidden)
        yield from _plain(f"{task}.outer", hidden, count)


def _product(name: str, incoming: int, outgoing: int) -> Iterator[Table]:
    yield Table(f"{name}.weight", "int8", (incoming, outgoing), turned=True)
    yield Table(f"{name}.scale", "float32", (outgoing,))
    yield Table(f"{name}.in_scale", "float32", ())
    yield Table(f"{name}.in_zero", "uint8", ())
    yield Table(f"{name}.bias", "float32", (outgoing,))


def _plain(name: str, incoming: int, outgoing: int) -> Iterator[Table]:
    yield Table(f"{name}.weight", "float32", (incoming, outgoing), turned=True)
    yield Table(f"{name}.bias", "float32", (outgoing,))


def fill(tables: Iterator[Table], kept: Mapping[str, Array]) -> dict[str, Array]:
    """Make each table from the kept weights.

    Products are kept as torch has them (outgoing x incoming), turned here, and rounded to seven
    bits with one scale a column; `NAME.reach` is the largest value that comes into product NAME.

    Raises:
        KeyError: a weight is missing.
        ValueError: a weight has the wrong shape.
    """
    return {table.name: _fill(table, kept) for table in tables}


def _fill(table: Table, kept: Mapping[str, Array]) -> Array:
    owner, _, part = table.name.rpartition(".")
    if part == "in_zero":
        return np.array(_ZERO)
    if part == "in_scale":
        return np.array(np.asarray(kept[f"{owner}.reach"]).item() / _STEPS, np.float32)
    if part == "scale":
        return _column_scale(kept[f"{owner}.weight"])
    found = np.asarray(kept[table.name]).astype(np.float32)
    if table.turned:
        found = found.T
    if table.type == "int8":
        found = np.rint(found / _column_scale(kept[table.name]))
    if found.shape != table.shape:
        raise ValueError(f"{table.name} has the shape {found.shape}, not {table.shape}")
    return np.ascontiguousarray(found, dtype=table.type)


def _column_scale(weight: Array) -> NDArray[np.float32]:
    largest = np.abs(np.asarray(weight).astype(np.float32)).max(axis=1)
    scale: NDArray[np.float32] = np.maximum(largest, 1e-8) / np.float32(_WEIGHT_STEPS)
    return scale
