"""Connections that are no HTTP requests: to an address that was checked, and no other."""

import asyncio
import socket

import httpx

from services.monitor.sources.address_guard import (
    AddressGuard,
    AddressRefusedError,
    HostUnknownError,
    port_of,
)
from services.monitor.sources.addresses import Address
from services.monitor.sources.fetching import FetchError

_CONNECTING = 5.0


async def open_socket(guard: AddressGuard, url: httpx.URL) -> tuple[socket.socket, Address]:
    """A connection to the host of `url`, without TLS, and where it leads.

    Raises:
        FetchError: the address is not called, or nobody takes the connection.
    """
    try:
        addresses = await guard.admit(url.raw_host.decode("ascii"), port_of(url))
    except (AddressRefusedError, HostUnknownError) as error:
        raise FetchError(f"{str(error).rstrip('.')}.") from error
    for address in addresses:
        opened = await _connect(address, port_of(url))
        if opened is not None:
            return opened, address
    raise FetchError("The server does not take connections.")


async def _connect(address: Address, port: int) -> socket.socket | None:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        async with asyncio.timeout(_CONNECTING):
            await asyncio.get_running_loop().sock_connect(connection, (str(address), port))
    except OSError:  # a timeout is one too: the next address may do better
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return connection
