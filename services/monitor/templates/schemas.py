"""Shapes of the templates API."""

from typing import Literal

from pydantic import BaseModel, Field

from services.monitor.templates.filling import Sector
from shared.schemas import Line, RequestShape


class TemplateOut(BaseModel):
    """A watch that lacks only names: one of `words` must be there beside one of them."""

    code: str
    name_en: str
    name_zh: str
    words: list[str]


class TemplatesOut(BaseModel):
    """The templates of a sector; `exclusions` never count for any of them."""

    sector: Sector
    name_en: str
    name_zh: str
    watches: list[TemplateOut]
    exclusions: list[str]


class SectorsOut(BaseModel):
    """The templates of all sectors."""

    items: list[TemplatesOut]


class FillNew(RequestShape):
    """Names to put into the templates of a sector."""

    names: list[Line] = Field(
        min_length=1,
        max_length=50,
        description="What the organisation, its brands and products are called; `@name` for an"
        " alias",
        examples=[["云州电力", "Yunzhou Power"]],
    )
    watches: list[Line] | None = Field(
        default=None, max_length=20, description="Only these templates, by code", examples=[None]
    )
    language: Literal["zh", "en"] = Field(default="zh", description="Of the watches' names")


class DraftOut(BaseModel):
    """A watch as `POST /watches` takes it; nothing is saved."""

    template: str
    name: str
    expression: str
    exclusions: list[str]
    targets: list[str]


class DraftsOut(BaseModel):
    """The watches that came of the templates."""

    items: list[DraftOut]
