"""Trying out: who would hear of a warning, and whether a channel works."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.models import Alert
from services.monitor.alerts.service import Telling, tell
from services.monitor.channels.models import CONSOLE, SETTINGS_WEBHOOK
from services.monitor.channels.schemas import TestNew
from services.monitor.channels.service import get_channel
from services.monitor.escalation.queries import ladder_ahead
from services.monitor.recipients.service import get_recipient
from services.monitor.routing.directory import read_directory, read_rules
from services.monitor.routing.plan import Subject, Tell, plan
from services.monitor.routing.schemas import PreviewNew, PreviewOut, ToldOut, UnreachedOut
from shared.contracts.actors import ActorRef
from shared.db import database_now
from shared.errors import Invalid
from shared.ids import new_id


async def preview(session: AsyncSession, new: PreviewNew) -> PreviewOut:
    """Who would hear of such a warning now, or at another time."""
    now = new.at or await database_now(session)
    directory = await read_directory(session, now)
    subject = Subject(new.about, new.level if new.about == "warnings" else None, new.watch_id)
    found = plan(await read_rules(session), subject, directory, now)
    return PreviewOut(
        told=[
            ToldOut(
                channel=tell.channel,
                recipient=tell.recipient or None,
                held_until=tell.held_until,
                rules=tell.rules,
            )
            for tell in [Tell(CONSOLE), *found.tells]
        ],
        ladders=[await ladder_ahead(session, ladder, directory, now) for ladder in found.ladders],
        unreached=[UnreachedOut(name=each.name, why=each.why) for each in found.unreached],
    )


async def send_test(session: AsyncSession, slug: str, new: TestNew, by: ActorRef) -> Alert:
    """Send a message that says it is a test.

    Raises:
        NotFound: no such channel or recipient.
        Invalid: the channel needs a recipient, or they have no address on it.
    """
    if slug != SETTINGS_WEBHOOK:
        channel = await get_channel(session, slug)
        if channel.personal and new.recipient is None:
            raise Invalid("/recipient: this channel needs somebody to send to.")
    if new.recipient is not None:
        person = await get_recipient(session, new.recipient)
        if slug not in {contact["channel"] for contact in person.contacts}:
            raise Invalid(f"/recipient: {new.recipient} is not told by {slug}.")
    now = await database_now(session)
    telling = Telling(
        event_id=new_id(),
        title="Test",
        message={
            "type": "test",
            "timestamp": now.isoformat(),
            "data": {
                "title": "Test of an alert channel",
                "title_zh": "告警通道测试",
                "text": f"{by.name} tests whether this channel works. Nothing happened.",
                "text_zh": f"{by.name} 正在测试本通道是否可用，没有任何预警。",
            },
        },
    )
    await tell(session, telling, [Tell(slug, new.recipient or "")])
    alert: Alert = (
        await session.scalars(select(Alert).where(Alert.event_id == telling.event_id))
    ).one()
    return alert
