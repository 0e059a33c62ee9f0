"""Why there is an alarm about a source, in words. Pure."""

from datetime import datetime, timedelta

from services.monitor.coverage.silence import Silence
from shared.contracts.sources import SilenceCause


def why_silent(name: str, silence: Silence, now: datetime, error: str | None) -> tuple[str, str]:
    """The reason of an alarm, in English and Chinese."""
    hours = _hours(now - silence.since)
    if silence.cause is SilenceCause.FAILING:
        return (
            f"{name} has not been readable for {hours} h. {error or ''}".strip(),
            f"{name} 已连续 {hours} 小时无法采集。{error or ''}",
        )
    return (
        f"{name} has brought nothing new for {hours} h. About {silence.expected:.0f} posts were to "
        f"be expected at these hours of the week; its longest silence so far was "
        f"{silence.longest_gap} h.",
        f"{name} 已 {hours} 小时没有新内容。按其每周规律，此时段应有约 {silence.expected:.0f} 条；"
        f"以往最长间隔为 {silence.longest_gap} 小时。",
    )


def why_recovered(
    name: str, cause: SilenceCause, since: datetime, now: datetime, *, enabled: bool
) -> tuple[str, str]:
    """The reason why an alarm is over, in English and Chinese."""
    hours = _hours(now - since)
    if not enabled:
        return f"{name} was taken out of service.", f"{name} 已停用。"
    if cause is SilenceCause.FAILING:
        return f"{name} can be read again after {hours} h.", f"{name} 在 {hours} 小时后恢复采集。"
    return (
        f"{name} brings new posts again after {hours} h.",
        f"{name} 在 {hours} 小时后重新有了内容。",
    )


def _hours(duration: timedelta) -> str:
    hours = duration / timedelta(hours=1)
    return f"{hours:.0f}" if hours >= 10 else f"{hours:.1f}"
