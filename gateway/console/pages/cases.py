"""Case files: what they hold, what is missing, whether they are whole."""

from uuid import UUID

from fastapi import Response

from gateway.console.pages import page_router
from gateway.console.views.permits import permit
from gateway.console.views.timeline import group_names, told_record
from gateway.console.visit import Here, together
from shared.contracts.actors import Permission

router = page_router()


@router.get("/cases")
async def show_cases(visit: Here) -> Response:
    """Case files, newest first."""
    cursor = visit.request.query_params.get("cursor")
    params = [("limit", "30"), *([("cursor", cursor)] if cursor else [])]
    return await visit.page("pages/cases.html", cases=await visit.ask("/cases", params))


@router.get("/cases/{case_id}")
async def show_case(visit: Here, case_id: UUID) -> Response:
    """One case file; with `?proof`, checked record by record while the visitor waits."""
    case = await visit.require(f"/cases/{case_id}")
    query = visit.request.query_params
    params = [("limit", "100"), *([("after", query["after"])] if query.get("after") else [])]
    records, groups, *proofs = await together(
        visit.ask(f"/cases/{case_id}/records", params),
        visit.ask("/groups"),
        *([visit.ask(f"/cases/{case_id}/proof")] if "proof" in query else []),
    )
    names = group_names(groups.items, visit.language)
    return await visit.page(
        "pages/case.html",
        case=case,
        records=records,
        told=[told_record(record, names) for record in records.items],
        proof=proofs[0] if proofs else None,
        may_export=permit(visit.actor, Permission.EXPORT_CASES),
    )
