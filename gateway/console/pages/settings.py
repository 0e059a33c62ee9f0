"""Who I am here, how the console looks to me, what is watched, how the system does."""

from typing import Annotated

from fastapi import Form, Response
from fastapi.responses import RedirectResponse

from gateway.console.language import COOKIE as LANGUAGE_COOKIE
from gateway.console.language import LANGUAGES
from gateway.console.pages import page_router
from gateway.console.visit import A_YEAR, THEME_COOKIE, THEMES, Here, together

router = page_router()

_BROKEN = 500


@router.get("/settings")
async def show_settings(visit: Here) -> Response:
    """Who am I, language, watches, the state of the system."""
    me, watches, models, groups, cases = await together(
        visit.ask("/me"),
        visit.ask("/watches", [("limit", "100")]),
        visit.ask("/models"),
        visit.ask("/groups"),
        visit.ask("/cases", [("limit", "1")]),
    )
    # A room that refuses is there all the same.
    rooms = {"monitor": watches, "analysis": models, "response": groups, "archive": cases}
    return await visit.page(
        "pages/settings.html",
        me=me,
        watches=watches,
        groups=groups,
        rooms={name: answer.status < _BROKEN for name, answer in rooms.items()},
    )


@router.post("/settings/appearance")
async def keep_appearance(
    visit: Here, lang: Annotated[str, Form()] = "", theme: Annotated[str, Form()] = ""
) -> Response:
    """Keep language and colours in this browser."""
    response = RedirectResponse("/settings?done=appearance", 303)
    for name, value, known in ((LANGUAGE_COOKIE, lang, LANGUAGES), (THEME_COOKIE, theme, THEMES)):
        if value in known:
            response.set_cookie(name, value, max_age=A_YEAR, samesite="lax", httponly=True)
    return response
