"""Warnings leave as CAP 1.2, valid by its schema: an Alert, then Updates, at last a Cancel."""

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
    assert languages == ["zh-CN", "en"]
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
    assert last.find(f"{CAP}info/{CAP}urgency").text == "Past"  # type: ignore[union-attr]


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
