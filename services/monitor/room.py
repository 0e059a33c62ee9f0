"""The monitor room, put together."""

from services.monitor.posts.routes import router as posts
from services.monitor.resources import open_api_resources, open_resources
from services.monitor.stories.routes import router as stories
from services.monitor.tracking.jobs import jobs as tracking_jobs
from services.monitor.warnings.jobs import jobs as warning_jobs
from services.monitor.warnings.routes import router as warnings
from services.monitor.watches.routes import router as watches
from shared.contracts.rooms import Room
from shared.jobs import collect
from shared.room import RoomDefinition

room = RoomDefinition(
    room=Room.MONITOR,
    title="monitor: posts, stories, warnings",
    routers=[posts, watches, stories, warnings],
    jobs=collect(tracking_jobs, warning_jobs),
    resources=open_api_resources,
    worker_resources=open_resources,
)
