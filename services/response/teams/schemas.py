"""Shapes of the groups API."""

from pydantic import Field, StrictBool

from shared.schemas import Line, RequestShape, ResponseShape


class GroupNew(RequestShape):
    """A working group as an administrator describes it."""

    name: Line = Field(examples=["Information release group"])
    name_zh: Line = Field(examples=["信息发布组"])
    purpose: str = Field(default="", max_length=2000, pattern=r"^[^\x00]*$")
    members: list[Line] = Field(
        default_factory=list, max_length=500, description="User names, in the order of calling"
    )
    chair: Line | None = Field(default=None, description="Asked last when nobody answers")
    deputies: dict[Line, Line] = Field(
        default_factory=dict, max_length=500, description="Who stands in for whom, by user name"
    )
    sample: StrictBool = False


class GroupOut(ResponseShape):
    """A working group. Its ETag is `version`."""

    slug: str
    name: str
    name_zh: str
    purpose: str
    members: list[str]
    chair: str | None
    deputies: dict[str, str]
    sample: bool
    version: int


class Groups(ResponseShape):
    """All working groups, by slug."""

    items: list[GroupOut]
