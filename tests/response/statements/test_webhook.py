"""The webhook channel: what it sends, and what it makes of every answer."""

import asyncio
import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from services.response.resources import open_resources
from services.response.statements.channels.protocol import (
    ChannelError,
    ChannelRefused,
    ChannelUnavailable,
    OutcomeUnknown,
    OutgoingStatement,
    Receipt,
)
from services.response.statements.channels.webhook import WebhookChannel
from shared.contracts import Room
from shared.errors import ConfigurationError
from shared.signatures import read_secret, sign
from tests.conftest import SettingsFor

URL = "https://site.example.org/hooks/statements"
KEY = b"k" * 24
STATEMENT = OutgoingStatement(
    publication_id=UUID(int=1),
    statement_id=UUID(int=2),
    supersedes_id=None,
    incident_id=UUID(int=3),
    incident_number="2026-0001",
    kind="statement",
    version=2,
    title="停电通告",
    text="无人受伤。",
    sha256="0" * 64,
    drill=False,
    ordered_at=datetime(2026, 11, 1, 21, 4, tzinfo=UTC),
)


class Receiver:
    """A receiver in memory; it answers with `answer`, or does not."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        # As from a socket: not read yet.
        return httpx.Response(
            self.answer.status_code,
            headers=self.answer.headers,
            stream=httpx.ByteStream(self.answer.content),
        )

    async def take(self, *, idempotent: bool = True, key: bytes | None = KEY) -> str | None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as client:
            channel = WebhookChannel(client, URL, key=key, idempotent=idempotent)
            return (await channel.publish(STATEMENT)).location


async def test_the_message_is_signed_and_keyed_by_the_publication() -> None:
    receiver = Receiver(httpx.Response(201))
    await receiver.take()
    (request,) = receiver.requests
    assert request.headers["webhook-id"] == str(STATEMENT.publication_id)
    timestamp = int(request.headers["webhook-timestamp"])
    assert request.headers["webhook-signature"] == sign(
        KEY,
        message_id=str(STATEMENT.publication_id),
        timestamp=timestamp,
        body=request.content,
    )
    message = json.loads(request.content)
    assert message["type"] == "statement.published"
    assert message["timestamp"] == "2026-11-01T21:04:00+00:00"
    assert (message["data"]["title"], message["data"]["text"]) == ("停电通告", "无人受伤。")
    assert message["data"]["supersedes_id"] is None


async def test_every_try_sends_the_same_bytes() -> None:
    receiver = Receiver(httpx.Response(200))
    await receiver.take()
    await receiver.take()
    first, second = receiver.requests
    assert first.content == second.content


async def test_without_a_secret_there_is_no_signature() -> None:
    receiver = Receiver(httpx.Response(200))
    await receiver.take(key=None)
    assert "webhook-signature" not in receiver.requests[0].headers


@pytest.mark.parametrize(
    ("answer", "location"),
    [
        (httpx.Response(204), None),
        (httpx.Response(201, headers={"location": "/n/7"}), "https://site.example.org/n/7"),
        (httpx.Response(200, json={"location": "https://a.example.org/8"}),
         "https://a.example.org/8"),
        (httpx.Response(200, json={"location": "javascript:alert(1)"}), None),
        (httpx.Response(200, json={"location": 8}), None),
        (httpx.Response(200, json=["location"]), None),
        (httpx.Response(200, text="<html>"), None),
        (httpx.Response(200, json={"location": "https://a.example.org/" + "x" * 3_000}), None),
    ],
)  # fmt: skip
async def test_any_2xx_means_public(answer: httpx.Response, location: str | None) -> None:
    assert await Receiver(answer).take() == location


@pytest.mark.parametrize(
    ("answer", "idempotent", "error"),
    [
        (httpx.Response(400, text="too long"), True, ChannelRefused),
        (httpx.Response(401), False, ChannelRefused),
        (httpx.Response(302, headers={"location": "https://else.example.org"}), True,
         ChannelRefused),
        (httpx.Response(429), False, ChannelUnavailable),
        (httpx.Response(503), False, ChannelUnavailable),
        (httpx.Response(500), True, ChannelUnavailable),
        (httpx.Response(500), False, OutcomeUnknown),
        (httpx.Response(504), False, OutcomeUnknown),
        (httpx.ConnectError("refused"), False, ChannelUnavailable),
        (httpx.ConnectTimeout("slow"), False, ChannelUnavailable),
        (httpx.ReadTimeout("slow"), True, OutcomeUnknown),
        (httpx.ReadTimeout("slow"), False, OutcomeUnknown),
        (httpx.RemoteProtocolError("cut"), False, OutcomeUnknown),
        (httpx.WriteError("cut"), False, OutcomeUnknown),
        (httpx.UnsupportedProtocol("ftp"), True, ChannelRefused),
    ],
)  # fmt: skip
async def test_what_every_other_answer_means(
    answer: httpx.Response | Exception, idempotent: bool, error: type[ChannelError]
) -> None:
    receiver = Receiver(answer)
    with pytest.raises(error) as caught:
        await receiver.take(idempotent=idempotent)
    assert type(caught.value) is error
    assert len(receiver.requests) == 1


async def test_a_refusal_tells_the_receivers_reason() -> None:
    with pytest.raises(ChannelRefused, match="400 Bad Request: too long"):
        await Receiver(httpx.Response(400, text="too long\x00")).take()


async def call_real_server(
    settings_for: SettingsFor, answer: bytes, *, cut: bool = False
) -> Receipt:
    """Publish, by the room's own client, to a server that says `answer` and stays, or hangs up."""
    finished = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if not cut:
            await finished.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = settings_for(
        Room.RESPONSE, statement_webhook_url=f"http://127.0.0.1:{port}/statements"
    )
    try:
        async with open_resources(settings) as resources:
            return await resources.channels["webhook"].publish(STATEMENT)
    finally:
        finished.set()
        server.close()
        await server.wait_closed()


