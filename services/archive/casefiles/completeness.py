"""What a case file must hold before its incident is closed: one table.

The stages are those of mission item H1 (collection, analysis, decisions, statements, effect), as
far as events exist that prove them. An event kind that no row names is welcome and proves nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """A part of the handling that leaves its trace in the case file."""

    COLLECTION = "collection"  # 收集
    ASSESSMENT = "assessment"  # 研判
    DECISION = "decision"  # 决策
    COMMANDS = "commands"  # 指令
    STATEMENTS = "statements"  # 声明
    CLOSING = "closing"  # 结案


@dataclass(frozen=True)
class Requirement:
    """One of `kinds` must be on record; with `when`, only if that kind is.

    `each` asks for as many as there are of `when`. `excusable`: a recorded reason may stand in.
    """

    stage: Stage
    kinds: tuple[str, ...]
    words: str
    words_zh: str
    when: str | None = None
    each: bool = False
    excusable: bool = True

    def holds(self, seen: Mapping[str, int]) -> bool:
        """Tell whether the kinds seen (with how often) meet this."""
        if self.when is not None and not seen.get(self.when):
            return True
        needed = seen[self.when] if self.each and self.when else 1
        return sum(seen.get(kind, 0) for kind in self.kinds) >= needed


REQUIREMENTS = (
    Requirement(
        Stage.COLLECTION,
        ("WarningRaised", "WarningLevelChanged", "TimelineNoted"),
        "how the matter was noticed: a warning, or a note on the timeline",
        "发现经过：预警或大事记",
    ),
    Requirement(
        Stage.COLLECTION,
        ("IncidentOpened",),
        "the opening of the incident",
        "舆情事件立案",
        excusable=False,
    ),
    Requirement(Stage.ASSESSMENT, ("IncidentAssessed",), "an assessment", "研判"),
    Requirement(
        Stage.DECISION,
        ("ResponseActivated", "ActivationDeclined"),
        "the decision to activate the response or not",
        "是否启动响应的决定",
    ),
    Requirement(
        Stage.COMMANDS,
        ("CommandAcknowledged",),
        "the receipt of every command",
        "每条指令的签收",
        when="CommandIssued",
        each=True,
    ),
    Requirement(
        Stage.COMMANDS,
        ("CommandCompleted",),
        "the completion of every command",
        "每条指令的办结",
        when="CommandIssued",
        each=True,
    ),
    Requirement(
        Stage.STATEMENTS,
        ("StatementPublished",),
        "a published statement, or a reason for none",
        "已发布的声明，或不发布的理由",
    ),
    Requirement(
        Stage.STATEMENTS,
        ("StatementReviewed",),
        "the review of what was published",
        "已发布声明的会审",
        when="StatementPublished",
        excusable=False,
    ),
    Requirement(
        Stage.STATEMENTS,
        ("StatementApproved",),
        "the approval of what was published",
        "已发布声明的审批",
        when="StatementPublished",
        excusable=False,
    ),
    Requirement(
        Stage.CLOSING,
        ("ResponseStoodDown",),
        "the end of the response",
        "终止响应",
        when="ResponseActivated",
    ),
    Requirement(
        Stage.CLOSING,
        ("IncidentClosed",),
        "the closing of the incident",
        "舆情事件结案",
        excusable=False,
    ),
)


@dataclass(frozen=True)
class Finding:
    """What the record says about one stage.

    `present`: nothing is missing. `excused`: what is missing has a recorded reason. `grounds` names
    the kinds seen with how often, or the reason.
    """

    stage: Stage
    present: bool
    excused: bool
    missing: tuple[str, ...]
    missing_zh: tuple[str, ...]
    grounds: str


def completeness(kinds: Iterable[str], reasons: Mapping[Stage, str] | None = None) -> list[Finding]:
    """Judge each stage by the kinds of the records of a case.

    `reasons` holds what somebody recorded for a stage that did not take place. It excuses what may
    be absent; it never excuses publication without review and approval, nor a case without
    beginning or end.
    """
    seen = Counter(kinds)
    recorded = {stage: text for stage, text in (reasons or {}).items() if text.strip()}
    return [_judge(stage, seen, recorded.get(stage)) for stage in Stage]


def is_complete(findings: Iterable[Finding]) -> bool:
    """Tell whether the case may be sealed without a gap."""
    return all(finding.present or finding.excused for finding in findings)


def _judge(stage: Stage, seen: Mapping[str, int], reason: str | None) -> Finding:
    asked = [requirement for requirement in REQUIREMENTS if requirement.stage is stage]
    missing = [requirement for requirement in asked if not requirement.holds(seen)]
    excused = bool(missing and reason) and all(requirement.excusable for requirement in missing)
    kinds = dict.fromkeys(kind for requirement in asked for kind in requirement.kinds)
    counted = ", ".join(f"{kind} x{seen[kind]}" for kind in kinds if seen.get(kind))
    return Finding(
        stage=stage,
        present=not missing,
        excused=excused,
        missing=tuple(requirement.words for requirement in missing),
        missing_zh=tuple(requirement.words_zh for requirement in missing),
        grounds=reason if excused and reason else counted or "nothing on record",
    )
