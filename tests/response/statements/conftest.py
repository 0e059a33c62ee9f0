"""An incident, five people with one duty each, and channels that fail on command."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.response.resources import ResponseResources
from services.response.room import room as response_room
from services.response.statements.channels.protocol import Channel, OutgoingStatement, Receipt
from shared.contracts.actors import Actor, Permission
from shared.settings import Settings
from tests.conftest import OpenRoom, RoomClient, make_actor

WRITER = make_actor("writer", Permission.VIEW, Permission.DRAFT_STATEMENTS)
DEPARTMENT = make_actor("department", Permission.VIEW, Permission.REVIEW_FOR_DEPARTMENT)
LEGAL = make_actor("legal", Permission.VIEW, Permission.REVIEW_FOR_LEGAL)
LEADER = make_actor("leader", Permission.VIEW, Permission.APPROVE_STATEMENTS)
PUBLISHER = make_actor("publisher", Permission.VIEW, Permission.PUBLISH_STATEMENTS)

TEXT = {"title": "Power cut in the east", "text": "A cable was damaged. Nobody was hurt."}


class WorkerDied(BaseException):
    """Stands for a worker that is killed: nothing in the house may catch it."""


@dataclass
class TwinChannel:
    """A channel in memory. `public` is what readers see; each call takes one fault of each list."""

    name: str = "twin"
    idempotent: bool = False
    takes_drills: bool = False
    public: list[OutgoingStatement] = field(default_factory=list)
    before: list[BaseException | None] = field(default_factory=list)
    after: list[BaseException | None] = field(default_factory=list)
    calls: int = 0

    async def publish(self, statement: OutgoingStatement) -> Receipt:
        self.calls += 1
        _fail(self.before)
        known = {published.publication_id for published in self.public}
        if not (self.idempotent and statement.publication_id in known):
            self.public.append(statement)
        _fail(self.after)
        return Receipt(location=f"https://example.org/{statement.publication_id}")


@dataclass
class SearchableTwin(TwinChannel):
    """A channel in memory that can be asked."""

    look_ups: list[BaseException | None] = field(default_factory=list)

    async def look_up(self, key: UUID) -> Receipt | None:
        _fail(self.look_ups)
        known = {published.publication_id for published in self.public}
        return Receipt(location=f"https://example.org/{key}") if key in known else None


def _fail(faults: list[BaseException | None]) -> None:
    fault = faults.pop(0) if faults else None
    if fault is not None:
        raise fault


@dataclass
class Desk:
    """The response room with an incident, and what the five people do there."""

    room: RoomClient
    incident_id: str

    async def draft(self, actor: Actor = WRITER, **changes: str) -> dict[str, Any]:
        answer = await self.room.post(
            f"/api/v1/incidents/{self.incident_id}/statements", TEXT | changes, actor=actor
        )
        assert answer.status_code == 201, answer.text
        drafted: dict[str, Any] = answer.json()
        return drafted

    async def read(self, statement_id: object) -> dict[str, Any]:
        answer = await self.room.get(f"/api/v1/statements/{statement_id}")
        assert answer.status_code == 200, answer.text
        statement: dict[str, Any] = answer.json()
        return statement

    async def act(
        self, statement_id: object, act: str, body: object = None, *, actor: Actor
    ) -> httpx.Response:
        return await self.room.post(f"/api/v1/statements/{statement_id}/{act}", body, actor=actor)

    async def review(
        self, statement: dict[str, Any], review: str, *, actor: Actor, passed: bool = True
    ) -> httpx.Response:
        body = {"review": review, "passed": passed, "comment": "", "sha256": statement["sha256"]}
        return await self.act(statement["id"], "reviews", body, actor=actor)

    async def rewrite(self, statement_id: object, **changes: str) -> httpx.Response:
        path = f"/api/v1/statements/{statement_id}"
        etag = (await self.room.get(path)).headers["etag"]
        return await self.room.call(
            "PUT", f"{path}/text", json=TEXT | changes, actor=WRITER, headers={"If-Match": etag}
        )

    async def reviewed(self) -> dict[str, Any]:
        """A statement that waits for its approval."""
        statement = await self.draft()
        for answer in (
            await self.act(statement["id"], "submit", actor=WRITER),
            await self.review(statement, "department", actor=DEPARTMENT),
            await self.review(statement, "legal", actor=LEGAL),
        ):
            assert answer.status_code == 200, answer.text
        return await self.read(statement["id"])

    async def approved(self) -> dict[str, Any]:
        """A statement that may go out."""
        statement = await self.reviewed()
        answer = await self.act(
            statement["id"], "approve", {"sha256": statement["sha256"]}, actor=LEADER
        )
        assert answer.status_code == 200, answer.text
        approved: dict[str, Any] = answer.json()
        return approved

    async def publish(self, statement: dict[str, Any], *channels: str) -> httpx.Response:
        body = {"sha256": statement["sha256"], "channels": list(channels)}
        return await self.act(statement["id"], "publish", body, actor=PUBLISHER)

    async def come_again(self) -> bool:
        """Let the pause or the lease of every delivery that is not done run out, and work."""
        async with self.room.transaction() as session:
            await session.execute(
                text("UPDATE corridor.deliveries SET available_at = now() WHERE state = 'ready'")
            )
        return await self.room.work()

    async def told(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind that other rooms were told."""
        async with self.room.transaction() as session:
            found = await session.scalars(
                text("SELECT payload FROM corridor.events WHERE type = :kind ORDER BY position"),
                {"kind": kind},
            )
            return list(found)


OpenDesk = Callable[..., Awaitable[Desk]]


async def _open_incident(room: RoomClient, **changes: object) -> str:
    answer = await room.post(
        "/api/v1/incidents",
        {"title": "Outage", "summary": "A rumour of an explosion", "level": "red"} | changes,
    )
    assert answer.status_code == 201, answer.text
    incident_id: str = answer.json()["id"]
    return incident_id


@pytest.fixture
def open_desk(open_room: OpenRoom) -> OpenDesk:
    """`await open_desk(channel, …, drill=True)`: a desk whose only channels are these."""

    async def build(*channels: Channel, **incident: object) -> Desk:
        @asynccontextmanager
        async def resources(_: Settings) -> AsyncIterator[ResponseResources]:
            yield ResponseResources(channels={channel.name: channel for channel in channels})

        definition = replace(response_room, resources=resources) if channels else response_room
        room = await open_room(definition)
        return Desk(room, await _open_incident(room, **incident))

    return build


@pytest.fixture
async def desk(open_desk: OpenDesk) -> Desk:
    """A desk with the channels of a fresh installation."""
    return await open_desk()
