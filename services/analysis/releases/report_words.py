"""What the report of an evaluation says, in Chinese and English side by side."""

from html import escape
from typing import Final

from services.analysis.releases.figures import Evaluation
from services.analysis.releases.metrics import McNemar

CHINESE: Final = "zh-CN"
ENGLISH: Final = "en"
_SIGNIFICANT: Final = 0.05

_LABELS_ZH: Final = {
    "positive": "正面",
    "neutral": "中性",
    "negative": "负面",
    "joy": "喜悦",
    "anger": "愤怒",
    "sadness": "悲伤",
    "fear": "恐惧",
    "surprise": "惊讶",
    "disgust": "厌恶",
    "favor": "支持",
    "against": "反对",
    "none": "无立场",
}
_TASKS_ZH: Final = {"sentiment": "情感倾向", "emotion": "情绪", "stance": "立场"}
_FIELDS_ZH: Final = {
    "language": "语言",
    "platform": "平台",
    "source": "来源",
    "domain": "领域",
    "target_type": "对象类型",
    "traits": "文本特征",
}


def both(chinese: str, english: str) -> str:
    """One text in both languages, of which the page shows one. Both are escaped."""
    return (
        f'<span lang="{CHINESE}">{escape(chinese)}</span>'
        f'<span lang="{ENGLISH}">{escape(english)}</span>'
    )


def label_name(label: str) -> str:
    """A label in both languages."""
    return both(_LABELS_ZH.get(label, label), label)


def task_name(task: str) -> str:
    """A task in both languages."""
    return both(_TASKS_ZH[task], task.capitalize())


def field_name(field: str) -> str:
    """A field that figures are told apart by, in both languages."""
    return both(f"按{_FIELDS_ZH[field]}", f"By {field.replace('_', ' ')}")


def share(value: float | None) -> str:
    """A share as percent with one decimal."""
    return "–" if value is None else f"{100 * value:.1f}%"


def points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    rounded = round(100 * difference, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{abs(rounded):.1f}"


def chance(p: float) -> str:
    """How likely chance alone is, as it is usually written."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def verdict_kind(evaluation: Evaluation) -> str:
    """ "better", "worse" or "even" than the baseline beyond chance; "alone" without one."""
    test = evaluation.test
    if test is None:
        return "alone"
    if test.p >= _SIGNIFICANT or test.only_first == test.only_second:
        return "even"
    return "better" if test.only_first > test.only_second else "worse"


def headline(evaluation: Evaluation) -> str:
    """The comparison in one sentence."""
    figures, before = evaluation.figures, evaluation.baseline_figures
    if before is None or evaluation.baseline is None or evaluation.test is None:
        return both(
            f"{evaluation.rows:,} 条中答对 {share(figures.accuracy)}，未与其他模型比较。",
            f"Right on {share(figures.accuracy)} of {evaluation.rows:,} rows; not compared "
            "with another model.",
        )
    gap = f"{abs(100 * (figures.accuracy - before.accuracy)):.1f}"
    name, odds = evaluation.baseline.name, chance(evaluation.test.p)
    kind = verdict_kind(evaluation)
    if kind == "even":
        more = "高" if figures.accuracy >= before.accuracy else "低"
        sign = "more" if figures.accuracy >= before.accuracy else "less"
        return both(
            f"与 {name} 难分高下：准确率{more} {gap} 个百分点，可能只是偶然（{odds}）。",
            f"Not told apart from {name}: {gap} points {sign}, which may be chance ({odds}).",
        )
    return both(
        f"{'优于' if kind == 'better' else '不如'} {name}：准确率"
        f"{'高' if kind == 'better' else '低'} {gap} 个百分点（{odds}）。",
        f"{kind.capitalize()} than {name} by {gap} points of accuracy ({odds}).",
    )


def test_told(test: McNemar) -> str:
    """How the test of the comparison was made."""
    kind_zh = "精确二项检验" if test.exact else "连续性校正的卡方检验"
    kind_en = "exact binomial" if test.exact else "chi-square with continuity correction"
    return both(
        f"逐条比较：仅本模型答对 {test.only_first:,} 条，仅对照模型答对 {test.only_second:,} 条；"
        f"McNemar 检验（{kind_zh}）。",
        f"Row by row, this model alone is right on {test.only_first:,}, the other alone on "
        f"{test.only_second:,}; McNemar's test ({kind_en}).",
    )


NOTES: Final = (
    (
        "准确率区间为 Wilson 95% 区间；宏平均 F1 区间用 delta 法（Takahashi 等，2022）。",
        "Intervals are 95 %: Wilson for accuracy, the delta method for macro-F1 (Takahashi and "
        "others 2022).",
    ),
    (
        "宏平均 F1 是各标签 F1 的平均，每个标签权重相同；只计数据中出现的标签。",
        "Macro-F1 is the mean F1 of the labels, each weighing the same; labels without rows do "
        "not count.",
    ),
    (
        "校准误差是置信度与实际正确率之差的加权平均（15 个等宽区间）；越小，置信度越可信。",
        "Calibration error is how far confidence and accuracy lie apart, over 15 bins of equal "
        "width: the smaller, the more a stated confidence means.",
    ),
    (
        "“限定标签”指只允许模型回答该来源中存在的标签，例如商品评论没有“中性”。",
        "“Own labels” lets a model say only labels that the source has: shop reviews know no "
        "neutral.",
    ),
)
