"""The pages, one module a subject."""

from fastapi import APIRouter

from gateway.console.visit import ConsoleRoute


def page_router() -> APIRouter:
    """A router of pages: for people, so not part of the API's description."""
    return APIRouter(route_class=ConsoleRoute, include_in_schema=False)
