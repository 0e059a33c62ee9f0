"""A mailbox that takes no password: tokens are had, kept, renewed, and shown to nobody."""

import re
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from services.monitor.room import room as monitor_room
from services.monitor.sources.connectors.mail_tokens import MailboxCredentials, MailTokens
from services.monitor.sources.connectors.registry import KINDS
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.kinds import SourceKind
from shared.contracts.posts import SourceDue
from shared.events import emit
from tests.conftest import OpenRoom
from tests.monitor.sources.connectors.conftest import Read, texts
from tests.monitor.sources.connectors.test_mailbox import mail, running
from tests.monitor.sources.connectors.twins.imap import USER, ImapTwin, TokenTwin

_MAILBOX = KINDS[SourceKind.MAILBOX].connector
CLIENT = {"user": USER["user"], "client_id": "an-application", "client_secret": "its-secret"}


@pytest.fixture
def tokens(httpserver: HTTPServer) -> TokenTwin:
    twin = TokenTwin()
    httpserver.expect_request("/token").respond_with_handler(twin)
    return twin


def asking(httpserver: HTTPServer, **more: str) -> dict[str, str]:
    return CLIENT | {"token_url": httpserver.url_for("/token")} | more


async def test_an_application_reads_a_mailbox_that_it_was_given(
    read: Read, tokens: TokenTwin, httpserver: HTTPServer
) -> None:
    twin = ImapTwin(capabilities="IMAP4rev1 AUTH=XOAUTH2", token="token-1")
    twin.deliver(mail("outage"))
    credentials = asking(httpserver, scope="https://outlook.office365.com/.default")
    async with running(twin) as url:
        for _ in range(2):
            harvest = await read("mailbox", url, {}, credentials)
            assert len(texts(harvest)) == 1
    assert len(tokens.asked) == 1
    assert tokens.asked[0]["grant_type"] == "client_credentials"
    assert tokens.asked[0]["scope"] == "https://outlook.office365.com/.default"
    assert not harvest.renewed
    assert "AUTHENTICATE XOAUTH2" in twin.commands


async def test_a_token_that_holds_no_longer_is_had_anew(
    read: Read, tokens: TokenTwin, httpserver: HTTPServer
) -> None:
    twin = ImapTwin(token="token-1")
    async with running(twin) as url:
        await read("mailbox", url, {}, asking(httpserver))
        twin.token = "token-2"
        with pytest.raises(FetchError, match="does not accept the token") as refused:
            await read("mailbox", url, {}, asking(httpserver))
        assert "token-1" not in str(refused.value)
        await read("mailbox", url, {}, asking(httpserver))
    assert len(tokens.asked) == 2


async def test_what_the_service_says_against_it_is_told_without_the_secret(
    read: Read, tokens: TokenTwin, httpserver: HTTPServer
) -> None:
    async with running(ImapTwin()) as url:
        wrong = asking(httpserver, client_secret="not-its-secret")
        with pytest.raises(FetchError, match="AADSTS7000215") as refused:
            await read("mailbox", url, {}, wrong)
    assert "not-its-secret" not in str(refused.value)


async def test_a_renewed_refresh_token_is_kept_sealed_and_collides_with_no_edit(
    open_room: OpenRoom,
    tokens: TokenTwin,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = await open_room(monitor_room, allow_private_sources=True)
    twin = ImapTwin()
    credentials = asking(httpserver, refresh_token="refresh-0")
    async with running(twin) as url:
        new: dict[str, Any] = {"name": "Press", "kind": "mailbox", "url": url}
        made = await room.post("/api/v1/sources", new | {"credentials": credentials})
        assert made.status_code == 201, made.text
        place = f"/api/v1/sources/{made.json()['id']}"
        seen = []
        for number in (1, 1, 2):
            twin.token = f"token-{number}"
            async with room.transaction() as session:
                await emit(session, SourceDue(source_id=made.json()["id"]))
            await room.work()
            shown = await room.get(place)
            seen.append((shown.json()["health"]["last_error"], shown.headers["ETag"]))
            assert "refresh-" not in shown.text
            if len(seen) == 2:
                # Another process, which has no session, signs in with what was kept.
                monkeypatch.setattr(_MAILBOX, "_tokens", MailTokens())
    assert seen == [(None, made.headers["ETag"])] * 3
    assert [asked["refresh_token"] for asked in tokens.asked] == ["refresh-0", "refresh-1"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "give a password"),
        ({"token_url": "ftp://x"}, "token_url is the https"),
        ({"token_url": "https://x"}, "needs a client_id"),
        ({"token_url": "https://x", "client_id": "a"}, "needs a client_id"),
        ({"password": "a\x07"}, "printable"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        MailboxCredentials.model_validate({"user": "press@example.org"} | changes)
