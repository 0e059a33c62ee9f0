"""Every operation does what the merged description says, whatever it is sent.

schemathesis reads the description from the gateway and calls each operation with values that fit
it, with values at its borders, and with values that do not fit. What is checked, and what is not
and why, stands in schemathesis.toml.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.flow.conftest import GROUP, Staff
from tests.house import House, said

_CONFIG = Path(__file__).with_name("schemathesis.toml")
_COUNTED = re.compile(r"(\d+) generated")
# So often a call names a thing that is there.
_KNOWN = 0.5
# Each operation is called some fifty times: fewer would mean that it was not tested.
_FEWEST = 2_000


@pytest.fixture
def things(
    staff: Staff,
    watch: dict[str, Any],
    command: dict[str, Any],
    statement: dict[str, Any],
    case: dict[str, Any],
) -> dict[str, list[str]]:
    """Ids of things that are there, by the name of the parameter that takes them: those of the
    closed incident, and of one that is open."""
    new = {"title": "Open (sample)", "summary": "By hand (sample).", "level": "blue"}
    opened = said(staff.chair.post("/incidents", json=new), 201)["id"]
    text = {"title": "A text (sample)", "text": "Nothing yet (sample)."}
    drafted = said(staff.writer.post(f"/incidents/{opened}/statements", json=text), 201)["id"]
    source = {"name": "City (sample)", "url": "https://news.example.org/a.xml", "enabled": False}
    sourced = said(staff.watcher.post("/sources", json=source), 201)["id"]
    file = {"file": ("a.csv", "text,published_at\n好,2026-11-01\n", "text/csv")}
    imported = said(staff.connector.post("/posts/import", files=file), 202)["id"]
    told = said(staff.watcher.post("/reports/staff", json={"text": "见到一条帖子（示例）"}), 201)
    officer = said(staff.watcher.post("/officers", json={"name": "Officer (sample)"}), 201)
    forum = {"name": "Forum (sample)", "url": "https://bbs.example.org/"}
    site = said(staff.watcher.post("/patrols/sites", json=forum), 201)
    plan = said(staff.watcher.post("/patrols/plans", json={"name": "By hand (sample)"}), 201)
    walked = said(staff.watcher.post("/patrols/rounds", json={"plan_id": plan["id"]}), 201)
    posts = said(staff.watcher.get("/posts", params={"watch": watch["id"], "limit": 1}), 200)
    return {
        "watch_id": [watch["id"]],
        "post_id": [posts["items"][0]["id"]],
        "story_id": [posts["items"][0]["story_ids"][0]],
        "warning_id": [case["warning_id"]],
        "incident_id": [case["incident_id"], opened],
        "command_id": [command["id"]],
        "statement_id": [statement["id"], drafted],
        "publication_id": [statement["publications"][0]["id"]],
        "case_id": [case["id"]],
        "source_id": [sourced],
        "import_id": [imported],
        "report_id": [told["report_id"]],
        "officer_id": [officer["id"]],
        "site_id": [site["id"]],
        "plan_id": [plan["id"]],
        "round_id": [walked["id"]],
        "check_id": [walked["checks"][0]["id"]],
        "slug": [GROUP],
        "name": ["auditor"],
    }


def _configuration(things: Mapping[str, list[str]]) -> str:
    """Our configuration with the dictionaries. Lists of words look alike in JSON and TOML."""
    lines = [_CONFIG.read_text("utf-8")]
    for name, values in things.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines += ["[parameters]"]
    lines += [
        f'"path.{name}" = {{ dictionary = "{name}", probability = {_KNOWN} }}' for name in things
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.timeout(600)
def test_every_operation_keeps_to_its_description(
    house: House, admin: httpx.Client, things: dict[str, list[str]], tmp_path: Path
) -> None:
    said(
        admin.post(
            "/users",
            json={
                "name": "explorer",
                "display_name": "Explorer (sample)",
                "roles": ["administrator"],
            },
        ),
        201,
    )
    key = said(admin.post("/keys", json={"user": "explorer", "name": "test"}), 201)["key"]
    (tmp_path / _CONFIG.name).write_text(_configuration(things), "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--no-color",
            "run",
            f"{house.base_url}/api/v1/openapi.json",
        ],
        # A proxy of the surroundings cannot reach this machine's own loopback.
        env=os.environ | {"GROUNDSWELL_KEY": key, "NO_PROXY": "127.0.0.1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=570,
        check=False,
    )
    # Calls with very long values would push what failed out of sight.
    assert done.returncode == 0, "\n".join(line[:400] for line in done.stdout.splitlines())
    counted = _COUNTED.search(done.stdout)
    assert counted, done.stdout
    assert int(counted[1]) >= _FEWEST
    # It was let in to the end: else everything would have been 401, which fits any description.
    assert house.client(key).get("/users").status_code == 200
