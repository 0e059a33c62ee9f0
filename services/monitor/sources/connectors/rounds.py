"""Reading a list page by page, over several readings if need be, and knowing where to stop. Pure.

Most platforms list posts newest first. A round walks from the newest page back to what an earlier
round has seen; a reading may end in the middle of one, and the next goes on there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Self

from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.values import as_moment, as_text, at

# Platforms show some posts minutes after their own time of publication (search indexes, review by
# moderators): so far back a round reads again. What is known already is a duplicate.
OVERLAP = timedelta(minutes=10)
# The end of a round whatever the site says: an endless list must not keep a reading from what is
# new. Of a first round, which would otherwise read a whole history.
MOST_PAGES = 200
FIRST_PAGES = 3


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what it lists, and the token of the page after it, if there is one."""

    items: Sequence[Item | None]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Where the reading of a list stands.

    `since`: everything up to then was read by an earlier round. `at`: the token of the page where
    this round goes on; None at its start. `newest`: of what it has seen. `tokens`: digests of
    those that it followed, by which it notices that it goes in circles.
    """

    since: datetime | None = None
    at: str | None = None
    newest: datetime | None = None
    tokens: tuple[str, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether this round is in its middle."""
        return self.at is not None

    @property
    def from_time(self) -> datetime | None:
        """The time that need not be read again, for a platform that can be asked by time."""
        return self.since - OVERLAP if self.since else None

    def after(self, page: Page, now: datetime, *, oldest_first: bool = False) -> Self:
        """Where it stands when `page` has been read; not `begun` if that was the last of the round.

        A list that is `oldest_first` does not end where its posts become old.
        """
        moments = [item.published_at for item in page.items if item and item.published_at]
        newest = max((min(moment, now) for moment in moments), default=None)
        newest = max(filter(None, (newest, self.newest)), default=None)
        most = MOST_PAGES if self.since else FIRST_PAGES
        mark = _digest(page.next) if page.next else ""
        over = (
            page.next is None
            or not page.items
            or mark in self.tokens
            or len(self.tokens) + 1 >= most
            or (not oldest_first and self._is_old(moments))
        )
        if over:
            since = max(filter(None, (newest, self.since)), default=None)
            return type(self)(since=since)
        return type(self)(
            since=self.since, at=page.next, newest=newest, tokens=(*self.tokens, mark)
        )

    def _is_old(self, moments: Iterable[datetime]) -> bool:
        known = list(moments)
        return bool(known and self.from_time and max(known) < self.from_time)

    def kept(self) -> dict[str, Any]:
        """As JSON, for the cursor of a source."""
        said = {
            "since": self.since.isoformat() if self.since else None,
            "at": self.at,
            "newest": self.newest.isoformat() if self.newest else None,
            "tokens": list(self.tokens),
        }
        return {name: value for name, value in said.items() if value}

    @classmethod
    def of(cls, kept: Any) -> Self:
        """What `kept` returned; a new one for anything else."""
        tokens = at(kept, "tokens")
        return cls(
            since=as_moment(at(kept, "since")),
            at=as_text(at(kept, "at")),
            newest=as_moment(at(kept, "newest")),
            tokens=tuple(filter(None, map(as_text, tokens))) if isinstance(tokens, list) else (),
        )


def _digest(token: str) -> str:
    return blake2b(token.encode("utf-8", "replace"), digest_size=6).hexdigest()
