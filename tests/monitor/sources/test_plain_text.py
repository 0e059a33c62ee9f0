"""HTML leaves its words, nothing else."""

import pytest

from services.monitor.sources.plain_text import plain_text


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("停电了", "停电了"),
        ("<p>城东<b>停电</b>了</p><p>客服没人接</p>", "城东停电了\n客服没人接"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("before<script>steal()</script><style>p{}</style>after", "beforeafter"),
        ('<img src=x onerror="steal()">picture', "picture"),
        ('<a href="javascript:steal()">link</a>', "link"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("1 < 2", "1 < 2"),
        ("<!-- hidden -->seen", "seen"),
        ("  many \n\n\n  spaces&nbsp;here ", "many\nspaces here"),
        ("<p", ""),
        ("", ""),
    ],
)
def test_what_is_left(html: str, words: str) -> None:
    assert plain_text(html) == words


def test_nothing_that_looks_like_a_tag_becomes_one() -> None:
    # What was escaped is text, and is shown as text.
    assert plain_text("&lt;script&gt;steal()&lt;/script&gt;") == "<script>steal()</script>"
