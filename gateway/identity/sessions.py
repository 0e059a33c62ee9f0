"""Sessions in the console: a key is shown once, a cookie stands for it after that."""

from datetime import timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.models import Key, SignedIn, User
from gateway.identity.secrets import Kind, digest, kind_of, new_secret
from shared.db import database_now

COOKIE = "groundswell_session"
LASTS = timedelta(hours=12)


async def sign_in(session: AsyncSession, key: str) -> str | None:
    """Open a session with an API key. Returns its token for the cookie, None for a wrong key."""
    if kind_of(key) is not Kind.KEY:
        return None
    now = await database_now(session)
    found = (
        await session.execute(
            select(Key.id, Key.expires_at)
            .join(User, User.id == Key.user_id)
            .where(
                Key.secret_hash == digest(key),
                Key.revoked_at.is_(None),
                or_(Key.expires_at.is_(None), Key.expires_at > now),
                User.active,
            )
        )
    ).first()
    if found is None:
        return None
    await session.execute(delete(SignedIn).where(SignedIn.expires_at < func.now()))
    token = new_secret(Kind.SESSION)
    session.add(SignedIn(token_hash=digest(token), key_id=found.id, expires_at=now + LASTS))
    return token


async def sign_out(session: AsyncSession, token: str) -> None:
    """End a session. Unknown ones are no error: the wish is fulfilled already."""
    await session.execute(delete(SignedIn).where(SignedIn.token_hash == digest(token)))
