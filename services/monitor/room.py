"""The monitor room, put together."""

from services.monitor.aftermath.jobs import jobs as aftermath_jobs
from services.monitor.aftermath.routes import router as follow_ups
from services.monitor.aftermath.routes import stories as story_aftermath
from services.monitor.alerts.jobs import jobs as alert_jobs
from services.monitor.alerts.routes import router as alerts
from services.monitor.backtest.jobs import jobs as backtest_jobs
from services.monitor.backtest.routes import router as backtests
from services.monitor.channels.routes import router as channels
from services.monitor.coverage.figures import read_monitor
from services.monitor.coverage.jobs import jobs as coverage_jobs
from services.monitor.coverage.routes import router as coverage
from services.monitor.deletions.jobs import jobs as deletion_jobs
from services.monitor.duplicates.routes import router as duplicates
from services.monitor.escalation.jobs import jobs as escalation_jobs
from services.monitor.escalation.routes import router as escalations
from services.monitor.imports.jobs import jobs as import_jobs
from services.monitor.imports.routes import router as imports
from services.monitor.indicators.jobs import jobs as indicator_jobs
from services.monitor.notices.routes import router as notices
from services.monitor.officers.routes import router as officers
from services.monitor.patrols.jobs import jobs as patrol_jobs
from services.monitor.patrols.routes import router as patrols
from services.monitor.posts.jobs import jobs as post_jobs
from services.monitor.posts.routes import router as posts
from services.monitor.posts.schemas import BulkNew
from services.monitor.recipients.routes import router as recipients
from services.monitor.regrouping.jobs import jobs as regrouping_jobs
from services.monitor.regrouping.routes import router as regrouping
from services.monitor.reports.jobs import jobs as report_jobs
from services.monitor.reports.leaving_routes import router as leaving_officers
from services.monitor.reports.picture_routes import router as report_pictures
from services.monitor.reports.post_routes import router as posts_from_links
from services.monitor.reports.routes import router as reports
from services.monitor.resources import open_api_resources, open_resources
from services.monitor.routing.routes import router as rules
from services.monitor.shadows.jobs import jobs as shadow_jobs
from services.monitor.shadows.routes import router as shadows
from services.monitor.sources.jobs import jobs as source_jobs
from services.monitor.sources.push_routes import router as pushes
from services.monitor.sources.routes import router as sources
from services.monitor.stories.indicator_routes import stories as story_indicators
from services.monitor.stories.indicator_routes import watches as watch_indicators
from services.monitor.stories.routes import router as stories
from services.monitor.surge.jobs import jobs as surge_jobs
from services.monitor.surge.routes import router as surges
from services.monitor.templates.routes import router as templates
from services.monitor.tracking.jobs import jobs as tracking_jobs
from services.monitor.warnings.routes import router as warnings
from services.monitor.watches.routes import router as watches
from shared.contracts.rooms import Room
from shared.jobs import collect
from shared.room import RoomDefinition

alerting = (channels, recipients, rules, escalations, notices)

room = RoomDefinition(
    room=Room.MONITOR,
    title="monitor: posts, stories, warnings",
    # The address of a kind of things comes before that of one thing: `/posts/import`.
    routers=[
        imports,
        posts,
        posts_from_links,
        duplicates,
        coverage,
        sources,
        pushes,
        backtests,
        templates,
        watches,
        shadows,
        surges,
        regrouping,
        stories,
        story_aftermath,
        follow_ups,
        story_indicators,
        watch_indicators,
        alerts,
        warnings,
        report_pictures,
        reports,
        officers,
        leaving_officers,
        *alerting,
        patrols,
    ],
    jobs=collect(
        post_jobs,
        tracking_jobs,
        aftermath_jobs,
        surge_jobs,
        regrouping_jobs,
        source_jobs,
        deletion_jobs,
        coverage_jobs,
        import_jobs,
        alert_jobs,
        report_jobs,
        escalation_jobs,
        patrol_jobs,
        backtest_jobs,
        shadow_jobs,
        indicator_jobs,
    ),
    raw_bodies=[BulkNew],
    figures=read_monitor,
    resources=open_api_resources,
    worker_resources=open_resources,
)
