"""Endpoints of notices. They belong to single warnings: `/warnings/{id}/notice`."""

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Query, Response

from services.monitor.notices import service
from services.monitor.notices.cap import CapNotice, cap_of
from services.monitor.notices.models import NoticeRecord, Occasion
from services.monitor.notices.rendering import letter_of
from services.monitor.notices.schemas import Language, NoticeOut, Notices
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router

router = room_router("/warnings", "warnings")

Viewer = Annotated[Actor, allow(Permission.VIEW)]

_OVER = (Occasion.ENDED, Occasion.DISMISSED)


class Form(StrEnum):
    """How a notice is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


_TYPES = {
    Form.TEXT: "text/plain; charset=utf-8",
    Form.MARKDOWN: "text/markdown; charset=utf-8",
    # Shown as words by whoever opens it here: an answer of the API is no page of ours.
    Form.HTML: "text/html; charset=utf-8",
}
_READ: dict[str, Any] = {kind.partition(";")[0]: {} for kind in _TYPES.values()}


@router.get("/{warning_id}/notices", operation_id="warning_notices_list")
async def list_notices(warning_id: UUID, session: Session, _: Viewer) -> Notices:
    """All that was said of a warning (预警通报), newest first."""
    notices = await service.require_notices(session, warning_id)
    return Notices(items=[NoticeOut.model_validate(each) for each in reversed(notices)])


@router.get(
    "/{warning_id}/notice",
    operation_id="warning_notices_render",
    response_class=Response,
    responses={200: {"content": _READ, "description": "The notice in force, for people"}},
)
async def render_notice(
    warning_id: UUID,
    session: Session,
    _: Viewer,
    form: Annotated[Form, Query(description="How it is written")] = Form.TEXT,
    language: Annotated[Language, Query()] = Language.CHINESE,
) -> Response:
    """What is said of a warning now, as people get it."""
    newest = (await service.require_notices(session, warning_id))[-1]
    letter = letter_of(newest.content, language)
    written = {Form.TEXT: letter.text, Form.MARKDOWN: letter.markdown, Form.HTML: letter.html}
    return Response(
        written[form](),
        media_type=_TYPES[form],
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
    )


@router.get(
    "/{warning_id}/cap",
    operation_id="warnings_cap",
    response_class=Response,
    responses={200: {"content": {"application/cap+xml": {}}, "description": "CAP 1.2"}},
)
async def export_cap(
    warning_id: UUID, session: Session, runtime: CurrentRuntime, _: Viewer
) -> Response:
    """A warning as a message of the Common Alerting Protocol 1.2: Alert, Update or Cancel, with
    references to those before."""
    notices = await service.require_notices(session, warning_id)
    host = urlsplit(runtime.settings.public_url).hostname or "localhost"
    sent = cap_of([_cap_notice(each) for each in notices], sender=f"groundswell@{host}")
    return Response(sent, media_type="application/cap+xml")


def _cap_notice(row: NoticeRecord) -> CapNotice:
    return CapNotice(
        identifier=str(row.id),
        at=row.at,
        level=row.level,
        message=row.content,
        over=row.occasion in _OVER,
        dismissed=row.occasion is Occasion.DISMISSED,
    )
