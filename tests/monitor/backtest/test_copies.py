"""Copies among past posts are found by what came before them only."""

from services.monitor.backtest.copies import PastCopies
from shared.folding import fold

OUTAGE = "望湖新村今晚停电，物业说要等到晚上十点以后才能恢复，请大家互相转告"
TARIFF = "峰谷电价新方案今天公布，洗衣机到底几点开最划算，一图看懂"


def originals(copies: PastCopies, *texts: str, start: int = 0) -> list[str | None]:
    return copies.originals([(f"p{start + n}", fold(text)) for n, text in enumerate(texts)])


def test_exact_and_near_copies_lead_to_the_first_within_and_across_batches() -> None:
    copies = PastCopies()
    assert originals(copies, OUTAGE, TARIFF, OUTAGE) == [None, None, "p0"]
    later = originals(copies, OUTAGE + "（转载）", "今天天气不错，适合出门散步看花", start=3)
    assert later == ["p0", None]


def test_a_pure_forward_is_a_copy_and_a_remark_is_none() -> None:
    copies = PastCopies()
    originals(copies, OUTAGE)
    assert originals(copies, f"转发微博//@某人：{OUTAGE}", "真的假的？", start=1) == ["p0", None]
    assert originals(copies, "真的假的？", start=3) == [None]
    assert copies.originals([]) == []