async def test_a_2xx_counts_though_its_body_never_ends(settings_for: SettingsFor) -> None:
    answer = b"HTTP/1.1 200 OK\r\nlocation: https://a.example.org/9\r\ncontent-length: 9\r\n\r\n{"
    receipt = await call_real_server(settings_for, answer)
    assert receipt.location == "https://a.example.org/9"


async def test_a_line_that_is_cut_leaves_it_unknown(settings_for: SettingsFor) -> None:
    with pytest.raises(OutcomeUnknown):
        await call_real_server(settings_for, b"", cut=True)


async def test_where_nobody_listens_nothing_was_taken(
    settings_for: SettingsFor, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/statements"
    async with open_resources(settings_for(Room.RESPONSE, statement_webhook_url=url)) as resources:
        with pytest.raises(ChannelUnavailable):
            await resources.channels["webhook"].publish(STATEMENT)


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the reference implementations."""
    key = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(
        key,
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_webhook_is_a_channel_when_its_address_is_set(
    settings_for: SettingsFor,
) -> None:
    settings = settings_for(
        Room.RESPONSE,
        statement_webhook_url=URL,
        statement_webhook_secret="whsec_" + base64.b64encode(KEY).decode(),
        statement_webhook_idempotent=False,
    )
    async with open_resources(settings) as resources:
        assert list(resources.channels) == ["console", "webhook"]
        assert not resources.channels["webhook"].idempotent


@pytest.mark.parametrize("secret", ["whsec_???", "short"])
async def test_a_secret_that_does_not_fit_stops_the_room(
    settings_for: SettingsFor, secret: str
) -> None:
    settings = settings_for(
        Room.RESPONSE, statement_webhook_url=URL, statement_webhook_secret=secret
    )
    with pytest.raises(ConfigurationError, match="STATEMENT_WEBHOOK_SECRET"):
        async with open_resources(settings):
            pass
