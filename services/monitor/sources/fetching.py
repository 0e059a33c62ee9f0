"""Reading a document of the web politely: nothing twice, nothing too large, nothing too slow."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import Literal

import httpx

from services.monitor.sources.address_guard import AddressRefusedError, GuardedTransport

USER_AGENT = f"Groundswell/{version('groundswell')} (feed reader)"
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})
_TAKEN = frozenset({200, 201, 203})
_GONE, _A_DAY = 410, 86_400.0
_COME_LATER = frozenset({429, 503})
# What may follow a redirect to another site: everything else might be meant for the first alone.
_FOR_ANYBODY = frozenset({"accept", "accept-language"})
_LONGEST_VALIDATOR = 1_000


class FetchError(Exception):
    """A document could not be read; the message is for the person who looks after the source.

    `retry_after`: for how many seconds the site asks to be left alone, where it does. `status`:
    what it answered, where it did.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status


class LaterError(FetchError):
    """Nothing is wrong: it is not our turn yet. `retry_after` says when to come again."""


@dataclass(frozen=True)
class Manners:
    """How long and how much. Sizes are of the unpacked document, in bytes; times in seconds."""

    largest: int = 5 * 1024 * 1024
    # For each step (connecting, the next bytes), and for everything with all redirects: a delivery
    # must end within its lease.
    step: float = 10.0
    whole: float = 18.0
    redirects: int = 5


@dataclass(frozen=True)
class Validators:
    """By what a site knows the version of a document that we have (RFC 9110, section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


NOTHING_KNOWN = Validators()
Before = Callable[[httpx.URL], Awaitable[None]]


@dataclass(frozen=True)
class Ask:
    """A request. `headers` may hold what we sign in with: they go to the origin of `url` alone.

    `enough`: bytes after which the rest is left unread; None: a document must be had whole.
    `explained` are errors whose documents are wanted, for they say what is wrong.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    known: Validators = NOTHING_KNOWN
    method: Literal["GET", "POST"] = "GET"
    content: bytes | None = field(default=None, repr=False)
    explained: frozenset[int] = frozenset()
    enough: int | None = None


@dataclass(frozen=True)
class Document:
    """What a site sent. `url` is where it was found in the end; names of headers in lower case.

    `status` is 200, or an error that the request wants explained; `retry_after` as in FetchError.
    `moved_to`: the site says that it is there from now on (RFC 9110, sections 15.4.2 and 15.4.9).
    """

    body: bytes
    content_type: str
    url: str
    validators: Validators
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    retry_after: float | None = None
    moved_to: str | None = None


class Fetcher:
    """Reads documents through one HTTP client."""

    def __init__(self, client: httpx.AsyncClient, manners: Manners) -> None:
        self._client = client
        self._manners = manners

    async def fetch(self, ask: Ask, *, before: Before | None = None) -> Document | None:
        """Read a document; None if it is still the one that `ask.known` describes. `before` is
        called with each address on the way there, and may refuse it.

        Raises:
            FetchError: it cannot be had; the message says why.
        """
        try:
            async with asyncio.timeout(self._manners.whole):
                return await self._follow(ask, before)
        except AddressRefusedError as error:
            raise FetchError(str(error)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise FetchError("The site did not answer in time.") from error
        # UnicodeError: a redirect to a name that is none, such as xn--.
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, zlib.error) as error:
            raise FetchError(f"The site cannot be read: {_words(error)}.") from error

    async def _follow(self, ask: Ask, before: Before | None) -> Document | None:
        url = httpx.URL(ask.url)
        headers = dict(ask.headers) | _conditions(ask.known)
        for_good = True
        for _ in range(self._manners.redirects + 1):
            if before is not None:
                await before(url)
            request = self._client.stream(ask.method, url, headers=headers, content=ask.content)
            async with request as answer:
                if answer.status_code not in _MOVED or "location" not in answer.headers:
                    found = await self._take(answer, ask)
                    moved = for_good and str(url) != ask.url
                    return replace(found, moved_to=str(url)) if found and moved else found
                for_good = for_good and answer.status_code in _MOVED_FOR_GOOD
                if ask.method != "GET":
                    raise FetchError("The site redirects what was sent to it, which is not done.")
                onward = url.join(answer.headers["location"])
            if not _same_origin(url, onward):
                headers = {name: headers[name] for name in headers if name in _FOR_ANYBODY}
            url = onward
        raise FetchError(f"The site redirects more than {self._manners.redirects} times.")

    async def _take(self, answer: httpx.Response, ask: Ask) -> Document | None:
        if answer.status_code == 304:
            return None
        retry_after = _retry_after(answer) if answer.status_code in _COME_LATER else None
        if answer.status_code == _GONE and _GONE not in ask.explained:
            raise FetchError(
                "The site says that this is gone for good (410). Look for its new address, or take "
                "the source out of service.",
                retry_after=_A_DAY,
                status=_GONE,
            )
        if answer.status_code not in _TAKEN | ask.explained:
            raise FetchError(
                f"The site answered {answer.status_code} {answer.reason_phrase}".rstrip() + ".",
                retry_after=retry_after,
                status=answer.status_code,
            )
        return Document(
            body=await self._body(answer, ask.enough),
            content_type=answer.headers.get("content-type", ""),
            url=str(answer.url),
            validators=Validators(
                etag=_validator(answer, "etag"), last_modified=_validator(answer, "last-modified")
            ),
            headers={name.lower(): value for name, value in answer.headers.items()},
            status=answer.status_code if answer.status_code in ask.explained else 200,
            retry_after=retry_after,
        )

    async def _body(self, answer: httpx.Response, enough: int | None) -> bytes:
        largest = enough or self._manners.largest
        encoding = answer.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise FetchError(f"The site sent the encoding {encoding}, which was not asked for.")
        unpack = None if encoding == "identity" else zlib.decompressobj(wbits=31)
        body = bytearray()
        async for chunk in answer.aiter_raw():
            # Unpacked by ourselves, with a limit: 64 KiB of gzip may hold 64 MiB of zeros.
            body += unpack.decompress(chunk, largest + 1 - len(body)) if unpack else chunk
            if len(body) > largest:
                if enough is None:
                    raise FetchError(f"The document is larger than {largest // 1024} KiB.")
                break
        return bytes(body[:largest])


@asynccontextmanager
async def open_fetcher(
    transport: GuardedTransport, manners: Manners | None = None
) -> AsyncIterator[Fetcher]:
    """A fetcher that goes through `transport`, follows no redirect by itself, keeps no cookies."""
    kept = manners or Manners()
    async with httpx.AsyncClient(
        transport=transport,
        timeout=kept.step,
        headers={"user-agent": USER_AGENT, "accept-encoding": "gzip"},
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield Fetcher(client, kept)


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _conditions(known: Validators) -> dict[str, str]:
    sent = {"if-none-match": known.etag, "if-modified-since": known.last_modified}
    return {name: value for name, value in sent.items() if value}


def _validator(answer: httpx.Response, name: str) -> str | None:
    value: str | None = answer.headers.get(name)
    fits = value is not None and len(value) <= _LONGEST_VALIDATOR and value.isascii()
    return value if fits else None


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds, from either form of the header (RFC 9110, section 10.2.3)."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _words(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
