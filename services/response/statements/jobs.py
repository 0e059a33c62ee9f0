"""Publications that people ordered."""

from services.response.statements.sending import carry_out
from shared.contracts.statements import PublicationQueued
from shared.deliveries import Delivered
from shared.jobs import Jobs
from shared.runtime import Runtime

jobs = Jobs()


@jobs.on_outside(PublicationQueued)
async def publish(runtime: Runtime, delivered: Delivered[PublicationQueued]) -> None:
    """Call the channel, at most once with effect."""
    await carry_out(runtime, delivered.event.publication_id, runtime.resources.channels)
