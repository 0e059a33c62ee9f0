"""The web as connectors see it: guarded, polite, and the same for all of them."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from services.monitor.sources.address_guard import AddressGuard
from services.monitor.sources.fetching import Ask, Document, Fetcher, FetchError, LaterError
from services.monitor.sources.robots import MOST_BYTES, Copy
from services.monitor.sources.sites import RememberedSites, Sites, origin_of

# What it takes for a turn at a site; a source that would wait longer comes again later.
_PATIENCE = 6.0
# Statuses by which a robots.txt is unreachable rather than missing; 429 as search engines take it.
_NOT_NOW = 429
_COME_AGAIN = 30.0


@dataclass(frozen=True)
class Web:
    """What a connector may use of the world outside.

    `fetch` is for HTTP. `guard` is for other protocols: a connection goes to an address that it
    admitted. `seconds`: how long a reading may take in all. `pace`: seconds between two requests to
    one site, of all workers together.
    """

    fetcher: Fetcher
    guard: AddressGuard
    sites: Sites = field(default_factory=RememberedSites)
    pace: float = 0.0
    seconds: float = 20.0

    def shared_by(self, sites: Sites) -> "Web":
        """The same, with turns at `sites`."""
        return replace(self, sites=sites)

    async def fetch(self, ask: Ask, *, obeys_robots: bool = False) -> Document | None:
        """Ask a site, when it is our turn; None if what it has is what `ask.known` describes.

        Raises:
            FetchError: it cannot be had, or the site's robots.txt forbids it; the message says why.
            LaterError: there are others before us.
        """

        async def wait_for_turn(url: httpx.URL) -> None:
            delay = await self._delay(url) if obeys_robots else 0.0
            await self._take_turn(url, max(self.pace, delay))

        return await self.fetcher.fetch(ask, before=wait_for_turn)

    async def _take_turn(self, url: httpx.URL, gap: float) -> None:
        if gap <= 0:
            return
        wait = await self.sites.take_turn(origin_of(url), gap=gap, patience=_PATIENCE)
        if wait is None:
            raise LaterError(
                f"{url.host} has many sources: this one waits for its turn.",
                retry_after=_COME_AGAIN,
            )
        await asyncio.sleep(wait)

    async def _delay(self, url: httpx.URL) -> float:
        """Seconds that the site wants between two requests.

        Raises:
            FetchError: it forbids this address, or cannot say whether it does.
        """
        origin = origin_of(url)
        address = f"{origin}/robots.txt"

        async def ask(known: Copy | None, now: datetime) -> Copy:
            return await self._ask_robots(address, known, now)

        copy, now = await self.sites.robots(origin, ask)
        rules = copy.rules(now)
        if rules is None:
            raise FetchError(
                f"The site is left alone because it does not say what it allows: {address} cannot "
                "be read now."
            )
        if not rules.allow(str(url)):
            raise FetchError(
                f"The site forbids this address to programs ({address}). Read another one, or say "
                "in the source why it is read all the same."
            )
        return rules.delay

    async def _ask_robots(self, address: str, known: Copy | None, now: datetime) -> Copy:
        try:
            found = await self.fetcher.fetch(Ask(address, enough=MOST_BYTES))
        except FetchError as error:
            missing = error.status is not None and 400 <= error.status < 500
            if missing and error.status != _NOT_NOW:
                return Copy(text="", read_at=now)
            if error.status is None and (known is None or known.text is None):
                # It cannot be reached at all, or must not be: that says more than "no robots.txt".
                raise
            first_asked = known.read_at if known else now
            return Copy(text=known.text if known else None, read_at=first_asked, failed_at=now)
        text = found.body.decode("utf-8", "replace") if found else ""
        # A page of words in the place of robots.txt has no rules, and may hold a NUL.
        return Copy(text=text.replace("\x00", ""), read_at=now)
