"""Signing in with a key, and going where one wanted to go."""

import pytest

from gateway.console.preview.sample import INCIDENT
from gateway.console.safety import comes_from_elsewhere, local_path


async def test_whoever_is_not_signed_in_is_asked_first_and_comes_back(visit):
    browser = visit(None)
    response = await browser.http.get(f"/incidents/{INCIDENT}?a=1")
    assert response.status_code == 303
    assert response.headers["location"] == f"/sign-in?next=%2Fincidents%2F{INCIDENT}%3Fa%3D1"
    response = await browser.http.post(
        "/sign-in", data={"key": " gsw_sample ", "next": f"/incidents/{INCIDENT}"}
    )
    assert response.headers["location"] == f"/incidents/{INCIDENT}"
    assert "云州" not in response.text
    assert (await browser.http.get(response.headers["location"])).status_code == 200


@pytest.mark.parametrize(("key", "words"), [("", "请先粘贴密钥"), ("nonsense", "密钥不存在")])
async def test_a_wrong_key_is_refused_in_words(visit, key, words):
    response = await visit(None).http.post("/sign-in", data={"key": key})
    assert response.status_code == 401
    assert words in response.text


async def test_the_page_says_where_the_first_key_lies(visit):
    assert ".groundswell/admin-key" in await visit(None).see("/sign-in")


async def test_signing_out_ends_it(visit):
    browser = visit(None)
    await browser.http.post("/sign-in", data={"key": "gsw_sample"})
    await browser.see("/")
    await browser.http.post("/sign-out")
    assert (await browser.http.get("/")).status_code == 303


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", "", None],
)
def test_signing_in_never_leads_to_another_site(wanted):
    assert local_path(wanted) == "/"


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "same-origin"}, False),
        ({"origin": "https://evil.example", "host": "console"}, True),
        ({"origin": "null", "host": "console"}, True),
        ({"origin": "http://console", "host": "console"}, False),
        ({}, False),
    ],
)
def test_a_form_of_another_site_is_recognised(headers, elsewhere):
    assert comes_from_elsewhere(headers) is elsewhere


async def test_a_form_of_another_site_does_nothing(visit):
    browser = visit()
    response = await browser.http.post(
        f"/incidents/{INCIDENT}/close",
        data={"outcome": "done"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert browser.backend.calls == []
