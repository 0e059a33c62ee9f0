"""All pages of the console."""

from fastapi import APIRouter

from gateway.console.pages import (
    cases,
    incidents,
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
    settings,
):
    router.include_router(page.router)
