"""All pages of the console."""

from fastapi import APIRouter

from gateway.console.pages import (
    cases,
    incidents,
    models,
    posts,
    settings,
    sign_in,
    situation,
    statements,
    stories,
    warnings,
)

router = APIRouter()
for page in (
    sign_in,
    situation,
    warnings,
    stories,
    posts,
    incidents,
    statements,
    cases,
    models,
    settings,
):
    router.include_router(page.router)
