"""Sample answers about reports and patrols."""

from datetime import datetime
from typing import Any

from gateway.console.preview.sample import POST, STORY, ago, person, sample_id

REPORT, TELLING, ROUND, CHECK = (sample_id(kind) for kind in ("2a", "2b", "2c", "2d"))
SITE, PLAN, OFFICER = (sample_id(kind) for kind in ("2e", "2f", "3a"))
PAGE = "sample-page"
_FORUM = "云州论坛 · 民生版（示例）"


def tellings(now: datetime) -> list[dict[str, Any]]:
    """What three people told of one link."""
    told = [("monitoring", "staff_report", 42), ("press", "officer_report", 35)]
    return [
        {
            "id": sample_id("2b", number),
            "kind": kind,
            "told_by": person(name),
            "officer_id": OFFICER if kind == "officer_report" else None,
            "link": "https://bbs.example.org/t?id=3",
            "text": "城东又停电了，打客服电话半天没人接，论坛里已经有四十多条回复。",
            "concerns": "客服热线" if number == 1 else None,
            "urgency": "high" if number == 1 else "normal",
            "pictures": [],
            "told_at": ago(now, minutes),
        }
        for number, (name, kind, minutes) in enumerate(told, 1)
    ]


def reports(now: datetime) -> list[dict[str, Any]]:
    """The inbox: one that waits, one from a patrol, one that is not relevant."""
    first = {
        "id": REPORT,
        "kind": "staff_report",
        "state": "new",
        "platform": "forum",
        "link": "https://bbs.example.org/t?id=3",
        "text": "城东又停电了，打客服电话半天没人接，论坛里已经有四十多条回复。",
        "urgency": "high",
        "reporters": 2,
        "anonymous": 1,
        "first_told_at": ago(now, 42),
        "last_told_at": ago(now, 12),
        "tellings": tellings(now),
        "post_id": POST,
        "watch_ids": [sample_id("0c")],
        "story_ids": [STORY],
        "story_id": None,
        "warning_id": None,
        "reason": None,
        "handled_by": None,
        "handled_at": None,
    }
    handled = {"handled_by": person("leader"), "handled_at": ago(now, 90), "urgency": "normal"}
    patrol = (
        first
        | handled
        | {
            "id": sample_id("2a", 2),
            "kind": "patrol",
            "state": "linked",
            "text": "置顶帖：缴费后仍被停电，跟帖在涨。",
            "reporters": 1,
            "anonymous": 0,
            "story_id": STORY,
            "first_told_at": ago(now, 130),
        }
    )
    wrong = (
        first
        | handled
        | {
            "id": sample_id("2a", 3),
            "kind": "public_report",
            "state": "not_relevant",
            "platform": "weibo",
            "text": "隔壁市的同名公司又涨价了。",
            "reporters": 0,
            "anonymous": 1,
            "reason": "说的是外地同名公司，与我们无关。",
            "story_ids": [],
            "first_told_at": ago(now, 300),
        }
    )
    return [first, patrol, wrong]


def own(now: datetime) -> list[dict[str, Any]]:
    """What the visitor reported."""
    kept = ("link", "text", "urgency", "platform", "reporters", "anonymous", "state", "reason")
    return [
        {name: report[name] for name in kept}
        | {
            "id": sample_id("2b", number),
            "report_id": report["id"],
            "told_at": report["first_told_at"],
            "concerns": None,
            "pictures": [],
            "watched": bool(report["story_ids"]),
            "handled_at": report["handled_at"],
        }
        for number, report in enumerate(reports(now), 1)
    ]


def link(now: datetime) -> dict[str, Any]:
    """The public link."""
    return {
        "id": sample_id("3b"),
        "path": f"/r/{PAGE}",
        "hourly_limit": 60,
        "used_last_hour": 3,
        "opened_by": person("leader"),
        "opened_at": ago(now, 3_000),
    }


