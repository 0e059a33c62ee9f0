"""Sources that send by themselves: a message is let in by its signature alone, once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.sources.collecting import note_harvest
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.registry import KINDS
from services.monitor.sources.connectors.values import NoJsonError, read_json
from services.monitor.sources.connectors.webhook import (
    LARGEST,
    WebhookCredentials,
    WebhookSettings,
    read_push,
    trusted_id,
)
from services.monitor.sources.credentials import open_credentials, seal_credentials
from services.monitor.sources.entries import Origin
from services.monitor.sources.models import Source, SourcePush
from services.monitor.sources.schemas import PushOut
from services.monitor.sources.service import get_source
from shared.db import database_now
from shared.errors import BadRequest, Conflict, Invalid, TooLarge, TooMany, Unauthenticated
from shared.sealing import SealBroken, Sealer
from shared.settings import Settings
from shared.signatures import new_secret

# Senders try for a day or two; a message that comes later than this is a new one, and its posts are
# known all the same.
_REMEMBERED = timedelta(days=4)
# The secret before the last one still holds so long: the sender is changed over meanwhile.
_OVERLAP = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)
_REFUSED = "The signature of this message does not hold, or there is no such source."


async def take_push(
    session: AsyncSession,
    source_id: UUID,
    headers: Mapping[str, str],
    body: bytes,
    settings: Settings,
) -> PushOut:
    """Store the posts of a message.

    Raises:
        Unauthenticated: nobody knows who sent it. Everything else is said to the sender only.
        Conflict: the source is disabled. TooLarge, TooMany, BadRequest, Invalid: what was sent.
    """
    if len(body) > LARGEST:
        raise TooLarge(f"A message holds at most {LARGEST} bytes. Send it in parts.")
    now = await database_now(session)
    source = await session.get(Source, source_id)
    credentials = _credentials(source, settings)
    message_id = trusted_id(credentials, headers, body, now) if credentials else None
    if source is None or message_id is None:
        raise Unauthenticated(_REFUSED)
    if not source.enabled:
        raise Conflict("This source is disabled. Nothing of this message was stored.")
    wanted = WebhookSettings.model_validate(source.settings)
    if not await _is_new(session, source_id, message_id):
        return PushOut(entries=0, skipped=0, known=True)
    await _check_rate(session, source_id, wanted.messages_a_minute, now)
    order = _order(source, wanted, now)
    try:
        origin = Origin(source_id=source_id, platform=source.platform, url=source.url)
        posts = read_push(read_json(body), wanted, origin, now)
    except NoJsonError as error:
        raise BadRequest("The message is no JSON document.") from error
    except ValueError as error:
        raise Invalid(f"{error}.", errors=[{"pointer": "", "detail": str(error)}]) from error
    await note_harvest(session, order, Harvest(posts=posts))
    taken = len(posts.dated) + len(posts.undated)
    return PushOut(entries=taken, skipped=posts.skipped, known=False)


async def renew_secret(session: AsyncSession, source_id: UUID, settings: Settings) -> str:
    """Give a source a new secret, and answer it: nobody sees it again. The one before holds for
    another day.

    Raises:
        NotFound: there is no such source. Conflict: it does not send by itself, or there is no key
            to keep the secret under.
    """
    source = await get_source(session, source_id)
    if not KINDS[source.kind].pushed:
        raise Conflict("This source is read; only one that sends by itself has a secret.")
    known = _credentials(source, settings)
    until = await database_now(session) + _OVERLAP
    secret = new_secret()
    fresh = WebhookCredentials(
        secret=SecretStr(secret),
        previous=known.secret if known else None,
        previous_until=SecretStr(str(int(until.timestamp()))) if known else None,
    )
    source.credentials = seal_credentials(Sealer.of(settings), source.id, fresh)
    await session.flush()
    return secret


async def forget_pushes(session: AsyncSession) -> None:
    """Forget messages that no sender tries again."""
    before = await database_now(session) - _REMEMBERED
    await session.execute(delete(SourcePush).where(SourcePush.received_at < before))


def _credentials(source: Source | None, settings: Settings) -> WebhookCredentials | None:
    if source is None or source.credentials is None or not KINDS[source.kind].pushed:
        return None
    try:
        opened = open_credentials(Sealer.of(settings), source.id, source.credentials)
    except SealBroken:
        return None
    return WebhookCredentials.model_validate(opened)


def _order(source: Source, settings: WebhookSettings, now: datetime) -> Order:
    return Order(
        source_id=source.id,
        version=source.version,
        url=source.url,
        platform=source.platform,
        now=now,
        settings=settings,
    )


async def _is_new(session: AsyncSession, source_id: UUID, message_id: str) -> bool:
    """Note a message; False if it was taken before. Two at once wait for each other."""
    noted = await session.execute(
        insert(SourcePush)
        .values(source_id=source_id, message_id=message_id)
        .on_conflict_do_nothing()
        .returning(SourcePush.message_id)
    )
    return noted.first() is not None


async def _check_rate(session: AsyncSession, source_id: UUID, most: int, now: datetime) -> None:
    came = await session.scalar(
        select(func.count()).where(
            SourcePush.source_id == source_id, SourcePush.received_at > now - _MINUTE
        )
    )
    if (came or 0) > most:
        raise TooMany(
            f"More than {most} messages in a minute. Nothing of this one was stored; send it "
            "again later.",
            retry_after=60,
        )
