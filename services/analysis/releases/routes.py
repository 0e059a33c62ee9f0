"""Endpoints of models and their releases."""

import asyncio
import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import undefer

from services.analysis.releases import queries, recomputing, service
from services.analysis.releases.evaluating import find_live, keep_evaluation, measure
from services.analysis.releases.labelled import labelled_row
from services.analysis.releases.models import (
    EvaluationRecord,
    Promotion,
    Recomputation,
    Release,
    ReleaseState,
)
from services.analysis.releases.schemas import (
    EvaluateNew,
    EvaluationOut,
    ModelsOut,
    PromoteNew,
    PromotionOut,
    RecomputationNew,
    RecomputationOut,
    ReleaseOut,
    RollBackNew,
    ShadowNew,
    ShadowOut,
    ShadowReport,
)
from services.analysis.releases.wanted import source_of
from services.analysis.serving import Models
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.contracts.labels import Task
from shared.errors import NotFound
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.rows import find_row
from shared.schemas import Page

router = room_router("/models", "models")


async def current_models(runtime: CurrentRuntime) -> Models:
    """The models of this process."""
    models: Models = runtime.resources
    return models


ModelsNow = Annotated[Models, Depends(current_models)]
Viewer = Annotated[Actor, allow(Permission.VIEW, Permission.CLASSIFY)]
Scientist = Annotated[Actor, allow(Permission.EDIT_MODELS)]
OfTask = Annotated[Task | None, Query(description="Only this task")]

# The page is our own and carries no script; should a text in it ever get through, it stays inert.
_INERT = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}


@router.get("", operation_id="models_list")
async def list_models(session: Session, models: ModelsNow, _: Viewer) -> ModelsOut:
    """The models in service: releases, devices, queues, shadows, and what cannot be opened."""
    return await queries.models_in_service(session, models)


