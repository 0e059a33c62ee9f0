"""What each process of the room says of its models, so that one page shows all of them."""

import os
import socket
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.engines.base import Engine
from services.analysis.engines.batching import Batcher, Priority
from services.analysis.releases.models import ModelProcess
from shared.contracts.labels import Task
from shared.db import Database
from shared.schemas import ResponseShape


class LiveTold(BaseModel):
    """What answers for a task in one process."""

    name: str
    revision: str
    device: str
    release_id: UUID | None = Field(description="None: the model of the settings")

    @classmethod
    def of(cls, engine: Engine, release_id: UUID | None) -> "LiveTold":
        """The live engine of a task."""
        return cls(
            name=engine.name,
            revision=engine.revision,
            device=engine.device,
            release_id=release_id,
        )


class EngineTold(BaseModel):
    """An engine that is open in one process."""

    name: str
    revision: str
    device: str
    tasks: list[Task]
    waiting: dict[str, int] = Field(
        description="Texts that wait, by priority", examples=[{"interactive": 0, "job": 40}]
    )
    load: float = Field(description="Share of the last minute in which it worked")
    texts_per_second: float
    restarts: int = Field(description="How often it hung or died, and was started again")
    stuck: bool = Field(description="It did not answer in time; nothing is given to it until then")

    @classmethod
    def of(cls, batcher: Batcher) -> "EngineTold":
        """An engine and the queue before it."""
        state = batcher.state()._asdict()
        state["waiting"] = {each.name.lower(): batcher.waiting(each) for each in Priority}
        return cls(name=batcher.engine.name, tasks=sorted(batcher.engine.tasks), **state)


class FailureTold(BaseModel):
    """A model that cannot be opened; the one before it answers on."""

    location: str
    task: Task | None
    error: str


class ShadowTold(BaseModel):
    """A shadow run in one process."""

    run_id: UUID
    skipped: int = Field(description="Posts that it had no time for")


class ProcessTold(BaseModel):
    """All models of one process."""

    live: dict[Task, LiveTold]
    chosen: dict[Task, str] = Field(
        default_factory=dict, description="The model of the settings, by task"
    )
    engines: list[EngineTold]
    failures: list[FailureTold]
    shadows: dict[Task, ShadowTold]


class ProcessOut(ResponseShape):
    """A process of the analysis room, and what it said of its models when it was last seen."""

    id: UUID
    role: str = Field(examples=["worker"])
    host: str
    pid: int
    seen_at: datetime
    told: ProcessTold


_TELL = text("""
INSERT INTO analysis.model_processes (id, role, host, pid, told)
VALUES (:id, :role, :host, :pid, :told)
ON CONFLICT (id) DO UPDATE SET told = excluded.told, seen_at = clock_timestamp()
""").bindparams(bindparam("told", type_=JSONB()))
_FORGET = text("""
DELETE FROM analysis.model_processes
WHERE id = :id OR seen_at < clock_timestamp() - interval '1 hour'
""")
# A process tells every 5 seconds; one that was silent for so long is gone, or hangs.
_LIVING = "seen_at > clock_timestamp() - interval '20 seconds'"


async def tell(database: Database, process: UUID, role: str, told: ProcessTold) -> None:
    """Write down what runs in this process."""
    values: dict[str, Any] = {
        "id": process,
        "role": role,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "told": told.model_dump(mode="json"),
    }
    async with database.transaction() as session:
        await session.execute(_TELL, values)


async def forget(database: Database, process: UUID) -> None:
    """Say that this process ended; those that ended without a word go too."""
    async with database.transaction() as session:
        await session.execute(_FORGET, {"id": process})


async def list_processes(session: AsyncSession) -> list[ProcessOut]:
    """The processes that live, in a fixed order."""
    found = await session.scalars(
        select(ModelProcess).where(text(_LIVING)).order_by(ModelProcess.role, ModelProcess.id)
    )
    return [ProcessOut.model_validate(process) for process in found]
