"""Posts about the same matter come together, by what came before them only."""

import itertools
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.posts.fingerprint import text_hash
from services.monitor.stories.frequencies import Frequencies
from services.monitor.stories.grouping import (
    Grouping,
    GroupingPost,
    GroupingSettings,
    Joined,
    Placement,
)
from services.monitor.stories.story import Story
from shared.folding import fold

HOUR = 3_600.0
OUTAGE = "望湖新村今晚停电，物业说要等到十点"
OUTAGE_AGAIN = "望湖新村又停电了，物业电话打不通"
TARIFF = "峰谷电价新方案公布，洗衣机几点开最划算"


def grouping(**settings: Any) -> Grouping:
    numbers = itertools.count(1)
    return Grouping(lambda: f"s{next(numbers)}", GroupingSettings(**settings))


def post(text: str, *, at: float = 0.0, **fields: Any) -> GroupingPost:
    folded = fold(text)
    return GroupingPost(
        **{"id": f"{at}:{text}", **fields},
        at=at,
        text=text,
        folded=folded,
        text_hash=text_hash(folded),
    )


def test_posts_about_the_same_matter_join_and_others_do_not() -> None:
    stories = grouping()
    first = stories.place(post(OUTAGE))
    assert first == Placement("s1", Joined.NEW, 0.0)
    again = stories.place(post(OUTAGE_AGAIN, at=60))
    assert (again.story_id, again.joined) == ("s1", Joined.LIKENESS)
    assert 0.1 <= again.similarity <= 1
    assert stories.place(post(TARIFF, at=120)).is_new


def test_english_posts_group_by_their_words() -> None:
    stories = grouping()
    stories.place(post("Blackout hits Lakeview estate, thousands without power"))
    assert not stories.place(post("Thousands in Lakeview still without power", at=60)).is_new
    assert stories.place(post("Central bank keeps interest rates unchanged", at=90)).is_new


def test_answers_and_reposts_follow_their_parent_whatever_they_say() -> None:
    stories = grouping()
    stories.place(post(OUTAGE, id="original"))
    answer = stories.place(post("[怒]", at=60, parent_id="original", id="answer"))
    assert answer == Placement("s1", Joined.PARENT, 1.0)
    below = stories.place(post(TARIFF, at=90, parent_id="answer"))
    assert below.story_id == "s1"


def test_answers_to_a_post_that_nobody_collected_belong_together() -> None:
    stories = grouping()
    first = stories.place(post("这也太离谱了吧", parent_id="unknown"))
    second = stories.place(post("支持维权到底", at=60.0, parent_id="unknown"))
    other = stories.place(post("笑死我了", at=70.0, parent_id="another"))
    assert (second.story_id, second.joined) == (first.story_id, Joined.PARENT)
    assert other.story_id != first.story_id


def test_a_post_that_comes_after_its_answers_joins_them_and_gives_the_story_its_words() -> None:
    stories = grouping()
    answer = stories.place(post("这也太离谱了吧", parent_id="late"))
    late = stories.place(post(OUTAGE, at=60.0, id="late"))
    assert (late.story_id, late.joined) == (answer.story_id, Joined.ANSWERED)
    assert stories.place(post(OUTAGE_AGAIN, at=90.0)).story_id == answer.story_id


def test_a_copy_joins_by_its_text_even_when_the_story_has_been_silent_for_long() -> None:
    stories = grouping()
    stories.place(post(OUTAGE))
    late = 2.9 * 24 * HOUR
    assert stories.place(post(f"转发微博 //@小王: {OUTAGE}", at=late)).joined is Joined.COPY


def test_the_same_short_exclamation_ties_nothing_together() -> None:
    stories = grouping()
    stories.place(post("真的假的？！"))
    assert stories.place(post("真的假的？！", at=60, id="another")).is_new


def test_the_same_remark_on_two_quoted_texts_ties_nothing_together() -> None:
    stories = grouping()
    first, second = stories.place(post(OUTAGE)), stories.place(post(TARIFF, at=10))
    for number, (text, story) in enumerate(((OUTAGE, first), (TARIFF, second)) * 3):
        quoting = post(f"真的假的？//@用户{number}：{text}", at=60 + number)
        assert stories.place(quoting).story_id == story.story_id


def test_likeness_fades_with_silence() -> None:
    stories = grouping(window=1000 * HOUR)
    stories.place(post(OUTAGE))
    assert stories.place(post(OUTAGE_AGAIN, at=240 * HOUR)).is_new


