"""The clock of reports, and who is told of an urgent one."""

from datetime import datetime

from services.monitor.escalation.telling import tell_of_operations
from services.monitor.reports import public_link, retention
from shared.contracts.reports import UrgentReportReceived
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(3600, "monitor.forget_senders")
async def forget_senders(work: Work, due_at: datetime) -> None:
    """Forget who used the public link more than a day ago."""
    await public_link.forget_senders(work.session)


@jobs.every(3600, "monitor.forget_reports")
async def forget_reports(work: Work, due_at: datetime) -> None:
    """Erase pictures, and who told what, when their time is over."""
    await retention.forget_pictures(work.session, work.settings.picture_days)
    await retention.forget_tellings(work.session, work.settings.telling_days)


@jobs.on(UrgentReportReceived)
async def tell_of_urgent_report(work: Work, delivered: Delivered[UrgentReportReceived]) -> None:
    """Tell the monitoring group, once."""
    event = delivered.event
    await tell_of_operations(
        work.session,
        work.settings,
        event_id=delivered.id,
        title="Urgent report",
        title_zh="紧急上报",
        text=event.excerpt or "A picture, not yet put into words",
        text_zh=event.excerpt or "图片，尚未转成文字",
        path=f"/inbox/{event.report_id}",
    )
