"""A shadow: a release that judges a share of the posts beside the live one, and is not heard.

It works in what time is left. What comes while it is behind is let go and counted: a sample loses
nothing by it, and new posts never wait.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Float, Integer, Uuid, bindparam

from services.analysis.engines.base import Verdict
from services.analysis.engines.batching import Priority
from services.analysis.releases.wanted import WantedShadow
from services.analysis.serving import Models, Witnessed
from shared.arrays import array_statement
from shared.db import Database
from shared.log import get_logger

log = get_logger(__name__)

# Verdicts of one run. On so many, a difference of half a point is no chance any more.
ENOUGH: Final = 100_000
_MOST_WAITING: Final = 1_000
_AT_ONCE: Final = 16
# Seconds until we look again whether nobody waits for a live model.
_PATIENCE: Final = 0.05

_INSERT = array_statement(
    """
WITH written AS (
    INSERT INTO analysis.shadow_verdicts (run_id, post_id, revision, live_label, live_confidence,
        shadow_label, shadow_confidence)
    SELECT :run_id, post_id, revision, live_label, live_confidence, shadow_label, shadow_confidence
    FROM unnest(:post_id, :revision, :live_label, :live_confidence, :shadow_label,
        :shadow_confidence)
      AS new (post_id, revision, live_label, live_confidence, shadow_label, shadow_confidence)
    WHERE EXISTS (SELECT FROM analysis.shadow_runs WHERE id = :run_id AND ended_at IS NULL)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
UPDATE analysis.shadow_runs SET judged = judged + (SELECT count(*) FROM written)
WHERE id = :run_id RETURNING judged
""",
    "post_id revision live_label live_confidence shadow_label shadow_confidence",
    {
        "post_id": Uuid(),
        "revision": Integer(),
        "live_confidence": Float(),
        "shadow_confidence": Float(),
    },
).bindparams(bindparam("run_id", type_=Uuid()))


class Shadow:
    """One shadow run in one process: see `Witness`."""

    def __init__(self, wanted: WantedShadow, models: Models, database: Database) -> None:
        self.wanted = wanted
        self.skipped = 0
        self._models = models
        self._database = database
        self._waiting: deque[Witnessed] = deque()
        self._more = asyncio.Event()
        self._enough = False
        self._work = asyncio.create_task(self._run())

    def see(self, judged: Iterable[Witnessed]) -> None:
        """Take the share of the run out of what the live model judged."""
        if self._enough:
            return
        for each in judged:
            if not falls_into(each.post_id, self.wanted.share):
                continue
            if len(self._waiting) >= _MOST_WAITING:
                self.skipped += 1
            else:
                self._waiting.append(each)
        self._more.set()

    async def close(self) -> None:
        """Stop; what waits is let go."""
        self._work.cancel()
        await asyncio.gather(self._work, return_exceptions=True)

    async def _run(self) -> None:
        while not self._enough:
            await self._more.wait()
            # Queues ring no bell when they are empty.
            while not self._models.is_idle():  # noqa: ASYNC110
                await asyncio.sleep(_PATIENCE)
            taken = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            if not self._waiting:
                self._more.clear()
            try:
                await self._judge(taken)
            except Exception as error:  # a candidate may fail as it likes: it is not heard
                self.skipped += len(taken)
                log.warning("shadow_failed", task=self.wanted.task, error=repr(error)[:500])

    async def _judge(self, taken: Sequence[Witnessed]) -> None:
        if not taken:
            return
        batcher = self._models.batcher_of(self.wanted.source)
        verdicts = await batcher.classify(
            self.wanted.task, [each.item for each in taken], priority=Priority.JOB
        )
        async with self._database.transaction() as session:
            values = {"run_id": self.wanted.run_id, **_columns(taken, verdicts)}
            judged = (await session.execute(_INSERT, values)).scalar_one()
        self._enough = judged >= ENOUGH


def falls_into(post_id: UUID, share: float) -> bool:
    """Whether a post belongs to a share of all; the same post always does, or never."""
    # The low bits of a UUIDv7 are random.
    return (post_id.int & 0xFFFF_FFFF) / 2**32 < share


def _columns(taken: Sequence[Witnessed], verdicts: Sequence[Verdict]) -> dict[str, list[object]]:
    return {
        "post_id": [each.post_id for each in taken],
        "revision": [each.revision for each in taken],
        "live_label": [str(each.verdict.label) for each in taken],
        "live_confidence": [each.verdict.confidence for each in taken],
        "shadow_label": [str(verdict.label) for verdict in verdicts],
        "shadow_confidence": [verdict.confidence for verdict in verdicts],
    }