def test_size_keeps_a_matter_together_that_is_spoken_of_in_many_words() -> None:
    said = [
        "望湖新村今晚停电",
        "停电了 物业不接电话",
        "望湖新村三号楼还没来电",
        "停电两小时 电梯困人",
        "物业说十点来电",
        "望湖新村变压器冒烟",
    ]
    found = {}
    for gain in (0.0, 0.5):
        stories = grouping(size_gain=gain)
        posts = [post(said[n % 6] + chr(0x4E00 + 31 * n), at=n) for n in range(24)]
        found[gain] = {stories.place(each).story_id for each in posts}
    assert len(found[0.5]) == 1 < len(found[0.0])


def test_reposts_do_not_make_a_story_attract_what_is_hardly_like_it() -> None:
    stories = grouping()
    stories.place(post(OUTAGE, id="p"))
    for number in range(500):
        stories.place(post("转发", at=number / 10, id=f"r{number}", parent_id="p"))
    story = stories.get("s1")
    assert story is not None
    assert (story.posts, story.wordings) == (501, 1)
    offer = post("物业公司招聘保安，待遇从优包吃住", at=60)
    assert stories.place(offer).joined is Joined.NEW


def test_a_state_without_the_count_of_wordings_takes_all_posts_for_some() -> None:
    state = Story("s1", 0.0, 0.0, posts=7).to_state()
    del state["wordings"]
    assert Story.from_state(state).wordings == 7


def test_a_clear_match_is_found_days_later_and_a_faint_one_is_not() -> None:
    stories = grouping()
    stories.place(post(OUTAGE))
    assert not stories.place(post(f"{OUTAGE}吗", at=40 * HOUR)).is_new
    other = grouping()
    other.place(post(OUTAGE))
    assert other.place(post("望湖新村的早餐摊", at=40 * HOUR)).is_new


def test_what_the_caller_has_on_record_is_used_when_memory_does_not_reach_back() -> None:
    stories = grouping()
    answer = stories.place(post("嗯", parent_id="old", parent_story="s-old"))
    assert answer == Placement("s-old", Joined.PARENT, 1.0)
    copy = stories.place(post(OUTAGE, copied_story="s-copied"))
    assert copy == Placement("s-copied", Joined.COPY, 1.0)


def test_the_words_of_the_watch_hold_nothing_together() -> None:
    stories = grouping()
    matters = ["理财亏损", "排队太久", "手机银行闪退", "信用卡年费", "网点搬迁", "存款利率"]
    placed = [
        stories.place(
            post(f"平安银行{matters[n % 6]}", id=f"p{n}", at=n * 60.0, watch_terms=("平安银行",))
        ).story_id
        for n in range(60)
    ]
    assert len(set(placed)) == 6


def test_a_word_that_turns_out_to_be_in_every_post_loses_its_pull_on_old_stories() -> None:
    brand = ["brand", "alpha", "beta", "gamma"]
    story = Story("s1", 0, 0)
    frequencies = Frequencies()
    story.learn(dict.fromkeys([*brand, "outage"], 1.0), frequencies)
    before = cosine(story, [*brand, "tariff"], frequencies)
    for number in range(500):
        frequencies.learn([*brand, f"other{number}"])
    story.learn(dict.fromkeys([*brand, "outage"], 1.0), frequencies)
    assert cosine(story, [*brand, "tariff"], frequencies) < 0.1 < before


def cosine(story: Story, features: list[str], frequencies: Frequencies) -> float:
    weights = dict(zip(features, frequencies.weights(features), strict=True))
    return story.similarity(weights, math.hypot(*weights.values()))


def test_a_story_counts_its_posts_and_times_and_has_a_title() -> None:
    stories = grouping()
    stories.place(post(OUTAGE, at=600, id="original"))
    stories.place(post(OUTAGE_AGAIN, at=60))
    stories.place(post("怎么又这样" * 30, at=900, parent_id="original"))
    story = stories.get("s1")
    assert story is not None
    assert (story.posts, story.first_at, story.last_at) == (3, 60, 900)
    assert story.title in {OUTAGE, OUTAGE_AGAIN}
    assert len(stories) == 1


def test_silent_stories_leave() -> None:
    stories = grouping(window=HOUR)
    stories.place(post(OUTAGE))
    stories.place(post(TARIFF, at=HOUR))
    stories.expire(HOUR + 1)
    assert stories.get("s1") is None
    assert len(stories) == 1
    assert stories.place(post(OUTAGE_AGAIN, at=HOUR + 2)).is_new


