"""Sample answers about alerts, duty and escalation."""

from datetime import datetime, timedelta
from typing import Any

from gateway.console.preview.sample import SAMPLE, WARNING, person

_RULE = {
    "slug": "duty",
    "name": "值班与逐级上报（示例） Duty (sample)",
    "about": "warnings",
    "level": "blue",
    "watches": [],
    "hours": None,
    "tell": [{"kind": "channel", "name": "wecom"}, {"kind": "on_duty", "name": "g2"}],
    "ladder": {"group": "g2", "minutes": {"yellow": 15, "orange": 10, "red": 5}, "rounds": 1},
    "enabled": True,
    "sample": True,
    "version": 1,
}
_CHANNEL = {
    "slug": "wecom",
    "name": "企业微信值班群（示例） WeCom (sample)",
    "kind": "wecom",
    "service": "qyapi.weixin.qq.com",
    "personal": False,
    "signed": False,
    "language": "zh-CN",
    "enabled": True,
    "sample": True,
    "version": 1,
}
_MAIL = _CHANNEL | {
    "kind": "apprise",
    "slug": "mail",
    "name": "邮件（示例） Mail (sample)",
    "service": "mailtos: E-Mail",
    "personal": True,
}


def alerting(now: datetime) -> dict[str, Any]:
    """Answers by path."""
    changed = {"changed_at": now.isoformat()}
    recipient = changed | {
        "name": "sample-monitoring",
        "display_name": person("monitoring")["name"],
        "language": "zh-CN",
        "zone": "Asia/Shanghai",
        "quiet": {"begins": "22:00", "ends": "07:00", "breaks_through": "orange"},
        "contacts": [{"channel": "mail", "addressed": True, "from_level": "blue"}],
        "enabled": True,
        "sample": True,
        "version": 1,
    }
    return {
        "/alerts/rules": {"items": [_RULE | changed]},
        "/alerts/channels": {"items": [_CHANNEL | changed, _MAIL | changed]},
        "/alerts/channels/wecom": _CHANNEL | changed,
        "/alerts/recipients": {"items": [recipient]},
        "/warnings/alerts": {"items": [], "next_cursor": None},
        "/alerts/escalations": {"items": [_escalation(now)]},
        "/alerts/links/sample": {
            "title": "变电站爆炸？（示例）",
            "level": "orange",
            "told_level": "orange",
            "state": "active",
            "person": person("monitoring")["name"],
            "acknowledged_by": None,
            "acknowledged_at": None,
            "open": True,
            "message": {
                "data": {
                    "sample": True,
                    "first_post_at": (now - timedelta(minutes=57)).isoformat(),
                    "post_count": 180,
                    "nature": {"text": "rumour suspected", "text_zh": "疑似谣言"},
                    "reasons": [
                        {
                            "text": "Heat 182 posts an hour, threshold 150.",
                            "text_zh": "热度为每小时 182 帖，阈值 150。",
                        }
                    ],
                    "suggestions": [
                        {
                            "minutes": 30,
                            "text": "Verify the facts with the department concerned.",
                            "text_zh": "向涉事部门核实事实。",
                        }
                    ],
                }
            },
        },
        "/duty": {"items": [_roster(now)]},
        "/duty/g2": _roster(now),
    }


def preview(now: datetime) -> dict[str, Any]:
    """Who would hear."""
    return {
        "told": [
            {"channel": "console", "recipient": None, "held_until": None, "rules": []},
            {"channel": "wecom", "recipient": None, "held_until": None, "rules": ["duty"]},
        ],
        "ladders": [
            {
                "group": "g2",
                "wait_seconds": 600,
                "asked": [
                    {
                        "person": "sample-monitoring",
                        "role": "on_duty",
                        "at": now.isoformat(),
                        "channels": ["mail"],
                    },
                    {
                        "person": "sample-monitoring-night",
                        "role": "member",
                        "at": (now + timedelta(minutes=10)).isoformat(),
                        "channels": [],
                    },
                ],
            }
        ],
        "unreached": [{"name": "sample-monitoring-night", "why": "no_contact"}],
    }


def _escalation(now: datetime) -> dict[str, Any]:
    asked = now - timedelta(minutes=6)
    return {
        "id": "019a4f6e-2c1d-7a3b-9c58-0d1e2f3a4b60",
        "warning_id": WARNING,
        "group": "g2",
        "group_name": "Monitoring and analysis group (sample)",
        "group_name_zh": "监测与分析组（示例）",
        "level": "orange",
        "wait_seconds": 600,
        "started_at": asked.isoformat(),
        "steps": [
            {
                "number": 1,
                "person": "sample-monitoring",
                "role": "on_duty",
                "asked_at": asked.isoformat(),
                "deliveries": [
                    {
                        "channel": "mail",
                        "state": "sent",
                        "attempts": 1,
                        "error": None,
                        "sent_at": asked.isoformat(),
                    }
                ],
            }
        ],
        "next": {"person": "sample-monitoring-night", "role": "member"},
        "next_at": (now + timedelta(minutes=4)).isoformat(),
        "ending": None,
        "ended_at": None,
        "ended_by": None,
    }


def _roster(now: datetime) -> dict[str, Any]:
    group = next(each for each in SAMPLE["groups"] if each["slug"] == "g2")
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    stretches = [
        {
            "starts_at": (day + timedelta(hours=12 * half)).isoformat(),
            "ends_at": (day + timedelta(hours=12 * half + 12)).isoformat(),
            "people": []
            if half == 5
            else [("sample-monitoring", "sample-monitoring-night")[half % 2]],
        }
        for half in range(8)
    ]
    return {
        "group": "g2",
        "name": group["name"],
        "name_zh": group["name_zh"],
        "chair": "sample-public-relations",
        "deputies": {"sample-monitoring": "sample-monitoring-night"},
        "members": ["sample-monitoring", "sample-monitoring-night"],
        "now": ["sample-monitoring"],
        "until": stretches[1]["ends_at"],
        "gaps": [stretches[5]],
        "has_rota": True,
        "zone": "Asia/Shanghai",
        "starts_on": "2026-11-02",
        "shifts": [
            {
                "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                "begins": "08:00",
                "ends": "20:00",
                "turns": [["sample-monitoring"], ["sample-monitoring-night"]],
            }
        ],
        "substitutions": [],
        "stretches": stretches,
        "version": 1,
        "edition": "1",
    }
