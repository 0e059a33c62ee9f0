"""Acknowledging by the link in an alert: whoever holds it is who it was sent to."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.links import GOOD_FOR, alert_of
from services.monitor.alerts.models import Alert
from services.monitor.escalation.schemas import LinkOut
from services.monitor.recipients.models import AlertRecipient
from services.monitor.warnings.models import WarningRecord, WarningStatus
from services.monitor.warnings.service import acknowledge_warning
from shared.contracts.actors import ActorRef
from shared.db import database_now
from shared.errors import Conflict, NotFound
from shared.rows import lock_row
from shared.sealing import Sealer
from shared.settings import Settings

_UNKNOWN = "This link is not one of ours, or is older than a week. Sign in to the console instead."


async def look_at_link(session: AsyncSession, token: str, settings: Settings) -> LinkOut:
    """What a link asks for, and how that stands. Looking changes nothing: mail scanners look too.

    Raises:
        NotFound: it is not one of ours, or too old.
    """
    alert, warning = await _find(session, token, settings)
    return await _shown(session, alert, warning)


async def use_link(session: AsyncSession, token: str, settings: Settings) -> LinkOut:
    """Acknowledge in the name of who the link was sent to. A second time changes nothing.

    Raises:
        NotFound: it is not one of ours, or too old.
        Conflict: the warning rose since, was dismissed, or has ended.
    """
    alert, warning = await _find(session, token, settings, locked=True)
    if alert.level is not None and warning.level > alert.level:
        raise Conflict(
            f"The warning rose to {warning.level} since this message was sent. Use the link in the "
            "newer message, or sign in to the console."
        )
    await acknowledge_warning(session, warning.id, await _reader(session, alert))
    await session.refresh(warning)
    return await _shown(session, alert, warning)


async def _find(
    session: AsyncSession, token: str, settings: Settings, *, locked: bool = False
) -> tuple[Alert, WarningRecord]:
    """The alert and its warning; `locked`: of several who press at once, one comes first."""
    alert_id = alert_of(Sealer.of(settings), token)
    alert = await session.get(Alert, alert_id) if alert_id else None
    if alert is None or alert.warning_id is None or not alert.recipient:
        raise NotFound(_UNKNOWN)
    if await database_now(session) - alert.queued_at > GOOD_FOR:
        raise NotFound(_UNKNOWN)
    read = lock_row if locked else AsyncSession.get
    warning = await read(session, WarningRecord, alert.warning_id)
    if warning is None:
        raise NotFound(_UNKNOWN)
    return alert, warning


async def _reader(session: AsyncSession, alert: Alert) -> ActorRef:
    person = await session.get(AlertRecipient, alert.recipient)
    name = person.display_name if person else alert.recipient
    return ActorRef(id=f"user:{alert.recipient}", name=name)


async def _shown(session: AsyncSession, alert: Alert, warning: WarningRecord) -> LinkOut:
    told = alert.level or warning.level
    return LinkOut(
        title=warning.title,
        level=warning.level,
        told_level=told,
        state=warning.status,
        person=(await _reader(session, alert)).name,
        acknowledged_by=warning.acknowledged_by,
        acknowledged_at=warning.acknowledged_at,
        open=warning.status is WarningStatus.ACTIVE and warning.level <= told,
        message=alert.message,
    )
