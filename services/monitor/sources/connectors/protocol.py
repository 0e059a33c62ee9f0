"""What a connector is: one order in, one harvest out.

A connector keeps nothing between two calls: what it must know the next time stands in the cursor,
which is stored with the posts that it belongs to. So a reading that is cut off is done again from
where the last one ended, by whichever worker takes it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.monitor.sources.connectors.items import Item
from services.monitor.sources.entries import Posts
from services.monitor.sources.fetching import NOTHING_KNOWN, Validators
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

Shape = TypeVar("Shape", bound=BaseModel)

# What only the connector that wrote it understands; it must fit into JSON.
Cursor = Mapping[str, Any]

# Whether a watch matches a post.
Watched = Callable[[Item], bool]

NO_POSTS = Posts(dated=(), undated=(), skipped=0)


class NoSettings(RequestShape):
    """The settings of a kind that has none."""


@dataclass(frozen=True)
class Order:
    """A source as it is to be read. `version` is that of its row, `now` the database's clock.

    `settings` and `credentials` have the shapes that the registry names for the kind. Credentials
    go to the host of `url` and nowhere else: therefore no setting may name another host. `cursor`
    is that of the last harvest, None at the first reading; `known` belongs to the document at
    `url`. `obeys_robots`: as its kind does, unless a person decided otherwise. `watched` is for a
    kind that hears everything, and keeps what somebody watches. `kept` are ids of posts that this
    source brought earlier, for a kind that looks whether they are still there (`looks_again`).
    """

    source_id: UUID
    version: int
    url: str
    platform: str
    now: datetime
    settings: BaseModel = field(default_factory=NoSettings)
    credentials: BaseModel | None = field(default=None, repr=False)
    watched: Watched = field(default=lambda item: False, repr=False)
    cursor: Cursor | None = None
    kept: Sequence[str] = ()
    known: Validators = NOTHING_KNOWN
    obeys_robots: bool = False

    def settings_as(self, shape: type[Shape]) -> Shape:
        """The settings, which are of this shape by the registry."""
        return _as(self.settings, shape)

    def credentials_as(self, shape: type[Shape]) -> Shape:
        """The credentials, which are of this shape by the registry, and must be there."""
        return _as(self.credentials, shape)


def _as(value: BaseModel | None, shape: type[Shape]) -> Shape:
    if not isinstance(value, shape):
        raise TypeError(f"{shape.__name__} is wanted, not {type(value).__name__}")
    return value


@dataclass(frozen=True)
class Harvest:
    """What a source had, and from where to go on.

    `gone` are ids of posts that their platform does not show any more, and `gone_accounts` the
    beginnings of the ids of all posts of deleted accounts. `cursor` None keeps the one there is.
    `more`: there is more to be had right now. `pause`: the site lets itself be asked again only
    after this, although nothing went wrong (a limit is used up). `moved_to`: the address that the
    site has from now on. `renewed` are credentials that take the place of those of the order.
    """

    posts: Posts
    cursor: Cursor | None = None
    validators: Validators = NOTHING_KNOWN
    more: bool = False
    pause: timedelta | None = None
    moved_to: str | None = None
    renewed: Mapping[str, str] = field(default_factory=dict, repr=False)
    gone: frozenset[str] = frozenset()
    gone_accounts: frozenset[str] = frozenset()


class Connector(Protocol):
    """Reads one kind of source."""

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """What the source has that it did not have at `order.cursor` and `order.known`; None if
        nothing changed.

        It ends within `web.seconds`, with `more` if that was not enough. Posts that come twice do
        no harm: they are recognised by platform and id.

        Raises:
            FetchError: it cannot be read; the message says why, in one line, for people.
        """
        ...
