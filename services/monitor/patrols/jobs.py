"""The clock of patrols, and who is told of rounds that nobody walked."""

from datetime import datetime

from services.monitor.escalation.telling import tell_of_operations
from services.monitor.patrols import rounds
from shared.contracts.reports import PatrolMissed
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(30, "monitor.patrol_rounds")
async def mind_rounds(work: Work, due_at: datetime) -> None:
    """Open the rounds that are due; those that nobody ended in time are missed."""
    await rounds.open_due_rounds(work.session)
    await rounds.close_missed_rounds(work.session)


@jobs.on(PatrolMissed)
async def tell_of_missed_rounds(work: Work, delivered: Delivered[PatrolMissed]) -> None:
    """Tell the monitoring group, once a plan, however many rounds were missed meanwhile."""
    event = delivered.event
    last = f"{event.due_at:%Y-%m-%d %H:%M} UTC"
    await tell_of_operations(
        work.session,
        work.settings,
        event_id=delivered.id,
        title=f"Patrol missed: {event.name}",
        title_zh=f"巡查漏查：{event.name}",
        text=f"Nobody ended {event.rounds} of its rounds in time; the last was due {last}.",
        text_zh=f"有 {event.rounds} 轮无人按时完成，最近一轮应于 {last} 开始。",
        path="/patrols",
    )
