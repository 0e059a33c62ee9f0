"""Keeping the corridor small: what is done and old goes. One room includes it (the archive)."""

from datetime import datetime

from sqlalchemy import text

from shared.jobs import Jobs, Work

housekeeping = Jobs()

# Done deliveries and their events stay for a week, so that the live stream can be resumed and an
# accident be looked into; what is dead stays until somebody has decided about it.
_SWEEPS = (
    """
    DELETE FROM corridor.deliveries WHERE (event_id, room) IN (
        SELECT event_id, room FROM corridor.deliveries
        WHERE state = 'done' AND done_at < now() - interval '7 days' LIMIT 20000)
    """,
    """
    DELETE FROM corridor.events WHERE id IN (
        SELECT event.id FROM corridor.events AS event
        WHERE event.occurred_at < now() - interval '7 days' AND NOT EXISTS (
            SELECT 1 FROM corridor.deliveries AS waiting WHERE waiting.event_id = event.id)
        LIMIT 20000)
    """,
    "DELETE FROM corridor.idempotency_keys WHERE created_at < now() - interval '1 day'",
    "DELETE FROM corridor.schedules WHERE due_at < now() - interval '1 day'",
    "DELETE FROM corridor.workers WHERE seen_at < now() - interval '1 hour'",
)


@housekeeping.every(60, "corridor.housekeeping")
async def sweep_corridor(work: Work, due_at: datetime) -> None:
    """Remove what nobody needs any more."""
    for statement in _SWEEPS:
        await work.session.execute(text(statement))
