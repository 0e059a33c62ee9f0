"""What a text is about."""

import pytest

from services.monitor.stories.features import features_of
from shared.folding import fold


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("The banks of London", ["bank", "london", "bank london"]),
        ("glass class", ["glass", "class", "glass class"]),
        ("停电了三小时", ["停电", "三小", "小时"]),
        ("iPhone手机降价", ["iphone", "手机", "机降", "降价"]),
        ("看 https://example.org/blackout @小王 停水", ["停水"]),
        ("https://example.org/x停电", ["停电"]),
        ("[吃惊][怒] 转发微博", []),
        ("停电！停电！", ["停电"]),
        ("", []),
    ],
)
def test_words_and_character_pairs_without_noise(text: str, features: list[str]) -> None:
    assert features_of(fold(text)) == features


def test_only_the_beginning_of_a_long_article_counts() -> None:
    assert "停水" not in features_of("停电," * 300 + "停水")
