"""Byte-pair vocabulary over Chinese and English together."""

from collections.abc import Sequence
from typing import Final

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# Emoticons in brackets ([泪], [doge]) and Latin words are units; Chinese runs are left whole, so
# that merges find the words; digits and signs stand alone.
_UNITS: Final = r"\[[^\[\]\s]{1,8}\]|[a-z]+(?:'[a-z]+)*|\p{Han}+|[^\s]"
# English is a fifth of the characters; it counts twice, else its words fall apart.
_ENGLISH_COUNTS: Final = 2


def learn_vocabulary(texts: Sequence[tuple[str, str]], *, size: int) -> Tokenizer:
    """Learn a tokenizer of `size` tokens from (language, text) pairs. Deterministic."""
    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL[1]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\s+"), "removed"),
            pre_tokenizers.Split(Regex(_UNITS), "isolated"),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=5,
        limit_alphabet=6_500,
        special_tokens=list(SPECIAL),
        max_token_length=12,
        show_progress=False,
    )
    weighted = (
        text for language, text in texts for _ in range(_ENGLISH_COUNTS if language == "en" else 1)
    )
    tokenizer.train_from_iterator(weighted, trainer=trainer)
    return tokenizer
