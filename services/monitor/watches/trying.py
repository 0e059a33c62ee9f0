"""Trying a watch before it goes live: why it matches, and what is probably not meant."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Post
from services.monitor.watches.content import Fields
from services.monitor.watches.explain import Writing, explain
from services.monitor.watches.expression import Aliases
from services.monitor.watches.lint import Finding, Remark, lint
from services.monitor.watches.live import read_aliases, read_source_names, strategy_of
from services.monitor.watches.matching import Matcher
from services.monitor.watches.past import match_row, newest_posts, spans_out
from services.monitor.watches.rewriting import rewritten
from services.monitor.watches.schemas import StrategyIn
from services.monitor.watches.service import get_watch, read_new, read_parts
from services.monitor.watches.strategy import Strategy, StrategyError
from services.monitor.watches.trial_schemas import (
    ClauseOut,
    ExplainNew,
    ExplainOut,
    FindingOut,
    LintOut,
    PostTried,
)
from shared.errors import Invalid
from shared.rows import find_row

_LINT_EXAMINES = 2_000
_FEWEST_FOR_RATE = 200
_TOO_BROAD = 0.2


async def explain_watch(session: AsyncSession, new: ExplainNew) -> ExplainOut:
    """Why a watch matches a post, or not.

    Raises:
        Invalid: it does not say which watch and which post, or cannot be read.
        NotFound: there is no such watch or post.
    """
    strategy = await _strategy(session, new)
    post = await _post(session, new)
    fields = Fields(
        title=post.title,
        author=post.author,
        platform=post.platform,
        region=post.region,
        language=post.language,
        source=post.source,
        at=post.published_at.timestamp() if post.published_at else None,
    )
    writing = Writing(post.text, fields)
    clause = explain(strategy.node, writing)
    return ExplainOut(
        matches=clause.holds,
        clause=ClauseOut.model_validate(clause),
        highlights=spans_out(strategy.node, writing),
        title=post.title,
        text=post.text,
    )


async def lint_watch(session: AsyncSession, new: StrategyIn) -> LintOut:
    """What is probably not meant, and how much of the newest posts it would match."""
    aliases = await read_aliases(session)
    try:
        strategy = read_parts(new, aliases)
    except StrategyError as error:
        return _unreadable(error, new, aliases)
    names = await read_source_names(session)
    matcher = Matcher({0: strategy.node})
    examined = matched = 0
    async for row in newest_posts(session, _LINT_EXAMINES):
        examined += 1
        matched += bool(match_row(matcher, row, names))
    findings = [*lint(strategy, aliases), *_by_rate(examined, matched)]
    return LintOut(
        savable=True,
        findings=[_finding(found) for found in findings],
        examined=examined,
        matched=matched,
        hit_rate=matched / examined if examined else 0.0,
    )


async def _strategy(session: AsyncSession, new: ExplainNew) -> Strategy:
    aliases = await read_aliases(session)
    if new.strategy is not None and new.watch_id is None:
        return read_new(new.strategy, aliases)
    if new.watch_id is not None and new.strategy is None:
        return strategy_of(await get_watch(session, new.watch_id), aliases)
    raise Invalid("Say either which watch, by /watch_id, or what it looks for, by /strategy.")


async def _post(session: AsyncSession, new: ExplainNew) -> PostTried:
    if new.post is not None and new.post_id is None:
        return new.post
    if new.post_id is None or new.post is not None:
        raise Invalid("Say either which stored post, by /post_id, or what it says, by /post.")
    post = await find_row(session, Post, new.post_id, "post")
    names = await read_source_names(session)
    return PostTried.model_construct(
        text=post.text,
        title=post.title or "",
        author=post.author or "",
        platform=post.platform,
        region=post.region or "",
        language=post.language or "",
        source=names.of(post.source_id, post.url),
        published_at=post.published_at,
    )


def _by_rate(examined: int, matched: int) -> list[Finding]:
    """What past posts say of the breadth; few posts say nothing."""
    if examined < _FEWEST_FOR_RATE:
        return []
    if matched > _TOO_BROAD * examined:
        return [Finding(Remark.TOO_BROAD, values={"term": f"{matched / examined:.0%}"})]
    return [] if matched else [Finding(Remark.NO_MATCH)]


def _finding(found: Finding) -> FindingOut:
    return FindingOut(
        code=found.remark,
        severity="warning",
        message=found.says,
        pointer=found.pointer,
        position=found.position,
        values=dict(found.values),
    )


def _unreadable(error: StrategyError, new: StrategyIn, aliases: Aliases) -> LintOut:
    *_, index = error.pointer.split("/")
    typed = new.exclusions[int(index)] if index.isdigit() else new.expression
    finding = FindingOut(
        code=Remark.UNREADABLE,
        severity="error",
        message=str(error),
        pointer=error.pointer,
        position=error.position,
        values=error.values,
        mistake=error.mistake,
        suggestion=rewritten(typed, aliases),
    )
    return LintOut(savable=False, findings=[finding], examined=0, matched=0, hit_rate=0.0)
