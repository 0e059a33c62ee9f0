"""A warning as a message of the Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010). Pure.

How the four levels are told in CAP's words (section 3.2.2; the standard fixes the words, not the
colours, so this table is our reading of it; the order of severities follows the colours of
突发事件应对法 (2024), art. 63):

| level | severity | urgency | certainty |
| --- | --- | --- | --- |
| red (I) | Extreme | Immediate | Observed |
| orange (II) | Severe | Immediate | Observed |
| yellow (III) | Moderate | Expected | Likely |
| blue (IV) | Minor | Future | Possible |

Category is `Other`: CAP knows none for public opinion. Scope is `Restricted`: a warning is for the
organisation, not for the public. What belongs to a drill or to the sample organisation is an
`Exercise`. A warning has no `expires`: it holds until it is cancelled. One that calmed down cancels
with `AllClear`; of one that people dismissed the note says so. All messages of a warning name it
in `incidents`. Evidence goes with it as resources, each with its digest.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from services.monitor.notices.rendering import letter_of
from shared.contracts.levels import WarningLevel

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
# As RFC 3066 writes them; ours is `en`.
_LANGUAGES = {"zh-CN": "zh-CN", "en": "en-US"}
_MOST_RESOURCES = 3

_WORDS = {
    WarningLevel.RED: ("Extreme", "Immediate", "Observed"),
    WarningLevel.ORANGE: ("Severe", "Immediate", "Observed"),
    WarningLevel.YELLOW: ("Moderate", "Expected", "Likely"),
    WarningLevel.BLUE: ("Minor", "Future", "Possible"),
}
_EVENTS = {"zh-CN": "网络舆情预警", "en": "Public opinion warning"}
_SENDER_NAMES = {"zh-CN": "Groundswell 舆情监测", "en": "Groundswell"}
_AREAS = {"zh-CN": "未限定地区", "en": "No region in particular"}
_OVER = {"zh-CN": "本预警已解除。", "en": "This warning is over."}


@dataclass(frozen=True, slots=True)
class CapNotice:
    """What was said of a warning at one time: `over` when it ended, or was `dismissed`."""

    identifier: str
    at: datetime
    level: WarningLevel
    message: Mapping[str, Any]
    over: bool
    dismissed: bool = False


def cap_of(notices: Sequence[CapNotice], *, sender: str) -> bytes:
    """The newest of `notices` (oldest first, at least one) as XML: the first of a warning is an
    Alert, those that follow update it, the last cancels it.

    `sender`: without spaces, commas, `<` and `&`, as the standard wants it.
    """
    newest, earlier = notices[-1], notices[:-1]
    alert = Element("alert", xmlns=NAMESPACE)
    _add(alert, "identifier", newest.identifier)
    _add(alert, "sender", sender)
    _add(alert, "sent", _moment(newest.at))
    data = newest.message["data"]
    _add(alert, "status", "Exercise" if data.get("drill") or data.get("sample") else "Actual")
    _add(alert, "msgType", _type(newest, earlier))
    _add(alert, "scope", "Restricted")
    _add(alert, "restriction", "For the organisation that is warned")
    if note := _note(newest):
        _add(alert, "note", note)
    if earlier:
        _add(
            alert,
            "references",
            " ".join(f"{sender},{each.identifier},{_moment(each.at)}" for each in earlier),
        )
    _add(alert, "incidents", data["warning_id"])
    for language in _LANGUAGES:
        _info(alert, newest, language)
    indent(alert)
    written: bytes = tostring(alert, encoding="utf-8", xml_declaration=True)
    return written


def _info(alert: Element, notice: CapNotice, language: str) -> None:
    data = notice.message["data"]
    chinese = language == "zh-CN"
    severity, urgency, certainty = _WORDS[notice.level]
    letter = letter_of(notice.message, language)
    info = SubElement(alert, "info")
    _add(info, "language", _LANGUAGES[language])
    _add(info, "category", "Other")
    _add(info, "event", _EVENTS[language])
    _add(info, "responseType", _response(notice))
    _add(info, "urgency", "Past" if notice.over else urgency)
    _add(info, "severity", severity)
    _add(info, "certainty", certainty)
    _add(info, "onset", _moment(datetime.fromisoformat(data["first_post_at"])))
    _add(info, "senderName", _SENDER_NAMES[language])
    _add(info, "headline", letter.title)
    reasons = [reason["text_zh" if chinese else "text"] for reason in data["reasons"]]
    said = [_OVER[language]] if notice.over else []
    _add(info, "description", "\n".join([*said, data["title"], *reasons]))
    steps = [step["text_zh" if chinese else "text"] for step in data.get("suggestions") or ()]
    if steps and not notice.over:
        _add(info, "instruction", "\n".join(steps))
    _add(info, "web", data["url"])
    for name, value in _parameters(notice):
        parameter = SubElement(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    for post in data["evidence"][:_MOST_RESOURCES]:
        _resource(info, post)
    area = SubElement(info, "area")
    _add(area, "areaDesc", _regions(data) or _AREAS[language])


def _note(notice: CapNotice) -> str:
    data = notice.message["data"]
    if data.get("drill"):
        said = ["Drill: nothing here happened."]
    elif data.get("sample"):
        said = ["Sample data: nothing here happened."]
    else:
        said = []
    if notice.dismissed:
        said.append("Judged by a person to need no response.")
    return " ".join(said)


def _response(notice: CapNotice) -> str:
    if not notice.over:
        return "Assess"
    return "None" if notice.dismissed else "AllClear"


def _resource(info: Element, post: Mapping[str, Any]) -> None:
    """A post as it read then: where it was may not show it any more."""
    words = str(post["text"]).encode(errors="replace")
    resource = SubElement(info, "resource")
    described = [post["platform"], post["published_at"], post.get("url") or ""]
    _add(resource, "resourceDesc", " ".join(described).strip())
    _add(resource, "mimeType", "text/plain")
    _add(resource, "size", str(len(words)))
    _add(resource, "uri", f"{post['id']}.txt")
    _add(resource, "derefUri", base64.b64encode(words).decode())
    # SHA-1 is what the standard asks for (section 3.2.3).
    _add(resource, "digest", hashlib.sha1(words, usedforsecurity=False).hexdigest())


def _parameters(notice: CapNotice) -> list[tuple[str, str]]:
    data = notice.message["data"]
    named = [("level", notice.level.value), ("watch", data["watch_name"])]
    nature = data.get("nature")
    if nature:
        named.append(("nature", nature["code"]))
    named.append(("posts", str(data["post_count"])))
    return named


def _regions(data: Mapping[str, Any]) -> str:
    scope = data.get("scope") or {}
    return ", ".join(each["name"] for each in scope.get("regions", ()))


def _type(newest: CapNotice, earlier: Sequence[CapNotice]) -> str:
    if newest.over:
        return "Cancel"
    return "Update" if earlier else "Alert"


def _moment(moment: datetime) -> str:
    """With an offset in figures: the standard forbids the letter Z (section 3.3.2)."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _add(parent: Element, name: str, words: str) -> None:
    """An element with words; characters that XML cannot hold are left out."""
    kept = "".join(letter for letter in words if letter in "\t\n\r" or letter >= " ")
    SubElement(parent, name).text = kept.replace("\ufffe", "").replace("\uffff", "")
