"""A monitor with people on duty, a mail server and a webhook receiver, all on this machine."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from services.monitor.warnings.models import WarningRecord
from shared.contracts import Event
from shared.contracts.duty import DutyRosterChanged, Shift
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import (
    EvidencePost,
    Reason,
    WarningLevelChanged,
    WarningRaised,
)
from shared.events import emit
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient

PUBLIC = "https://desk.example"
RULE = {
    "name": "Monitoring group",
    "ladder": {"group": "g2", "minutes": {"yellow": 15, "orange": 10, "red": 5}},
}


@dataclass
class Mailbox:
    """What a mail server took: (address, subject, text, HTML)."""

    port: int = 0
    mails: list[tuple[str, str, str, str]] = field(default_factory=list)
    refuses: bool = False
    # Takes what it is sent, and does not say so yet.
    holds: bool = False
    begun: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail, or refuse it."""
        self.begun += 1
        while self.holds:  # noqa: ASYNC110  # the test sets it in another thread
            await asyncio.sleep(0.05)
        if self.refuses:
            return "451 Come again later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        leaves = [part for part in mail.walk() if not part.is_multipart()]
        parts = {part.get_content_type(): part.get_content() for part in leaves}
        for to in envelope.rcpt_tos:
            self.mails.append(
                (to, mail["Subject"], parts.get("text/plain", ""), parts.get("text/html", ""))
            )
        return "250 OK"

    def told(self) -> list[str]:
        """To whom, in order."""
        return [mail[0].partition("@")[0] for mail in self.mails]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that keeps what it takes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox(port)
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box
    server.stop()


@dataclass
class Desk:
    """A monitor room with a directory of people, and how to make things happen in it."""

    room: RoomClient
    mailbox: Mailbox

    async def put(self, path: str, body: dict[str, Any], status: int = 201) -> Any:
        """PUT something of the alerts."""
        answer = await self.room.call("PUT", f"/api/v1/alerts/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def person(self, name: str, **changes: Any) -> None:
        """A recipient by mail."""
        contacts = [{"channel": "mail", "to": f"{name}@example.com"}]
        await self.put(
            f"recipients/{name}",
            {"display_name": name.title(), "language": "en", "contacts": contacts} | changes,
        )

    async def roster(self, *on_duty: str, **changes: Any) -> None:
        """Group g2: chen, xu, su, and lin in the chair."""
        now = datetime.now(UTC)
        facts: dict[str, Any] = {
            "group": "g2",
            "name": "Monitoring",
            "name_zh": "监测组",
            "chair": "lin",
            "members": ("lin", "chen", "xu", "su"),
            "deputies": {"chen": "xu"},
            "shifts": (
                Shift(
                    starts_at=now - timedelta(days=1),
                    ends_at=now + timedelta(days=8),
                    people=on_duty,
                ),
            ),
            "until": now + timedelta(days=8),
        }
        await self.tell(DutyRosterChanged(**(facts | changes)))

    async def tell(self, *events: Event) -> None:
        """Let events reach the room."""
        for event in events:
            async with self.room.transaction() as session:
                await emit(session, event)
            await self.work()

    async def work(self) -> None:
        """Run all that is ready."""
        while await self.room.work():
            pass

    async def raise_warning(self, level: WarningLevel = WarningLevel.ORANGE) -> WarningRaised:
        """A warning that stands in the table, and is told."""
        event = raised(level)
        await self.keep(event, level)
        await self.tell(event)
        return event

    async def keep(self, event: WarningRaised, level: WarningLevel) -> None:
        """The row of a warning, at this level."""
        async with self.room.transaction() as session:
            row = await session.get(WarningRecord, event.warning_id)
            if row is None:
                session.add(row := _row(event, level))
            row.level = level

    async def raise_to(self, event: WarningRaised, level: WarningLevel) -> None:
        """The warning rises."""
        await self.keep(event, level)
        notice = event.model_dump(exclude={"level"})
        await self.tell(WarningLevelChanged(**notice, level=level, previous_level=event.level))

    async def time_passes(self) -> None:
        """The time to acknowledge is over, by the clock of the database."""
        async with self.room.transaction() as session:
            await session.execute(
                text("UPDATE monitor.escalations SET next_at = now() WHERE ending IS NULL")
            )
            await session.execute(text("DELETE FROM corridor.schedules"))
        await self.room.tick()
        await self.work()

    async def escalations(self, event: WarningRaised) -> list[dict[str, Any]]:
        """As the API shows them."""
        answer = await self.room.get(
            "/api/v1/alerts/escalations", params={"warning": str(event.warning_id)}
        )
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def raised(level: WarningLevel = WarningLevel.ORANGE) -> WarningRaised:
    """A warning of which the response and the archive would hear too."""
    now = datetime.now(UTC)
    post = EvidencePost(
        id=new_id(),
        platform="weibo",
        text="<b>停电</b> [看](https://evil.example)",
        published_at=now,
    )
    return WarningRaised(
        warning_id=new_id(),
        story_id=new_id(),
        watch_id=new_id(),
        watch_name="Own brand",
        title="变电站爆炸？",
        level=level,
        reasons=(
            Reason(
                code="heat",
                value=180,
                threshold=150,
                unit="posts/h",
                text="The heat is 180 posts an hour.",
                text_zh="热度为每小时 180 条。",
            ),
        ),
        post_count=180,
        first_post_at=now,
        warned_at=now,
        evidence=(post,),
    )


def _row(event: WarningRaised, level: WarningLevel) -> WarningRecord:
    return WarningRecord(
        id=event.warning_id,
        story_id=event.story_id,
        watch_id=event.watch_id,
        watch_name=event.watch_name,
        title=event.title,
        level=level,
        peak_level=level,
        judged=None,
        reasons=[],
        evidence=[],
        post_count=event.post_count,
        first_post_at=event.first_post_at,
        warned_at=event.warned_at,
        raised_at=event.warned_at,
        changed_at=event.warned_at,
    )


@pytest.fixture
async def desk(open_room: OpenRoom, mailbox: Mailbox, httpserver: HTTPServer) -> Desk:
    """Chen on duty; xu, su by mail too, lin by webhook."""
    room = await open_room(monitor_room, allow_private_receivers=True, public_url=PUBLIC)
    desk = Desk(room, mailbox)
    url = f"mailto://127.0.0.1:{mailbox.port}?from=desk@example.com&mode=insecure&to={{to}}"
    await desk.put("channels/mail", {"name": "Mail", "address": url})
    await desk.put(
        "channels/hook",
        {
            "name": "Hook",
            "kind": "webhook",
            "address": httpserver.url_for("/lin"),
            "language": "en",
        },
    )
    for name in ("chen", "xu", "su"):
        await desk.person(name)
    await desk.person("lin", contacts=[{"channel": "hook"}])
    await desk.roster("chen")
    await desk.put("rules/duty", RULE)
    return desk
