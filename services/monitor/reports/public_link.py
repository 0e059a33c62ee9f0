"""The link by which people report who cannot sign in: unguessable, with a quota, to be closed.

Its token is the link's id and a keyed hash of it. So the database holds nothing that opens the
page, an administrator can see the address whenever it is needed, and a new link is a new row.
"""

import base64
import hmac
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.reports.models import LinkUse, ReportLink
from services.monitor.reports.schemas import ReportLinkOut
from shared.contracts.actors import ActorRef
from shared.db import database_now
from shared.errors import NotFound, TooMany
from shared.rows import lock_row

_SIGNATURE_BYTES = 16
_TOKEN_BYTES = 16 + _SIGNATURE_BYTES
_HOUR = timedelta(hours=1)
_REMEMBERED = timedelta(days=1)
# Somebody who reports in earnest does not do so more often.
SENDER_HOURLY_LIMIT = 10
_CLOSED = "This link was closed or replaced. Ask for the new one."


def token_of(link_id: UUID, secret: bytes) -> str:
    """The secret part of the address of a link."""
    signature = hmac.new(secret, b"report link\n" + link_id.bytes, sha256).digest()
    raw = link_id.bytes + signature[:_SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def link_of(token: str, secret: bytes) -> UUID | None:
    """The link that a token belongs to, or None where nobody gave it out."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    if len(raw) != _TOKEN_BYTES:
        return None
    link_id = UUID(bytes=raw[:16])
    told, expected = token.encode(), token_of(link_id, secret).encode()
    return link_id if hmac.compare_digest(told, expected) else None


async def open_link(session: AsyncSession, hourly_limit: int, by: ActorRef) -> ReportLink:
    """Open a link; the one before it ends at once."""
    await close_link(session)
    link = ReportLink(hourly_limit=hourly_limit, opened_by=by.model_dump(mode="json"))
    session.add(link)
    await session.flush()
    await session.refresh(link)
    return link


async def close_link(session: AsyncSession) -> None:
    """Close the link that is open, if any is."""
    now = await database_now(session)
    opened = select(ReportLink).where(ReportLink.closed_at.is_(None)).with_for_update()
    for link in await session.scalars(opened):
        link.closed_at = now


async def show_link(session: AsyncSession, secret: bytes) -> ReportLinkOut:
    """The link that is open.

    Raises:
        NotFound: none is.
    """
    opened = select(ReportLink).where(ReportLink.closed_at.is_(None))
    link = await session.scalar(opened.order_by(ReportLink.id.desc()).limit(1))
    if link is None:
        raise NotFound("No public link is open.")
    used = select(func.count()).select_from(LinkUse).where(LinkUse.link_id == link.id)
    lately = used.where(LinkUse.used_at > await database_now(session) - _HOUR)
    return ReportLinkOut(
        id=link.id,
        path=f"/r/{token_of(link.id, secret)}",
        hourly_limit=link.hourly_limit,
        used_last_hour=await session.scalar(lately) or 0,
        opened_by=ActorRef.model_validate(link.opened_by),
        opened_at=link.opened_at,
    )


async def find_open_link(
    session: AsyncSession, token: str, secret: bytes, *, locked: bool = False
) -> ReportLink:
    """The open link of a token.

    Raises:
        NotFound: there is none, or it was closed.
    """
    link_id = link_of(token, secret)
    read = lock_row if locked else AsyncSession.get
    link = await read(session, ReportLink, link_id) if link_id else None
    if link is None or link.closed_at is not None:
        raise NotFound(_CLOSED)
    return link


async def use_link(session: AsyncSession, token: str, sender: str | None, secret: bytes) -> None:
    """Count a report through a link, one after the other: quotas are exact.

    Raises:
        NotFound: the link is not open. TooMany: it took as many as it may this hour, or as many of
            this sender.
    """
    link = await find_open_link(session, token, secret, locked=True)
    now = await database_now(session)
    hashed = _hashed(sender, now.date(), secret) if sender else None
    lately = select(func.count()).select_from(LinkUse).where(LinkUse.used_at > now - _HOUR)
    used = await session.scalar(lately.where(LinkUse.link_id == link.id)) or 0
    own = await session.scalar(lately.where(LinkUse.sender == hashed)) if hashed else 0
    if used >= link.hourly_limit or (own or 0) >= SENDER_HOURLY_LIMIT:
        raise TooMany(
            "More reports came in this hour than are taken. Try again later, or call us.",
            retry_after=int(_HOUR.total_seconds()) // 4,
        )
    session.add(LinkUse(link_id=link.id, sender=hashed))
    await session.flush()


async def forget_senders(session: AsyncSession) -> None:
    """Forget who used links more than a day ago."""
    old = await database_now(session) - _REMEMBERED
    await session.execute(delete(LinkUse).where(LinkUse.used_at < old))


def _hashed(sender: str, day: date, secret: bytes) -> bytes:
    """Tells senders apart within a day, and says nothing about who they are."""
    return hmac.new(secret, f"sender\n{day}\n{sender}".encode(), sha256).digest()[:16]
