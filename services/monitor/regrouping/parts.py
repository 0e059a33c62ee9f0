"""Which posts of a story go with those that were chosen to leave it. Pure."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Part:
    """A post of the story: its key on its platform, that of what it reposts or answers, its
    fingerprint, the post that it is a copy of, when it was published."""

    id: UUID
    key: str
    parent: str | None
    text_hash: str | None
    text: str
    copy_of: UUID | None = None
    platform: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def own(self) -> bool:
        """Whether it has words of its own: it repeats and answers nothing."""
        return self.parent is None and self.copy_of is None


def leaving(parts: Iterable[Part], chosen: Set[UUID]) -> set[UUID]:
    """Returns the chosen posts and all that repeat or answer them: they say nothing of their own.

    Copies go with their text; a repost goes with what it reposts, however deep the chain is.
    """
    known = list(parts)
    below: dict[str, list[Part]] = {}
    same: dict[str, list[Part]] = {}
    copies: dict[UUID, list[Part]] = {}
    for part in known:
        if part.parent is not None:
            below.setdefault(part.parent, []).append(part)
        if part.text_hash is not None:
            same.setdefault(part.text_hash, []).append(part)
        if part.copy_of is not None:
            copies.setdefault(part.copy_of, []).append(part)
    gone: set[UUID] = set()
    waiting = [part for part in known if part.id in chosen]
    while waiting:
        part = waiting.pop()
        if part.id not in gone:
            gone.add(part.id)
            waiting += below.get(part.key, ())
            waiting += same.get(part.text_hash or "", ())
            waiting += copies.get(part.id, ())
    return gone
