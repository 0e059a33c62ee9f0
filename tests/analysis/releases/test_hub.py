"""A model from a hub: a small one of our own, which answers as the real one does."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.analysis.releases.conftest import Shell
from tests.conftest import RoomClient

pytest.importorskip("huggingface_hub", reason="needs groundswell[transformer]")

Stubborn = Callable[..., Path]

REPOSITORY = "sample/opinions"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """The part of a hub that serves one repository from a folder; notes what was fetched."""

    def __init__(self, server: HTTPServer, folder: Path) -> None:
        self.url = server.url_for("")
        self.fetched: list[str] = []
        self._folder = folder
        for revision in ("main", "v1", COMMIT):
            server.expect_request(
                f"/api/models/{REPOSITORY}/revision/{revision}"
            ).respond_with_json(self._info())
        server.expect_request(f"/api/models/{REPOSITORY}").respond_with_json(self._info())
        server.expect_request(f"/api/models/{REPOSITORY}/tree/{COMMIT}").respond_with_json(
            [
                {"type": "file", "path": name, "size": len(content), "oid": _etag(content)}
                for name, content in self._files().items()
            ]
        )
        for name in self._files():
            server.expect_request(f"/{REPOSITORY}/resolve/{COMMIT}/{name}").respond_with_handler(
                self._serve
            )

    def environment(self, cache: Path, **more: str) -> dict[str, str]:
        """What lets a process use this hub, with a cache of its own."""
        return {
            "HF_ENDPOINT": self.url.rstrip("/"),
            "HF_HOME": str(cache),
            "DO_NOT_TRACK": "1",
        } | more

    def _files(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in sorted(self._folder.iterdir())}

    def _info(self) -> dict[str, Any]:
        return {
            "_id": "1",
            "id": REPOSITORY,
            "modelId": REPOSITORY,
            "sha": COMMIT,
            "private": False,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "siblings": [{"rfilename": name} for name in self._files()],
        }

    def _serve(self, request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        content = self._files()[name]
        headers = {"ETag": f'"{_etag(content)}"', "X-Repo-Commit": COMMIT}
        if request.method == "HEAD":
            return Response(headers=headers | {"Content-Length": str(len(content))})
        self.fetched.append(name)
        return Response(content, headers=headers)


def _etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()  # noqa: S324 - git's own


@pytest.fixture
def folder(make_stubborn: Stubborn) -> Path:
    """What the repository holds: a model, and what nobody should fetch."""
    folder = make_stubborn("positive", name="repository")
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    (folder / "modeling.py").write_text("raise SystemExit")
    return folder


@pytest.fixture
def hub(httpserver: HTTPServer, folder: Path) -> Hub:
    """The hub with that repository."""
    return Hub(httpserver, folder)


async def test_a_model_is_fetched_at_a_commit_and_only_what_it_needs(
    analysis: RoomClient, shell: Shell, hub: Hub, tmp_path: Path
) -> None:
    there = hub.environment(tmp_path / "cache")
    words = ("register", REPOSITORY, "--task", "sentiment", "--revision", "v1")
    said = await shell.process(*words, **there)
    assert "opinions@" in said
    release = (await analysis.get("/api/v1/models/releases")).json()["items"][0]
    assert release["origin"] == f"{REPOSITORY}@{COMMIT}"
    assert release["name"] == "opinions"
    assert "model.safetensors" in hub.fetched
    assert not {"pytorch_model.bin", "modeling.py"} & set(hub.fetched)
    # From the cache alone, without the hub.
    hub.fetched.clear()
    offline = hub.environment(tmp_path / "cache", HF_HUB_OFFLINE="1")
    again = await shell.process(*words[:-1], COMMIT, **offline)
    assert again.strip().rpartition(": ")[2] == release["id"]
    assert hub.fetched == []
    nothing = hub.environment(tmp_path / "empty", HF_HUB_OFFLINE="1")
    assert "cache" in await shell.process(*words, status=2, **nothing)


async def test_a_repository_of_pickles_is_refused_before_anything_is_fetched(
    analysis: RoomClient, shell: Shell, folder: Path, httpserver: HTTPServer, tmp_path: Path
) -> None:
    (folder / "model.safetensors").unlink()
    hub = Hub(httpserver, folder)
    words = ("register", REPOSITORY, "--task", "sentiment")
    said = await shell.process(*words, status=2, **hub.environment(tmp_path / "cache"))
    assert "pytorch_model.bin" in said
    assert "pickle" in said
    assert said.count("\n") == 1
    assert hub.fetched == []


async def test_a_model_that_brings_code_is_refused(
    analysis: RoomClient, shell: Shell, folder: Path, httpserver: HTTPServer, tmp_path: Path
) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "m.M"}}))
    hub = Hub(httpserver, folder)
    words = ("register", REPOSITORY, "--task", "sentiment")
    said = await shell.process(*words, status=2, **hub.environment(tmp_path / "cache"))
    assert "auto_map" in said


async def test_a_repository_that_is_not_there(
    shell: Shell, httpserver: HTTPServer, hub: Hub, tmp_path: Path
) -> None:
    httpserver.expect_request("/api/models/sample/none").respond_with_json(
        {"error": "Repository not found"},
        status=404,
        headers={"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"},
    )
    words = ("register", "sample/none", "--task", "sentiment")
    said = await shell.process(*words, status=2, **hub.environment(tmp_path / "cache"))
    assert "sample/none" in said
    assert said.count("\n") == 1


async def test_a_hub_that_cannot_be_reached(shell: Shell, tmp_path: Path) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "cache")}
    words = ("register", REPOSITORY, "--task", "sentiment")
    said = await shell.process(*words, status=2, **nowhere, DO_NOT_TRACK="1")
    assert REPOSITORY in said
    assert said.count("\n") == 1
