"""Bluesky's Jetstream: every new post of the network, over a WebSocket. The pure part.

Documentation: https://github.com/bluesky-social/jetstream. No key. A cursor is a time in
microseconds; a server keeps 36 hours, and goes on from its oldest when the cursor is older; one in
the future hears no past. Messages: `commit` (create, update, delete of a record), and, whatever
collection is wanted, `identity` and `account`. Of all
that the network writes a watch wants a handful: posts are dropped here, before they are stored,
unless a watch matches them or they hold one of the source's own words.

A deletion names a post without its text: it ends the post among those of the same slice, and is
told to whoever keeps it from an earlier one. An account that was deleted, or taken down by the
network, takes all of its posts along; one that is only deactivated may come back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from services.monitor.sources.connectors.bluesky import COLLECTION, is_did, post_item
from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.protocol import Watched
from services.monitor.sources.connectors.values import as_number, as_text, at
from services.monitor.watches.expression import parse
from services.monitor.watches.matching import Matcher
from services.monitor.watches.mistakes import ExpressionError
from shared.folding import fold
from shared.schemas import Line, RequestShape

# The cursor is set back by this at each connection, in microseconds: the documentation advises some
# seconds; what comes twice is a duplicate.
REWIND = 5_000_000
# Of one slice: words that are in every second post must not fill the memory.
_MOST_KEPT = 2_000
_QUOTE = '"'
_ENDED = ("deleted", "takendown")


def _words(words: list[str]) -> list[str]:
    try:
        matcher_of(words)
    except ExpressionError as error:
        raise ValueError(f"these words cannot be searched for: {error}") from error
    return words


class JetstreamSettings(RequestShape):
    """Which posts are kept: those that a watch matches, and those that hold one of the words."""

    words: Annotated[list[Line], AfterValidator(_words)] = Field(
        default_factory=list,
        max_length=1_000,
        description="Kept besides what watches match",
        examples=[["outage"]],
    )
    languages: list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]] = Field(
        default_factory=list,
        max_length=20,
        description="Only posts that say they are in one of these; empty: all",
        examples=[["en", "zh"]],
    )


def matcher_of(words: Iterable[str]) -> Matcher[str]:
    """Finds the words in folded texts.

    Raises:
        ExpressionError: a word holds neither letter nor digit.
    """
    return Matcher({word: parse(f'"{word.replace(_QUOTE, " ")}"') for word in words})


@dataclass(slots=True)
class Slice:
    """What was heard between two moments: the posts that are wanted, and where to go on.

    Times are in microseconds since the epoch; `now` is when the slice began.
    """

    settings: JetstreamSettings
    watched: Watched
    now: int
    cursor: int
    heard: int = 0
    unreadable: int = 0
    kept: dict[str, Item] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    gone_accounts: set[str] = field(default_factory=set)
    _words: Matcher[str] = field(init=False)

    def __post_init__(self) -> None:
        self._words = matcher_of(self.settings.words)

    @property
    def caught_up(self) -> bool:
        """Whether it has heard everything up to when it began."""
        return self.cursor >= self.now

    @property
    def full(self) -> bool:
        """Whether it has enough for one transaction."""
        return len(self.kept) >= _MOST_KEPT

    def hear(self, message: Any) -> None:
        """Take one message in."""
        self.heard += 1
        time = as_number(at(message, "time_us"))
        if time is None:
            self.unreadable += 1
            return
        # A server that names a time of the far future must not make us skip what lies between.
        time = min(time, self.now)
        self.cursor = max(self.cursor, time)
        if at(message, "kind") == "account":
            self._end_account(message)
            return
        commit = at(message, "commit")
        if at(message, "kind") != "commit" or at(commit, "collection") != COLLECTION:
            return
        did, key = as_text(at(message, "did")), as_text(at(commit, "rkey"))
        uri = f"at://{did}/{COLLECTION}/{key}"
        if at(commit, "operation") == "delete":
            self.kept.pop(uri, None)
            self.gone.add(uri)
            return
        self.gone.discard(uri)
        seen_at = datetime.fromtimestamp(time / 1_000_000, UTC)
        item = post_item(at(commit, "record"), did=did, key=key, seen_at=seen_at)
        if item is None:
            self.unreadable += 1
        elif self._is_wanted(item):
            self.kept[item.id] = item

    def _end_account(self, message: Any) -> None:
        did = as_text(at(message, "did"))
        if did and is_did(did) and at(message, "account", "status") in _ENDED:
            beginning = f"at://{did}/"
            self.gone_accounts.add(beginning)
            for uri in [uri for uri in self.kept if uri.startswith(beginning)]:
                del self.kept[uri]

    def _is_wanted(self, item: Item) -> bool:
        languages = self.settings.languages
        if languages and (item.language or "").split("-")[0].lower() not in languages:
            return False
        return self.watched(item) or bool(self._words.match(fold(item.text)))
