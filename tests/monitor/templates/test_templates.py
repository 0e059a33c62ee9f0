"""Ready-made watches: filled in with names, sound, and found by what people write."""

import pytest

from services.monitor.templates.filling import Sector, filled, templates_of
from services.monitor.watches.content import Content
from services.monitor.watches.expression import holds, parse
from services.monitor.watches.lint import lint
from services.monitor.watches.strategy import read_strategy
from shared.folding import fold
from tests.conftest import RoomClient

PLACE = "/api/v1/watches/templates"


def finds(sector: Sector, code: str, text: str) -> bool:
    templates = templates_of(sector)
    (template,) = [each for each in templates.watches if each.code == code]
    node = read_strategy(filled(template, ["云州", "Yunzhou Group"]), templates.exclusions).node
    return holds(node, Content(fold(text)).shows)


@pytest.mark.parametrize("sector", Sector)
def test_every_template_reads_without_a_remark(sector: Sector) -> None:
    templates = templates_of(sector)
    assert len({each.code for each in templates.watches}) == len(templates.watches)
    for template in templates.watches:
        source = filled(template, ["云州集团", "Yunzhou Group", "@云集"])
        strategy = read_strategy(source, templates.exclusions, aliases={"云集": ["Yunji"]})
        assert lint(strategy) == [], (template.code, source)
        assert any(word.isascii() for word in template.words)


@pytest.mark.parametrize(
    ("sector", "code", "text"),
    [
        (Sector.BANK, "payment", "雲州村鎮銀行門口排隊取錢，說是取不出來"),
        (Sector.BANK, "payment", "我在云州的存款一夜之间全没了"),
        (Sector.BANK, "conduct", "在云州买的理财现在亏了八万本金"),
        (Sector.BANK, "systems", "Yunzhou Group app down again, another outage"),
        (Sector.SHOP, "safety", "在云州超市买的蛋糕，孩子吃完拉肚子了"),
        (Sector.SHOP, "refund", "云州优选拖了半个月就是不发货"),
        (Sector.POWER, "outage", "云州东城又停电了，什么时候来电啊"),
        (Sector.POWER, "billing", "云州这个月电费直接翻倍"),
        (Sector.UNIVERSITY, "integrity", "云州大学教授论文造假被举报"),
        (Sector.UNIVERSITY, "living", "云州学院食堂吃出老鼠"),
    ],
)
def test_a_template_finds_what_people_write(sector: Sector, code: str, text: str) -> None:
    assert finds(sector, code, text)


@pytest.mark.parametrize(
    ("sector", "code", "text"),
    [
        (Sector.BANK, "payment", "别的银行取不出钱"),
        (Sector.BANK, "service", "云州银行招聘投诉处理专员"),
        (Sector.POWER, "outage", "云州停电应急演练圆满结束"),
        (Sector.SHOP, "safety", "云州超市今天的蛋糕真好吃"),
    ],
)
def test_a_template_leaves_the_rest_alone(sector: Sector, code: str, text: str) -> None:
    assert not finds(sector, code, text)


async def test_templates_are_filled_in_and_kept_as_they_come(monitor: RoomClient) -> None:
    listed = (await monitor.get(PLACE)).json()["items"]
    assert [each["sector"] for each in listed] == ["bank", "shop", "power", "university"]
    answer = await monitor.post(
        f"{PLACE}/power/fill", {"names": ["云州电力", 'Yunzhou "Power"'], "watches": ["outage"]}
    )
    assert answer.status_code == 200, answer.text
    (draft,) = answer.json()["items"]
    assert draft["name"] == "云州电力: 停电与恢复"
    assert draft["expression"].startswith('(云州电力 OR "Yunzhou  Power") AND (停电 OR ')
    assert parse(draft["expression"])
    del draft["template"]
    assert (await monitor.post("/api/v1/watches", draft)).status_code == 201


@pytest.mark.parametrize(
    ("sector", "body", "status", "says"),
    [
        ("power", {"names": ["云州"], "watches": ["nothing"]}, 422, "outage"),
        ("power", {"names": ["”"]}, 422, "nothing to look for"),
        ("power", {"names": []}, 422, "/names"),
        ("airline", {"names": ["云州"]}, 422, "sector"),
    ],
)
async def test_what_cannot_be_filled_in_is_refused(
    monitor: RoomClient, sector: str, body: dict[str, object], status: int, says: str
) -> None:
    answer = await monitor.post(f"{PLACE}/{sector}/fill", body)
    assert answer.status_code == status
    assert says in answer.text
