"""The text of a page: fetched politely, found apart from the worker."""

import json
from dataclasses import dataclass

from services.monitor.confinement import ConfinedError, run_confined
from services.monitor.sources.fetching import Ask, FetchError
from services.monitor.sources.web import Web

_PROCESS = "services.monitor.sources.article_process"
# More than its computing time: it may have to wait for a processor. (Its module is not imported
# here: that would load the extraction into every worker.)
_SECONDS = 12.0
_LONGEST_ARGUMENT = 2_000


@dataclass(frozen=True)
class Article:
    """What a page says. `date` is a day as the page tells it, YYYY-MM-DD."""

    title: str
    author: str
    date: str
    text: str


async def read_article(web: Web, url: str, *, obeys_robots: bool = True) -> Article:
    """The article at `url`.

    Raises:
        FetchError: the page cannot be had, or holds no text to speak of.
    """
    ask = Ask(url, headers={"accept": "text/html, application/xhtml+xml;q=0.9"})
    page = await web.fetch(ask, obeys_robots=obeys_robots)
    if page is None:
        raise FetchError("The page is empty.")
    kind = page.content_type[:_LONGEST_ARGUMENT]
    if "html" not in kind.lower():
        raise FetchError("This is no page of words.")
    try:
        said = await run_confined(
            _PROCESS, kind, page.url[:_LONGEST_ARGUMENT], document=page.body, seconds=_SECONDS
        )
    except ConfinedError as error:
        raise FetchError("The page takes too much time or memory to be read.") from error
    article = Article(**json.loads(said))
    if not article.text.strip():
        raise FetchError("The page holds no text to speak of.")
    return article
