"""What a connector (接入器) is: the code that reads one kind of source."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.monitor.sources.entries import Posts
from services.monitor.sources.fetching import Validators


@dataclass(frozen=True)
class Order:
    """A source as it is to be read. `version` is that of its row, `now` the database's clock."""

    source_id: UUID
    version: int
    url: str
    platform: str
    known: Validators
    now: datetime


@dataclass(frozen=True)
class Harvest:
    """What a source had, and by what it knows this version of it again."""

    posts: Posts
    validators: Validators


class Connector(Protocol):
    """Reads one kind of source."""

    async def collect(self, order: Order) -> Harvest | None:
        """What the source has now; None if nothing changed since `order.known`.

        Raises:
            FetchError: it cannot be read; the message says why.
        """
        ...
