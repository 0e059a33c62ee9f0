"""E-mail messages: from bytes to words.

This runs in a process of its own (`mail_process.py`): whoever writes a message chooses its nesting,
its charsets and its headers, on which a parser may compute for minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from services.monitor.sources.feeds import decode
from services.monitor.sources.plain_text import plain_text

_DEEPEST = 20
_MOST_PARTS = 200
_MOST_NAMED = 20
_LONGEST = 100_000


@dataclass(frozen=True)
class Mail:
    """A message in plain text. `sender` is its address in lower case, `sent` its Date as it was
    written."""

    subject: str
    name: str
    sender: str
    sent: str
    text: str
    attachments: list[str]


def read_mail(raw: bytes) -> Mail:
    """The message in `raw`, which may end early: then what there is of it.

    Of texts in several forms the plain one is taken; attachments are named and not opened.
    """
    message = message_from_bytes(raw, policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the parser gives messages of another class")
    plain: list[str] = []
    html: list[str] = []
    attachments: list[str] = []
    for part in _parts(message, 0):
        kind = part.get_content_type()
        name = part.get_filename()
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attachments.append(_line(name or kind))
        elif kind == "text/html":
            html.append(plain_text(_words(part)))
        else:
            plain.append(_words(part).strip())
    name, sender = parseaddr(_header(message, "from"))
    return Mail(
        subject=_line(_header(message, "subject")),
        name=_line(name),
        sender=_line(sender).lower(),
        sent=_line(_header(message, "date")),
        text=("\n".join(filter(None, plain)) or "\n".join(filter(None, html)))[:_LONGEST],
        attachments=attachments[:_MOST_NAMED],
    )


def try_mail(raw: bytes) -> Mail | None:
    """The message in `raw`, or None where its headers lead the parser astray."""
    try:
        return read_mail(raw)
    except Exception:  # the parser of headers raises whatever a crafted one leads it to
        return None


def _parts(message: EmailMessage, depth: int) -> Iterator[EmailMessage]:
    """The leaves of a message; one that is attached as a whole is a leaf too."""
    if not message.is_multipart() or message.get_content_type() == "message/rfc822":
        yield message
        return
    if depth >= _DEEPEST:
        return
    for part in list(message.iter_parts())[:_MOST_PARTS]:
        if isinstance(part, EmailMessage):
            yield from _parts(part, depth + 1)


def _words(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset() or ""
    # As feeds: by its charset where that is one for texts, else as UTF-8; gb2312 is read as the
    # larger gb18030.
    return decode(payload, f"charset={charset}") if isinstance(payload, bytes) else ""


def _header(message: EmailMessage, name: str) -> str:
    value = message.get(name)
    return str(value) if value is not None else ""


def _line(text: str) -> str:
    return " ".join(text.encode("utf-8", "replace").decode().split())[:1_000]
