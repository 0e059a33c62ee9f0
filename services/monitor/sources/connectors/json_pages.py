"""The pages of a JSON API: how one leads to the next. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from services.monitor.sources.connectors.mapping import JsonPath, find
from services.monitor.sources.connectors.values import as_text
from shared.schemas import RequestShape

_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\[\]-]{1,64}$")]


class OnePage(RequestShape):
    """All there is comes at once."""

    by: Literal["none"] = "none"


class ByCursor(RequestShape):
    """The answer holds a token that asks for the next page."""

    by: Literal["cursor"]
    parameter: _Name = Field(examples=["cursor"])
    next: JsonPath = Field(description="Where the token is", examples=["meta.next_cursor"])
    lasting: bool = Field(
        default=False,
        description="The last token is kept, and the next reading goes on from it: for APIs that "
        "list what is new since a token",
    )


class ByNumber(RequestShape):
    """Pages are numbered."""

    by: Literal["page"]
    parameter: _Name = Field(default="page", examples=["page"])
    first: int = Field(default=1, ge=0, le=1, examples=[1])


class ByOffset(RequestShape):
    """The query names the place in the list at which a page begins."""

    by: Literal["offset"]
    parameter: _Name = Field(default="offset", examples=["offset"])


class ByLink(RequestShape):
    """The header Link names the next page (RFC 8288)."""

    by: Literal["link"]


class ByAddress(RequestShape):
    """The answer holds the address of the next page."""

    by: Literal["address"]
    next: JsonPath = Field(description="Where the address is", examples=["links.next"])


Paging = Annotated[
    OnePage | ByCursor | ByNumber | ByOffset | ByLink | ByAddress, Field(discriminator="by")
]


class Since(RequestShape):
    """The parameter by which the site is asked for what is new only."""

    parameter: _Name = Field(examples=["since"])
    form: Literal["rfc3339", "seconds", "milliseconds", "date"] = Field(examples=["rfc3339"])


def since_text(since: Since, moment: datetime) -> str:
    """`moment` as the site wants it."""
    match since.form:
        case "rfc3339":
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "seconds":
            return str(int(moment.timestamp()))
        case "milliseconds":
            return str(int(moment.timestamp() * 1_000))
        case "date":
            return moment.date().isoformat()


def page_parameters(paging: Paging, token: str | None) -> dict[str, str]:
    """The query by which the page at `token` is asked for; None stands for the first one."""
    match paging:
        case ByCursor():
            return {paging.parameter: token} if token else {}
        case ByNumber():
            return {paging.parameter: token or str(paging.first)}
        case ByOffset():
            return {paging.parameter: token or "0"}
        case _:
            return {}


def next_token(
    paging: Paging,
    token: str | None,
    entries: int,
    document: Any,
    headers: Mapping[str, str],
    url: str,
) -> str | None:
    """The token of the page after this one: for addresses, the whole address.

    Raises:
        ValueError: the next page lies at another host, which gets neither request nor credentials.
    """
    match paging:
        case OnePage():
            return None
        case ByCursor():
            return as_text(find(paging.next, document))
        case ByNumber():
            return str(_number(token, paging.first) + 1) if entries else None
        case ByOffset():
            return str(_number(token, 0) + entries) if entries else None
        case ByLink():
            return _same_site(linked_next(headers.get("link", "")), url)
        case ByAddress():
            return _same_site(as_text(find(paging.next, document)), url)


def _number(token: str | None, first: int) -> int:
    return int(token) if token and token.isascii() and token.isdigit() else first


_LINK = re.compile(
    r'<([^<>]{1,4000})>((?:\s*;\s*[a-z*]+\s*=\s*(?:"[^"]{0,400}"|[^\s",;]{1,400}))*)', re.I
)
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))', re.I)


def linked_next(header: str) -> str | None:
    """The target of rel="next" in a Link header (RFC 8288)."""
    for target, parameters in _LINK.findall(header[:16_000]):
        relation = _RELATION.search(parameters)
        if relation and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(target)
    return None


def _same_site(target: str | None, url: str) -> str | None:
    if not target:
        return None
    address = urljoin(url, target)
    if urlsplit(address)[:2] != urlsplit(url)[:2]:
        raise ValueError("The next page lies at another host, which is not asked.")
    return address
