"""RSS and Atom documents as they are in the wild, and as somebody hostile writes them."""

import time
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.sources.feed_plain import NotPlainError, read_plain
from services.monitor.sources.feed_tolerant import read_tolerant
from services.monitor.sources.feeds import (
    MOST_ENTRIES,
    Entry,
    FeedRefusedError,
    decode,
    in_zone,
    open_feed,
    refuse_document_type,
)

XML = "application/xml"


def read_feed(document: bytes, content_type: str) -> list[Entry]:
    """By the fast parser, or by the tolerant one; where both can, they must agree."""
    text = open_feed(document, content_type)
    try:
        entries = read_plain(text)
    except NotPlainError:
        return read_tolerant(text)
    if text.lstrip().startswith("<"):
        assert entries == read_tolerant(text)
    return entries


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>City news</title><language>zh-cn</language>
<item>
  <title>城东 &amp; 城西停电</title>
  <link>https://news.example/1</link>
  <guid isPermaLink="false">item-1</guid>
  <dc:creator>记者</dc:creator>
  <pubDate>Sun, 01 Nov 2026 21:04:00 +0800</pubDate>
  <description>Short</description>
  <content:encoded><![CDATA[<p>城东<b>停电</b>。</p><script>steal()</script><p>原因不明。</p>]]></content:encoded>
</item>
<item><title>Only a title</title></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>Notes</title>
<entry><id>tag:notes.example,2026:1</id><title type="html">A &lt;b&gt;bold&lt;/b&gt; claim</title>
<link href="/notes/1"/><author><name>Ann</name></author>
<updated>2026-11-01T13:04:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></content>
</entry></feed>"""


def test_an_rss_feed_gives_its_entries() -> None:
    first, second = read_feed(RSS.encode(), XML)
    assert first == Entry(
        id="item-1",
        link="https://news.example/1",
        title="城东 & 城西停电",
        text="城东停电。\n原因不明。",
        author="记者",
        language="zh-cn",
        published_at=1793538240,
    )
    assert second.title == "Only a title"
    assert second.text == ""
    assert second.published_at is None


def test_an_atom_feed_gives_its_entries() -> None:
    (entry,) = read_feed(ATOM.encode(), "application/atom+xml")
    assert entry.id == "tag:notes.example,2026:1"
    assert entry.title == "A bold claim"
    assert entry.text == "One\nTwo"
    assert entry.author == "Ann"
    assert entry.published_at == 1793538240


@pytest.mark.parametrize(
    ("document", "content_type"),
    [
        (RSS.encode(), XML),
        (RSS.encode("utf-8-sig"), "text/xml"),
        (RSS.replace('"utf-8"', '"gb2312"').encode("gb18030"), "text/xml"),
        (RSS.replace(' encoding="utf-8"', "").encode("gb18030"), "text/xml; charset=GBK"),
        (
            RSS.replace('"utf-8"', '"big5"').replace("记者", "記者").encode("big5hkscs", "replace"),
            XML,
        ),
        (RSS.replace('"utf-8"', '"utf-16"').encode("utf-16"), XML),
        # The header says what is not so.
        (RSS.encode(), "text/xml; charset=us-ascii"),
    ],
    ids=["utf-8", "bom", "gb2312", "gbk", "big5", "utf-16", "wrong header"],
)
def test_encodings_of_the_wild_are_read(document: bytes, content_type: str) -> None:
    first, _ = read_feed(document, content_type)
    assert "城" in first.title


def test_a_codec_that_is_not_one_for_texts_is_passed_over() -> None:
    document = b'<?xml version="1.0" encoding="unicode_escape"?><rss>\\x41</rss>'
    assert decode(document, "text/xml; charset=punycode").endswith("<rss>\\x41</rss>")


def test_characters_that_no_xml_may_have_do_not_cost_the_feed() -> None:
    first, _ = read_feed(RSS.replace("Short", "\x00\x0b\x1bShort").encode(), XML)
    assert first.text


def test_a_feed_with_a_slip_is_read_as_far_as_it_goes() -> None:
    first, *_ = read_feed(RSS.replace("Short", "Q&A <b>").encode(), XML)
    assert first.title == "城东 & 城西停电"


BOMB = """<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<rss version="2.0"><channel><item><title>&d;</title></item></channel></rss>"""


@pytest.mark.parametrize(
    "document",
    [
        BOMB.encode(),
        BOMB.encode("utf-16"),
        BOMB.encode("utf-8-sig"),
        BOMB.replace("<!DOCTYPE", "<!doctype").encode(),
        BOMB.replace("<!DOCTYPE", "<!-- <rss> --> <?pi <rss?> <!DOCTYPE").encode(),
        b'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss><channel><item/></channel></rss>',
        b"<!ENTITY a 'b'><rss><channel><item/></channel></rss>",
    ],
)
def test_a_document_type_is_refused_at_once(document: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(FeedRefusedError, match="document type"):
        read_feed(document, XML)
    assert time.monotonic() - began < 5


def test_a_doctype_that_an_entry_speaks_of_is_a_text() -> None:
    text = RSS.replace("<p>城东", "<!DOCTYPE html> <p>城东")
    refuse_document_type(text)
    assert len(read_feed(text.encode(), XML)) == 2


@pytest.mark.parametrize(
    "document", [b"", b"   ", b"hello", b"{}", b"<!-- ", b"<?xml ", b"<", b"\xff\xfe\x00"]
)
def test_what_is_no_feed_is_refused(document: bytes) -> None:
    with pytest.raises(FeedRefusedError):
        read_feed(document, XML)


def test_a_page_is_no_feed() -> None:
    with pytest.raises(FeedRefusedError, match="no RSS, Atom or JSON feed"):
        read_feed(b"<html><body><p>Not found</p></body></html>", "text/html")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read_feed(b"<rss version='2.0'><channel><title>x</title></channel></rss>", XML) == []


def test_of_a_very_long_feed_the_first_entries_are_taken() -> None:
    items = "".join(f"<item><title>{number}</title></item>" for number in range(MOST_ENTRIES + 9))
    document = f"<rss version='2.0'><channel>{items}</channel></rss>"
    assert len(read_feed(document.encode(), XML)) == MOST_ENTRIES


RSS_1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://e.example/"><title>c</title></channel>
<item rdf:about="https://e.example/1"><title>T</title><link>https://e.example/1</link>
<dc:date>2026-11-01T13:04:00Z</dc:date><dc:creator>Ann</dc:creator><description>d</description></item>
</rdf:RDF>"""


