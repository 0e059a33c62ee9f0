"""The readable view of a case: one self-contained HTML page, in Chinese and English.

Everything that people or posts wrote is escaped; the page holds no script and loads nothing.
"""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

# A browser shows this many records with ease; all of them are in records.jsonl.
MOST_RECORDS = 5_000

KINDS_ZH = {
    "WarningRaised": "预警发布",
    "WarningLevelChanged": "预警等级调整",
    "WarningEnded": "预警解除",
    "WarningAcknowledged": "预警签收",
    "WarningDismissed": "预警排除",
    "StoriesMerged": "话题合并",
    "StorySplit": "话题拆分",
    "StoryChangeUndone": "撤销话题调整",
    "AlertSent": "告警通知",
    "ReportLinked": "上报关联预警",
    "EscalationStepped": "逐级上报：通知下一人",
    "EscalationEnded": "逐级上报结束",
    "IncidentOpened": "舆情事件立案",
    "IncidentAssessed": "研判",
    "ResponseActivated": "启动响应",
    "ActivationDeclined": "决定不启动响应",
    "CommandIssued": "下达指令",
    "CommandAcknowledged": "指令签收",
    "CommandCompleted": "指令办结",
    "CommandOverdue": "指令逾期",
    "TimelineNoted": "大事记",
    "StatementDrafted": "声明拟稿",
    "StatementSubmitted": "声明送审",
    "StatementReviewed": "声明会审",
    "StatementReturned": "声明退回",
    "StatementApproved": "声明审批",
    "PublicationQueued": "声明待发布",
    "PublicationFailed": "声明发布失败",
    "StatementPublished": "声明发布",
    "StatementWithdrawn": "声明撤回",
    "ResponseStoodDown": "终止响应",
    "IncidentResurged": "舆情反弹",
    "IncidentSubjectsChanged": "事件所涉内容调整",
    "IncidentStoryChanged": "所涉话题合并、拆分或恢复",
    "FollowUpBegan": "开始后续跟踪",
    "FollowUpProlonged": "延长后续跟踪",
    "FollowUpEnded": "结束后续跟踪",
    "ReactionsMeasured": "声明后反应",
    "IncidentClosed": "舆情事件结案",
    "CompletenessChecked": "完整性检查",
}

_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}
h1{font-size:1.5rem}h2{font-size:1rem;margin:0}
article{border-top:1px solid #c9d1da;padding:.8rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.3rem 0}
dt{color:#55606e}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
code{font-size:.8rem;overflow-wrap:anywhere}
.note{background:#f2f5f8;padding:.6rem 1rem}
"""


def page_head(case: Mapping[str, Any]) -> str:
    """Begin the page: title and head of the case."""
    title = escape(str(case.get("title") or case["case_id"]))
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>案卷 <span lang='en'>Case file</span>: {title}</h1>\n"
        '<p class="note">本页仅供阅读，以 records.jsonl 为准；验证方法见 README.txt。<br>'
        '<span lang="en">For reading only: what counts is records.jsonl. How to verify it: '
        "README.txt.</span></p>\n"
        f"{_values(case)}\n<main>\n"
    )


def page_record(record: Mapping[str, Any]) -> str:
    """Show one record."""
    kind = str(record["kind"])
    actor = record["actor"] or {}
    head = {
        "发生 Occurred": record["occurred_at"],
        "归档 Filed": record["filed_at"],
        "操作者 Actor": actor.get("name", "-"),
        "来源 Room": record["room"],
    }
    files = "".join(_attachment(item) for item in record["attachments"])
    return (
        f'<article id="r{int(record["sequence"])}">\n'
        f"<h2>{int(record['sequence'])}. {escape(KINDS_ZH.get(kind, kind))} "
        f'<span lang="en">{escape(kind)}</span></h2>\n'
        f"{_values(head)}{_values(record['content'])}{files}"
        f"<code>{escape(str(record['id']))} · {escape(str(record['chain']))}</code>\n</article>\n"
    )


def page_foot(seal: Mapping[str, Any], fingerprint: str) -> str:
    """End the page: the seal, and how many records the page leaves out."""
    left_out = seal["record_count"] - MOST_RECORDS
    note = (
        f'<p class="note">另有 {left_out} 条记录未在本页显示。 '
        f'<span lang="en">{left_out} more records are in records.jsonl.</span></p>\n'
        if left_out > 0
        else ""
    )
    shown = {
        "封存时间 Sealed at": seal["sealed_at"],
        "记录数 Records": seal["record_count"],
        "封存指纹 Seal": fingerprint,
        "链首 Chain head": seal["chain_head"],
    }
    footer = f"<footer>\n<h2>封存 Seal</h2>\n{_values(shown)}</footer>\n"
    return f"</main>\n{note}{footer}</body>\n</html>\n"


def _values(values: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<dt>{escape(str(name))}</dt><dd>{escape(_text(value))}</dd>"
        for name, value in values.items()
    )
    return f"<dl>{rows}</dl>\n"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _attachment(item: Mapping[str, Any]) -> str:
    # `download` keeps a browser from opening a hostile file in place.
    name = escape(str(item["name"]), quote=True)
    return (
        f'<p>附件 Attachment: <a download="{name}" '
        f'href="attachments/{escape(str(item["sha256"]))}">{name}</a> '
        f"({escape(str(item['media_type']))}, {int(item['size'])} B)</p>\n"
    )
