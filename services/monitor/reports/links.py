"""What a link that somebody pasted leads to. Pure.

People share from their telephones: the link stands in the middle of a sentence that the app wrote,
and carries marks that tell who shared it. Two colleagues who report one post send two addresses.
"""

import re
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

# Addresses end where Chinese text, quotes or spaces begin.
_LINK = re.compile(r"https?://[^\s\u3000-\u9fff\uff00-\uffef\"'<>“”「」]+", re.IGNORECASE)
_BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s\u3000-\u9fff\uff00-\uffef\"'<>]*)?", re.I)
_TRAILING = ".,;:!?)]}…"
LONGEST_KEY = 300

# By the end of the host; the first that fits.
PLATFORMS: dict[str, str] = {
    "mp.weixin.qq.com": "wechat",
    "weixin.qq.com": "wechat",
    "channels.weixin.qq.com": "wechat",
    "weibo.com": "weibo",
    "weibo.cn": "weibo",
    "t.cn": "weibo",
    "douyin.com": "douyin",
    "iesdouyin.com": "douyin",
    "xiaohongshu.com": "xiaohongshu",
    "xhslink.com": "xiaohongshu",
    "zhihu.com": "zhihu",
    "bilibili.com": "bilibili",
    "b23.tv": "bilibili",
    "kuaishou.com": "kuaishou",
    "chenzhongtech.com": "kuaishou",
    "tieba.baidu.com": "tieba",
    "baijiahao.baidu.com": "baijiahao",
    "toutiao.com": "toutiao",
    "douban.com": "douban",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "reddit.com": "reddit",
    "bsky.app": "bluesky",
    "twitter.com": "x",
    "x.com": "x",
    "t.co": "x",
    "facebook.com": "facebook",
    "instagram.com": "instagram",
    "linkedin.com": "linkedin",
    "tiktok.com": "tiktok",
}
ELSEWHERE = "web"

# Marks of who shared, from where, with what: they do not say which post it is.
_MARK = re.compile(
    r"utm_\w+|spm|share_\w+|share(?:re)?id|sharer_\w+|author_share|mpshare|xhsshare|xsec_\w+|"
    r"isappinstalled|app(?:time|uid|_platform|_version)|pass_ticket|exportkey|wx_header|clicktime|"
    r"enterid|ascene|devicetype|nettype|fontscale|chksm|vd_source|fbclid|gclid|igsh(?:id)?|ref_\w+",
    re.IGNORECASE,
)
# The same, where a forum may use the name for something that matters (`viewtopic.php?t=123`).
_MARK_OF_PLATFORM = re.compile(
    r"from|scene|subscene|sessionid|version|lang|ref|s|t|timestamp|unique_k|buvid|plat_id|bbid|si|"
    r"feature|wfr|for|srcid|weibo_id|sudaref|display|retcode|luicode|lfid|featurecode|type_from",
    re.IGNORECASE,
)


def find_link(pasted: str) -> str | None:
    """The first address in what was pasted, or None; `weibo.com/1/a` is one too."""
    found = _LINK.search(pasted)
    if found is not None:
        return found[0].rstrip(_TRAILING)
    bare = _BARE.fullmatch(pasted.strip())
    return f"https://{bare[0].rstrip(_TRAILING)}" if bare else None


def all_links(written: str) -> list[str]:
    """All addresses in a text."""
    return [found.rstrip(_TRAILING) for found in _LINK.findall(written)]


def without_link(pasted: str) -> str:
    """What an app or a person wrote around the address."""
    return " ".join(_LINK.sub(" ", pasted).split()) if _LINK.search(pasted) else ""


def platform_of(link: str) -> str:
    """The platform that an address belongs to; `web` for all that are not known by name."""
    host = _host(link)
    labels = host.split(".")
    for start in range(len(labels)):
        known = PLATFORMS.get(".".join(labels[start:]))
        if known is not None:
            return known
    return ELSEWHERE


def link_key(link: str) -> str:
    """The same text for addresses that lead to the same post, at most 300 characters.

    Scheme, `www.`, `m.`, the fragment, a closing slash, and the marks of sharing do not count; the
    order of the query does not either.
    """
    try:
        parts = urlsplit(link)
    except ValueError:  # brackets that hold no address
        return f"sha256:{sha256(link.encode('utf-8', 'replace')).hexdigest()}"
    known = platform_of(link) != ELSEWHERE
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not (_MARK.fullmatch(name) or (known and _MARK_OF_PLATFORM.fullmatch(name)))
    )
    query = f"?{urlencode(kept)}" if kept else ""
    key = f"{_host(link)}{_port(link)}{parts.path.rstrip('/')}{query}"
    if len(key) <= LONGEST_KEY and key.isprintable():
        return key
    return f"sha256:{sha256(key.encode('utf-8', 'replace')).hexdigest()}"


def _host(link: str) -> str:
    try:
        host = (urlsplit(link).hostname or "").rstrip(".")
    except ValueError:  # brackets that hold no address
        return ""
    for prefix in ("www.", "m.", "mobile."):
        if host.startswith(prefix) and host.count(".") > 1:
            return host.removeprefix(prefix)
    return host


def _port(link: str) -> str:
    """`:8080`; empty for the usual ones, and for what is none."""
    try:
        port = urlsplit(link).port
    except ValueError:
        return ""
    return f":{port}" if port not in (None, 80, 443) else ""
