"""What a site's robots.txt asks of us (RFC 9309). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from protego import Protego

# The name by which robots.txt may speak of us (section 2.2.1).
PRODUCT = "Groundswell"
# Section 2.5: at least 500 KiB are read.
MOST_BYTES = 512 * 1024
# Section 2.4: no copy is used for longer than a day, unless the site cannot be reached.
FRESH = timedelta(hours=24)
# Section 2.3.1.4: a site that does not answer for this long is taken to have no rules.
_GIVEN_UP = timedelta(days=30)
# A site that could not be asked is not asked again before this.
ASK_AGAIN = timedelta(minutes=5)
_LONGEST_DELAY = 60.0


@dataclass(frozen=True)
class Copy:
    """What is known of a robots.txt.

    `text` is what the site last said, "" where it has none; None: it never said anything. `read_at`
    is when it last answered, or was first asked; `failed_at` when it last could not be asked.
    """

    text: str | None
    read_at: datetime
    failed_at: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Whether the site need not be asked again."""
        if self.failed_at is not None and now - self.failed_at < ASK_AGAIN:
            return True
        return self.text is not None and now - self.read_at < FRESH

    def rules(self, now: datetime) -> "Rules | None":
        """The rules that hold; None: nobody knows, so everything is forbidden for now."""
        if self.text is not None:
            return Rules(self.text)
        return Rules("") if now - self.read_at > _GIVEN_UP else None


@dataclass(frozen=True)
class Rules:
    """The rules in a robots.txt."""

    text: str

    def allow(self, url: str) -> bool:
        """Whether we may read `url`."""
        return _parsed(self.text).can_fetch(url, PRODUCT)

    @property
    def delay(self) -> float:
        """Seconds between two requests, as the site wishes; 0: it does not say."""
        return min(_parsed(self.text).crawl_delay(PRODUCT) or 0.0, _LONGEST_DELAY)


# 590 KB with 25,000 rules: 83 ms to parse, 2 ms to match.
@lru_cache(maxsize=64)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)
