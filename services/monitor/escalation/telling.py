"""From what happened to who is told: the notice is written, the rules say who hears of it, and who
must acknowledge it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.service import Telling, tell
from services.monitor.channels.models import CONSOLE, SETTINGS_WEBHOOK
from services.monitor.escalation.service import begin
from services.monitor.notices.content import LEVELS_ZH, Change, rises
from services.monitor.notices.service import write_notice
from services.monitor.routing.directory import read_directory, read_rules
from services.monitor.routing.models import DutyRoster
from services.monitor.routing.plan import About, Subject, Tell, plan
from services.monitor.warnings.models import WarningRecord, WarningStatus
from shared.contracts.warnings import EscalationEnded
from shared.db import database_now
from shared.deliveries import Delivered
from shared.settings import Settings


async def tell_of_warning(
    session: AsyncSession, delivered: Delivered[Change], settings: Settings
) -> None:
    """Tell people of a new warning or a rise, at once and in order. What falls is written down and
    tells nobody; what was told is not told again."""
    event = delivered.event
    notice = await write_notice(session, delivered, settings)
    if notice is None or not rises(event):
        return
    telling = Telling(
        event_id=delivered.id,
        title=event.title,
        message=notice.content,
        warning_id=event.warning_id,
        level=event.level,
    )
    subject = Subject(About.WARNINGS, event.level, event.watch_id)
    await _carry_out(session, telling, subject, settings)


async def tell_of_silence(
    session: AsyncSession, delivered: Delivered[EscalationEnded], settings: Settings
) -> None:
    """Tell that a warning waits for somebody still, though everybody of a group was asked, or there
    was nobody to ask."""
    event = delivered.event
    warning = await session.get(WarningRecord, event.warning_id)
    if warning is None or warning.status is not WarningStatus.ACTIVE:
        return
    group = await session.get(DutyRoster, event.group)
    name, name_zh = (group.name, group.name_zh) if group else (event.group, event.group)
    level = LEVELS_ZH[event.level]
    asked = f"{event.steps} were asked" if event.steps else "there was nobody to ask"
    asked_zh = f"已依次通知 {event.steps} 人" if event.steps else "值班表及成员中无人可通知"
    await tell_of_operations(
        session,
        settings,
        event_id=delivered.id,
        title=f"Nobody acknowledged: {warning.title}",
        title_zh=f"无人确认：{warning.title}",
        text=f"{event.level.capitalize()} warning, group {name}: {asked}. It waits still.",
        text_zh=f"{level}，{name_zh}：{asked_zh}，预警仍待确认。",
        path=f"/warnings/{warning.id}",
    )


async def tell_of_operations(
    session: AsyncSession,
    settings: Settings,
    *,
    event_id: UUID,
    title: str,
    title_zh: str,
    text: str,
    text_zh: str,
    path: str = "",
) -> None:
    """Tell whom the rules about operations name that something is wrong with the system, or right
    again: a source fell silent. `event_id`: of what happened, which is told once.

    `path`: of the console's page about it.
    """
    base = settings.public_url.rstrip("/")
    now = await database_now(session)
    message = {
        "type": "operations",
        "timestamp": now.isoformat(),
        "data": {
            "title": title,
            "title_zh": title_zh,
            "text": text,
            "text_zh": text_zh,
            "url": f"{base}{path}" if path else base,
        },
    }
    telling = Telling(event_id=event_id, title=title, message=message)
    await _carry_out(session, telling, Subject(About.OPERATIONS), settings)


async def _carry_out(
    session: AsyncSession, telling: Telling, subject: Subject, settings: Settings
) -> None:
    now = await database_now(session)
    directory = await read_directory(session, now)
    found = plan(await read_rules(session), subject, directory, now)
    always = [Tell(CONSOLE)]
    if settings.alert_webhook_url:
        always.append(Tell(SETTINGS_WEBHOOK))
    await begin(session, telling, found.ladders, directory)
    await tell(session, telling, [*always, *found.tells])
