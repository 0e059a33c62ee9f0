"""Alerts and duty on the console: the ladder, rules, channels, the roster, the page of a link."""

from gateway.console.preview.sample import WARNING
from gateway.console.views.alerts import contacts_of, shift_lines, shifts_of, targets_of
from shared.contracts.actors import Permission

PLACE = "/settings/alerts"


async def test_a_warning_shows_who_was_asked_and_who_is_next_and_when(visit):
    page = await visit(language="en").see(f"/warnings/{WARNING}")
    assert "sample-monitoring-night" in page
    assert "is asked next" in page
    assert "data-clock" in page
    assert "left the house" in page


async def test_the_preview_says_who_would_hear(visit):
    page = await visit(language="en").see(f"{PLACE}?level=red")
    assert "Who would hear" in page
    assert "nobody knows how to reach them" in page


async def test_a_channel_is_tested_by_one_button(visit):
    browser = visit()
    answer = await browser.send(f"{PLACE}/test-channel", slug="wecom", sheet="test-channel-wecom")
    assert answer.headers["location"] == f"{PLACE}?done=tested"
    assert browser.said().path == "/api/v1/alerts/channels/wecom/test"


async def test_a_change_keeps_the_address_that_is_not_typed_again(visit):
    browser = visit()
    current = browser.backend.replies["GET /api/v1/alerts/channels/wecom"][1]
    await browser.send(
        f"{PLACE}/change-channel",
        slug="wecom",
        name="Renamed",
        kind="apprise",
        address="",
        language="en",
        enabled="yes",
        changed_at=current["changed_at"],
    )
    said = browser.said()
    assert (said.method, said.headers["If-Match"]) == ("PUT", "*")
    assert said.json == {"name": "Renamed", "kind": "apprise", "language": "en", "enabled": True}


async def test_a_rule_is_read_from_its_boxes(visit):
    browser = visit()
    browser.answers("PUT /alerts/rules/night", 201, {})
    await browser.http.post(
        f"{PLACE}/add-rule",
        data={
            "key": "k",
            "slug": "night",
            "name": "Night",
            "about": "warnings",
            "level": "orange",
            "tell": ["on_duty:g2", "channel:wecom"],
            "ladder_group": "g2",
            "minutes_yellow": "",
            "minutes_orange": "10",
            "minutes_red": "5",
            "enabled": "yes",
        },
    )
    rule = next(call for call in browser.backend.sent() if call.method == "PUT").json
    assert rule["tell"] == [
        {"kind": "on_duty", "name": "g2"},
        {"kind": "channel", "name": "wecom"},
    ]
    assert rule["ladder"] == {"group": "g2", "minutes": {"orange": 10.0, "red": 5.0}}


async def test_a_rule_that_is_changed_keeps_its_hours_rounds_and_levels(visit):
    browser = visit()
    browser.answers("PUT /alerts/rules/night", 200, {})
    hours = {"begins": "22:00", "ends": "07:00", "days": ["fri", "sat"], "zone": "Europe/Berlin"}
    await browser.http.post(
        f"{PLACE}/add-rule",
        data={
            "key": "k",
            "slug": "night",
            "name": "Night",
            "about": "warnings",
            "level": "blue",
            "ladder_group": "g2",
            "minutes_blue": "0.5",
            "minutes_red": "1440",
            "rounds": "3",
            "hours_begins": "22:00",
            "hours_ends": "07:00",
            "hours_days": ["fri", "sat"],
            "hours_zone": "Europe/Berlin",
            "enabled": "yes",
        },
    )
    rule = next(call for call in browser.backend.sent() if call.method == "PUT").json
    assert rule["hours"] == hours
    assert rule["ladder"] == {"group": "g2", "minutes": {"blue": 0.5, "red": 1440.0}, "rounds": 3}


