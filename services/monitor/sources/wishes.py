"""What a person asks for when they write a source, held against its kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from services.monitor.sources.address_guard import AddressRefusedError, check_url
from services.monitor.sources.bridges import (
    BridgeRefusedError,
    BridgeWish,
    address_of,
    bridges,
)
from services.monitor.sources.connectors.feed import FeedSettings
from services.monitor.sources.connectors.registry import KINDS, Kind
from services.monitor.sources.schemas import SourceNew
from shared.errors import Invalid
from shared.settings import Settings


@dataclass(frozen=True)
class Wish:
    """A source as it is wanted, complete and checked. `credentials` None: none were given."""

    kind: Kind
    url: str
    platform: str
    every_minutes: int
    settings: dict[str, Any]
    credentials: BaseModel | None


def read_wish(new: SourceNew, source_id: UUID, settings: Settings) -> Wish:
    """What `new` asks for, with what its kind does where it says nothing.

    Raises:
        Invalid: its address is not called, or its settings or credentials are not those of its
            kind.
    """
    kind = KINDS[new.kind]
    wanted = _shaped(kind.settings, new.settings, "/settings")
    bridge = wanted.bridge if isinstance(wanted, FeedSettings) else None
    url, platform = new.url, kind.platform
    if bridge is not None:
        url, platform = _bridged(bridge, settings), bridges()[bridge.name].platform
    return Wish(
        kind=kind,
        url=_address(new, url, kind, source_id, settings),
        platform=new.platform or platform,
        every_minutes=new.every_minutes or kind.every_minutes,
        settings=wanted.model_dump(mode="json", exclude_unset=True),
        credentials=_credentials(new, kind),
    )


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one origin: credentials for one may be sent to the other."""
    first, second = httpx.URL(one), httpx.URL(other)
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


def _bridged(bridge: BridgeWish, settings: Settings) -> str:
    try:
        return address_of(bridge, settings.rsshub_url)
    except BridgeRefusedError as error:
        raise _refused(f"/settings/bridge{error.place}", str(error)) from error


def _address(
    new: SourceNew, url: str | None, kind: Kind, source_id: UUID, settings: Settings
) -> str:
    if kind.pushed:
        # Not where it is read, but where it sends to.
        return f"{settings.public_url.rstrip('/')}/api/v1/sources/{source_id}/push"
    url = url or kind.address
    if url is None:
        raise _refused("/url", f"a source of the kind {new.kind} needs an address")
    try:
        check_url(url, allow_private=settings.allow_private_sources, schemes=kind.schemes)
    except AddressRefusedError as error:
        raise _refused("/url", str(error)) from error
    return url


def _credentials(new: SourceNew, kind: Kind) -> BaseModel | None:
    if new.credentials is None:
        return None
    if kind.credentials is None:
        raise _refused("/credentials", f"a source of the kind {new.kind} signs in nowhere")
    return _shaped(kind.credentials, new.credentials, "/credentials")


def _shaped(
    shape: type[BaseModel], values: Mapping[str, Any | SecretStr], pointer: str
) -> BaseModel:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        wrong = [
            {
                "pointer": "/".join([pointer, *(str(part) for part in item["loc"])]),
                "detail": item["msg"],
            }
            for item in error.errors(include_url=False, include_input=False)
        ]
        said = "; ".join(f"{item['pointer']}: {item['detail']}" for item in wrong)
        raise Invalid(said, errors=wrong) from None


def _refused(pointer: str, detail: str) -> Invalid:
    return Invalid(f"{pointer}: {detail}", errors=[{"pointer": pointer, "detail": detail}])
