"""Which warnings alert people, with what words, and how patiently. Pure rules."""

from datetime import datetime, timedelta
from typing import Any

from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import WarningLevelChanged, WarningRaised

Alarm = WarningRaised | WarningLevelChanged

_COLOURS_ZH = {
    WarningLevel.BLUE: "蓝色预警（IV级）",
    WarningLevel.YELLOW: "黄色预警（III级）",
    WarningLevel.ORANGE: "橙色预警（II级）",
    WarningLevel.RED: "红色预警（I级）",
}

# Until the next try, by the tries so far: a receiver that restarts hears of it within a minute, one
# that is repaired within two hours.
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 1_800, 3_600))


def calls_for_people(event: Alarm) -> bool:
    """Whether people are told at once: of every new warning, and of every rise, not of a fall."""
    return isinstance(event, WarningRaised) or event.level.rank > event.previous_level.rank


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed tries; None when there have been enough."""
    return _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None


def message_of(event: Alarm, *, occurred_at: datetime, public_url: str) -> dict[str, Any]:
    """What an alert says, JSON-ready, in English and Chinese (payload of Standard Webhooks)."""
    notice = event.model_dump(mode="json")
    rise = isinstance(event, WarningLevelChanged)
    reasons = [reason.text for reason in event.reasons]
    reasons_zh = [reason.text_zh for reason in event.reasons]
    return {
        "type": "warning.rose" if rise else "warning.raised",
        "timestamp": occurred_at.isoformat(),
        "data": {
            "warning_id": notice["warning_id"],
            "story_id": notice["story_id"],
            "watch_id": notice["watch_id"],
            "watch_name": event.watch_name,
            "level": notice["level"],
            "level_zh": _COLOURS_ZH[event.level],
            "previous_level": notice.get("previous_level"),
            "title": event.title,
            "text": f"{event.level.capitalize()} warning: {event.title}. {'; '.join(reasons)}",
            "text_zh": f"{_COLOURS_ZH[event.level]}：{event.title}。{'；'.join(reasons_zh)}",
            "reasons": notice["reasons"],
            "evidence": notice["evidence"],
            "post_count": event.post_count,
            "first_post_at": notice["first_post_at"],
            "warned_at": notice["warned_at"],
            "url": f"{public_url.rstrip('/')}/warnings/{event.warning_id}",
        },
    }
