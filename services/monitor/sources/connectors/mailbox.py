"""A mailbox, by IMAP4rev1.

Documentation: RFC 3501; the folder's numbers (UIDVALIDITY, UID) are the cursor. Limits: 25 messages
a reading, 1 MiB of each; services such as Gmail and QQ Mail want an app password, and Microsoft 365
and Google Workspace take OAuth (`mail_tokens.py`). The connection is encrypted (imaps://, or
imap:// with STARTTLS); without encryption only where private addresses are open and the server has
one. Nothing is marked as seen, moved or deleted.

A post: external_id is a digest of the message, platform "mail"; title is the subject, text the
plain text, else the words of the HTML, and the names of attachments; author is the sender's
address; published_at is when the message came in. There is no parent and no engagement. Whoever
knows the address of a mailbox can write to it: name the senders that are taken.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b

import httpx
from pydantic import Field, field_validator

from services.monitor.sources.connectors.api import posts_of
from services.monitor.sources.connectors.connecting import open_socket
from services.monitor.sources.connectors.imap_session import Letter, Login, Visit, visit
from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.mail_process import read_mails_apart
from services.monitor.sources.connectors.mail_tokens import MailboxCredentials, MailTokens
from services.monitor.sources.connectors.mails import Mail
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.values import as_moment, as_number, at
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

_AT_ONCE = 25
_STEP = 8.0
# Shares of a reading's time: no message is begun after the first, none is waited for after the
# second; what is left is for parsing and storing.
_BEGIN, _WAIT = 0.6, 0.8


class MailboxSettings(RequestShape):
    """Which messages are read."""

    folder: str = Field(
        default="INBOX", pattern=r"^[^\x00-\x1f\x7f]{1,200}$", examples=["INBOX", "Press/2026"]
    )
    senders: list[str] = Field(
        default_factory=list,
        max_length=500,
        description="Only from these: addresses, or whole domains as @example.org; empty: all",
        examples=[["alerts@press.example.org", "@newswire.example.org"]],
    )

    @field_validator("senders")
    @classmethod
    def _addresses(cls, senders: list[str]) -> list[str]:
        if any(len(sender) > 320 or sender.count("@") != 1 for sender in senders):
            raise ValueError("write addresses, or @ and a domain")
        return [sender.strip().lower() for sender in senders]


class MailboxConnector:
    """Reads the messages that came in. `context` says which certificates are believed."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context or ssl.create_default_context()
        self._tokens = MailTokens()

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Read what came in.

        Raises:
            FetchError: the mailbox cannot be read.
        """
        settings = order.settings_as(MailboxSettings)
        credentials = order.credentials_as(MailboxCredentials)
        token: str | None = None
        renewed: Mapping[str, str] = {}
        if credentials.token_url is not None:
            token, renewed = await self._tokens.of(order, web, credentials)
        with self._tokens.sessions.ending(order):
            found = await self._visit(order, web, settings.folder, token)
        mails = await read_mails_apart([letter.raw for letter in found.letters])
        items = [
            to_item(letter, mail)
            for letter, mail in zip(found.letters, mails, strict=True)
            if mail is None or is_taken(mail.sender, settings.senders)
        ]
        return Harvest(
            posts=posts_of(items, order),
            cursor={"validity": found.validity, "next": found.next},
            more=found.more,
            renewed=renewed,
        )

    async def _visit(self, order: Order, web: Web, folder: str, token: str | None) -> Visit:
        url = httpx.URL(order.url)
        ends_at = time.monotonic() + web.seconds * _BEGIN
        opened, address = await open_socket(web.guard, url)
        opened.settimeout(_STEP)
        credentials = order.credentials_as(MailboxCredentials)
        login = Login(
            host=url.raw_host.decode("ascii").strip("[]"),
            user=credentials.user.get_secret_value(),
            password=credentials.password.get_secret_value() if credentials.password else "",
            token=token,
            folder=folder,
            context=self._context,
            tls=url.scheme == "imaps",
            plain=web.guard.allow_private and not address.is_global,
        )
        validity, following = (as_number(at(order.cursor, name)) for name in ("validity", "next"))
        known = (validity, following) if validity and following else None
        # A second handle on the connection: TLS takes the first one over.
        line = opened.dup()
        reading = asyncio.create_task(
            asyncio.to_thread(visit, opened, login, known, most=_AT_ONCE, ends_at=ends_at)
        )
        reading.add_done_callback(_look_at)
        try:
            done, _ = await asyncio.wait({reading}, timeout=web.seconds * _WAIT)
        finally:
            # A server that sends a byte now and then would keep the thread for ever: without its
            # connection it ends.
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        if not done:
            raise FetchError("The mail server did not answer in time.")
        return reading.result()


def _look_at(reading: "asyncio.Task[Visit]") -> None:
    """Nobody waits for a visit that took too long, and its error is none of ours."""
    if not reading.cancelled():
        reading.exception()


def is_taken(sender: str, senders: Sequence[str]) -> bool:
    """Whether messages of this sender are wanted."""
    domain = "@" + sender.rpartition("@")[2]
    return not senders or sender in senders or domain in senders


def to_item(letter: Letter, mail: Mail | None) -> Item | None:
    """A message as an item; None if it could not be read."""
    if mail is None:
        return None
    named = [f"[{name}]" for name in mail.attachments]
    return Item(
        id=f"mail:{blake2b(letter.raw, digest_size=16).hexdigest()}",
        title=mail.subject,
        text="\n".join(filter(None, [mail.text, *named])),
        author=mail.sender or mail.name or None,
        published_at=letter.arrived_at or as_moment(mail.sent),
    )
