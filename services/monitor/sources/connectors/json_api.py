"""Any API that answers with lists in JSON, by a mapping (`mapping.py`) and a way to page
(`json_pages.py`).

Documentation: docs/sources.md, with two worked examples. Limits: those of the site: Retry-After is
kept; at most `pages` pages a reading and 2,000 entries a page. A post: external_id is the entry's
id, with a mark of the source in front unless the ids are those of the platform; everything else is
where the mapping says.
"""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from services.monitor.sources.connectors.api import Answer, Api, posts_of, shaped, walk
from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.json_pages import (
    ByAddress,
    ByCursor,
    ByLink,
    OnePage,
    Paging,
    Since,
    next_token,
    page_parameters,
    since_text,
)
from services.monitor.sources.connectors.mapping import EntryMap, entries, to_item
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.rounds import Page, Round
from services.monitor.sources.connectors.values import as_text, at
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

# Of one page; what a page holds beyond them is counted as skipped.
MOST_ENTRIES = 2_000
_OWN = frozenset({"authorization", "cookie", "host", "content-length", "connection", "user-agent"})
_NAME = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$"


def _plain_headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if name.lower() in _OWN:
            raise ValueError(f"{name} is not set here; what signs in belongs to the credentials")
        if not value.isascii() or not value.isprintable() or len(value) > 1_000:
            raise ValueError(f"the value of {name} is none of a header")
    return headers


HeaderName = Annotated[str, Field(pattern=_NAME)]


class SignIn(RequestShape):
    """Where the secret goes: after "Bearer", in a header or a parameter of this name, or as the
    password of a user (Basic)."""

    by: Literal["bearer", "header", "query", "basic"] = Field(examples=["bearer"])
    name: HeaderName | None = Field(
        default=None, description="Of the header or the parameter", examples=["X-Api-Key"]
    )

    @field_validator("name")
    @classmethod
    def _not_ours(cls, name: str | None) -> str | None:
        if name and name.lower() in _OWN - {"authorization"}:
            raise ValueError(f"{name} carries no secret")
        return name

    @model_validator(mode="after")
    def _named(self) -> "SignIn":
        if self.by in ("header", "query") and not self.name:
            raise ValueError(f"name the {'header' if self.by == 'header' else 'parameter'}")
        return self


class JsonApiSettings(EntryMap):
    """How an API is read."""

    paging: Paging = Field(
        default_factory=OnePage,
        examples=[{"by": "cursor", "parameter": "cursor", "next": "meta.next_cursor"}],
    )
    order: Literal["newest_first", "oldest_first"] = Field(
        default="newest_first",
        description="Of the entries; a list that is newest first is read back to what is known",
    )
    since: Since | None = None
    pages: int = Field(default=10, ge=1, le=50, description="At most so many a reading")
    sign_in: SignIn | None = None
    headers: Annotated[dict[HeaderName, str], AfterValidator(_plain_headers)] = Field(
        default_factory=dict, max_length=20, examples=[{"accept-language": "zh-CN"}]
    )


class JsonApiCredentials(RequestShape):
    """What the site is asked with."""

    secret: SecretStr = Field(description="The key, token or password")
    user: SecretStr | None = Field(default=None, description="For `basic`")


def signed(
    sign_in: SignIn, credentials: JsonApiCredentials
) -> tuple[dict[str, str], dict[str, str]]:
    """The headers and the parameters by which a request is signed in."""
    secret = credentials.secret.get_secret_value()
    match sign_in.by:
        case "bearer":
            return {"authorization": f"Bearer {secret}"}, {}
        case "header":
            return {sign_in.name or "": secret}, {}
        case "query":
            return {}, {sign_in.name or "": secret}
        case "basic":
            user = credentials.user.get_secret_value() if credentials.user else ""
            pair = b64encode(f"{user}:{secret}".encode()).decode()
            return {"authorization": f"Basic {pair}"}, {}


class JsonApiConnector:
    """Reads pages of entries, back to what is known or on from there."""

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Read what is new.

        Raises:
            FetchError: it cannot be had, or is not what the mapping says.
        """
        settings = order.settings_as(JsonApiSettings)
        headers = dict(settings.headers)
        secret: dict[str, str] = {}
        if settings.sign_in is not None and order.credentials is not None:
            more, secret = signed(settings.sign_in, order.credentials_as(JsonApiCredentials))
            headers |= more
        api = Api(order, web, headers)
        if isinstance(settings.paging, OnePage) and settings.since is None:
            return await _read_once(api, settings, secret)
        return await _read_pages(api, settings, secret)


async def _read_once(api: Api, settings: JsonApiSettings, secret: dict[str, str]) -> Harvest | None:
    order = api.order
    answer = await api.get_changed(order.url, secret, order.known)
    if answer is None:
        return None
    return Harvest(
        posts=posts_of(_items(answer, settings, order), order),
        validators=answer.validators,
        pause=answer.pause,
    )


async def _read_pages(api: Api, settings: JsonApiSettings, secret: dict[str, str]) -> Harvest:
    order, paging = api.order, settings.paging
    lasting = isinstance(paging, ByCursor) and paging.lasting
    last = as_text(at(order.cursor, "last")) if lasting else None

    async def page(where: Round) -> tuple[Page, timedelta | None]:
        nonlocal last
        token = where.at or last
        linked = isinstance(paging, ByLink | ByAddress) and token is not None
        asked = {} if linked else page_parameters(paging, token)
        if settings.since and where.from_time and not linked:
            asked[settings.since.parameter] = since_text(settings.since, where.from_time)
        answer = await api.get(token if linked and token else order.url, asked | secret)
        items = _items(answer, settings, order)
        following = shaped(
            lambda document: next_token(
                paging, token, len(items), document, answer.headers, order.url
            ),
            answer.document,
        )
        last = (following or last) if lasting else None
        return Page(items=items, next=following), answer.pause

    oldest_first = lasting or settings.order == "oldest_first"
    harvest = await walk(api, page, pages=settings.pages, oldest_first=oldest_first)
    return replace(harvest, cursor={**(harvest.cursor or {}), "last": last}) if lasting else harvest


def _items(answer: Answer, settings: JsonApiSettings, order: Order) -> list[Item | None]:
    listed = shaped(lambda document: entries(document, settings), answer.document)
    items = [to_item(entry, settings, order.url) for entry in listed[:MOST_ENTRIES]]
    return [*items, *([None] * (len(listed) - len(items)))]
