"""Statements that take whole columns: `unnest(:a, :b)` stores 20,000 rows a second and more."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, Text, TextClause, bindparam, text
from sqlalchemy.types import TypeEngine


def array_statement(
    statement: str, columns: str, types: Mapping[str, TypeEngine[Any]] | None = None
) -> TextClause:
    """`statement`, with the parameters named in `columns` (separated by spaces) bound as arrays.

    `types` gives the element type of those that are not text.
    """
    known = types or {}
    return text(statement).bindparams(
        *(bindparam(name, type_=ARRAY(known.get(name, Text()))) for name in columns.split())
    )
