"""Use cases of routing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.routing.models import AlertRule, DutyRoster
from services.monitor.routing.schemas import RuleNew
from shared.contracts.duty import DutyRosterChanged
from shared.errors import NotFound
from shared.rows import lock_row
from shared.schemas import check_version


async def list_rules(session: AsyncSession) -> Sequence[AlertRule]:
    """All rules, by slug."""
    return (await session.scalars(select(AlertRule).order_by(AlertRule.slug))).all()


async def get_rule(session: AsyncSession, slug: str) -> AlertRule:
    """One rule.

    Raises:
        NotFound: there is none of this name.
    """
    rule = await session.get(AlertRule, slug)
    if rule is None:
        raise NotFound(f"There is no rule of alerts named {slug}.")
    return rule


async def put_rule(
    session: AsyncSession, slug: str, new: RuleNew, if_match: str | None
) -> tuple[AlertRule, bool]:
    """Create the rule, or change it. What it names need not be there yet: the preview tells.

    Returns the rule and whether it is new.

    Raises:
        PreconditionRequired, PreconditionFailed: it exists, and another version was meant.
    """
    rule = await lock_row(session, AlertRule, slug)
    if rule is not None:
        check_version(if_match, rule.version)
    values = new.model_dump(mode="json")
    fresh = rule is None
    if rule is None:
        rule = AlertRule(slug=slug, **values)
        session.add(rule)
    else:
        for name, value in values.items():
            setattr(rule, name, value)
    await session.flush()
    await session.refresh(rule)
    return rule, fresh


async def remove_rule(session: AsyncSession, slug: str) -> None:
    """Forget a rule.

    Raises:
        NotFound: there is none of this name.
    """
    await session.delete(await get_rule(session, slug))


async def keep_roster(session: AsyncSession, told: DutyRosterChanged) -> None:
    """Keep a group and its roster as the response room told them last."""
    values = told.model_dump(mode="json") | {"until": told.until}
    group = values.pop("group")
    values["shifts"] = [shift.model_dump(mode="json") for shift in told.shifts]
    columns = {DutyRoster.__table__.c[name]: value for name, value in values.items()}
    await session.execute(
        insert(DutyRoster)
        .values({DutyRoster.__table__.c.group_slug: group} | columns)
        .on_conflict_do_update(
            index_elements=[DutyRoster.__table__.c.group_slug],
            set_={column.name: value for column, value in columns.items()},
        )
    )