def rounds(now: datetime) -> list[dict[str, Any]]:
    """A round under way, one that is done, one that was missed."""
    checks: list[dict[str, Any]] = [
        {
            "id": sample_id("2d", number),
            "site_id": sample_id("2e", number),
            "name": name,
            "url": "https://bbs.example.org/",
            "how": "按“最新回复”排序，看前三页",
            "finding": finding,
            "note": None,
            "report_id": REPORT if finding == "found" else None,
            "ticked_by": person("monitoring") if finding else None,
            "ticked_at": ago(now, 6) if finding else None,
        }
        for number, (name, finding) in enumerate(
            [(_FORUM, "found"), ("云州晚报网（示例）", "nothing"), ("本地贴吧（示例）", None)], 1
        )
    ]
    under_way = {
        "id": ROUND,
        "plan_id": PLAN,
        "name": "早间巡查（示例）",
        "due_at": ago(now, 25),
        "late_at": ago(now, -35),
        "closes_at": ago(now, -300),
        "assignee": {"id": "user:sample-monitoring", "name": person("monitoring")["name"]},
        "state": "open",
        "late": False,
        "places": 3,
        "looked": 2,
        "finds": 1,
        "note": None,
        "done_by": None,
        "done_at": None,
        "sample": True,
        "checks": checks,
    }
    done = under_way | {
        "id": sample_id("2c", 2),
        "state": "done",
        "looked": 3,
        "due_at": ago(now, 1_465),
        "done_by": person("monitoring"),
        "done_at": ago(now, 1_430),
    }
    missed = under_way | {
        "id": sample_id("2c", 3),
        "state": "missed",
        "late": True,
        "looked": 0,
        "finds": 0,
        "due_at": ago(now, 2_905),
    }
    return [under_way, done, missed]


def sites(now: datetime) -> list[dict[str, Any]]:
    """The register of key sites."""
    return [
        {
            "id": SITE,
            "name": _FORUM,
            "url": "https://bbs.example.org/",
            "platform": "forum",
            "why": "停水停电的帖子先出现在这里",
            "how": "按“最新回复”排序，看前三页",
            "priority": "high",
            "contact": "版主群",
            "active": True,
            "sample": True,
            "version": 1,
            "changed_at": ago(now, 9_000),
        }
    ]


def plans(now: datetime) -> list[dict[str, Any]]:
    """The plans of rounds."""
    return [
        {
            "id": PLAN,
            "name": "早间巡查（示例）",
            "sites": [],
            "checklist": ["搜索“停电”，按时间排序"],
            "times": ["09:00", "15:00"],
            "weekdays": [1, 2, 3, 4, 5],
            "every_hours": None,
            "timezone": "Asia/Shanghai",
            "minutes": 60,
            "assignee": {"id": "user:sample-monitoring", "name": person("monitoring")["name"]},
            "duty_group": "g2",
            "starts_at": ago(now, 90_000),
            "ends_at": None,
            "active": True,
            "sample": True,
            "version": 1,
            "changed_at": ago(now, 9_000),
        }
    ]


def coverage(now: datetime) -> dict[str, Any]:
    """How well sites are looked at."""
    site = {"site_id": SITE, "name": _FORUM, "platform": "forum", "priority": "high"}
    plan = {"plan_id": PLAN, "name": "早间巡查（示例）", "active": True, "rounds": 44}
    return {
        "days": 30,
        "sites": [site | {"active": True, "last_looked_at": ago(now, 6), "looks": 41, "finds": 3}],
        "plans": [plan | {"on_time": 39, "late": 3, "missed": 1, "open": 1, "finds": 3}],
    }


def officers(now: datetime) -> list[dict[str, Any]]:
    """The register of opinion officers."""
    return [
        {
            "id": OFFICER,
            "name": person("press")["name"],
            "user_id": person("press")["id"],
            "unit": "客户服务部",
            "area": "热线与营业厅",
            "since": "2026-01-05",
            "active": True,
            "sample": True,
            "version": 1,
            "changed_at": ago(now, 9_000),
        }
    ]


def standings(now: datetime) -> list[dict[str, Any]]:
    """What their reports were worth."""
    return [
        {
            "officer_id": OFFICER,
            "days": 90,
            "reports": 12,
            "first": 9,
            "taken_up": 8,
            "not_relevant": 2,
            "waiting": 2,
            "met": 6,
            "ahead": 4,
            "lead_minutes": 17.5,
            "last_report_at": ago(now, 35),
        }
    ]
