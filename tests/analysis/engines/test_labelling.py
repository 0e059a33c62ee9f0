"""Labels of somebody's model become ours, or the refusal says which do not fit, and the remedy."""

import pytest

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.labelling import fit_labels
from shared.contracts.labels import LABELS, Task


@pytest.mark.parametrize("task", list(Task))
def test_our_own_labels_fit_and_name_their_task(task: Task) -> None:
    assert fit_labels(LABELS[task]) == (task, LABELS[task])


def test_common_names_fit_in_any_case_and_in_chinese() -> None:
    assert fit_labels(["NEG", "Neu", "pos"]) == (
        Task.SENTIMENT,
        ("negative", "neutral", "positive"),
    )
    assert fit_labels(["负面", "正面"])[1] == ("negative", "positive")
    assert fit_labels(["反对", "支持", "中立"])[1] == ("against", "favor", "none")


def test_five_stars_fold_into_three_labels() -> None:
    names = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]
    assert fit_labels(names)[1] == ("negative", "negative", "neutral", "positive", "positive")


def test_a_mapping_speaks_for_nameless_labels() -> None:
    mapping = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}
    assert fit_labels(list(mapping), mapping=mapping) == (
        Task.SENTIMENT,
        ("negative", "neutral", "positive"),
    )


def test_labels_that_do_not_fit_are_named_with_the_remedy() -> None:
    with pytest.raises(RefusedModel, match=r"LABEL_1 do not fit sentiment .*groundswell\.yaml"):
        fit_labels(["positive", "LABEL_1"])


def test_a_mapping_to_a_label_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(RefusedModel, match="LABEL_0 do not fit"):
        fit_labels(["LABEL_0", "positive"], mapping={"LABEL_0": "horrible"})


def test_a_mapping_that_names_a_missing_label_is_refused() -> None:
    with pytest.raises(RefusedModel, match="label_9"):
        fit_labels(["negative", "positive"], mapping={"LABEL_9": "neutral"})


def test_labels_that_fit_two_tasks_ask_which_is_meant() -> None:
    with pytest.raises(RefusedModel, match="sentiment or emotion"):
        fit_labels(["neutral", "neutral"], task=None)
    assert fit_labels(["like", "fear"], task=Task.EMOTION)[1] == ("joy", "fear")