async def test_quiet_hours_keep_their_days(visit):
    browser = visit()
    browser.answers("PUT /alerts/recipients/chen", 200, {})
    await browser.http.post(
        f"{PLACE}/add-recipient",
        data={
            "key": "k",
            "slug": "chen",
            "display_name": "Chen",
            "quiet_begins": "22:00",
            "quiet_ends": "07:00",
            "quiet_days": ["sat", "sun"],
            "breaks_through": "red",
        },
    )
    person = next(call for call in browser.backend.sent() if call.method == "PUT").json
    assert person["quiet"] == {
        "begins": "22:00",
        "ends": "07:00",
        "days": ["sat", "sun"],
        "breaks_through": "red",
    }


async def test_two_people_swap_their_duty(visit):
    browser = visit()
    browser.answers("POST /duty/g2/swaps", 201, {"items": []})
    page = await browser.see("/settings/duty")
    assert 'name="first_person"' in page
    await browser.http.post(
        "/settings/duty/swap",
        data={
            "key": "k",
            "group": "g2",
            "first_person": "chen",
            "first_starts_at": "2026-11-02T08:00",
            "first_ends_at": "2026-11-03T08:00",
            "second_person": "xu",
            "second_starts_at": "2026-11-04T08:00",
            "second_ends_at": "2026-11-05T08:00",
            "reason": "",
        },
    )
    sent = browser.said()
    assert sent.path == "/api/v1/duty/g2/swaps"
    assert [sent.json[side]["person"] for side in ("first", "second")] == ["chen", "xu"]
    assert sent.json["second"]["starts_at"].startswith("2026-11-04T00:00")


async def test_who_may_not_edit_reads_why(visit, person):
    page = await visit(person(Permission.VIEW), "en").see(PLACE)
    assert "change who is alerted" in page


async def test_a_gap_in_the_roster_is_shown(visit):
    page = await visit(language="en").see("/settings/duty")
    assert "Nobody is on duty in 1 stretch" in page


async def test_nobody_signs_in_to_acknowledge_by_a_link_and_looking_does_nothing(visit):
    browser = visit(None, "en")
    page = await browser.see("/acknowledge/sample")
    assert "You are asked to acknowledge" in page
    assert browser.backend.sent() == []
    pressed = await browser.http.post("/acknowledge/sample")
    assert pressed.status_code == 303
    assert browser.said().path == "/api/v1/alerts/links/sample/acknowledge"


async def test_a_link_that_is_none_says_so(visit):
    assert (await visit(None).http.get("/acknowledge/nonsense")).status_code == 404


async def test_another_site_cannot_press_the_button(visit):
    browser = visit(None)
    answer = await browser.http.post(
        "/acknowledge/sample", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert browser.backend.sent() == []


def test_shifts_are_typed_a_line_each():
    (shift,) = shifts_of(["mon-fri sun 08:00-20:00 chen, lin / xu"])
    assert shift["days"] == ["mon", "tue", "wed", "thu", "fri", "sun"]
    assert (shift["begins"], shift["ends"]) == ("08:00", "20:00")
    assert shift["turns"] == [["chen", "lin"], ["xu"]]
    assert shifts_of(shift_lines([shift]).splitlines()) == [shift]
    assert shifts_of(["sat-mon 20:00-08:00 xu"])[0]["days"] == ["sat", "sun", "mon"]


def test_what_does_not_read_as_a_shift_is_left_to_the_api():
    (shift,) = shifts_of(["whenever chen likes"])
    assert shift["days"] == []


def test_contacts_are_typed_a_line_each():
    assert contacts_of(["mail duty@example.com orange", "wecom", "sms +8613800000000"]) == [
        {"channel": "mail", "from_level": "orange", "to": "duty@example.com"},
        {"channel": "wecom"},
        {"channel": "sms", "to": "+8613800000000"},
    ]


def test_boxes_name_targets():
    assert targets_of(["on_duty:g2"]) == [{"kind": "on_duty", "name": "g2"}]
