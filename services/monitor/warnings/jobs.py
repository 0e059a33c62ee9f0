"""What other rooms tell about warnings."""

from services.monitor.warnings.service import note_incident
from shared.contracts.incidents import IncidentOpened
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.on(IncidentOpened)
async def remember_incident(work: Work, delivered: Delivered[IncidentOpened]) -> None:
    """A warning grew into an incident."""
    await note_incident(work.session, delivered.event)
