"""All sample answers, by the address that gives them."""

from datetime import UTC, datetime
from typing import Any

from gateway.console.memory import Reply
from gateway.console.preview import (
    alerting,
    backtests,
    handling,
    labels,
    opinion,
    regrouping,
    reports,
    sources,
    spreading,
    watches,
)
from gateway.console.preview.sample import (
    CASE,
    COMMAND,
    INCIDENT,
    SAMPLE,
    STATEMENT,
    STORY,
    WARNING,
    person,
)
from shared.contracts.actors import Actor, Permission

SOMEBODY = Actor(
    **person("leader"),
    groups=frozenset({"g1", "g3"}),
    permissions=frozenset(Permission) - {Permission.SEAL_CASES, Permission.DRAFT_STATEMENTS},
)

# What may be sent to the sample house: it is accepted, and forgotten.
_ACCEPTED = (
    *(f"/warnings/{{warning}}/{act}" for act in ("acknowledge", "dismiss")),
    *(
        f"/incidents/{INCIDENT}/{act}"
        for act in (
            "activate",
            "assessments",
            "close",
            "commands",
            "decline",
            "stand-down",
            "timeline",
        )
    ),
    f"/commands/{COMMAND}/complete",
    *(
        f"/statements/{STATEMENT}/{act}"
        for act in ("approve", "publish", "return", "reviews", "submit", "withdraw")
    ),
)


def sample_replies(now: datetime | None = None) -> dict[str, Reply]:
    """What the sample house answers at `now`."""
    moment = now or datetime.now(UTC)
    read = (
        _opinion(moment)
        | _models(moment)
        | _handling(moment)
        | _people(moment)
        | alerting.alerting(moment)
        | sources.answers(moment)
    )
    replies: dict[str, Reply] = {
        f"GET /api/v1{path}": (200, answer) for path, answer in read.items()
    }
    for path in _ACCEPTED:
        for warning in opinion.warnings(moment):
            replies[f"POST /api/v1{path.format(warning=warning['id'])}"] = (200, {})
    for path, answer in regrouping.accepted(opinion.stories(moment), moment).items():
        replies[f"POST /api/v1{path}"] = answer
    replies["POST /api/v1/alerts/preview"] = (200, alerting.preview(moment))
    replies["POST /api/v1/alerts/channels/wecom/test"] = (202, {})
    replies["PUT /api/v1/alerts/channels/wecom"] = (200, {})
    replies["POST /api/v1/alerts/links/sample/acknowledge"] = (200, {})
    for path, answer in watches.trials(moment).items():
        replies[f"POST /api/v1{path}"] = (200, answer)
    replies["POST /api/v1/labels"] = (201, labels.labels(moment)[0])
    for label in labels.labels(moment):
        replies[f"POST /api/v1/labels/{label['id']}/withdraw"] = (200, label)
    replies["POST /api/v1/incidents"] = (201, handling.incident(moment))
    replies[f"POST /api/v1/incidents/{INCIDENT}/statements"] = (201, handling.statement(moment))
    replies[f"PUT /api/v1/statements/{STATEMENT}/text"] = (200, handling.statement(moment))
    return replies


def _opinion(now: datetime) -> dict[str, Any]:
    points, found = opinion.volume(now), opinion.stories(now)
    of_stories: dict[str, Any] = {}
    for story in found:
        path = f"/stories/{story['id']}"
        of_stories[path] = story
        of_stories[f"{path}/posts"] = _page(opinion.posts(now))
        of_stories[f"{path}/indicators"] = watches.history(now)
        of_stories[f"{path}/alike"] = {"items": regrouping.alike(found, story)}
        of_stories[f"{path}/pieces"] = regrouping.pieces(opinion.posts(now))
        of_stories[f"{path}/spread"] = spreading.spread(now)
        of_stories[f"{path}/follow-ups"] = spreading.follow_ups(story, now)
        of_stories[f"{path}/reactions"] = spreading.reactions(now)
        of_stories[f"{path}/changes"] = _page(regrouping.changes(found, story, now))
    return of_stories | {
        "/posts": _page(opinion.posts(now)),
        "/posts/volume": {"bucket": 15, "points": points},
        "/stories": _page(found),
        "/stories/rising": found,
        "/warnings": _page(opinion.warnings(now)),
        **{f"/warnings/{item['id']}": item for item in opinion.warnings(now)},
        "/watches": _page(opinion.watches()),
        **watches.replies(now),
        **backtests.replies(now),
    }


def _models(now: datetime) -> dict[str, Any]:
    said = labels.labels(now)
    return {
        "/models": labels.models(),
        "/models/releases": _page(labels.releases(now)),
        **{
            f"/models/releases/{release['id']}/evaluations": _page(
                labels.evaluations(release["id"])
            )
            for release in labels.releases(now)
        },
        "/labels": _page(said),
        "/labels/agreement": labels.agreement(now),
        "/labels/sample": labels.sample(now),
        **{f"/posts/{post['id']}": post | {"revisions": []} for post in opinion.posts(now)},
        **spreading.copies(opinion.posts(now)),
    }


def _handling(now: datetime) -> dict[str, Any]:
    incident, case = f"/incidents/{INCIDENT}", handling.case(now)
    return {
        "/groups": {"items": SAMPLE["groups"]},
        "/channels": {"items": [{"name": "console", "takes_drills": True}]},
        "/incidents": _page([handling.incident(now)]),
        incident: handling.incident(now),
        f"{incident}/timeline": {"items": handling.timeline(now)},
        f"{incident}/assessments": _page(handling.assessments(now)),
        f"{incident}/commands": _page(handling.commands(now)),
        f"{incident}/statements": _page([handling.statement(now)]),
        f"{incident}/subjects": spreading.subjects(STORY, WARNING),
        f"/follow-ups/{INCIDENT}": spreading.follow_ups(opinion.stories(now)[0], now)["items"][0],
        f"/follow-ups/{INCIDENT}/reactions": spreading.reactions(now),
        "/statements": _page([handling.statement(now)]),
        f"/statements/{STATEMENT}": handling.statement(now),
        "/cases": _page([case]),
        f"/cases/{CASE}": case,
        f"/cases/{CASE}/records": {"items": handling.records(now), "next_after": None},
        f"/cases/{CASE}/proof": {"intact": True, "problems": [], "fingerprint": case["head"]},
        "/me": {"id": SOMEBODY.id, "display_name": SOMEBODY.name, "roles": ["leader"]},
    }


def _people(now: datetime) -> dict[str, Any]:
    return {
        "/reports/staff": _page(reports.reports(now)),
        **{f"/reports/staff/{report['id']}": report for report in reports.reports(now)},
        "/reports/mine": _page(reports.own(now)),
        "/reports/link": reports.link(now),
        f"/reports/public/{reports.PAGE}": {"open": True},
        "/patrols/rounds": _page(reports.rounds(now)),
        **{f"/patrols/rounds/{found['id']}": found for found in reports.rounds(now)},
        "/patrols/sites": _page(reports.sites(now)),
        "/patrols/plans": _page(reports.plans(now)),
        "/patrols/coverage": reports.coverage(now),
        "/officers": _page(reports.officers(now)),
        "/officers/standings": {"items": reports.standings(now)},
    }


def _page(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": items, "next_cursor": None}
