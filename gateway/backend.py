"""The console's way to the rooms: questions in the name of a person, answered as JSON."""

import json as json_
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from fastapi import FastAPI

from gateway.console.backend import Params
from gateway.proxy import Rooms
from gateway.routes import ROUTES, patience_of, prefix_of
from shared.auth import HEADER, IdentitySigner
from shared.contracts.actors import Actor
from shared.contracts.rooms import Room
from shared.errors import Problem
from shared.log import request_id

_PATH_LETTERS = "/%:@-._~!$&'()*+,;="


class HouseBackend:
    """Asks whichever room answers for a path; the gateway's own paths without a network."""

    def __init__(self, pages: FastAPI, signer: IdentitySigner) -> None:
        self._pages = pages
        self._signer = signer
        self._own = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=pages, raise_app_exceptions=False),
            base_url="http://gateway",
            trust_env=False,
        )

    async def fetch(
        self,
        actor: Actor,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Send one request to the API as `actor`; `path` begins with `/api/v1/`.

        Returns status and JSON body. A room that is away answers as a problem document; this raises
        nothing of that kind.
        """
        prefix = prefix_of(path)
        room = ROUTES.get(prefix, Room.GATEWAY)
        target = quote(path, safe=_PATH_LETTERS)
        if params:
            target = f"{target}?{urlencode(params)}"
        sent = {"Accept": "application/json", HEADER: self._signer.sign(actor, room)}
        if current := request_id.get():
            sent["X-Request-ID"] = current
        sent |= headers or {}
        content = b""
        if json is not None:
            content = json_.dumps(json).encode()
            sent["Content-Type"] = "application/json"
        try:
            if room is Room.GATEWAY:
                response = await self._own.request(method, target, content=content, headers=sent)
                status, body = response.status_code, response.content
            else:
                rooms: Rooms = self._pages.state.runtime.resources.rooms
                status, body = await rooms.fetch(
                    room,
                    method,
                    target,
                    list(sent.items()),
                    content,
                    patience_of(path),
                )
        except Problem as problem:
            return problem.status, problem.document(path)
        return status, json_.loads(body) if body else None
