"""What a notice says (预警通报), JSON-ready, in English and Chinese: the same on all ways out."""

from datetime import datetime
from typing import Any

from services.monitor.notices.nature import nature_of, suggestions_for
from services.monitor.notices.scope import Scope
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import WarningLevelChanged, WarningRaised

Change = WarningRaised | WarningLevelChanged

LEVELS_ZH = {
    WarningLevel.BLUE: "蓝色预警（IV级）",
    WarningLevel.YELLOW: "黄色预警（III级）",
    WarningLevel.ORANGE: "橙色预警（II级）",
    WarningLevel.RED: "红色预警（I级）",
}

# What is no real warning says so before all else, in English and Chinese.
MARKS = {"": ("", ""), "sample": ("[Sample] ", "【示例】"), "drill": ("[Drill] ", "【演练】")}


def rises(event: Change) -> bool:
    """Whether a warning is new, or rose."""
    return isinstance(event, WarningRaised) or event.level.rank > event.previous_level.rank


def message_of(
    event: Change,
    *,
    occurred_at: datetime,
    public_url: str,
    scope: Scope | None = None,
    sector: str | None = None,
) -> dict[str, Any]:
    """The message of Standard Webhooks that tells of a warning which was raised, rose or fell.

    `scope`: of its story at that time, None where that is not known any more; `sector`: of the
    organisation, for the first steps.
    """
    said = event.model_dump(mode="json")
    base = public_url.rstrip("/")
    title = event.title
    nature = nature_of([post.text for post in event.evidence], negative_share=_negative(event))
    mark, mark_zh = MARKS["drill" if event.drill else "sample" if event.sample else ""]
    reasons = [reason.text for reason in event.reasons]
    reasons_zh = [reason.text_zh for reason in event.reasons]
    return {
        "type": f"warning.{_happened(event)}",
        "timestamp": occurred_at.isoformat(),
        "data": {
            "warning_id": said["warning_id"],
            "story_id": said["story_id"],
            "watch_id": said["watch_id"],
            "watch_name": event.watch_name,
            "level": said["level"],
            "level_zh": LEVELS_ZH[event.level],
            "previous_level": said.get("previous_level"),
            "title": title,
            "text": f"{mark}{event.level.capitalize()} warning: {title}. {'; '.join(reasons)}",
            "text_zh": f"{mark_zh}{LEVELS_ZH[event.level]}：{title}。{'；'.join(reasons_zh)}",
            "reasons": said["reasons"],
            "evidence": said["evidence"],
            "post_count": event.post_count,
            "first_post_at": said["first_post_at"],
            "warned_at": said["warned_at"],
            "url": f"{base}/warnings/{event.warning_id}",
            "story_url": f"{base}/stories/{event.story_id}",
            "nature": {
                "code": nature.code,
                "text": nature.en,
                "text_zh": nature.zh,
                "ground": nature.ground,
                "ground_zh": nature.ground_zh,
            },
            "scope": scope.to_state() if scope else None,
            "suggestions": [
                {"minutes": step.minutes, "text": step.en, "text_zh": step.zh}
                for step in suggestions_for(nature.code, event.level, sector=sector)
            ],
            "resurgence_of": said["resurgence_of"],
            "drill": event.drill,
            "sample": event.sample,
        },
    }


def _happened(event: Change) -> str:
    if isinstance(event, WarningRaised):
        return "raised"
    return "rose" if rises(event) else "fell"


def _negative(event: Change) -> float | None:
    """The negative share, where it counted towards the level."""
    for reason in event.reasons:
        if reason.code == "negative_share" and reason.value >= reason.threshold:
            return reason.value
    return None
