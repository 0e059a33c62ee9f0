"""A name becomes an engine, or one line says why not."""

import subprocess
import sys
from typing import Any

import pytest

from services.analysis.engines import registry
from services.analysis.engines.base import Item, RefusedModel, UnknownModel
from services.analysis.engines.registry import known_models, open_engine
from shared.contracts.labels import Task


@pytest.mark.parametrize("name", ["lexicon", "compact"])
def test_what_is_shipped_is_known_by_name_and_does_every_task(name: str) -> None:
    assert name in known_models()
    engine = open_engine(name, device="cpu")
    assert (engine.name, engine.tasks) == (name, frozenset(Task))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModel, match=r'"nonesuch" .* known: lexicon'):
        open_engine("nonesuch")


def test_a_folder_opens_by_path_and_a_shipped_one_by_name(
    make_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(["negative", "positive"], name="shipped")
    by_path = open_engine(str(folder), device="cpu")
    monkeypatch.setattr(registry, "MODELS", folder.parent)
    by_name = open_engine("shipped", device="cpu")
    assert "shipped" in known_models()
    assert (by_name.name, by_name.revision) == (by_path.name, by_path.revision)
    assert by_name.classify(Task.SENTIMENT, [Item("good")])


def test_without_torch_the_refusal_says_what_to_install(
    make_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(["negative", "positive"])
    monkeypatch.delitem(sys.modules, "services.analysis.engines.transformer", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(RefusedModel, match=r"install groundswell\[transformer\]"):
        open_engine(str(folder))


def test_the_default_model_loads_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from services.analysis.engines.registry import DEFAULT, open_engine;"
        "open_engine(DEFAULT, device='cpu');"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
