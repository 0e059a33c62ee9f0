"""At most once per channel, whenever the worker dies and whichever answer is lost."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause, text

from services.response.statements import sending
from services.response.statements.channels.protocol import (
    Channel,
    ChannelRefused,
    ChannelUnavailable,
    OutcomeUnknown,
)
from services.response.statements.sending import PublicationPendingError, carry_out
from tests.response.statements.conftest import (
    PUBLISHER,
    Desk,
    OpenDesk,
    SearchableTwin,
    TwinChannel,
    WorkerDied,
)

pytestmark = pytest.mark.usefixtures("clean_database")


async def ordered(open_desk: OpenDesk, *channels: Channel) -> tuple[Desk, dict[str, Any]]:
    """A desk where an approved statement is queued on every channel."""
    desk = await open_desk(*channels)
    statement = await desk.approved()
    answer = await desk.publish(statement, *(channel.name for channel in channels))
    assert answer.status_code == 202, answer.text
    return desk, answer.json()


async def publication(desk: Desk, statement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.read(statement["id"]))["publications"][0]
    return found


async def die_at_work(desk: Desk) -> None:
    with pytest.raises(WorkerDied):
        await desk.room.work()


@pytest.mark.parametrize("crash", ["before", "after"])
@pytest.mark.parametrize(
    "channel", [TwinChannel(idempotent=True), SearchableTwin(), SearchableTwin(idempotent=True)]
)
async def test_with_a_key_or_a_look_up_it_is_public_exactly_once(
    open_desk: OpenDesk, channel: TwinChannel, crash: str
) -> None:
    channel.public, channel.calls = [], 0
    getattr(channel, crash).append(WorkerDied())
    desk, statement = await ordered(open_desk, channel)

    await die_at_work(desk)
    assert (await publication(desk, statement))["state"] == "sending"
    assert await desk.come_again()

    assert len(channel.public) == 1
    assert (await publication(desk, statement))["state"] == "published"
    assert len(await desk.told("StatementPublished")) == 1


@pytest.mark.parametrize(("crash", "readers_see"), [("before", 0), ("after", 1)])
async def test_without_them_nobody_sends_again_and_a_person_decides(
    open_desk: OpenDesk, crash: str, readers_see: int
) -> None:
    channel = TwinChannel()
    getattr(channel, crash).append(WorkerDied())
    desk, statement = await ordered(open_desk, channel)

    await die_at_work(desk)
    assert await desk.come_again()
    assert not await desk.come_again()

    assert channel.calls == 1
    assert len(channel.public) == readers_see
    unsure = await publication(desk, statement)
    assert unsure["state"] == "unknown"
    assert (await desk.read(statement["id"]))["state"] == "publishing"
    failures = await desk.told("PublicationFailed")
    assert [failure["outcome_known"] for failure in failures] == [False]

    path = f"/api/v1/publications/{unsure['id']}/resolve"
    body = {"published": bool(readers_see)}
    settled = await desk.room.post(path, body, actor=PUBLISHER)
    assert settled.status_code == 200, settled.text
    assert settled.json()["state"] == ("published" if readers_see else "failed")
    assert (await desk.room.post(path, body, actor=PUBLISHER)).status_code == 409

    again = await desk.publish(statement, "twin")
    assert again.status_code == 202
    await desk.room.work()
    assert len(channel.public) == 1
    assert (await desk.read(statement["id"]))["state"] == "published"
    assert len(await desk.told("StatementPublished")) == 1


async def test_a_delivery_that_comes_again_after_all_was_done_does_nothing(
    open_desk: OpenDesk,
) -> None:
    channel = TwinChannel()
    desk, _ = await ordered(open_desk, channel)
    await desk.room.work()
    async with desk.room.transaction() as session:
        await session.execute(
            text("UPDATE corridor.deliveries SET state = 'ready' WHERE room = 'response'")
        )
    assert await desk.come_again()
    assert channel.calls == 1
    assert len(await desk.told("StatementPublished")) == 1


@pytest.mark.parametrize(
    ("channel", "state", "calls"),
    [(TwinChannel(), "unknown", 1), (TwinChannel(idempotent=True), "published", 2)],
)
async def test_an_answer_that_is_lost_is_asked_for_again_only_where_that_is_safe(
    open_desk: OpenDesk, channel: TwinChannel, state: str, calls: int
) -> None:
    channel.public, channel.calls = [], 0
    channel.after.append(OutcomeUnknown("No answer after sending."))
    desk, statement = await ordered(open_desk, channel)
    await desk.room.work()
    await desk.come_again()
    assert (await publication(desk, statement))["state"] == state
    assert (channel.calls, len(channel.public)) == (calls, 1)


async def test_a_channel_that_is_away_is_tried_again(open_desk: OpenDesk) -> None:
    channel = TwinChannel(before=[ChannelUnavailable("No connection.")])
    desk, statement = await ordered(open_desk, channel)
    await desk.room.work()
    waiting = await publication(desk, statement)
    assert (waiting["state"], waiting["error"]) == ("queued", "No connection.")
    await desk.come_again()
    assert (await publication(desk, statement))["state"] == "published"
    assert await desk.told("PublicationFailed") == []


async def test_a_channel_that_stays_away_fails_and_blocks_nothing(open_desk: OpenDesk) -> None:
    channel = TwinChannel(before=[ChannelUnavailable("No connection.") for _ in range(4)])
    desk, statement = await ordered(open_desk, channel, TwinChannel(name="second"))
    await desk.room.work()
    while await desk.come_again():
        pass

    first, second = (await desk.read(statement["id"]))["publications"]
    assert (first["state"], first["error"]) == ("failed", "No connection.")
    assert second["state"] == "published"
    failures = await desk.told("PublicationFailed")
    assert [failure["outcome_known"] for failure in failures] == [True]

    # Ordered again it has all its tries again: the fourth failure is not the last word.
    assert (await desk.publish(statement, "twin")).status_code == 202
    await desk.room.work()
    await desk.come_again()
    assert [row["state"] for row in (await desk.read(statement["id"]))["publications"]] == [
        "published",
        "published",
    ]
    assert channel.public[0].publication_id == UUID(first["id"])


async def test_a_refusal_is_final_and_leaves_the_statement_approved(open_desk: OpenDesk) -> None:
    channel = TwinChannel(before=[ChannelRefused("It answered 403.")])
    desk, statement = await ordered(open_desk, channel)
    await desk.room.work()
    assert not await desk.come_again()
    after = await desk.read(statement["id"])
    assert after["publications"][0]["error"] == "It answered 403."
    assert (after["state"], after["waiting_for"]) == ("approved", "publication")
    assert (await desk.rewrite(statement["id"], text="Shorter.")).status_code == 200


async def test_a_refusal_after_a_crash_is_no_proof_that_nothing_is_public(
    open_desk: OpenDesk,
) -> None:
    channel = TwinChannel(
        idempotent=True, after=[WorkerDied()], before=[None, ChannelRefused("It answered 403.")]
    )
    desk, statement = await ordered(open_desk, channel)
    await die_at_work(desk)
    await desk.come_again()
    assert len(channel.public) == 1
    assert (await publication(desk, statement))["state"] == "unknown"


async def test_a_look_up_that_fails_says_nothing_of_the_text(open_desk: OpenDesk) -> None:
    channel = SearchableTwin(after=[WorkerDied()], look_ups=[ChannelUnavailable("Away.")])
    desk, statement = await ordered(open_desk, channel)
    await die_at_work(desk)
    await desk.come_again()
    assert (await publication(desk, statement))["state"] == "sending"
    await desk.come_again()
    assert (await publication(desk, statement))["state"] == "published"
    assert (channel.calls, len(channel.public)) == (1, 1)


async def test_an_error_that_nobody_foresaw_counts_as_unknown(open_desk: OpenDesk) -> None:
    channel = TwinChannel(after=[RuntimeError("surprise")])
    desk, statement = await ordered(open_desk, channel)
    await desk.room.work()
    assert not await desk.come_again()
    assert (await publication(desk, statement))["state"] == "unknown"
    assert len(channel.public) == 1


class DeafChannel(TwinChannel):
    """Takes the text and never answers."""

    async def publish(self, statement: Any) -> Any:
        await super().publish(statement)
        await asyncio.Event().wait()


async def test_a_channel_that_hangs_is_left_after_a_while(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    desk, statement = await ordered(open_desk, DeafChannel())
    await desk.room.work()
    hung = await publication(desk, statement)
    assert hung["state"] == "unknown"
    assert "No answer" in hung["error"]


async def test_what_was_withdrawn_while_queued_does_not_go_out(open_desk: OpenDesk) -> None:
    channel = TwinChannel()
    desk, statement = await ordered(open_desk, channel)
    await desk.act(statement["id"], "withdraw", {"reason": "Wrong"}, actor=PUBLISHER)
    await desk.room.work()
    dropped = await publication(desk, statement)
    assert (dropped["state"], channel.calls) == ("failed", 0)
    assert "withdrawn" in dropped["error"]


@pytest.mark.parametrize(
    "forgery",
    [
        text("UPDATE response.statement_versions SET title = 'forged'"),
        text("UPDATE response.statement_versions SET text = 'forged'"),
        text("UPDATE response.statement_versions SET sha256 = 'forged'"),
        text("DELETE FROM response.statement_signatures WHERE step = 'approval'"),
    ],
)
async def test_a_text_that_was_changed_behind_the_rules_does_not_go_out(
    open_desk: OpenDesk, forgery: TextClause
) -> None:
    channel = TwinChannel()
    desk, _ = await ordered(open_desk, channel)
    async with desk.room.transaction() as session:
        await session.execute(forgery)
    await desk.room.work()
    assert channel.calls == 0
    async with desk.room.transaction() as session:
        state = await session.scalar(text("SELECT state FROM response.publications"))
    assert state == "failed"


async def test_two_workers_with_one_publication_make_it_public_once(open_desk: OpenDesk) -> None:
    channel = TwinChannel()
    desk, statement = await ordered(open_desk, channel)
    key = UUID(statement["publications"][0]["id"])
    runtime, channels = desk.room.runtime, desk.room.runtime.resources.channels
    await asyncio.gather(*(carry_out(runtime, key, channels) for _ in range(2)))
    assert (channel.calls, len(channel.public)) == (1, 1)
    assert len(await desk.told("StatementPublished")) == 1


async def test_a_late_success_is_recorded_though_the_publication_was_given_up(
    open_desk: OpenDesk,
) -> None:
    """A worker outlives its lease while the channel is slow; its answer is still the truth."""
    called, answered = asyncio.Event(), asyncio.Event()

    class SlowChannel(TwinChannel):
        async def publish(self, statement: Any) -> Any:
            receipt = await super().publish(statement)
            called.set()
            await answered.wait()
            return receipt

    desk, statement = await ordered(open_desk, SlowChannel())
    key = UUID(statement["publications"][0]["id"])
    runtime, channels = desk.room.runtime, desk.room.runtime.resources.channels
    slow = asyncio.create_task(carry_out(runtime, key, channels))
    await called.wait()
    await carry_out(runtime, key, channels)
    assert (await publication(desk, statement))["state"] == "unknown"
    answered.set()
    await slow
    assert (await publication(desk, statement))["state"] == "published"
    assert len(await desk.told("StatementPublished")) == 1


async def test_another_try_is_asked_for_by_an_error(open_desk: OpenDesk) -> None:
    desk, statement = await ordered(
        open_desk, TwinChannel(before=[ChannelUnavailable("No connection.")])
    )
    key = UUID(statement["publications"][0]["id"])
    runtime = desk.room.runtime
    with pytest.raises(PublicationPendingError, match=r"twin: No connection\."):
        await carry_out(runtime, key, runtime.resources.channels)


async def test_a_channel_that_was_unknown_is_not_ordered_again_before_it_is_settled(
    open_desk: OpenDesk,
) -> None:
    desk, statement = await ordered(open_desk, TwinChannel(after=[RuntimeError("surprise")]))
    await desk.room.work()
    answer = await desk.publish(statement, "twin")
    assert answer.status_code == 409
    assert answer.json()["publication_id"] == statement["publications"][0]["id"]


async def test_the_same_order_twice_is_one_publication(open_desk: OpenDesk) -> None:
    channel = TwinChannel()
    desk, statement = await ordered(open_desk, channel)
    assert (await desk.publish(statement, "twin", "twin")).status_code == 202
    await desk.room.work()
    assert (await desk.publish(statement, "twin")).status_code == 202
    assert not await desk.room.work()
    assert len((await desk.read(statement["id"]))["publications"]) == 1
    assert channel.calls == 1


async def test_a_drill_reaches_nobody_outside(open_desk: OpenDesk) -> None:
    outside, inside = TwinChannel(), TwinChannel(name="inside", takes_drills=True)
    desk = await open_desk(outside, inside, drill=True)
    statement = await desk.approved()
    refused = await desk.publish(statement, "twin", "inside")
    assert refused.status_code == 409
    assert "drill" in refused.json()["detail"]
    assert (await desk.publish(statement, "inside")).status_code == 202
    await desk.room.work()
    assert (outside.calls, inside.calls) == (0, 1)


async def test_a_channel_that_nobody_configured_is_refused(open_desk: OpenDesk) -> None:
    desk = await open_desk(TwinChannel())
    answer = await desk.publish(await desk.approved(), "newspaper")
    assert answer.status_code == 422
    assert "twin" in answer.json()["detail"]