@router.get("/releases", operation_id="releases_list")
async def list_releases(
    session: Session,
    page: PageQuery,
    _: Viewer,
    task: OfTask = None,
    state: Annotated[ReleaseState | None, Query(description="Only this state")] = None,
) -> Page[ReleaseOut]:
    """Registered releases, newest first."""
    query = select(Release)
    if task is not None:
        query = query.where(Release.task == task)
    if state is not None:
        query = query.where(Release.state == state)
    rows, cursor = await page.rows(session, query, Release.id)
    return Page(items=[ReleaseOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/releases/{release_id}", operation_id="releases_get")
async def get_release(release_id: UUID, session: Session, _: Viewer) -> ReleaseOut:
    """One release."""
    return ReleaseOut.model_validate(await service.get_release(session, release_id))


@router.get("/releases/{release_id}/evaluations", operation_id="evaluations_list")
async def list_evaluations(
    release_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[EvaluationOut]:
    """How a release did on labelled files, newest first."""
    query = select(EvaluationRecord).where(EvaluationRecord.release_id == release_id)
    rows, cursor = await page.rows(session, query, EvaluationRecord.id)
    return Page(items=[EvaluationOut.of(row) for row in rows], next_cursor=cursor)


@router.get("/releases/{release_id}/shadow", operation_id="shadow_get")
async def get_shadow(release_id: UUID, session: Session, _: Viewer) -> ShadowReport:
    """The newest shadow run of a release: how far it agrees with the live model."""
    return await queries.shadow_report(session, release_id)


@router.get("/evaluations/{evaluation_id}", operation_id="evaluations_get")
async def get_evaluation(evaluation_id: UUID, session: Session, _: Viewer) -> EvaluationOut:
    """One evaluation."""
    return EvaluationOut.of(await find_row(session, EvaluationRecord, evaluation_id, "evaluation"))


@router.get(
    "/evaluations/{evaluation_id}/report",
    operation_id="evaluations_report",
    response_class=HTMLResponse,
)
async def get_report(evaluation_id: UUID, session: Session, _: Viewer) -> Response:
    """An evaluation as a page with charts."""
    record = await session.get(
        EvaluationRecord, evaluation_id, options=[undefer(EvaluationRecord.report)]
    )
    if record is None:
        raise NotFound("There is no evaluation with this id.")
    return HTMLResponse(record.report, headers=_INERT)


@router.get("/promotions", operation_id="promotions_list")
async def list_promotions(
    session: Session, page: PageQuery, _: Viewer, task: OfTask = None
) -> Page[PromotionOut]:
    """Who let which release answer, and why, newest first; roll-backs too."""
    query = select(Promotion)
    if task is not None:
        query = query.where(Promotion.task == task)
    rows, cursor = await page.rows(session, query, Promotion.id)
    return Page(items=[PromotionOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/rollback", operation_id="models_roll_back")
async def roll_back(new: RollBackNew, session: Session, actor: Scientist) -> PromotionOut:
    """Let the model answer again that answered before the newest promotion (回滚)."""
    promotion = await service.roll_back(session, new.task, actor.ref, new.reason)
    return PromotionOut.model_validate(promotion)


@router.get("/recomputations", operation_id="recomputations_list")
async def list_recomputations(
    session: Session, page: PageQuery, _: Viewer
) -> Page[RecomputationOut]:
    """Opinions given anew, newest first."""
    rows, cursor = await page.rows(session, select(Recomputation), Recomputation.id)
    return Page(items=[RecomputationOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/recomputations", status_code=202, operation_id="recomputations_start")
async def start_recomputation(
    new: RecomputationNew, session: Session, response: Response, actor: Scientist
) -> RecomputationOut:
    """Give the opinions of old posts anew, by the models that are live; read how far it got."""
    started = await recomputing.start_recomputation(
        session, actor.ref, since=new.since, until=new.until
    )
    response.headers["Location"] = f"/api/v1/models/recomputations/{started.id}"
    return RecomputationOut.model_validate(started)


@router.get("/recomputations/{recomputation_id}", operation_id="recomputations_get")
async def get_recomputation(
    recomputation_id: UUID, session: Session, _: Viewer
) -> RecomputationOut:
    """One recomputation and how far it got."""
    return RecomputationOut.model_validate(
        await recomputing.get_recomputation(session, recomputation_id)
    )


@router.post("/{release_id}/evaluate", status_code=201, operation_id="releases_evaluate")
async def evaluate_release(
    release_id: UUID,
    new: EvaluateNew,
    session: Session,
    runtime: CurrentRuntime,
    models: ModelsNow,
    actor: Scientist,
) -> EvaluationOut:
    """Measure a release on labelled rows, beside the live model."""
    release = await service.get_release(session, release_id)
    live = await find_live(session, runtime.settings, release.task) if new.against_live else None
    if live and live.id is None and models.releases[release.task] is None:
        live = live._replace(source=models.live()[release.task])
    rows = [
        labelled_row(number, row.model_dump(exclude_none=True), release.task)
        for number, row in enumerate(new.rows, start=1)
    ]
    evaluation = await asyncio.to_thread(
        measure,
        runtime.settings,
        release.task,
        source_of(release, runtime.settings),
        live,
        rows,
        {source: batcher.engine for source, batcher in models.batchers().items()},
        isolated=runtime.settings.analysis_isolation,
    )
    record = await keep_evaluation(
        session,
        release,
        evaluation,
        file_name=new.name,
        file_hash=hashlib.sha256(new.model_dump_json(include={"rows"}).encode()).hexdigest(),
        live=live,
        by=actor.ref,
    )
    return EvaluationOut.of(record)


@router.post("/{release_id}/promote", operation_id="releases_promote")
async def promote_release(
    release_id: UUID, new: PromoteNew, session: Session, actor: Scientist
) -> PromotionOut:
    """Let a release answer for its task (上线): it passed the gate, or a reason is recorded."""
    promotion = await service.promote(session, release_id, actor.ref, new.reason)
    return PromotionOut.model_validate(promotion)


@router.post("/{release_id}/shadow", operation_id="releases_shadow")
async def shadow_release(
    release_id: UUID, new: ShadowNew, session: Session, actor: Scientist
) -> ShadowOut:
    """Let a release judge a share of the posts beside the live one, unheard; 0 ends it."""
    return ShadowOut.model_validate(
        await service.change_shadow(session, release_id, new.share, actor.ref)
    )
