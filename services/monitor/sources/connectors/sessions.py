"""Tokens that are had for credentials, kept for as long as they hold: sites count sign-ins."""

import json
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b

from pydantic import BaseModel, SecretStr

from services.monitor.sources.connectors.api import Api
from services.monitor.sources.connectors.protocol import Order
from services.monitor.sources.fetching import FetchError

# A token is not used in its last seconds: it would run out on the way.
_MARGIN = 60.0
_MOST_KEPT = 1_000
_KEY = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Session:
    """A token and for how many seconds it holds."""

    token: str = field(repr=False)
    lasts: float


class Sessions:
    """The sessions of one kind of source in this process. Nothing is lost with them: a process that
    has none signs in."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bytes], tuple[float, Session]] = {}

    async def of(self, api: Api, sign_in: Callable[[Api], Awaitable[Session]]) -> Session:
        """The session of the source that `api` reads: the one that is kept, or a new one."""
        kept = self._kept.get(_name(api.order, api.order.credentials))
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        fresh = await sign_in(api)
        self.keep(api.order, fresh, api.order.credentials)
        return fresh

    def keep(self, order: Order, session: Session, credentials: BaseModel | None) -> None:
        """Keep a session for the source, under these of its credentials."""
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        ends_at = time.monotonic() + session.lasts - _MARGIN
        self._kept[_name(order, credentials)] = (ends_at, session)

    @contextmanager
    def ending(self, order: Order) -> Iterator[None]:
        """Forget the session when the site no longer accepts it: the next reading signs in anew."""
        try:
            yield
        except FetchError as error:
            if error.status in (400, 401, 403):
                self._kept.pop(_name(order, order.credentials), None)
            raise


def _name(order: Order, credentials: BaseModel | None) -> tuple[str, bytes]:
    """What a session belongs to: whoever has other credentials signs in with them."""
    said = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in credentials or ()
    }
    digest = blake2b(json.dumps(said).encode(), key=_KEY, digest_size=16).digest()
    return order.url, digest
