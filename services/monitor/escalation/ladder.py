"""The order in which people are asked (逐级上报顺序). Pure rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Why somebody is asked."""

    ON_DUTY = "on_duty"
    DEPUTY = "deputy"
    MEMBER = "member"
    CHAIR = "chair"


class Ending(StrEnum):
    """Why nobody is asked any more."""

    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    CALMED = "calmed"
    SUPERSEDED = "superseded"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Rung:
    """One who may be asked."""

    person: str
    role: Role


def order_of(
    *,
    on_duty: Sequence[str],
    deputies: Mapping[str, str],
    members: Sequence[str],
    chair: str | None,
) -> list[Rung]:
    """Everybody who may be asked, each once: who is on duty, their deputies, the other members in
    the group's order, and the chair at the end (who may be on duty: then where they come first)."""
    candidates = [
        *(Rung(person, Role.ON_DUTY) for person in on_duty),
        *(Rung(deputies[person], Role.DEPUTY) for person in on_duty if person in deputies),
        *(Rung(person, Role.MEMBER) for person in members if person != chair),
        *([Rung(chair, Role.CHAIR)] if chair else []),
    ]
    first: dict[str, Rung] = {}
    for rung in candidates:
        first.setdefault(rung.person, rung)
    return list(first.values())


def next_rung(order: Sequence[Rung], asked: Sequence[str], *, rounds: int = 1) -> Rung | None:
    """Who is asked next after those in `asked`, None when everybody was, `rounds` times.

    The order is that of now: whoever came on duty meanwhile is asked before the others.
    """
    times = Counter(asked)
    for done in range(rounds):
        for rung in order:
            if times[rung.person] <= done:
                return rung
    return None