def test_rss_1_gives_its_entries() -> None:
    (entry,) = read_feed(RSS_1.encode(), XML)
    assert entry == Entry(
        id="https://e.example/1",
        link="https://e.example/1",
        title="T",
        text="d",
        author="Ann",
        language=None,
        published_at=1793538240,
    )


JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "News", "language": "zh-CN",
"authors": [{"name": "编辑部"}], "items": [
 {"id": 7, "url": "https://e.example/7", "title": "城东\\n停电",
  "content_html": "<p>原因<b>不明</b></p>",
  "date_published": "2026-11-01T21:04:00+08:00"},
 {"id": "8", "content_text": "1 < 2", "authors": [{"name": "Ann"}], "date_published": "soon"},
 "nonsense"]}"""


def test_a_json_feed_gives_its_entries() -> None:
    first, second = read_feed(JSON_FEED.encode(), "application/feed+json")
    assert first == Entry(
        id="7",
        link="https://e.example/7",
        title="城东 停电",
        text="原因不明",
        author="编辑部",
        language="zh-CN",
        published_at=1793538240,
    )
    assert (second.text, second.author, second.published_at) == ("1 < 2", "Ann", None)


@pytest.mark.parametrize(
    "document", [b'{"items": []}', b'{"version": 1}', b"{", b"{" * 100_000, b'{"a": [1, 2}']
)
def test_json_that_is_no_feed_is_told_from_one(document: bytes) -> None:
    with pytest.raises(FeedRefusedError, match="JSON"):
        read_feed(document, "application/json")


# What a feed may say in a place: plain words, and markup.
_SAID = st.text(
    alphabet=st.characters(
        codec="utf-8",
        exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf"],
        exclude_characters="<&",
    ),
    max_size=20,
) | st.sampled_from(["<p>One</p><p>Two</p>", "a &amp; b", "停电", "&copy; 2026"])
_TIMES = st.sampled_from(
    [
        "Sun, 01 Nov 2026 21:04:00 +0800",
        "Sun, 01 Nov 2026 13:04:00 GMT",
        "2026-11-01T13:04:00Z",
        "2026-11-01T21:04:00.123+08:00",
        "1 Nov 2026 13:04:00 EST",
        "yesterday",
        "",
    ]
)


@given(title=_SAID, body=_SAID, author=_SAID, time=_TIMES, atom=st.booleans())
def test_the_fast_parser_answers_as_the_tolerant_one(
    title: str, body: str, author: str, time: str, atom: bool
) -> None:
    title, body, author = (escape(said) for said in (title, body, author))
    if atom:
        document = (
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>tag:a</id>"
            f"<title type='html'>{title}</title><content type='html'>{body}</content>"
            f"<author><name>{author}</name></author><published>{time}</published></entry></feed>"
        )
    else:
        document = (
            "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item>"
            f"<guid>https://e.example/1</guid><title>{title}</title><description>{body}"
            f"</description><dc:creator>{author}</dc:creator><pubDate>{time}</pubDate>"
            "</item></channel></rss>"
        )
    read_feed(document.encode(), XML)


def test_relative_addresses_refer_to_their_base() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://e.example/news/">'
        '<entry xml:base="2026/"><id>tag:a</id><title>x</title><link href="a.html"/></entry>'
        '<entry><id>tag:b</id><title>y</title><link xml:base="/far/" href="b.html"/></entry></feed>'
    )
    assert [entry.link for entry in read_feed(atom.encode(), XML)] == [
        "https://e.example/news/2026/a.html",
        "https://e.example/far/b.html",
    ]
    rss = (
        '<rss version="2.0" xml:base="https://e.example/"><channel>'
        "<item><title>a</title><link>1.html</link><guid isPermaLink='false'>1</guid></item>"
        "<item><title>b</title><guid>/2.html</guid></item></channel></rss>"
    )
    entries = read_feed(rss.encode(), XML)
    assert [(entry.id, entry.link) for entry in entries] == [
        ("1", "https://e.example/1.html"),
        ("https://e.example/2.html", "https://e.example/2.html"),
    ]


@pytest.mark.parametrize("base", ["http://[", "http://[::1/", "javascript:x", "\ud800"])
def test_a_base_that_is_none_costs_no_entry(base: str) -> None:
    document = (
        f"<rss version='2.0' xml:base='{base}'><channel><item><title>a</title>"
        "<link>1.html</link></item></channel></rss>"
    )
    text = document.encode("utf-8", "replace").decode()
    (entry,) = read_plain(text)
    assert entry.title == "a"


def test_a_film_says_what_it_shows() -> None:
    document = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">'
        "<entry><id>yt:video:1</id><title>Outage</title><media:group><media:title>Outage"
        "</media:title><media:description>The east is dark.</media:description></media:group>"
        "</entry></feed>"
    )
    (entry,) = read_feed(document.encode(), XML)
    assert entry.text == "The east is dark."


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2026-11-01 21:04:00", 1793538240),
        ("2026-11-01T21:04:00", 1793538240),
        ("2026-11-01T13:04:00Z", 1793538240),
        ("Sun, 01 Nov 2026 21:04:00 +0800", 1793538240),
        ("Sun, 01 Nov 2026 13:04:00 GMT", 1793538240),
    ],
)
@pytest.mark.parametrize("slip", ["", "<description>a & b</description>"])
def test_a_time_without_a_zone_is_that_of_the_source(said: str, seconds: int, slip: str) -> None:
    document = (
        f"<rss version='2.0'><channel>{slip}<item><title>a</title><pubDate>{said}</pubDate></item>"
        "</channel></rss>"
    )
    (entry,) = read_feed(document.encode(), XML)
    assert in_zone(entry, ZoneInfo("Asia/Shanghai")).published_at == seconds
