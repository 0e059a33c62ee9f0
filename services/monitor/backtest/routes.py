"""Endpoints of back-tests."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from services.monitor.backtest import service
from services.monitor.backtest.models import Backtest
from services.monitor.backtest.schemas import BacktestChange, BacktestNew, BacktestOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/watches", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_WATCHES)]

_PLACE = "/api/v1/watches/backtests"


@router.post("/backtest", status_code=202, operation_id="watches_backtest_new")
async def try_new(
    new: BacktestNew, session: Session, response: Response, actor: Editor
) -> BacktestOut:
    """Try a watch that is not saved yet on the posts of the last days (回测)."""
    backtest = await service.try_new(session, new, actor.ref)
    response.headers["Location"] = f"{_PLACE}/{backtest.id}"
    return service.out(backtest)


@router.post("/{watch_id}/backtest", status_code=202, operation_id="watches_backtest")
async def try_change(
    watch_id: UUID, change: BacktestChange, session: Session, response: Response, actor: Editor
) -> BacktestOut:
    """Try other settings of a watch on the posts of the last days, beside the present ones.

    Judged is as it was then: by what had been published, without the opinions in posts (when each
    was known is not kept), and without merges and splits that people made later.
    """
    backtest = await service.try_change(session, watch_id, change, actor.ref)
    response.headers["Location"] = f"{_PLACE}/{backtest.id}"
    return service.out(backtest)


@router.get("/backtests", operation_id="backtests_list")
async def list_backtests(
    session: Session,
    page: PageQuery,
    _: Viewer,
    watch: Annotated[UUID | None, Query(description="Of this watch")] = None,
) -> Page[BacktestOut]:
    """Back-tests that people asked for, newest first."""
    query = select(Backtest).where(Backtest.shadow_id.is_(None))
    if watch is not None:
        query = query.where(Backtest.watch_id == watch)
    rows, cursor = await page.rows(session, query, Backtest.id)
    return Page(items=[service.out(row) for row in rows], next_cursor=cursor)


@router.get("/backtests/{backtest_id}", operation_id="backtests_get")
async def get_backtest(backtest_id: UUID, session: Session, _: Viewer) -> BacktestOut:
    """One back-test: how far it is, and what came out."""
    return service.out(await service.get_backtest(session, backtest_id))


@router.post("/backtests/{backtest_id}/cancel", operation_id="backtests_cancel")
async def cancel(backtest_id: UUID, session: Session, _: Editor) -> BacktestOut:
    """Stop a back-test."""
    return service.out(await service.cancel(session, backtest_id))
