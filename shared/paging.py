"""Keyset pages: a cursor names the last row that was seen, signed so that it cannot be made up."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.errors import Invalid

R = TypeVar("R")

_SIGNATURE_BYTES = 12


class Paging:
    """The page that a caller asks for, newest first."""

    def __init__(
        self,
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200, description="Items on a page")] = 50,
        cursor: Annotated[
            str | None, Query(max_length=400, description="`next_cursor` of the page before")
        ] = None,
    ) -> None:
        self.limit = limit
        self._secret: bytes = request.app.state.runtime.settings.signing_secret
        # A cursor belongs to one list: it does not fit another address.
        self._scope = request.url.path.encode()
        self.after = self._open(cursor) if cursor is not None else None

    async def rows(
        self, session: AsyncSession, query: Select[R], key: InstrumentedAttribute[UUID]
    ) -> tuple[Sequence[R], str | None]:
        """Run `query` for this page, ordered by `key` (a UUIDv7 column) descending.

        Returns the rows and the cursor of the next page, None on the last.
        """
        if self.after is not None:
            query = query.where(key < self.after)
        query = query.order_by(key.desc()).limit(self.limit + 1)
        rows = (await session.scalars(query)).unique().all()
        if len(rows) <= self.limit:
            return rows, None
        rows = rows[: self.limit]
        last: Any = getattr(rows[-1], str(key.key))
        return rows, self.seal(last)

    def seal(self, last: UUID) -> str:
        """The cursor that goes on after `last`."""
        sealed = self._sign(last.bytes) + last.bytes
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def _open(self, cursor: str) -> UUID:
        refusal = Invalid("query cursor: this is not a cursor of this list. Start without one.")
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError as error:
            raise refusal from error
        signature, last = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(last)):
            raise refusal
        return UUID(bytes=last)

    def _sign(self, last: bytes) -> bytes:
        return hmac.new(self._secret, self._scope + last, hashlib.sha256).digest()[
            :_SIGNATURE_BYTES
        ]


PageQuery = Annotated[Paging, Depends()]
