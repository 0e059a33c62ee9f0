"""Where a remote model is and what its server does not say of it: an address, or a card."""

from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

import yaml
from pydantic import Field, ValidationError

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.model_folder import Card

PROTOCOLS: Final = ("oip", "tei")
_EXAMPLES: Final = "oip+http://HOST:PORT/models/NAME or tei+http://HOST:PORT"


class RemoteCard(Card):
    """The card of a remote model. Only `server` is needed, as an address without options.

    `outputs` names the figures of an answer in their order, separated by commas; `scale` says what
    they are. `text`, `target` and `output` are names of tensors; `join` makes one text of a pair
    for a model with one input, like "{target} [SEP] {text}". `batch` texts go into a request,
    `in_flight` requests are open at once, and one of them may take `limit_s`.
    """

    server: str
    outputs: str = ""
    scale: Literal["logits", "probabilities"] | None = None
    text: str | None = None
    target: str | None = None
    output: str | None = None
    join: str | None = None
    batch: int = Field(default=32, ge=1, le=4_096)
    in_flight: int = Field(default=4, ge=1, le=64)
    limit_s: float = Field(default=20.0, gt=0, le=600)

    @property
    def protocol(self) -> str:
        """`oip` or `tei`."""
        return self.server.partition("+")[0]

    @property
    def base(self) -> str:
        """The address for HTTP."""
        return self.server.partition("+")[2].rstrip("/")


def is_remote(location: str) -> bool:
    """Whether this is the address of a server, or a card in a file, and no folder."""
    return "://" in location or (location.endswith((".yaml", ".yml")) and Path(location).is_file())


def read_location(location: str) -> RemoteCard:
    """Read an address, with fields of the card as its query, or a card in a file.

    Raises:
        RefusedModel: it cannot be read; the message says what does not fit.
    """
    fields = _of_address(location) if "://" in location else _of_file(Path(location))
    try:
        card = RemoteCard.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RefusedModel(f"{location}: {where}: {first['msg']}") from None
    url = urlsplit(card.base)
    if card.protocol not in PROTOCOLS or url.scheme not in ("http", "https") or not url.hostname:
        raise RefusedModel(f'"{card.server}" is no address of a model; write {_EXAMPLES}')
    if url.username or url.password:
        raise RefusedModel("an address is shown to people; write no name and no password into it")
    return card


def _of_address(location: str) -> dict[str, Any]:
    server, _, query = location.partition("?")
    fields: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    return fields | {"server": server}


def _of_file(path: Path) -> dict[str, Any]:
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise RefusedModel(f"{path} cannot be read as YAML: {error}") from None
    if not isinstance(fields, dict):
        raise RefusedModel(f'{path} holds no card; write "server: {_EXAMPLES}" into it')
    return fields
