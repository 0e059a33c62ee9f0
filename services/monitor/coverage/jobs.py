"""The clock of coverage, and who is told of a silent source."""

from datetime import datetime

from services.monitor.coverage import service
from services.monitor.escalation.telling import tell_of_operations
from shared.contracts.sources import SourceRecovered, SourceSilent
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(300, "monitor.silent_sources")
async def judge_sources(work: Work, due_at: datetime) -> None:
    """Find sources that fell silent, and those that speak again."""
    await service.judge_sources(work.session)


@jobs.every(900, "monitor.usual_volumes")
async def learn_usuals(work: Work, due_at: datetime) -> None:
    """Learn what sources usually bring."""
    await service.learn_usuals(work.session)


@jobs.on(SourceSilent)
async def tell_of_silence(work: Work, delivered: Delivered[SourceSilent]) -> None:
    """Tell whoever looks after sources, once."""
    await _tell(work, delivered, "Silent source", "信息源断流")


@jobs.on(SourceRecovered)
async def tell_of_recovery(work: Work, delivered: Delivered[SourceRecovered]) -> None:
    """Tell them that it is over."""
    await _tell(work, delivered, "Source recovered", "信息源恢复")


async def _tell(
    work: Work, delivered: Delivered[SourceSilent] | Delivered[SourceRecovered], title: str, zh: str
) -> None:
    event = delivered.event
    await tell_of_operations(
        work.session,
        work.settings,
        event_id=delivered.id,
        title=f"{title}: {event.name}",
        title_zh=f"{zh}：{event.name}",
        text=event.reason,
        text_zh=event.reason_zh,
        path=f"/settings/sources/{event.source_id}",
    )
