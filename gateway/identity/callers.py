"""Who shows this secret? Asked for every request, so the answer is remembered for a moment."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.access import permissions_of
from gateway.identity.secrets import Kind, digest, kind_of
from shared.contracts.actors import Actor, ActorKind
from shared.db import Database

# A key that is revoked through another process is refused after this many seconds at the latest.
REMEMBERED_SECONDS = 5.0
_MOST_KNOWN = 10_000
_MOST_UNKNOWN = 10_000

_BY_KEY = """
SELECT keys.id, keys.last_used_at, users.name, users.display_name, users.kind, users.roles,
       users.groups
FROM gateway.keys JOIN gateway.users ON users.id = keys.user_id
WHERE keys.secret_hash = :digest AND keys.revoked_at IS NULL AND users.active
  AND (keys.expires_at IS NULL OR keys.expires_at > now())
"""
_BY_SESSION = """
SELECT keys.id, keys.last_used_at, users.name, users.display_name, users.kind, users.roles,
       users.groups
FROM gateway.sessions JOIN gateway.keys ON keys.id = sessions.key_id
JOIN gateway.users ON users.id = keys.user_id
WHERE sessions.token_hash = :digest AND sessions.expires_at > now()
  AND keys.revoked_at IS NULL AND users.active
  AND (keys.expires_at IS NULL OR keys.expires_at > now())
"""
_QUERIES = {Kind.KEY: text(_BY_KEY), Kind.SESSION: text(_BY_SESSION)}

_NOTE_USE = text("""
UPDATE gateway.keys SET last_used_at = now()
WHERE id = :id AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes')
""")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the door. `share` names whose share of the rate limit they use."""

    actor: Actor
    share: str


class Callers:
    """Finds callers by the secret that they show.

    One look-up serves all requests that wait for the same secret, and unknown secrets are
    remembered too, so that a client that keeps trying costs no database.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[bytes, tuple[float, Caller]] = {}
        self._unknown: dict[bytes, float] = {}
        self._asking: dict[bytes, asyncio.Task[Caller | None]] = {}

    async def find(self, kind: Kind, secret: str) -> Caller | None:
        """The caller, or None when there is no such secret of `kind`, or it was revoked or has
        expired."""
        if kind_of(secret) is not kind:
            return None
        hashed = digest(secret)
        now = self._clock()
        if (known := self._known.get(hashed)) and known[0] > now:
            return known[1]
        if self._unknown.get(hashed, 0.0) > now:
            return None
        asking = self._asking.get(hashed)
        if asking is None:
            asking = asyncio.create_task(self._ask(kind, hashed))
            self._asking[hashed] = asking
            until = now + REMEMBERED_SECONDS
            asking.add_done_callback(lambda task: self._answered(hashed, task, until))
        return await asyncio.shield(asking)

    def forget(self) -> None:
        """Ask again for every secret, those that are being asked for now included."""
        self._known.clear()
        self._unknown.clear()
        self._asking.clear()

    def forget_after(self, session: AsyncSession) -> None:
        """Forget as soon as `session` has committed: what it changes holds from then on."""
        event.listen(session.sync_session, "after_commit", lambda _: self.forget(), once=True)

    def _answered(self, hashed: bytes, task: asyncio.Task[Caller | None], until: float) -> None:
        if self._asking.get(hashed) is not task:
            return  # it was forgotten meanwhile: this answer may be an old one
        del self._asking[hashed]
        if task.cancelled() or task.exception():
            return
        caller = task.result()
        if caller is None:
            if len(self._unknown) >= _MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[hashed] = until
        else:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[hashed] = (until, caller)

    async def _ask(self, kind: Kind, hashed: bytes) -> Caller | None:
        async with self._database.transaction() as session:
            row = (await session.execute(_QUERIES[kind], {"digest": hashed})).first()
            if row is None:
                return None
            await session.execute(_NOTE_USE, {"id": row.id})
        actor = Actor(
            id=f"user:{row.name}",
            name=row.display_name,
            kind=ActorKind(row.kind),
            groups=frozenset(row.groups),
            permissions=permissions_of(row.roles),
        )
        return Caller(actor=actor, share=str(row.id))
