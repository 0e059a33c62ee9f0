"""The archive room, put together."""

from services.archive.casefiles.jobs import jobs as casefile_jobs
from services.archive.casefiles.routes import router as casefiles
from services.archive.exports.routes import router as exports
from shared.contracts.rooms import Room
from shared.housekeeping import housekeeping
from shared.jobs import collect
from shared.room import RoomDefinition

room = RoomDefinition(
    room=Room.ARCHIVE,
    title="archive: case files and proof",
    routers=[exports, casefiles],
    jobs=collect(casefile_jobs, housekeeping),
)
