"""What a warning can be founded on, besides the reading of its story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Indicator(StrEnum):
    """What a warning can be founded on."""

    HEAT = "heat"
    OUTLOOK = "outlook"
    SIZE = "size"
    SURGE = "surge"
    RESURGENCE = "resurgence"
    NEGATIVE_SHARE = "negative_share"
    SPEED = "speed"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Cause:
    """An indicator, its value and the threshold it is held against, in the same unit; `figures`
    that its sentence names besides."""

    indicator: Indicator
    value: float
    threshold: float
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surging:
    """A surge of a watch that the story carries: in `seconds` came `count` mentions of the watch,
    where `expected` are usual; `evidence` as the surge detector weighs it."""

    evidence: float
    seconds: float
    count: float
    expected: float
