"""A model small enough to be made in a test: random weights, a vocabulary of single characters."""

import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FolderMaker = Callable[..., Path]

_WORDS = [
    *string.ascii_lowercase,
    *"服务态度很差好停电退款谢的不了道歉公司我们要求",
    "good",
    "bad",
    "##s",
]


@pytest.fixture
def make_folder(tmp_path: Path) -> FolderMaker:
    """Save a tiny BERT classifier; `config` fields are written over the saved config.json."""
    torch = pytest.importorskip("torch", reason="needs groundswell[transformer]")
    transformers = pytest.importorskip("transformers", reason="needs groundswell[transformer]")
    tokenizers = pytest.importorskip("tokenizers", reason="needs groundswell[transformer]")

    def make(labels: list[str], *, name: str = "tiny", **config: Any) -> Path:
        path = tmp_path / name
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        vocabulary = {word: at for at, word in enumerate(dict.fromkeys([*special, *_WORDS]))}
        tokenizer = tokenizers.BertWordPieceTokenizer(vocabulary)
        fast = transformers.BertTokenizerFast(tokenizer_object=tokenizer._tokenizer)
        fast.model_max_length = 64
        torch.manual_seed(7)
        model = transformers.BertForSequenceClassification(
            transformers.BertConfig(
                vocab_size=len(vocabulary),
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=64,
                max_position_embeddings=64,
                id2label=dict(enumerate(labels)),
                label2id={label: at for at, label in enumerate(labels)},
                # Wide weights, so that two texts get clearly different answers.
                initializer_range=0.6,
            )
        )
        model.save_pretrained(path)
        fast.save_pretrained(path)
        saved = path / "config.json"
        saved.write_text(json.dumps(json.loads(saved.read_text()) | config))
        return path

    return make
