"""A server that behaves: it says that it has no robots.txt."""

import pytest
from pytest_httpserver import HTTPServer


@pytest.fixture
def httpserver(httpserver: HTTPServer) -> HTTPServer:
    """The server, with an answer for robots.txt."""
    httpserver.expect_request("/robots.txt").respond_with_data("none here", status=404)
    return httpserver


def asked(server: HTTPServer) -> list[str]:
    """The paths that were asked for, without that of robots.txt."""
    return [request.path for request, _ in server.log if request.path != "/robots.txt"]
