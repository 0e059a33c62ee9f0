"""The description of the API, for programs and for people. Both are open to everybody."""

from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader

from gateway.docs.reference import chapters
from gateway.openapi import Description, Reference
from shared.errors import NotFound

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent
_MEDIA_TYPES = {"reference.css": "text/css", "reference.js": "text/javascript"}
_FILES = {name: (_HERE / "static" / name).read_bytes() for name in _MEDIA_TYPES}
_PAGE = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("reference.html")
_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
# Large, and the same for everybody.
_KEEP = {"Cache-Control": "public, max-age=30"}


@router.get("/api/v1/openapi.json")
async def get_openapi(request: Request) -> Response:
    """The whole API as OpenAPI 3.1. Rooms that are away are named in `x-groundswell-away`."""
    description = await _description(request)
    return Response(description.encoded, media_type="application/json", headers=_KEEP)


@router.get("/docs")
async def get_docs(request: Request) -> Response:
    """The whole API as a page to read."""
    return Response(
        _page(await _description(request)),
        media_type="text/html; charset=utf-8",
        headers=_KEEP | {"Content-Security-Policy": _POLICY},
    )


@router.get("/docs/{name}")
async def get_file(name: str) -> Response:
    """The page's style and script.

    Raises:
        NotFound: there is no such file.
    """
    if name not in _FILES:
        raise NotFound("There is nothing at this address.")
    return Response(_FILES[name], media_type=_MEDIA_TYPES[name], headers=_KEEP)


async def _description(request: Request) -> Description:
    reference: Reference = request.app.state.runtime.resources.reference
    return await reference.description(request.app.openapi())


@lru_cache(maxsize=1)
def _page(description: Description) -> str:
    document = description.document
    return _PAGE.render(
        info=document["info"],
        chapters=chapters(document),
        away=document["x-groundswell-away"],
    )
