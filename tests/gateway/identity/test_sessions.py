"""A key becomes a cookie that scripts cannot read, and no other site can use."""

import pytest
from sqlalchemy import text

from gateway.identity.sessions import COOKIE
from tests.gateway.conftest import House

SAME = {"Sec-Fetch-Site": "same-origin"}


async def sign_in(house: House, key: str) -> str:
    """Sign in with a form; the session cookie."""
    response = await house.call("POST", "/sign-in", None, data={"key": key, "next": "/warnings"})
    assert response.status_code == 303
    assert response.headers["location"] == "/warnings"
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    house.http.cookies.clear()
    token: str = response.cookies[COOKIE]
    return token


def with_cookie(token: str, **headers: str) -> dict[str, str]:
    return {"Cookie": f"a=b; {COOKIE}={token}"} | headers


async def test_cookie_stands_for_the_key_until_sign_out(house: House) -> None:
    token = await sign_in(house, house.admin_key)
    me = await house.call("GET", "/api/v1/me", None, headers=with_cookie(token))
    assert me.json()["name"] == "admin"
    assert (await house.call("GET", "/api/v1/posts", None, headers=with_cookie(token))).is_success
    left = await house.call("POST", "/sign-out", None, headers=with_cookie(token, **SAME))
    assert left.status_code == 303
    me = await house.call("GET", "/api/v1/me", None, headers=with_cookie(token))
    assert me.status_code == 401


async def test_wrong_key_opens_no_session(house: House) -> None:
    for wrong in ("", "x", "gsw_" + "a" * 43, "gss_" + "a" * 43):
        response = await house.call("POST", "/sign-in", None, data={"key": wrong})
        assert response.status_code in (401, 422), wrong
        assert "set-cookie" not in response.headers


async def test_session_ends_with_its_key(house: House) -> None:
    made = (await house.call("POST", "/api/v1/keys", json={"user": "admin", "name": "x"})).json()
    token = await sign_in(house, made["key"])
    await house.call("DELETE", f"/api/v1/keys/{made['id']}")
    me = await house.call("GET", "/api/v1/me", None, headers=with_cookie(token))
    assert me.status_code == 401


async def test_session_ends_by_itself(house: House) -> None:
    token = await sign_in(house, house.admin_key)
    async with house.database.transaction() as session:
        await session.execute(text("UPDATE gateway.sessions SET expires_at = now()"))
    house.resources.callers.forget()
    me = await house.call("GET", "/api/v1/me", None, headers=with_cookie(token))
    assert me.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
async def test_other_sites_cannot_use_the_cookie(house: House, headers: dict[str, str]) -> None:
    token = await sign_in(house, house.admin_key)
    for path in ("/api/v1/incidents", "/api/v1/keys", "/sign-out"):
        refused = await house.call(
            "POST", path, None, headers=with_cookie(token, **headers), json={}
        )
        assert refused.status_code == 403
    assert not house.room.requests


async def test_own_pages_can(house: House) -> None:
    token = await sign_in(house, house.admin_key)
    for headers in (SAME, {"Origin": house.url}):
        passed = await house.call(
            "POST", "/api/v1/incidents", None, headers=with_cookie(token, **headers), json={}
        )
        assert passed.status_code == 200
