"""RSS and Atom documents as they are in the wild, and as somebody hostile writes them."""

import time

import pytest

from services.monitor.sources.feeds import (
    MOST_ENTRIES,
    Entry,
    FeedRefusedError,
    decode,
    read_feed,
    refuse_document_type,
)

XML = "application/xml"

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
    with pytest.raises(FeedRefusedError, match="no RSS or Atom feed"):
        read_feed(b"<html><body><p>Not found</p></body></html>", "text/html")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read_feed(b"<rss version='2.0'><channel><title>x</title></channel></rss>", XML) == []


def test_of_a_very_long_feed_the_first_entries_are_taken() -> None:
    items = "".join(f"<item><title>{number}</title></item>" for number in range(MOST_ENTRIES + 9))
    document = f"<rss version='2.0'><channel>{items}</channel></rss>"
    assert len(read_feed(document.encode(), XML)) == MOST_ENTRIES
