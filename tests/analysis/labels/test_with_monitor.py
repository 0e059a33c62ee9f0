"""A label goes from the analysis room to the monitor and comes back with the words."""

import json
from datetime import UTC, datetime

from services.analysis.room import room as analysis_room
from services.monitor.room import room as monitor_room
from tests.conftest import OpenRoom

BAD = "客服态度太差了，停电两小时没人管，气死我了"


async def test_what_a_person_says_is_counted_there_and_exported_here(open_room: OpenRoom) -> None:
    monitor, analysis = await open_room(monitor_room), await open_room(analysis_room)

    async def settle() -> None:
        while any([await monitor.work(), await analysis.work()]):
            pass

    await monitor.post("/api/v1/watches", {"name": "停电", "expression": "停电"})
    post = {
        "external_id": "1",
        "platform": "weibo",
        "text": BAD,
        "title": "停电",
        "language": "zh",
        "published_at": datetime.now(UTC).isoformat(),
    }
    sent = (await monitor.post("/api/v1/posts/bulk", {"posts": [post]})).json()
    post_id = sent["results"][0]["id"]
    await settle()
    (story,) = (await monitor.get("/api/v1/stories")).json()["items"]
    assert story["sentiment"] == {"positive": 0, "neutral": 0, "negative": 1}

    said = {"post_id": post_id, "task": "sentiment", "label": "neutral"}
    assert (await analysis.post("/api/v1/labels", said)).status_code == 201
    assert (await analysis.get("/api/v1/labels/export")).text == ""  # the words are on their way
    await settle()

    (story,) = (await monitor.get("/api/v1/stories")).json()["items"]
    assert story["sentiment"] == {"positive": 0, "neutral": 1, "negative": 0}
    shown = (await monitor.get(f"/api/v1/posts/{post_id}")).json()["opinion"]["sentiment"]
    assert (shown["label"], shown["model"]["label"]) == ("neutral", "negative")
    line = json.loads((await analysis.get("/api/v1/labels/export")).text)
    assert (line["text"], line["lang"], line["label"]) == (f"停电\n{BAD}", "zh", "neutral")
