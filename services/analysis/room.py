"""The analysis room, put together."""

from services.analysis.classification.routes import router as classification
from services.analysis.labels.jobs import jobs as label_jobs
from services.analysis.labels.routes import router as labels
from services.analysis.opinions.jobs import jobs as opinion_jobs
from services.analysis.serving import open_models
from shared.contracts.rooms import Room
from shared.jobs import collect
from shared.room import RoomDefinition

room = RoomDefinition(
    room=Room.ANALYSIS,
    title="analysis: opinions and classification",
    routers=[classification, labels],
    jobs=collect(opinion_jobs, label_jobs),
    resources=open_models,
)
