"""Playing a recording through `posts/bulk`, batch by batch, and counting what became of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol

from shared.cli import public_api as api
from shared.cli.recordings import Recording, TimedPost
from shared.cli.schedule import Schedule

# Posts that are due within this many seconds travel together.
_TICK = 0.5
_REASONS_KEPT = 20


class Clock(Protocol):
    """Real time; the tests have one that needs no waiting. The module `time` is one."""

    def time(self) -> float:
        """Seconds since the epoch."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Let `seconds` pass."""
        ...


class Sender(Protocol):
    """Whatever posts a body to the API: `shared.cli.client.Client`."""

    def post(self, path: str, body: Any, *, idempotency_key: str | None = None) -> Any:
        """Post `body` and return the answer."""
        ...


@dataclass(slots=True)
class Tally:
    """What became of the posts of a run: counts by outcome, and the first reasons of refusals."""

    outcomes: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def add(self, results: Iterable[dict[str, Any]]) -> None:
        """Count the results of one request."""
        for result in results:
            self.outcomes[result["status"]] += 1
            if result["status"] == api.REJECTED and len(self.refused) < _REASONS_KEPT:
                reason = result.get("reason") or "no reason given"
                self.refused.append((str(result.get("external_id")), str(reason)))

    @property
    def total(self) -> int:
        """All posts that were answered for."""
        return self.outcomes.total()

    @property
    def all_known(self) -> bool:
        """True when the server had every single post before."""
        return self.total > 0 and self.outcomes[api.DUPLICATE] == self.total

    def document(self) -> dict[str, Any]:
        """The tally as JSON."""
        refused = [{"external_id": name, "reason": reason} for name, reason in self.refused]
        return {name: self.outcomes[name] for name in api.OUTCOMES} | {"refused": refused}


def batches(posts: Iterable[TimedPost], schedule: Schedule, size: int) -> Iterator[list[TimedPost]]:
    """Cut posts into requests of at most `size` posts that are due together.

    A post that stands later in the file than its time is due with its neighbours.
    """
    batch: list[TimedPost] = []
    opened = float("-inf")
    for post in posts:
        if batch and (len(batch) == size or schedule.due(post.at) >= opened + _TICK):
            yield batch
            batch = []
        if not batch:
            opened = max(opened, schedule.due(post.at))
        batch.append(post)
    if batch:
        yield batch


def play(
    recording: Recording,
    schedule: Schedule,
    sender: Sender,
    *,
    size: int,
    clock: Clock,
    played: Callable[[int], None],
) -> Tally:
    """Send a recording by its schedule, tell `played` after each request, and return the tally.

    A run is not waited for where the server has the posts already: an interrupted one goes on
    where it stopped. The idempotency key of a request follows from recording, start and place.
    """
    run = f"{recording.name}:{recording.count}:{schedule.started}"
    tally, known = Tally(), False
    for number, batch in enumerate(batches(recording.posts(), schedule, size)):
        wait = schedule.due(batch[-1].at) - clock.time()
        if wait > 0 and known:
            schedule = schedule.earlier(wait)
        elif wait > 0:
            clock.sleep(wait)
        answer = sender.post(
            api.POSTS_BULK,
            {"posts": [_dated(post, schedule, clock.time()) for post in batch]},
            idempotency_key=f"replay-{sha256(f'{run}:{number}'.encode()).hexdigest()[:40]}",
        )
        results = answer["results"]
        tally.add(results)
        known = all(result["status"] == api.DUPLICATE for result in results)
        played(len(batch))
    return tally


def _dated(post: TimedPost, schedule: Schedule, now: float) -> dict[str, Any]:
    moment = datetime.fromtimestamp(schedule.published(post.at, now), UTC)
    return post.fields | {"published_at": moment.isoformat(timespec="milliseconds")}
