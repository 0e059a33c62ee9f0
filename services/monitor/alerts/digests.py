"""What was held back, in quiet hours or because many came at once, is told together."""

from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.models import Alert, AlertState
from services.monitor.alerts.pacing import resting
from services.monitor.alerts.service import Telling, tell_at_once
from services.monitor.routing.plan import Tell
from services.monitor.warnings.models import WarningRecord, WarningStatus
from shared.db import database_now
from shared.ids import new_id

_AT_ONCE = 2_000

_STATES_ZH = {
    WarningStatus.ACTIVE: "待确认",
    WarningStatus.ACKNOWLEDGED: "已确认",
    WarningStatus.DISMISSED: "已排除",
    WarningStatus.ENDED: "已解除",
}


async def tell_what_was_held(session: AsyncSession, *, public_url: str) -> int:
    """One message to each recipient on each channel, of all that was held and may be told now; the
    number of them. What a robot cannot take yet waits on."""
    now = await database_now(session)
    held = (
        await session.scalars(
            select(Alert)
            .where(Alert.state == AlertState.HELD, Alert.next_at <= now)
            .order_by(Alert.recipient, Alert.channel, Alert.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    ).all()
    states = await _states(session, [alert.warning_id for alert in held if alert.warning_id])
    rests = await resting(session, {alert.channel for alert in held}, now)
    told = 0
    for (recipient, channel), group in groupby(
        held, key=lambda alert: (alert.recipient, alert.channel)
    ):
        alerts = list(group)
        if channel in rests:
            for alert in alerts:
                alert.next_at = rests[channel]
            continue
        for alert in alerts:
            alert.state, alert.next_at = AlertState.DIGESTED, None
        # The gravest first: of many only the first are written out.
        alerts.sort(key=lambda alert: (-(alert.level.rank if alert.level else 0), alert.id))
        message = {
            "type": "digest",
            "timestamp": now.isoformat(),
            "data": {
                "items": [_item(alert, states) for alert in alerts],
                "url": f"{public_url.rstrip('/')}/warnings",
            },
        }
        telling = Telling(event_id=new_id(), title=alerts[0].title, message=message)
        await tell_at_once(session, telling, Tell(channel, recipient))
        told += 1
    return told


async def _states(session: AsyncSession, warnings: list[UUID]) -> dict[UUID, WarningStatus]:
    rows = await session.execute(
        select(WarningRecord.id, WarningRecord.status).where(WarningRecord.id.in_(warnings))
    )
    return {row.id: row.status for row in rows}


def _item(alert: Alert, states: dict[UUID, WarningStatus]) -> dict[str, str | bool | None]:
    """One of those that were held, and how it stands now."""
    data = alert.message["data"]
    state = states.get(alert.warning_id) if alert.warning_id else None
    text, text_zh = str(data.get("text", alert.title)), str(data.get("text_zh", alert.title))
    return {
        "warning_id": str(alert.warning_id) if alert.warning_id else None,
        "state": state.value if state else None,
        "asks": alert.step > 0 and state is WarningStatus.ACTIVE,
        "text": f"{text} ({state.value})" if state else text,
        "text_zh": f"{text_zh}（{_STATES_ZH[state]}）" if state else text_zh,
    }
