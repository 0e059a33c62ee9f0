"""Who was told much a moment ago: what comes next is told together, so that nobody is flooded and
no robot blocked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.alerting import PERSON, ROBOT, told_later
from services.monitor.alerts.models import Alert, AlertState
from services.monitor.channels.models import AlertChannel, ChannelKind
from services.monitor.channels.robots import ROBOTS
from services.monitor.routing.plan import Tell
from shared.contracts.levels import WarningLevel
from shared.ids import first_id

Receiver = tuple[str, str]

_ONE_BY_ONE = (AlertState.SENDING, AlertState.SENT, AlertState.FAILED)
# The clocks of workers and of the database may differ by so much.
_SLACK = timedelta(minutes=1)
_LONGEST = max(pace.within for pace in (*PERSON, *ROBOT))


async def told_together(
    session: AsyncSession, tells: Sequence[Tell], now: datetime, level: WarningLevel | None
) -> dict[Receiver, datetime]:
    """Until when what these would be told is held, for those who were told much a moment ago.
    Programs, and the console, are told of each by itself."""
    kinds = await _kinds(session, {each.channel for each in tells})
    rows = (
        await session.execute(
            select(Alert.channel, Alert.recipient, Alert.queued_at).where(
                Alert.id >= first_id(now - _LONGEST - _SLACK),
                Alert.channel.in_(kinds),
                Alert.state.in_(_ONE_BY_ONE),
            )
        )
        if kinds
        else ()
    )
    told_at: defaultdict[Receiver, list[datetime]] = defaultdict(list)
    for channel, recipient, at in rows:
        # A robot is one, whomever of its group it is for.
        told_at[channel, "" if kinds[channel] in ROBOTS else recipient].append(at)
    rests = {} if level is WarningLevel.RED else await resting(session, kinds, now)
    later: dict[Receiver, datetime] = {}
    for each in tells:
        if each.channel not in kinds:
            continue
        robot = kinds[each.channel] in ROBOTS
        told = told_at[each.channel, "" if robot else each.recipient]
        until = told_later(told, now, ROBOT if robot else PERSON, level)
        waits = [wait for wait in (until, rests.get(each.channel)) if wait]
        if waits:
            later[each.channel, each.recipient] = max(waits)
    return later


async def resting(
    session: AsyncSession, channels: Iterable[str], now: datetime
) -> dict[str, datetime]:
    """Robots that failed and are tried again later, and when: they get nothing new before."""
    rows = await session.execute(
        select(Alert.channel, func.min(Alert.next_at).label("at"))
        .join(AlertChannel, AlertChannel.slug == Alert.channel)
        .where(
            Alert.state == AlertState.SENDING,
            Alert.next_at > now,
            Alert.error.is_not(None),
            AlertChannel.kind.in_(ROBOTS),
            Alert.channel.in_(channels),
        )
        .group_by(Alert.channel)
    )
    return {row.channel: row.at for row in rows}


async def _kinds(session: AsyncSession, channels: Iterable[str]) -> dict[str, ChannelKind]:
    """Of those that people read."""
    rows = await session.execute(
        select(AlertChannel.slug, AlertChannel.kind).where(
            AlertChannel.slug.in_(channels), AlertChannel.kind != ChannelKind.WEBHOOK
        )
    )
    return {row.slug: row.kind for row in rows}