def test_no_more_stories_are_held_than_allowed_and_the_longest_silent_leave() -> None:
    stories = grouping(most_stories=2)
    stories.place(post(OUTAGE))
    stories.place(post(TARIFF, at=1))
    stories.place(post(OUTAGE_AGAIN, at=2))
    stories.place(post("Central bank keeps interest rates unchanged", at=3))
    assert [stories.get(story) is not None for story in ("s1", "s2", "s3")] == [True, False, True]


@given(st.lists(st.text("停电价望湖新村物业风灯", min_size=2, max_size=9), max_size=20), st.data())
def test_a_post_is_placed_by_what_came_before_it_only(
    texts: list[str], data: st.DataObject
) -> None:
    posts = [post(text, at=600.0 * n, id=str(n)) for n, text in enumerate(texts)]
    until = data.draw(st.integers(0, len(posts)))
    whole, beginning = grouping(), grouping()
    placed = [whole.place(each) for each in posts]
    assert [beginning.place(each) for each in posts[:until]] == placed[:until]


def test_merged_stories_are_one_for_all_that_follows() -> None:
    stories = grouping()
    stories.place(post(OUTAGE, id="outage"))
    stories.place(post(TARIFF, id="tariff", at=1))
    stories.merge("s1", "s2")
    merged = stories.get("s1")
    assert merged is not None
    assert (merged.posts, merged.last_at, len(stories)) == (2, 1, 1)
    assert stories.place(post("[怒]", at=2, parent_id="tariff")).story_id == "s1"
    assert stories.place(post(f"{TARIFF}！", at=3, id="copy")).story_id == "s1"
    assert stories.place(post("洗衣机几点开划算", at=4)).story_id == "s1"


def test_a_grouping_goes_on_from_its_stored_state_as_if_nothing_had_happened() -> None:
    texts = [OUTAGE, TARIFF, OUTAGE_AGAIN, "望湖新村来电了", "电价方案听证会", "停电赔偿怎么算"] * 4
    posts = [post(f"{text}{n}", at=n * 600.0) for n, text in enumerate(texts)]
    whole = grouping()
    expected = [whole.place(each).story_id for each in posts]

    before = grouping()
    for each in posts[:12]:
        before.place(each)
    held = [before.get(f"s{number}") for number in range(1, len(before) + 1)]
    numbers = itertools.count(len(before) + 1)
    after = Grouping(
        lambda: f"s{next(numbers)}",
        frequencies=Frequencies.from_state(json.loads(json.dumps(before.frequencies.to_state()))),
        stories=[
            Story.from_state(json.loads(json.dumps(story.to_state())))
            for story in held
            if story is not None
        ],
    )
    assert [after.place(each).story_id for each in posts[12:]] == expected[12:]


def test_profiles_stay_small_however_many_posts_a_story_has() -> None:
    stories = grouping()
    for number in range(400):
        stories.place(
            post(f"{OUTAGE}，{chr(0x4E00 + 7 * number)}{chr(0x5000 + 3 * number)}楼", at=number)
        )
    story = stories.get("s1")
    assert story is not None
    assert story.posts == 400
    assert len(story.profile) <= 128
    assert max(story.profile.values()) <= 256


@pytest.mark.parametrize("text", ["", "。", "\ud800", "[怒]"])
def test_a_post_without_words_is_a_story_of_its_own(text: str) -> None:
    stories = grouping()
    stories.place(post(text, id="one"))
    assert stories.place(post(text, id="two", at=1)).is_new


def test_posts_with_hashtags_of_two_stories_go_to_the_larger_one_and_tie_them_together() -> None:
    stories = grouping()
    for number in range(3):
        stories.place(post(f"#望湖停电# 还没来电 {number}", at=number))
    stories.place(post("#变电站爆炸# 听说炸了", at=4))
    both = stories.place(post("#变电站爆炸# #望湖停电# 到底怎么了", at=5))
    assert (both.story_id, both.joined) == ("s1", Joined.HASHTAG)
    assert stories.place(post("#变电站爆炸# 有视频吗", at=6)).story_id == "s2"
    stories.place(post("[怒] #变电站爆炸# #望湖停电#", at=7, parent_id="unknown"))
    assert stories.bridges() == {("s1", "s2"): 2}
    story = stories.get("s1")
    assert story is not None
    assert story.title == "#望湖停电#"
