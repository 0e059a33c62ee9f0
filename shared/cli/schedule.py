"""When each post of a replay is sent, and which time it carries. Pure: no clock, no network."""

from dataclasses import dataclass, replace

from shared.cli.recordings import Recording

_WHOLE_EVENT_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """The plan of one run.

    `speed` is simulated seconds per real second, 0 sends as fast as the server accepts. `started`
    is the real time at which the first post is due. With `shifted`, times keep their distances and
    move so that the last post is published at the moment it is sent; else they stay as recorded.
    """

    first: float
    last: float
    speed: float
    started: float
    shifted: bool = True

    def due(self, at: float) -> float:
        """The real time to send a post of the simulated time `at`, in epoch seconds."""
        return self.started + ((at - self.first) / self.speed if self.speed else 0.0)

    def published(self, at: float, now: float) -> float:
        """The time that a post carries, in epoch seconds; never later than `now` when shifted."""
        return min(now, self.due(self.last) - (self.last - at)) if self.shifted else at

    def earlier(self, seconds: float) -> "Schedule":
        """The same plan as though it had begun `seconds` before."""
        return replace(self, started=self.started - seconds)


def plan(
    recording: Recording, *, speed: float | None, started: float, shifted: bool = True
) -> Schedule:
    """The schedule of a run that begins at `started`; without a speed it takes 40 seconds."""
    usual = max(1.0, recording.span / _WHOLE_EVENT_SECONDS)
    return Schedule(
        first=recording.first,
        last=recording.last,
        speed=usual if speed is None else speed,
        started=started,
        shifted=shifted,
    )
