"""Workers that were stopped in the middle of a transaction, and keep others from going on.

PostgreSQL ends a session that is idle in a transaction (`idle_in_transaction_session_timeout`), but
not one whose client fell silent within a command: that session waits for the rest, with its locks,
for as long as the client's machine is up. So whoever runs into such a lock cuts its holder off.
"""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

_LOCK_NOT_AVAILABLE = "55P03"

# A room's workers share a role, which may end its own sessions.
_CUT_OFF = text("""
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE usename = current_user AND application_name = current_setting('application_name')
  AND xact_start < now() - make_interval(secs => :lease)
""")


def is_locked_out(error: BaseException) -> bool:
    """Whether a lock was waited for in vain."""
    return (
        isinstance(error, DBAPIError)
        and getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE
    )


async def cut_off_sleepers(session: AsyncSession, lease: float) -> int:
    """End the transactions of this room's workers that are older than `lease` seconds, and answer
    how many there were: what such a worker held may be taken by others, and it cannot commit."""
    return int((await session.execute(_CUT_OFF, {"lease": lease})).scalar_one())
