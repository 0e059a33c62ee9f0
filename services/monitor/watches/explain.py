"""Why a watch matches a post or does not: each clause, and where in the text as it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.monitor.watches.borders import places
from services.monitor.watches.content import NO_FIELDS, Content, Fields
from services.monitor.watches.expression import holds
from services.monitor.watches.nodes import (
    TEXTS,
    And,
    AtLeast,
    Field,
    Near,
    Node,
    Not,
    Or,
    Term,
    Within,
    written,
)
from shared.folding import fold, unfolded

_KINDS: dict[type[Node], str] = {
    Term: "term",
    Near: "near",
    Within: "period",
    Not: "not",
    And: "and",
    Or: "or",
    AtLeast: "at_least",
}
# A text in which a word stands everywhere is told with so many places of each clause.
_MOST_SPANS = 50


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in the title or the text as written: characters from `start` up to `end`."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a watch: whether it holds, and where what it asks for stands.

    `kind` is one of term, near, period, not, and, or, at_least.
    """

    says: str
    kind: str
    holds: bool
    spans: tuple[Span, ...]
    operands: tuple["Clause", ...]


class Writing:
    """A post as written, with the way back from its folded text.

    Matching sees title and text as one; `fields.title` is the title.
    """

    def __init__(self, text: str, fields: Fields = NO_FIELDS) -> None:
        title = fields.title
        whole = f"{title} {text}" if title else text
        self.content = Content(fold(whole), fields)
        self._places = unfolded(whole)
        self._title_places = unfolded(title)
        self._text_from = len(title) + 1 if title else 0

    def spans(self, field: Field, start: int, end: int) -> Iterator[Span]:
        """Where a stretch of a folded field stands in what was written; in two parts where it
        begins in the title and ends in the text."""
        if field is Field.TITLE:
            yield Span("title", self._title_places[start][0], self._title_places[end - 1][1])
            return
        first, last = self._places[start][0], self._places[end - 1][1]
        border = self._text_from
        if first < border - 1:
            yield Span("title", first, min(last, border - 1))
        if last > border:
            yield Span("text", max(0, first - border), last - border)


def explain(node: Node, writing: Writing) -> Clause:
    """Tells of each clause of a watch whether it holds, and where."""
    spans: tuple[Span, ...] = ()
    operands: Sequence[Node] = ()
    match node:
        case Term() | Near() | Within():
            spans = tuple(sorted(_spans(node, writing)))
        case Not(operand):
            operands = (operand,)
        case And(operands) | Or(operands) | AtLeast(_, operands):
            pass
    return Clause(
        says=written(node),
        kind=_KINDS[type(node)],
        holds=holds(node, writing.content.shows),
        spans=spans,
        operands=tuple(explain(operand, writing) for operand in operands),
    )


def highlights(node: Node, writing: Writing) -> list[Span]:
    """Returns the places that made a post match, in order, those that overlap joined."""
    found: dict[str, list[Span]] = {}
    for span in sorted(set(_wanted_spans(node, writing, wanted=True))):
        joined = found.setdefault(span.part, [])
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(span.part, joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return [span for part in ("title", "text") for span in found.get(part, [])]


def _wanted_spans(node: Node, writing: Writing, *, wanted: bool) -> Iterator[Span]:
    match node:
        case Not(operand):
            yield from _wanted_spans(operand, writing, wanted=not wanted)
        case And(operands) | Or(operands) | AtLeast(_, operands):
            for operand in operands:
                yield from _wanted_spans(operand, writing, wanted=wanted)
        case _ if wanted:
            yield from _spans(node, writing)


def _spans(node: Node, writing: Writing) -> Iterator[Span]:
    match node:
        case Term(_, field) if field in TEXTS:
            for start, end in places(node, writing.content.part(field))[:_MOST_SPANS]:
                yield from writing.spans(field, start, end)
        case Near(left):
            for start, end in writing.content.nearest(node) or ():
                yield from writing.spans(left[0].field, start, end)
        case _:
            return
