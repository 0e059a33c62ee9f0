"""One visit to a mailbox (IMAP4rev1, RFC 3501), as a thread makes it: it looks and changes nothing.

The folder is opened with EXAMINE and messages are read with BODY.PEEK: nothing is marked as seen,
moved or deleted. Nothing that a server says gets into an error: it might repeat the password.
"""

import base64
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from services.monitor.sources.connectors.values import as_moment
from services.monitor.sources.fetching import FetchError

# Of one message; what is longer is cut, and its attachments with it.
LARGEST = 1024 * 1024
_LARGEST_IN_ALL = 24 * 1024 * 1024
_SLACK = 64 * 1024
# Of everything that is no message.
_MOST_SAID = 2 * 1024 * 1024
# Numbers that a first visit looks among: those of a large folder would not fit into a line.
_LOOK_BACK = 1_000
_FETCH = f"(UID INTERNALDATE BODY.PEEK[]<0.{LARGEST}>)"
_NO_TLS = "The mail server's certificate does not fit, or it speaks no TLS."
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]{1,40})"')


@dataclass(frozen=True)
class Login:
    """How a mailbox is opened: by a password, or by a token (XOAUTH2). `plain`: TLS may be left
    out, for the server lies inside."""

    host: str
    user: str
    password: str
    folder: str
    context: ssl.SSLContext
    tls: bool
    plain: bool
    token: str | None = None

    def __repr__(self) -> str:
        return f"Login(host={self.host!r})"


@dataclass(frozen=True)
class Letter:
    """A message as the server keeps it, and when it came there."""

    uid: int
    raw: bytes
    arrived_at: datetime | None


@dataclass(frozen=True)
class Visit:
    """What was found. `validity` names the numbering of the folder, `next` the number from which
    the next visit goes on."""

    letters: Sequence[Letter]
    validity: int
    next: int
    more: bool


class _Connection(imaplib.IMAP4):
    """imaplib over a connection that is open already, with a limit on what it takes in."""

    def __init__(self, opened: socket.socket, host: str) -> None:
        self._opened = opened
        self._name = host
        self._taken = self._said = 0
        super().__init__(host)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Take the connection that there is."""
        self.host, self.port = self._name, port
        self.sock = self._opened
        self.file = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        """Read a literal: a server may announce one of any size."""
        self._taken += size
        if size > LARGEST + _SLACK or self._taken > _LARGEST_IN_ALL:
            raise self.abort("too large")
        return super().read(size)

    def readline(self) -> bytes:
        """Read a line: a server may send them without end."""
        line = super().readline()
        self._said += len(line)
        if self._said > _MOST_SAID:
            raise self.abort("too much")
        return line


def visit(
    opened: socket.socket, login: Login, known: tuple[int, int] | None, *, most: int, ends_at: float
) -> Visit:
    """Read up to `most` messages from where `known` (numbering, next number) says, the oldest
    first; without it, or in a new numbering, the latest `most`. `ends_at` is on the monotonic
    clock.

    Raises:
        FetchError: the mailbox cannot be read; the message says why.
    """
    connection = None
    try:
        connection = _open(opened, login)
        _sign_in(connection, login)
        return _read(connection, login.folder, known, most, ends_at)
    except ssl.SSLError as error:
        raise FetchError(_NO_TLS) from error
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise FetchError("The mail server broke off, or does not speak IMAP.") from error
    finally:
        if connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.logout()
            with suppress(OSError):
                connection.shutdown()
        opened.close()


def _open(opened: socket.socket, login: Login) -> _Connection:
    if login.tls:
        opened = login.context.wrap_socket(opened, server_hostname=login.host)
    connection = _Connection(opened, login.host)
    if login.tls:
        return connection
    if "STARTTLS" in connection.capabilities:
        connection.starttls(ssl_context=login.context)
    elif not login.plain:
        raise FetchError("The mail server offers no TLS: the password would travel in the open.")
    return connection


def _sign_in(connection: _Connection, login: Login) -> None:
    if login.token is not None:
        _show_token(connection, login.user, login.token)
        return
    try:
        if (login.user + login.password).isascii():
            connection.login(login.user, login.password)
        else:
            said = f"\0{login.user}\0{login.password}".encode()
            connection.authenticate("PLAIN", lambda _: said)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        # Not "from error": the server's words are in it.
        raise FetchError("The mail server does not accept this user and password.") from None


def _show_token(connection: _Connection, user: str, token: str) -> None:
    """https://developers.google.com/gmail/imap/xoauth2-protocol; Microsoft does the same."""
    said = f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    try:
        # A challenge with words tells of an error: it is answered with nothing, and NO follows.
        connection.authenticate("XOAUTH2", lambda challenge: b"" if challenge else said)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise FetchError(
            "The mail server does not accept the token for this user. Allow the application to "
            "read this mailbox by IMAP.",
            status=401,
        ) from None


def _read(
    connection: _Connection, folder: str, known: tuple[int, int] | None, most: int, ends_at: float
) -> Visit:
    status, _ = connection.select(f'"{mailbox_name(folder)}"', readonly=True)
    if status != "OK":
        raise FetchError(f"The mailbox has no folder {folder}, or it may not be read.")
    validity = _number(connection.response("UIDVALIDITY")[1])
    first = known[1] if known and known[0] == validity else None
    since = first or max(1, _number(connection.response("UIDNEXT")[1]) - _LOOK_BACK)
    status, found = connection.uid("SEARCH", f"UID {since}:*")
    if status != "OK":
        raise FetchError("The mail server does not search this folder.")
    uids = sorted({int(uid) for line in found if line for uid in line.split()})
    # `n:*` names the last message even where its number is below n.
    uids = [uid for uid in uids if uid >= since]
    chosen = uids[:most] if first else uids[-most:]
    letters: list[Letter] = []
    following = first or (chosen[0] if chosen else since)
    for uid in chosen:
        if time.monotonic() > ends_at:
            break
        letters += _fetch(connection, uid)
        following = uid + 1
    return Visit(letters, validity, following, more=bool(uids) and following <= uids[-1])


def _fetch(connection: _Connection, uid: int) -> list[Letter]:
    """The message of a number; nothing if somebody deleted it meanwhile."""
    status, parts = connection.uid("FETCH", str(uid), _FETCH)
    for part in parts if status == "OK" else ():
        if isinstance(part, tuple) and len(part) == 2:
            head, raw = bytes(part[0]), bytes(part[1])
            number = _UID.search(head)
            if number is None or int(number[1]) == uid:
                return [Letter(uid, raw, _arrived(head))]
    return []


def _arrived(head: bytes) -> datetime | None:
    found = _ARRIVED.search(head)
    said = found[1].decode("ascii", "replace").strip() if found else ""
    moment = as_moment(said, form="%d-%b-%Y %H:%M:%S %z")
    return moment.astimezone(UTC) if moment else None


def _number(values: Sequence[object]) -> int:
    said = values[0] if values else None
    return int(said) if isinstance(said, bytes) and said.isdigit() and len(said) < 12 else 0


def mailbox_name(folder: str) -> str:
    """A folder's name as IMAP writes it: modified UTF-7 (RFC 3501, section 5.1.3), quoted."""
    written: list[str] = []
    odd = ""
    for sign in [*folder, ""]:
        if sign and not " " <= sign <= "~":
            odd += sign
            continue
        if odd:
            coded = base64.b64encode(odd.encode("utf-16-be")).decode().rstrip("=")
            written.append(f"&{coded.replace('/', ',')}-")
            odd = ""
        written.append({"&": "&-", '"': '\\"', "\\": "\\\\"}.get(sign, sign))
    return "".join(written)
