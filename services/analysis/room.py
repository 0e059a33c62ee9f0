"""The analysis room, put together."""

from services.analysis.classification.routes import router as classification
from services.analysis.labels.jobs import jobs as label_jobs
from services.analysis.labels.routes import router as labels
from services.analysis.opinions.jobs import jobs as opinion_jobs
from services.analysis.releases.following import models_of
from services.analysis.releases.jobs import jobs as release_jobs
from services.analysis.releases.routes import router as releases
from shared.contracts.rooms import Room
from shared.jobs import collect
from shared.room import RoomDefinition

room = RoomDefinition(
    room=Room.ANALYSIS,
    title="analysis: opinions and classification",
    routers=[classification, releases, labels],
    jobs=collect(opinion_jobs, release_jobs, label_jobs),
    resources=models_of("api"),
    worker_resources=models_of("worker"),
)
