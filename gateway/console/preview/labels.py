"""Sample answers of the analysis room: models, and what people say of posts."""

from datetime import datetime, timedelta
from typing import Any

from gateway.console.preview import opinion
from gateway.console.preview.sample import ago, person, sample_id

_ENGINE, _RELEASES = "compact", ("f3c2a9d1", "8b01e4c7")
# Of 40 labels a week, so many as the model said, oldest week first.
_AGREED = (33, 35, 34, 36, 34, 35, 37, 36)


def models() -> dict[str, Any]:
    """What is in service: the same two models in the API and in the worker."""
    idle = [_engine(_ENGINE, _RELEASES[1], 0.02, 0), _engine("lexicon", "lexicon-1", 0.0, 0)]
    busy = [_engine(_ENGINE, _RELEASES[1], 0.34, 120), _engine("lexicon", "lexicon-1", 0.0, 0)]
    tasks = ["emotion", "sentiment", "stance"]
    return {
        "items": [idle[0] | {"live_for": tasks}, idle[1] | {"live_for": []}],
        "tasks": [
            {"task": "sentiment", "shadow": {"release_id": sample_id("2b", 2), "share": 0.1}}
        ],
        "failures": [],
        "processes": [{"told": {"engines": idle}}, {"told": {"engines": busy}}],
    }


def _engine(name: str, revision: str, load: float, waiting: int) -> dict[str, Any]:
    return {
        "name": name,
        "revision": revision,
        "device": "cpu",
        "tasks": ["emotion", "sentiment", "stance"],
        "load": load,
        "waiting": {"interactive": 0, "job": waiting},
        "restarts": 0,
        "stuck": False,
    }


def labels(now: datetime) -> list[dict[str, Any]]:
    """What people say of the first two posts, newest first."""
    first, second = opinion.posts(now)[:2]
    return [
        _label(second, 2, "legal", "neutral", ago(now, 3), "转述传言，不是在骂。"),
        _label(first, 1, "leader", "negative", ago(now, 6)),
    ]


def _label(
    post: dict[str, Any], number: int, who: str, label: str, at: str, note: str | None = None
) -> dict[str, Any]:
    shown = post["opinion"]["sentiment"]
    said = shown.get("model") or shown
    return {
        "id": sample_id("2a", number),
        "label_id": sample_id("2a", number),
        "post_id": post["id"],
        "revision": 1,
        "task": "sentiment",
        "target": None,
        "label": label,
        "note": note,
        "sampled": False,
        "labelled_by": person(who),
        "labelled_at": at,
        "state": "current",
        "ended_at": None,
        "model": {**said, "engine": _ENGINE, "release": _RELEASES[1]},
        "differs": label != said["label"],
    }


def sample(now: datetime) -> dict[str, Any]:
    """Twenty posts of the day, seven of them done."""
    items = [{"post_id": post["id"], "revision": 1} for post in opinion.posts(now)]
    return {
        "day": now.date().isoformat(),
        "task": "sentiment",
        "drawn": 7 + len(items),
        "labelled": 7,
        "items": items,
    }


def agreement(now: datetime) -> dict[str, Any]:
    """Eight weeks, the last three under a new release."""
    weeks = [_week(number, agreed, now) for number, agreed in enumerate(_AGREED)]
    return {
        "task": "sentiment",
        "sampled": {
            "overall": _agreement(sum(_AGREED), 40 * len(_AGREED)),
            "windows": weeks,
        },
        "corrections": {"overall": _agreement(4, 25), "windows": []},
        "among_people": _agreement(78, 90),
        "drift": [
            {
                "engine": _ENGINE,
                "release": _RELEASES[1],
                "state": "steady",
                "latest": 0.9,
                "latest_labels": 40,
                "earlier": 0.9,
                "earlier_labels": 80,
                "p": 0.5,
                "text": "The model agrees with people as before: 90% of 40, earlier 90% of 80.",
                "text_zh": "模型与人工的一致率没有明显下降：最近 40 条为 90%，此前 80 条为 90%。",
            }
        ],
    }


def _week(number: int, agreed: int, now: datetime) -> dict[str, Any]:
    monday = now.date() - timedelta(days=now.weekday() + 7 * (len(_AGREED) - 1 - number))
    return _agreement(agreed, 40) | {
        "begins": monday.isoformat(),
        "engine": _ENGINE,
        "release": _RELEASES[number > 4],
    }


def _agreement(agreed: int, compared: int) -> dict[str, Any]:
    share = agreed / compared
    wrong = compared - agreed
    return {
        "compared": compared,
        "agreed": agreed,
        "share": share,
        "low": share - 0.11,
        "high": min(1.0, share + 0.08),
        "kappa": 0.81,
        "confusion": {
            "positive": {"positive": agreed // 4, "neutral": wrong // 3},
            "neutral": {"neutral": agreed // 4, "negative": wrong // 3},
            "negative": {"negative": agreed - 2 * (agreed // 4), "neutral": wrong // 3},
        },
    }


def releases(now: datetime) -> list[dict[str, Any]]:
    """Three releases: one in shadow, one in use, one of before."""
    states = ("retired", "live", "candidate")
    return [
        {
            "id": sample_id("2b", number),
            "name": _ENGINE,
            "task": "sentiment",
            "revision": (*_RELEASES, "c5d7720e")[number],
            "state": states[number],
            "registered_by": person("grid"),
            "registered_at": ago(now, 60 * 24 * (60 - 25 * number)),
        }
        for number in (2, 1, 0)
    ]


def evaluations(release: str) -> list[dict[str, Any]]:
    """The newest evaluation of a release; the oldest has none."""
    if release == sample_id("2b", 0):
        return []
    better = 0.012 if release == sample_id("2b", 2) else 0.0
    measured = {
        "macro_f1": 0.841 + better,
        "accuracy": 0.868 + better,
        "calibration_error": 0.021,
    }
    return [
        {
            "id": sample_id("2c", 1),
            "release_id": release,
            "measured": measured,
            "passed": True,
            "findings": [],
        }
    ]
