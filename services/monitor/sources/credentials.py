"""What a source signs in with: taken once, kept sealed, shown to nobody."""

import json
from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, SecretStr

from shared.sealing import Sealer


def seal_credentials(sealer: Sealer, source_id: UUID, credentials: BaseModel) -> str:
    """Credentials as they are stored; they open for this source alone."""
    plain = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in credentials
        if value is not None
    }
    return sealer.seal(json.dumps(plain), _purpose(source_id))


def open_credentials(sealer: Sealer, source_id: UUID, sealed: str) -> Mapping[str, str]:
    """The values in what `seal_credentials` made.

    Raises:
        SealBroken: no key opens it.
    """
    opened: Mapping[str, str] = json.loads(sealer.open(sealed, _purpose(source_id)))
    return opened


def _purpose(source_id: UUID) -> str:
    return f"source {source_id}"
