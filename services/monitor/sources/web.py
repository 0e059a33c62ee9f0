"""The web as connectors see it: guarded, polite, and the same for all of them."""

from dataclasses import dataclass

from services.monitor.sources.address_guard import AddressGuard
from services.monitor.sources.fetching import Ask, Document, Fetcher


@dataclass(frozen=True)
class Web:
    """What a connector may use of the world outside.

    `fetch` is for HTTP. `guard` is for other protocols: a connection goes to an address that it
    admitted. `seconds`: how long a reading may take in all.
    """

    fetcher: Fetcher
    guard: AddressGuard
    seconds: float = 20.0

    async def fetch(self, ask: Ask, *, obeys_robots: bool = False) -> Document | None:
        """Ask a site; None if what it has is what `ask.known` describes.

        Raises:
            FetchError: it cannot be had; the message says why.
        """
        return await self.fetcher.fetch(ask)
