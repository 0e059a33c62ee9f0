"""Clients that send posts through the gateway, and send them again until they get an answer."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import httpx

from shared.ids import new_id

BATCH = 100
# What every second post is about; the watch of the test asks for it.
WATCHED = "Example Shop"
_MATTERS = (
    "parcel arrived ten days late and nobody answers",
    "refund was promised weeks ago and never came",
    "the app charged the card twice for one order",
    "the new branch opened and the queue was short",
)
_TAILS = ("again today", "still waiting", "support is silent", "asking here instead", "for months")
_ELSEWHERE = "Rain in the valley, the river is high, the match was moved to Sunday"

_PATH = "/api/v1/posts/bulk"
_LONGEST_PAUSE = 2.0
_PATIENCE = 20.0


def make_posts(run: str, batch: int) -> list[dict[str, Any]]:
    """The posts of one request; those of one `run` never have the same id."""
    now = datetime.now(UTC).isoformat()
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    return [
        {
            "external_id": f"{run}-{number}",
            "platform": ("forum", "microblog", "video")[number % 3],
            "text": _text(number),
            "author": f"reader-{number % 997}",
            "published_at": now,
        }
        for number in numbers
    ]


def _text(number: int) -> str:
    if number % 2:
        return f"{_ELSEWHERE} ({number})"
    # Every tenth says what another said, word for word: a copy, counted as one.
    tail = "" if number % 10 == 0 else f" {number}"
    matter = _MATTERS[number // 2 % len(_MATTERS)]
    return f"{WATCHED}: {matter}, {_TAILS[number % len(_TAILS)]}{tail}"


class Told(NamedTuple):
    """A post that was accepted, under which id, and whether the watch asks for it."""

    external_id: str
    id: UUID
    watched: bool


@dataclass
class Ledger:
    """What the clients were told.

    `answers`: how often which status or error. `rude`: answers that a client can do nothing with.
    """

    accepted: list[Told] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    rude: list[str] = field(default_factory=list)


class Senders:
    """Several clients that share the requests of one run."""

    def __init__(self, base_url: str, key: str, *, batches: int, clients: int, pace: float) -> None:
        """`pace`: posts a second at most, all clients together."""
        self.ledger = Ledger()
        self.run_id = str(new_id())
        self._batches = iter(range(batches))
        self._clients = clients
        self._every = BATCH / pace
        self._next_at = 0.0
        self._first: dict[int, tuple[bytes, httpx.Response]] = {}
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            timeout=_PATIENCE,
            trust_env=False,
        )

    async def run(self) -> None:
        """Send everything; returns when each request has its answer."""
        self._next_at = time.monotonic()
        async with asyncio.TaskGroup() as clients:
            for _ in range(self._clients):
                clients.create_task(self._send_all())

    async def until_accepted(self, posts: int) -> None:
        """Wait until so many posts were accepted."""
        while len(self.ledger.accepted) < posts:  # noqa: ASYNC110 (a mark, not an event)
            await asyncio.sleep(0.01)

    async def repeat(self, batch: int) -> None:
        """Send an answered request again: with its key for the same answer, then with a new key,
        which finds each post known."""
        body, first = self._first[batch]
        again = await self._until_answered(body, self._key(batch))
        assert again.headers.get("Idempotency-Replayed") == "true"
        assert again.content == first.content
        anew = await self._until_answered(body, str(new_id()))
        assert {result["status"] for result in anew.json()["results"]} == {"duplicate"}

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def _send_all(self) -> None:
        for batch in self._batches:
            self._next_at += self._every
            await asyncio.sleep(max(0.0, self._next_at - time.monotonic()))
            posts = make_posts(self.run_id, batch)
            body = json.dumps({"posts": posts}).encode()
            answer = await self._until_answered(body, self._key(batch))
            self._first[batch] = (body, answer)
            for post, result in zip(posts, answer.json()["results"], strict=True):
                assert result["status"] == "accepted", result
                assert result["external_id"] == post["external_id"]
                self.ledger.accepted.append(
                    Told(result["external_id"], UUID(result["id"]), WATCHED in post["text"])
                )

    def _key(self, batch: int) -> str:
        return f"{self.run_id}/{batch}"

    async def _until_answered(self, body: bytes, key: str) -> httpx.Response:
        """Send the same body with the same key until it is taken."""
        while True:
            pause = 0.2
            try:
                answer = await self._http.post(
                    _PATH, content=body, headers={"Idempotency-Key": key}
                )
            except httpx.TransportError as error:
                self.ledger.answers[type(error).__name__] += 1
            else:
                self.ledger.answers[str(answer.status_code)] += 1
                self.ledger.replayed += "Idempotency-Replayed" in answer.headers
                if answer.status_code == 202:
                    return answer
                assert answer.status_code == 429 or answer.status_code >= 500, answer.text
                pause = self._pause_of(answer)
            await asyncio.sleep(min(pause, _LONGEST_PAUSE))

    def _pause_of(self, answer: httpx.Response) -> float:
        """How long the answer asks to wait. Who refuses must say so, and why, as a problem."""
        polite = (
            answer.status_code in (429, 503, 504)
            and answer.headers.get("Retry-After", "").isdigit()
            and answer.headers["Content-Type"] == "application/problem+json"
        )
        if not polite:
            self.ledger.rude.append(f"{answer.status_code} {answer.text[:300]}")
        return float(answer.headers.get("Retry-After", 1))
