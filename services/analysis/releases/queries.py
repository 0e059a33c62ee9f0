"""Reading releases, and what is known of them."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.releases.models import (
    LiveRelease,
    Promotion,
    Release,
    ShadowRun,
    ShadowVerdict,
)
from services.analysis.releases.schemas import (
    DifferenceOut,
    ModelInService,
    ModelsOut,
    PairOut,
    PromotionOut,
    ReleaseOut,
    ShadowOut,
    ShadowReport,
    TaskModels,
)
from services.analysis.releases.telling import EngineTold, list_processes
from services.analysis.serving import Models
from shared.contracts.labels import Task
from shared.errors import NotFound

_MOST_DIFFERENCES = 50


async def models_in_service(session: AsyncSession, models: Models) -> ModelsOut:
    """The models of this process and of all others, and what the record says."""
    live = models.live()
    processes = await list_processes(session)
    return ModelsOut(
        items=[
            ModelInService(
                **dict(EngineTold.of(batcher)),
                live_for=[task for task in Task if live[task] == source],
            )
            for source, batcher in models.batchers().items()
        ],
        tasks=[await _task(session, models, task) for task in Task],
        failures=[failure for process in processes for failure in process.told.failures],
        processes=processes,
    )


async def shadow_report(session: AsyncSession, release_id: UUID) -> ShadowReport:
    """The newest shadow run of a release, with the counts of both models' labels.

    Raises:
        NotFound: it was never a shadow.
    """
    found = await find_shadow_report(session, release_id)
    if found is None:
        raise NotFound("This release was never a shadow.")
    return found


async def find_shadow_report(session: AsyncSession, release_id: UUID) -> ShadowReport | None:
    """The newest shadow run of a release, or None where it never was one."""
    run = await session.scalar(
        select(ShadowRun)
        .where(ShadowRun.release_id == release_id)
        .order_by(ShadowRun.id.desc())
        .limit(1)
    )
    if run is None:
        return None
    counted = await session.execute(
        select(ShadowVerdict.live_label, ShadowVerdict.shadow_label, func.count())
        .where(ShadowVerdict.run_id == run.id)
        .group_by(ShadowVerdict.live_label, ShadowVerdict.shadow_label)
        .order_by(ShadowVerdict.live_label, ShadowVerdict.shadow_label)
    )
    pairs = [PairOut(live=live, shadow=shadow, posts=posts) for live, shadow, posts in counted]
    differences = await session.scalars(
        select(ShadowVerdict)
        .where(
            ShadowVerdict.run_id == run.id,
            ShadowVerdict.live_label != ShadowVerdict.shadow_label,
        )
        .order_by(ShadowVerdict.shadow_confidence.desc(), ShadowVerdict.post_id)
        .limit(_MOST_DIFFERENCES)
    )
    judged = sum(pair.posts for pair in pairs)
    same = sum(pair.posts for pair in pairs if pair.live == pair.shadow)
    return ShadowReport(
        # The run goes on while it is counted: one figure for both.
        **dict(ShadowOut.model_validate(run)) | {"judged": judged},
        agreement=same / judged if judged else None,
        pairs=pairs,
        differences=[DifferenceOut.model_validate(each) for each in differences],
    )


async def _task(session: AsyncSession, models: Models, task: Task) -> TaskModels:
    engine = models.engine_of(task)
    live = await session.get(LiveRelease, task)
    release = await session.get(Release, live.release_id) if live and live.release_id else None
    promotion = (
        await session.get(Promotion, live.promotion_id) if live and live.promotion_id else None
    )
    shadow = await session.scalar(
        select(ShadowRun).where(ShadowRun.task == task, ShadowRun.ended_at.is_(None))
    )
    return TaskModels(
        task=task,
        name=engine.name,
        revision=engine.revision,
        device=engine.device,
        release=ReleaseOut.model_validate(release) if release else None,
        promotion=PromotionOut.model_validate(promotion) if promotion else None,
        shadow=ShadowOut.model_validate(shadow) if shadow else None,
    )
