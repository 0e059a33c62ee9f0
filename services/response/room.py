"""The response room, put together."""

from services.response.commands.jobs import jobs as command_jobs
from services.response.commands.routes import router as commands
from services.response.incidents.jobs import jobs as incident_jobs
from services.response.incidents.routes import router as incidents
from services.response.resources import open_resources
from services.response.statements.channels.routes import router as channels
from services.response.statements.jobs import jobs as statement_jobs
from services.response.statements.routes import router as statements
from services.response.teams.duty_routes import router as duty
from services.response.teams.jobs import jobs as team_jobs
from services.response.teams.routes import router as teams
from shared.contracts.rooms import Room
from shared.jobs import collect
from shared.room import RoomDefinition

room = RoomDefinition(
    room=Room.RESPONSE,
    title="response: incidents, commands, statements",
    routers=[incidents, commands, statements, channels, teams, duty],
    jobs=collect(incident_jobs, command_jobs, statement_jobs, team_jobs),
    resources=open_resources,
)
