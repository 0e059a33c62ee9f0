"""A mailbox from its first message to servers that mean harm."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.sources.connectors.imap_session import Login, mailbox_name, visit
from services.monitor.sources.connectors.mail_process import read_mails_apart
from services.monitor.sources.connectors.mail_tokens import MailboxCredentials
from services.monitor.sources.connectors.mailbox import (
    MailboxConnector,
    MailboxSettings,
    is_taken,
)
from services.monitor.sources.connectors.mails import read_mail, try_mail
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.web import Web
from shared.ids import new_id
from tests.monitor.sources.connectors.conftest import Read, texts
from tests.monitor.sources.connectors.twins.imap import USER, ImapTwin


def mail(subject: str, text: str = "The east is dark.", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.get("sender", "Ann <ann@example.org>")
    message["Subject"] = subject
    message["Date"] = "Sat, 21 Nov 2026 10:00:00 +0800"
    message.set_content(text)
    return message.as_bytes()


@asynccontextmanager
async def running(twin: ImapTwin, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async with await twin.listen(context) as server:
        yield f"imap://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_message_becomes_a_post_and_nothing_in_the_mailbox_changes(read: Read) -> None:
    twin = ImapTwin()
    message = EmailMessage()
    message["From"] = "=?utf-8?b?5byg5LiJ?= <Zhang@Example.org>"
    message["Subject"] = "停电 – power cut"
    message.set_content("城东又停电了")
    message.add_alternative("<p>城东又<b>停电</b>了</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="照片.pdf")
    twin.deliver(message.as_bytes())
    async with running(twin) as url:
        (post,) = (await read("mailbox", url, {}, USER)).posts.dated
    assert post.title == "停电 – power cut"
    assert post.text == "城东又停电了\n[照片.pdf]"
    assert post.author == "zhang@example.org"
    assert post.platform == "mail"
    assert not [one for one in twin.commands if one.startswith(("SELECT", "STORE", "UID STORE"))]
    assert all("BODY.PEEK" in one for one in twin.commands if one.startswith("UID FETCH"))


async def test_each_message_is_read_once_and_a_new_numbering_begins_anew(read: Read) -> None:
    twin = ImapTwin()
    for number in range(60):
        twin.deliver(mail(f"old {number}", f"text {number}"))
    async with running(twin) as url:
        harvest = await read("mailbox", url, {}, USER)
        assert len(texts(harvest)) == 25
        assert not harvest.more
        harvest = await read("mailbox", url, {}, USER, after=harvest)
        assert texts(harvest) == []
        for number in range(30):
            twin.deliver(mail(f"new {number}", f"fresh {number}"))
        first = await read("mailbox", url, {}, USER, after=harvest)
        second = await read("mailbox", url, {}, USER, after=first)
        assert (first.more, second.more) == (True, False)
        assert len({*texts(first), *texts(second)}) == 30
        twin.validity = 8
        again = await read("mailbox", url, {}, USER, after=second)
    known = {post.external_id for post in (*first.posts.dated, *second.posts.dated)}
    # The same bytes are the same post, whatever their number.
    assert {post.external_id for post in again.posts.dated} <= known


async def test_an_empty_mailbox_is_no_error(read: Read) -> None:
    twin = ImapTwin()
    async with running(twin) as url:
        harvest = await read("mailbox", url, {}, USER)
        twin.deliver(mail("first"))
        harvest = await read("mailbox", url, {}, USER, after=harvest)
    assert len(texts(harvest)) == 1


async def test_only_wanted_senders_are_taken(read: Read) -> None:
    twin = ImapTwin()
    twin.deliver(mail("wanted", "one", sender="Wire <news@wire.example>"))
    twin.deliver(mail("wanted too", "two", sender="ann@example.org"))
    twin.deliver(mail("not wanted", "three", sender="eve@wire.example.evil"))
    twin.deliver(mail("nor this", "four", sender='"ann@example.org" <eve@evil.example>'))
    async with running(twin) as url:
        wanted = {"senders": ["@wire.example", "ann@example.org"]}
        harvest = await read("mailbox", url, wanted, USER)
    assert texts(harvest) == ["one", "two"]
    assert is_taken("anybody@anywhere.example", [])


async def test_a_folder_may_have_a_chinese_name(read: Read) -> None:
    assert mailbox_name('收件箱&"') == '&ZTZO9nux-&-\\"'
    twin = ImapTwin(folders={"&ZTZO9nux-": {}})
    twin.deliver(mail("hello"), folder="&ZTZO9nux-")
    async with running(twin) as url:
        assert len(texts(await read("mailbox", url, {"folder": "收件箱"}, USER))) == 1
        with pytest.raises(FetchError, match="no folder 别处"):
            await read("mailbox", url, {"folder": "别处"}, USER)


async def test_a_password_that_is_refused_is_told_and_not_shown(read: Read) -> None:
    twin = ImapTwin()
    async with running(twin) as url:
        with pytest.raises(FetchError, match="does not accept this user") as refused:
            await read("mailbox", url, {}, USER | {"password": "wrong-secret"})
    seen: BaseException | None = refused.value
    while seen is not None:
        assert "wrong-secret" not in str(seen)
        seen = seen.__cause__


async def test_a_password_of_any_letters_is_sent(read: Read) -> None:
    twin = ImapTwin(password="密码")
    twin.deliver(mail("hello"))
    async with running(twin) as url:
        assert texts(await read("mailbox", url, {}, USER | {"password": "密码"}))


@pytest.mark.parametrize(
    ("greeting", "instead"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", {}),
        (b"* BYE too many connections\r\n", {}),
        (b"* OK " + b"x" * 2_000_000, {}),
        (b"* OK ready\r\n", {"EXAMINE": b"TAG BAD what\r\n"}),
        (b"* OK ready\r\n", {"UID SEARCH": b"* SEARCH one two\r\nTAG OK done\r\n"}),
        (b"* OK ready\r\n", {"UID SEARCH": b"* SEARCH 99999999999999999999999\r\nTAG NO\r\n"}),
        (b"* OK ready\r\n", {"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n"}),
        (b"* OK ready\r\n", {"UID FETCH": b"* 1 FETCH nonsense\r\n" * 1_000_000}),
        (b"* OK ready\r\n", {"UID FETCH": b"\xff\xfe garbage \r\n"}),
        (b"* OK ready\r\n", {"CAPABILITY": b"* CAPABILITY\r\nTAG OK done\r\n"}),
    ],
)
async def test_a_server_that_means_harm_gives_an_error_in_words(
    read: Read, greeting: bytes, instead: dict[str, bytes]
) -> None:
    twin = ImapTwin(greeting=greeting, instead=instead)
    twin.deliver(mail("hello"))
    async with running(twin) as url:
        with pytest.raises(FetchError, match=r"^The mail"):
            await read("mailbox", url, {}, USER, seconds=10.0)


async def test_a_server_that_sends_a_byte_now_and_then_is_given_up(read: Read) -> None:
    twin = ImapTwin(pace=0.3)
    async with running(twin) as url:
        with pytest.raises(FetchError, match="in time"):
            await read("mailbox", url, {}, USER, seconds=5.0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost alone, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "mail.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


async def test_the_connection_is_encrypted_and_the_certificate_must_fit(
    web: Web, certificate: Path
) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    twin = ImapTwin()
    twin.deliver(mail("hello"))

    async def read(connector: MailboxConnector, url: str) -> Harvest | None:
        order = Order(
            source_id=new_id(),
            version=1,
            url=url,
            platform="mail",
            now=datetime.now(UTC),
            settings=MailboxSettings(),
            credentials=MailboxCredentials.model_validate(USER),
        )
        return await connector.collect(order, web)

    async with running(twin, serving) as plain:
        port = plain.rpartition(":")[2]
        harvest = await read(MailboxConnector(trusting), f"imaps://localhost:{port}")
        assert harvest is not None
        assert len(texts(harvest)) == 1
        for connector, host in (
            (MailboxConnector(), "localhost"),
            (MailboxConnector(trusting), "127.0.0.1"),
        ):
            with pytest.raises(FetchError, match="certificate does not fit"):
                await read(connector, f"imaps://{host}:{port}")


async def test_a_password_does_not_travel_in_the_open_to_a_public_server(web: Web) -> None:
    twin = ImapTwin()
    async with await twin.listen() as server:
        address = server.sockets[0].getsockname()[:2]
        line = socket.create_connection(address)
        line.settimeout(3)
        login = Login(
            host="mail.example",
            user="press",
            password="secret",
            folder="INBOX",
            context=ssl.create_default_context(),
            tls=False,
            plain=False,
        )
        with pytest.raises(FetchError, match="offers no TLS"):
            await asyncio.to_thread(visit, line, login, None, most=5, ends_at=time.monotonic() + 3)
    assert not [said for said in twin.commands if said.startswith(("LOGIN", "AUTHENTICATE"))]


async def test_a_message_that_is_gone_or_another_is_left_out(read: Read) -> None:
    twin = ImapTwin(instead={"UID FETCH": b"* 9 EXPUNGE\r\nTAG OK done\r\n"})
    twin.deliver(mail("hello"))
    async with running(twin) as url:
        assert texts(await read("mailbox", url, {}, USER)) == []
        body = mail("another")
        twin.instead["UID FETCH"] = b"* 1 FETCH (UID 4711 BODY[] {%d}\r\n%s)\r\nTAG OK done\r\n" % (
            len(body),
            body,
        )
        assert texts(await read("mailbox", url, {}, USER)) == []


async def test_a_huge_message_is_cut_and_its_words_are_kept(read: Read) -> None:
    message = EmailMessage()
    message["From"] = "ann@example.org"
    message.set_content("words first")
    message.add_attachment(b"\0" * 3_000_000, maintype="image", subtype="png", filename="big.png")
    twin = ImapTwin()
    twin.deliver(message.as_bytes())
    async with running(twin) as url:
        assert texts(await read("mailbox", url, {}, USER)) == ["words first\n[big.png]"]


async def test_what_takes_too_long_to_parse_takes_nothing_else_with_it() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(3_000)
    )
    good, *bad = await read_mails_apart([mail("good"), nested, b"", b"\xff" * 1_000])
    assert good is not None
    assert good.subject == "good"
    assert len(bad) == 3


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "From: a@b\nSubject: =?", "Content-Type: "]))
def test_any_bytes_are_a_message_or_none(raw: bytes, head: str) -> None:
    read = try_mail(head.encode() + raw)
    if read is not None:
        read.text.encode()
        read.subject.encode()


@pytest.mark.parametrize(
    ("charset", "text"),
    [("gb2312", "龙镕停电"), ("big5", "停電"), ("no-such-charset", "停电"), ("utf-7", "ok")],
)
def test_charsets_are_read_as_they_are_meant(charset: str, text: str) -> None:
    codec = {"gb2312": "gb18030", "no-such-charset": "utf-8"}.get(charset, charset)
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert read_mail(head.encode() + text.encode(codec)).text == text
