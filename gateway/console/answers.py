"""Answers of the API as pages read them: a body, or the problem that stands in its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trouble:
    """A problem document, reduced to what a person is told."""

    status: int
    slug: str
    detail: str
    errors: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def about(self, pointer: str) -> str:
        """What is wrong with the field at `pointer`; empty where nothing is."""
        for place in self.errors:
            where, _, detail = place.partition(": ")
            if where == pointer or where.startswith(f"{pointer}/"):
                return detail
        return ""

    @property
    def passing(self) -> bool:
        """Tell whether trying again later can help."""
        return self.status in (429, 502, 503, 504)


@dataclass(frozen=True)
class Answer:
    """Status and JSON body of one call."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Tell whether the call did what was asked."""
        return self.status < 400

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items of a page or a list, or nothing."""
        if not self.ok:
            return []
        return list(self.body.get("items") or [] if isinstance(self.body, Mapping) else self.body)

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins; None on the last."""
        return self.body.get("next_cursor") if self.ok and isinstance(self.body, Mapping) else None

    @property
    def trouble(self) -> Trouble | None:
        """The problem, where there is one."""
        if self.ok:
            return None
        document = self.body if isinstance(self.body, Mapping) else {}
        return Trouble(
            status=self.status,
            slug=str(document.get("type", "")).rpartition("/")[2],
            detail=str(document.get("detail", "")),
            errors=tuple(_places(document.get("errors"))),
            codes=tuple(_codes(document.get("errors"))),
        )


def _places(errors: Any) -> Iterator[str]:
    for error in errors if isinstance(errors, list) else ():
        yield f"{error.get('pointer', '')}: {error.get('detail', '')}"


def _codes(errors: Any) -> Iterator[str]:
    for error in errors if isinstance(errors, list) else ():
        yield str(error.get("code", ""))
