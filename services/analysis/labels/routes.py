"""Endpoints of labels."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from services.analysis.labels import queries, sampling, service
from services.analysis.labels.export import Wanted, begun, training_lines
from services.analysis.labels.models import Label, LabelState
from services.analysis.labels.queries import By, LabelFilter
from services.analysis.labels.schemas import AgreementReport, LabelNew, LabelOut, SampleOut
from services.analysis.labels.settling import Conflicts
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.contracts.labels import Task
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.schemas import Moment, Page

router = room_router("/labels", "labels")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Labeller = Annotated[Actor, allow(Permission.LABEL_POSTS)]
Exporter = Annotated[Actor, allow(Permission.EXPORT_LABELS)]

Since = Annotated[Moment | None, Query(description="Labelled at or after")]
Until = Annotated[Moment | None, Query(description="Labelled before")]


@router.post("", status_code=201, operation_id="labels_give")
async def give_label(new: LabelNew, session: Session, actor: Labeller) -> LabelOut:
    """Say in your name what a post feels (人工标注). It counts instead of the model's opinion."""
    return LabelOut.of(await service.label_post(session, new, actor))


@router.get("", operation_id="labels_list")
async def list_labels(
    session: Session,
    page: PageQuery,
    _: Viewer,
    post: Annotated[UUID | None, Query(description="Of this post")] = None,
    task: Annotated[Task | None, Query()] = None,
    person: Annotated[
        str | None, Query(max_length=200, description="By the person of this id")
    ] = None,
    state: Annotated[LabelState | None, Query(description="All where left out")] = None,
    sampled: Annotated[bool | None, Query(description="Drawn at random, or not")] = None,
    differs: Annotated[bool | None, Query(description="From what the model said")] = None,
    since: Since = None,
    until: Until = None,
) -> Page[LabelOut]:
    """What people said of posts, newest first; those that count no more are there too."""
    wanted = LabelFilter(
        post=post,
        task=task,
        person=person,
        state=state,
        sampled=sampled,
        differs=differs,
        since=since,
        until=until,
    )
    rows, cursor = await page.rows(session, queries.labels(wanted), Label.id)
    return Page(items=[LabelOut.of(row) for row in rows], next_cursor=cursor)


@router.get("/agreement", operation_id="labels_agreement")
async def get_agreement(
    session: Session,
    _: Viewer,
    task: Annotated[Task, Query()] = Task.SENTIMENT,
    by: Annotated[By, Query(description="How the windows are cut")] = By.WEEK,
    since: Since = None,
    until: Until = None,
) -> AgreementReport:
    """How well the models and people agree, over time, and whether a release has become worse."""
    return await queries.agreement_report(session, task, by, since, until)


@router.get("/sample", operation_id="labels_sample")
async def get_sample(
    session: Session,
    actor: Labeller,
    task: Annotated[Task, Query()] = Task.SENTIMENT,
    size: Annotated[int, Query(ge=1, le=200, description="Posts of the day")] = 20,
) -> SampleOut:
    """Posts drawn at random today, the same for everybody, to be labelled without the model's say.

    Send each back with `POST /labels` and `"sampled": true`.
    """
    return await sampling.sample(session, task, size, actor.id)


@router.get(
    "/export",
    operation_id="labels_export",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "JSON lines"}},
)
async def export_labels(
    runtime: CurrentRuntime,
    _: Exporter,
    task: Annotated[Task | None, Query(description="All where left out")] = None,
    conflicts: Annotated[
        Conflicts, Query(description="What becomes of texts that people label differently")
    ] = Conflicts.MAJORITY,
    since: Since = None,
    until: Until = None,
) -> StreamingResponse:
    """Texts and what people say of them, to train and evaluate models with; people by pseudonym."""
    wanted = Wanted(task=task, conflicts=conflicts, since=since, until=until)
    lines = training_lines(runtime.database, wanted, runtime.settings.signing_secret)
    return StreamingResponse(
        await begun(lines),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="labels.jsonl"'},
    )


@router.post("/{label_id}/withdraw", operation_id="labels_withdraw")
async def withdraw_label(label_id: UUID, session: Session, actor: Labeller) -> LabelOut:
    """Take back what you said of a post; it stays in the history."""
    return LabelOut.of(await service.withdraw_label(session, label_id, actor))
