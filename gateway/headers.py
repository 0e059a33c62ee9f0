"""Headers on their way through the door: which pass, which do not, which are added. Pure."""

import re
from collections.abc import Iterable, Mapping

from gateway.identity.sessions import COOKIE
from shared.auth import HEADER

Headers = Iterable[tuple[bytes, bytes]]

REQUEST_ID = b"x-request-id"
IDENTITY = HEADER.encode()
_REQUEST_ID_FORM = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_OWN = b"x-groundswell-"
_COOKIE = f"{COOKIE}=".encode()
_BEARER = b"bearer "

# RFC 9110, 7.6.1, and what older proxies sent.
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"expect",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# A room learns who calls from the identity alone; the secrets of callers end at the door.
_NOT_FOR_ROOMS = _HOP_BY_HOP | {
    b"authorization",
    b"content-length",
    b"cookie",
    b"forwarded",
    b"host",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-proto",
    b"x-real-ip",
    REQUEST_ID,
}
# The server and the door write these themselves.
_NOT_FROM_ROOMS = _HOP_BY_HOP | {b"date", b"server", REQUEST_ID}

_SECURITY = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    # Pages say what they need; what says nothing is data, and needs nothing.
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}
_SECURITY_ITEMS = tuple(_SECURITY.items())
_TLS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def for_room(
    headers: Headers, named_hop: bytes | None, request_id: bytes, identity: str | None
) -> list[tuple[str, str]]:
    """The headers that a room gets, as text. `named_hop` is the value of Connection, whose words
    name further headers that end here. `identity` is None where a signature stands for it."""
    dropped = _NOT_FOR_ROOMS
    if named_hop is not None:
        dropped = dropped | {word.strip().lower() for word in named_hop.split(b",")}
    kept = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in headers
        if name not in dropped and not name.startswith(_OWN)
    ]
    if identity is not None:
        kept.append((HEADER, identity))
    kept.append(("x-request-id", request_id.decode("ascii")))
    return kept


def for_pages(
    headers: Headers, request_id: bytes, identity: str | None
) -> list[tuple[bytes, bytes]]:
    """The headers that the gateway's own pages get."""
    kept = [
        (name, value) for name, value in headers if name != REQUEST_ID and not name.startswith(_OWN)
    ]
    kept.append((REQUEST_ID, request_id))
    if identity is not None:
        kept.append((IDENTITY, identity.encode()))
    return kept


def from_room(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers of a room's answer that go out."""
    return [
        (lower, value) for name, value in headers if (lower := name.lower()) not in _NOT_FROM_ROOMS
    ]


def going_out(headers: Headers, request_id: bytes, *, tls: bool) -> list[tuple[bytes, bytes]]:
    """An answer's headers with what every answer carries. Over TLS, cookies stay on TLS."""
    kept = [item for item in headers if item[0] != REQUEST_ID]
    there = {name for name, _ in kept}
    kept += [item for item in _SECURITY_ITEMS if item[0] not in there]
    kept.append((REQUEST_ID, request_id))
    if tls:
        kept = [
            (name, value + b"; Secure" if name == b"set-cookie" else value) for name, value in kept
        ]
        kept.append(_TLS_ONLY)
    return kept


def accepted_request_id(value: bytes | None) -> bytes | None:
    """The id that a caller gave the request, if it can be trusted in a log."""
    return value if value is not None and _REQUEST_ID_FORM.fullmatch(value) else None


def bearer_secret(headers: Mapping[bytes, bytes]) -> str | None:
    """What follows `Bearer` in Authorization; any other scheme reads as a wrong secret."""
    value = headers.get(b"authorization")
    if value is None:
        return None
    return value[len(_BEARER) :].strip().decode("latin-1") if value[:7].lower() == _BEARER else ""


def session_token(headers: Mapping[bytes, bytes]) -> str | None:
    """The value of the session cookie."""
    for pair in headers.get(b"cookie", b"").split(b";"):
        pair = pair.strip()
        if pair.startswith(_COOKIE):
            return pair[len(_COOKIE) :].decode("latin-1")
    return None


def content_length(headers: Mapping[bytes, bytes]) -> int | None:
    """The declared size of the body: 0 when there is none, None when only its end will tell."""
    if b"transfer-encoding" in headers:
        return None
    value = headers.get(b"content-length", b"0")
    return int(value) if value.isdigit() else None
