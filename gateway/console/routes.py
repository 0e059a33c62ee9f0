"""All pages of the console."""

from fastapi import APIRouter

from gateway.console.pages import (
    acknowledging,
    alerts,
    cases,
    duty,
    incidents,
    models,
    officers,
    patrols,
    posts,
    public_report,
    reports,
    settings,
    sign_in,
    situation,
    sources,
    statements,
    stories,
    thresholds,
    usual,
    warnings,
    watches,
)

router = APIRouter()
for page in (
    sign_in,
    acknowledging,
    situation,
    warnings,
    alerts,
    duty,
    stories,
    posts,
    incidents,
    statements,
    cases,
    models,
    reports,
    patrols,
    officers,
    public_report,
    sources,
    watches,
    thresholds,
    usual,
    settings,
):
    router.include_router(page.router)
