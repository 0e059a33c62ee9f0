"""What a pasted link leads to: the platform, and whether two links are one post."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.reports.links import (
    LONGEST_KEY,
    PLATFORMS,
    find_link,
    link_key,
    platform_of,
    without_link,
)

DOUYIN = (
    "7.43 复制打开抖音，看看【云州电力的作品】停电第三天 https://v.douyin.com/iJabc12/ 谁管管！"
)


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        ("https://weibo.com/123/N5ab", "https://weibo.com/123/N5ab"),
        (DOUYIN, "https://v.douyin.com/iJabc12/"),
        ("看这个：http://t.cn/A6abc。太过分了", "http://t.cn/A6abc"),
        ("(see https://example.org/a.)", "https://example.org/a"),
        ("weibo.com/123/N5ab", "https://weibo.com/123/N5ab"),
        ("没有链接", None),
        ("", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_link_is_found_in_what_an_app_copied(pasted: str, link: str | None) -> None:
    assert find_link(pasted) == link


def test_what_stands_around_the_link_is_kept_as_words() -> None:
    said = without_link(DOUYIN)
    assert said.startswith("7.43 复制打开抖音")
    assert "http" not in said
    assert without_link("https://weibo.com/1/a") == ""


@pytest.mark.parametrize(
    ("link", "platform"),
    [
        ("https://m.weibo.cn/status/5123", "weibo"),
        ("https://mp.weixin.qq.com/s/abc", "wechat"),
        ("https://v.douyin.com/iJabc12/", "douyin"),
        ("http://xhslink.com/a/b", "xiaohongshu"),
        ("https://www.zhihu.com/question/1/answer/2", "zhihu"),
        ("https://zhuanlan.zhihu.com/p/1", "zhihu"),
        ("https://tieba.baidu.com/p/1", "tieba"),
        ("https://notweibo.com/1", "web"),
        ("https://weibo.com.evil.example/1", "web"),
        ("https://[broken/1", "web"),
    ],
)
def test_the_platform_is_that_of_the_host(link: str, platform: str) -> None:
    assert platform_of(link) == platform


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "https://weibo.com/1/a?from=page_1005&refer_flag=0",
            "http://www.weibo.com/1/a/?refer_flag=0",
        ),
        (
            "https://mp.weixin.qq.com/s?__biz=M&mid=2&idx=1&sn=f&chksm=8&scene=21#wechat_redirect",
            "https://mp.weixin.qq.com/s?sn=f&idx=1&mid=2&__biz=M",
        ),
        ("https://www.bilibili.com/video/BV1/?vd_source=x&t=3", "https://m.bilibili.com/video/BV1"),
        ("https://forum.example.org/t?id=3&utm_source=x", "https://forum.example.org/t?id=3"),
    ],
)
def test_two_people_share_one_post(one: str, other: str) -> None:
    assert link_key(one) == link_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://forum.example.org/topic.php?t=1", "https://forum.example.org/topic.php?t=2"),
        ("https://mp.weixin.qq.com/s?mid=1", "https://mp.weixin.qq.com/s?mid=2"),
        ("https://weibo.com/1/a", "https://weibo.com/1/A"),
        ("https://weibo.com/1/a", "https://weibo.cn/1/a"),
    ],
)
def test_different_posts_stay_apart(one: str, other: str) -> None:
    assert link_key(one) != link_key(other)


hosts = st.sampled_from([*PLATFORMS, "news.example.org", "bbs.example.cn"])
words = st.text("abcXYZ019中文 /%&=?#", max_size=400)
names = st.sampled_from(["id", "mid", "p", "page"])


@given(hosts, words, st.dictionaries(names, words, max_size=3))
def test_marks_of_sharing_never_change_which_post_it_is(
    host: str, path: str, query: dict[str, str]
) -> None:
    plain = f"https://{host}/{path.partition('?')[0].partition('#')[0]}"
    asked = f"{plain}?{urlencode(query)}"
    shared = f"{asked}&utm_source=app&share_token=x&vd_source=3#comments"
    assert link_key(shared) == link_key(asked)
    assert 0 < len(link_key(asked)) <= LONGEST_KEY


@given(st.text(max_size=300))
def test_anything_may_be_pasted(pasted: str) -> None:
    link = find_link(pasted)
    if link is not None:
        assert platform_of(link)
        assert link_key(link)


def test_another_port_is_another_site() -> None:
    assert link_key("http://bbs.example.org:8080/t/1") != link_key("http://bbs.example.org/t/1")
    assert link_key("https://bbs.example.org:443/t/1") == link_key("http://bbs.example.org/t/1")
    assert link_key("http://bbs.example.org:x/t/1") == link_key("http://bbs.example.org/t/1")
