"""What a text is about, as a set of short strings that can be compared."""

import re

# Only the beginning of a long article is used: news says first what it is about.
_READ_CHARACTERS = 600
_LONGEST_WORD = 24
# Links, @names, and emoticons as Weibo and WeChat write them: [吃惊].
_NOT_CONTENT = re.compile(r"https?://[^\s\u3000-\u9fff]+|@[^\s:@/]{1,64}|\[[^\s\[\]]{1,8}\]")
# Words of alphabets, or runs of Chinese, Japanese and Korean. 的了吗呢吧啊呀嘛 separate runs as
# punctuation does: pairs across a particle say nothing about the matter.
_RUNS = re.compile(
    r"[^\W_\u0e00-\u1dff\u2000-\U0010ffff]{2,}|[^\W\u0000-\u1fff的了吗呢吧啊呀嘛]{2,}"
)
_FIRST_IDEOGRAPH = "\u2000"
# Between the two words of a pair.
PAIR = " "
# Until the frequencies of a deployment are learned, these would look like content.
_STOP_WORDS = """
    a about after all also an and are as at be been before but by can could did do does for from
    had has have he her here his how i if in into is it it's its just me more my no not of on one or
    our out over rt said say says she so some than that the their them there they this to two up us
    via vs was we were what when where which who why will with would you your
    我们 你们 他们 自己 这个 那个 什么 怎么 没有 不是 就是 还是 一个 可以 因为 所以 如果 但是 已经
    转发 发微 微博 网页 链接 分享 图片 http https
"""
_PASSED_OVER = frozenset(_STOP_WORDS.split())


# #云州停电# as Weibo writes it, or #YunzhouBlackout. Short ones (#云州#, #news) name no matter.
_HASHTAG = re.compile(r"#([^#\s\[\]]{4,40})#|#([^\W_]{8,40})")
_MOST_TAGS = 5


def hashtags_of(folded: str) -> list[str]:
    """Returns the hashtags of a folded text that are long enough to name a matter, at most five."""
    if "#" not in folded:
        return []
    found = _HASHTAG.findall(folded[:_READ_CHARACTERS])
    return [closed or open_ for closed, open_ in found][:_MOST_TAGS]


def features_of(folded: str) -> list[str]:
    """Returns the distinct features of a folded text, in order of appearance.

    Words of alphabetic scripts, without stop words and plural s, and pairs of those that follow
    each other ("time warner"); pairs of neighbouring characters for Chinese, Japanese and Korean.
    Links, @names and emoticons in brackets are left out.
    """
    text = folded[:_READ_CHARACTERS]
    if "http" in text or "@" in text or "[" in text:
        text = _NOT_CONTENT.sub(" ", text)
    found: list[str] = []
    before = ""
    for run in _RUNS.findall(text):
        if run[0] >= _FIRST_IDEOGRAPH:
            found += map(str.__add__, run, run[1:])
            before = ""
        elif (word := _singular(run[:_LONGEST_WORD])) not in _PASSED_OVER:
            found.append(word)
            if before:
                found.append(before + PAIR + word)
            before = word
    return [feature for feature in dict.fromkeys(found) if feature not in _PASSED_OVER]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word
