"""An HTTP transport that connects only to addresses that it has checked.

A name is resolved once, every address it has is checked, and the connection goes to a checked
address, so that a name which answers differently the second time (DNS rebinding) gains nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence, Set
from ipaddress import ip_address
from ssl import SSLContext

import httpx

from services.monitor.sources.addresses import Address, may_be_called, may_be_called_on

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

WEB = frozenset({"http", "https"})
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "imap": 143, "imaps": 993}
_DNS_SECONDS = 5.0


class AddressRefusedError(Exception):
    """This address is not called; the message says why."""


class HostUnknownError(Exception):
    """A name has no address, or nobody could tell in time."""


async def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, in the order in which the system would try them.

    Raises:
        OSError: the name has no address.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


def check_url(url: str | httpx.URL, *, allow_private: bool, schemes: Set[str] = WEB) -> httpx.URL:
    """The URL, if it is one that may be called as far as can be told without resolving its name.

    Raises:
        AddressRefusedError: it has none of the schemes, carries a password, or names a port or an
            address that is not called.
    """
    try:
        read = httpx.URL(url)
        host = read.host
    except (httpx.InvalidURL, ValueError) as error:
        # A name such as xn-- is looked at only when it is asked for.
        raise AddressRefusedError(f"This is not a URL: {error}.") from error
    if read.scheme not in schemes or not host:
        allowed = " and ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise AddressRefusedError(f"Only {allowed} addresses are read.")
    if read.userinfo:
        raise AddressRefusedError(
            "The address carries a name or a password, which logs and lists would show."
        )
    port = port_of(read)
    if port != _PORTS[read.scheme] and not may_be_called_on(port):
        raise AddressRefusedError(f"Port {port} is not called: only 80, 443 and 1024 to 65535 are.")
    try:
        literal = ip_address(host)
    except ValueError:
        return read
    _check(host, [literal], allow_private)
    return read


def port_of(url: httpx.URL) -> int:
    """The port that a URL means."""
    return url.port or _PORTS[url.scheme]


def _check(host: str, addresses: Sequence[Address], allow_private: bool) -> None:
    if not all(may_be_called(address, allow_private=allow_private) for address in addresses):
        # Which address it was stays unsaid: that would map the inside for whoever asks.
        raise AddressRefusedError(
            f"{host} lies inside a private or reserved network, where sources are not read. "
            "GROUNDSWELL_ALLOW_PRIVATE_SOURCES opens an intranet."
        )


class AddressGuard:
    """Says which addresses of a host may be connected to."""

    def __init__(self, *, allow_private: bool, resolve: Resolve = resolve) -> None:
        self.allow_private = allow_private
        self._resolve = resolve

    async def admit(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a host, all checked. Connect to one of them, never to the name: it may
        answer differently when it is asked again.

        Raises:
            AddressRefusedError: one of the addresses is not called.
            HostUnknownError: the name has no address.
        """
        try:
            async with asyncio.timeout(_DNS_SECONDS):
                addresses = await self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise HostUnknownError(f"{host} has no address") from error
        _check(host, addresses, self.allow_private)
        return addresses


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to checked addresses only, and uses no connection twice.

    Each redirect is a request of its own and is checked like the first. The certificate is checked
    against the name in the URL, as ever.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Resolve = resolve,
        verify: SSLContext | bool = True,
    ) -> None:
        self.guard = AddressGuard(allow_private=allow_private, resolve=resolve)
        # A kept connection is known by its address alone, and would serve another name behind the
        # same address without a look at that name's certificate.
        self._transport = httpx.AsyncHTTPTransport(
            verify=verify, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first of its host's addresses that takes the connection.

        Raises:
            AddressRefusedError: one of the addresses is not called.
            httpx.ConnectError: the name has no address, or none takes the connection.
        """
        url = check_url(request.url, allow_private=self.guard.allow_private)
        host = url.raw_host.decode("ascii")
        refused: httpx.TransportError = httpx.ConnectError(f"{host} has no address")
        try:
            addresses = await self.guard.admit(host, port_of(url))
        except HostUnknownError as error:
            raise httpx.ConnectError(str(error)) from error
        for address in addresses:
            try:
                return await self._transport.handle_async_request(_to(request, address, host))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                refused = error
        raise refused

    async def aclose(self) -> None:
        """Close what is open."""
        await self._transport.aclose()


def _to(request: httpx.Request, address: Address, host: str) -> httpx.Request:
    """The same request, its headers too, to be sent to `address`; TLS still asks for `host`."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host.strip("[]")},
    )
