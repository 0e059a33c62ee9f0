"""Warnings leave as CAP 1.2, valid by its schema: an Alert, then Updates, at last a Cancel."""

import base64
import hashlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema

from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import WarningEnded
from tests.monitor.desk import PUBLIC, Desk, raised

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(__file__).with_name("CAP-v1.2.xsd")))


async def cap(desk: Desk, schema: xmlschema.XMLSchema, warning_id: object) -> Element:
    answer = await desk.room.get(f"/api/v1/warnings/{warning_id}/cap")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/cap+xml"
    schema.validate(answer.content.decode())
    return fromstring(answer.content)  # noqa: S314  # ours


async def test_a_warning_is_an_alert_then_updates_then_a_cancel(
    desk: Desk, schema: xmlschema.XMLSchema
) -> None:
    warning = await desk.raise_warning(WarningLevel.YELLOW)
    first = await cap(desk, schema, warning.warning_id)
    assert first.findtext(f"{CAP}msgType") == "Alert"
    assert first.findtext(f"{CAP}status") == "Actual"
    assert first.find(f"{CAP}references") is None
    languages = [info.findtext(f"{CAP}language") for info in first.findall(f"{CAP}info")]
    assert languages == ["zh-CN", "en-US"]
    chinese = first.find(f"{CAP}info")
    assert chinese is not None
    assert chinese.findtext(f"{CAP}severity") == "Moderate"
    assert "热度" in str(chinese.findtext(f"{CAP}description"))
    assert str(chinese.findtext(f"{CAP}web")).startswith(PUBLIC)

    await desk.raise_to(warning, WarningLevel.RED)
    second = await cap(desk, schema, warning.warning_id)
    assert second.findtext(f"{CAP}msgType") == "Update"
    reference = str(second.findtext(f"{CAP}references"))
    sender, identifier, sent = reference.split(",")
    assert sender == first.findtext(f"{CAP}sender") == "groundswell@desk.example"
    assert identifier == first.findtext(f"{CAP}identifier")
    assert sent == first.findtext(f"{CAP}sent")

    await desk.tell(
        WarningEnded(
            warning_id=warning.warning_id,
            story_id=warning.story_id,
            title=warning.title,
            peak_level=WarningLevel.RED,
        )
    )
    last = await cap(desk, schema, warning.warning_id)
    assert last.findtext(f"{CAP}msgType") == "Cancel"
    assert len(str(last.findtext(f"{CAP}references")).split()) == 2
    assert last.findtext(f"{CAP}info/{CAP}urgency") == "Past"
    assert last.findtext(f"{CAP}info/{CAP}responseType") == "AllClear"
    assert {each.findtext(f"{CAP}incidents") for each in (first, second, last)} == {
        str(warning.warning_id)
    }


async def test_what_people_dismissed_is_cancelled_with_a_note(
    desk: Desk, schema: xmlschema.XMLSchema
) -> None:
    warning = await desk.raise_warning(WarningLevel.YELLOW)
    path = f"/api/v1/warnings/{warning.warning_id}/dismiss"
    assert (await desk.room.post(path, {"reason": "A game of that name."})).status_code == 200
    await desk.work()
    found = await cap(desk, schema, warning.warning_id)
    assert found.findtext(f"{CAP}msgType") == "Cancel"
    assert found.findtext(f"{CAP}info/{CAP}responseType") == "None"
    assert found.findtext(f"{CAP}note") == "Judged by a person to need no response."


async def test_evidence_goes_with_it_as_it_read_and_with_its_digest(
    desk: Desk, schema: xmlschema.XMLSchema
) -> None:
    warning = await desk.raise_warning()
    found = await cap(desk, schema, warning.warning_id)
    resource = found.find(f"{CAP}info/{CAP}resource")
    assert resource is not None
    words = base64.b64decode(str(resource.findtext(f"{CAP}derefUri")))
    assert words.decode() == warning.evidence[0].text
    assert resource.findtext(f"{CAP}size") == str(len(words))
    digest = hashlib.sha1(words, usedforsecurity=False).hexdigest()
    assert resource.findtext(f"{CAP}digest") == digest


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        (WarningLevel.BLUE, "Minor"),
        (WarningLevel.YELLOW, "Moderate"),
        (WarningLevel.ORANGE, "Severe"),
        (WarningLevel.RED, "Extreme"),
    ],
)
async def test_levels_have_severities_and_samples_are_exercises(
    desk: Desk, schema: xmlschema.XMLSchema, level: WarningLevel, severity: str
) -> None:
    strange: dict[str, Any] = {"title": "<&>\u0001 ]]> 🚨", "sample": True}
    warning = raised(level).model_copy(update=strange)
    await desk.tell(warning)
    found = await cap(desk, schema, warning.warning_id)
    assert found.findtext(f"{CAP}info/{CAP}severity") == severity
    assert found.findtext(f"{CAP}status") == "Exercise"
    assert "<&> ]]> 🚨" in str(found.findtext(f"{CAP}info/{CAP}headline"))


async def test_a_drill_is_marked_wherever_it_is_told(
    desk: Desk, schema: xmlschema.XMLSchema
) -> None:
    warning = raised(WarningLevel.RED).model_copy(update={"drill": True})
    await desk.keep(warning, WarningLevel.RED)
    await desk.tell(warning)
    found = await cap(desk, schema, warning.warning_id)
    assert found.findtext(f"{CAP}status") == "Exercise"
    assert found.findtext(f"{CAP}note") == "Drill: nothing here happened."
    (_, subject, _, _) = desk.mailbox.mails[-1]
    assert subject.startswith("[Drill] Red warning")
    (console, *_) = (await desk.room.get("/api/v1/warnings/alerts?channel=console")).json()["items"]
    assert console["message"]["data"]["text_zh"].startswith("【演练】红色预警")


async def test_a_notice_is_read_by_people_in_their_form_and_language(desk: Desk) -> None:
    warning = await desk.raise_warning()
    path = f"/api/v1/warnings/{warning.warning_id}/notice"
    chinese = await desk.room.get(path)
    assert "证据帖文" in chinese.text
    english = await desk.room.get(path, params={"language": "en", "form": "html"})
    assert "&lt;b&gt;停电" in english.text
    assert "sandbox" in english.headers["content-security-policy"]
    markdown = await desk.room.get(path, params={"form": "markdown"})
    assert r"\[看\]" in markdown.text
    listed = (await desk.room.get(f"{path}s")).json()["items"]
    assert [each["occasion"] for each in listed] == ["raised"]


async def test_of_what_was_never_said_there_is_no_notice(desk: Desk) -> None:
    assert (await desk.room.get(f"/api/v1/warnings/{raised().warning_id}/cap")).status_code == 404
