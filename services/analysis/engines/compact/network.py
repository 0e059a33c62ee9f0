"""The shipped model's network, in torch: for training, for GPUs, and as the measure of the rest.

A transformer encoder with layer norms before each block (Vaswani and others 2017; Xiong and others
2020), one small head a task. Shapes: B texts, L tokens, H hidden units.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from services.analysis.engines.compact.description import Sizes


class Block(nn.Module):
    """Attention and a feed-forward part, each added to what came in."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.before_attention = nn.LayerNorm(sizes.hidden)
        self.attention_in = nn.Linear(sizes.hidden, 3 * sizes.hidden)
        self.attention_out = nn.Linear(sizes.hidden, sizes.hidden)
        self.before_inner = nn.LayerNorm(sizes.hidden)
        self.inner_in = nn.Linear(sizes.hidden, sizes.inner)
        self.inner_out = nn.Linear(sizes.inner, sizes.hidden)

    def forward(self, states: Tensor, mask: Tensor | None, dropout: float) -> Tensor:
        count, length, hidden = states.shape
        joined = self.attention_in(self.before_attention(states))
        split = joined.view(count, length, 3, self.heads, hidden // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self.attention_out(mixed.transpose(1, 2).reshape(count, length, hidden))
        states = states + functional.dropout(mixed, dropout, self.training)
        inner = self.inner_in(self.before_inner(states))
        inner = self.inner_out(functional.gelu(inner, approximate="tanh"))
        return states + functional.dropout(inner, dropout, self.training)


class Encoder(nn.Module):
    """Token ids and kinds in, one state a token out."""

    def __init__(self, sizes: Sizes, *, dropout: float = 0.1) -> None:
        super().__init__()
        self.sizes = sizes
        self.dropout = dropout
        self.tokens = nn.Embedding(sizes.vocabulary, sizes.hidden, padding_idx=0)
        self.places = nn.Embedding(sizes.positions, sizes.hidden)
        self.kinds = nn.Embedding(sizes.kinds, sizes.hidden)
        self.first = nn.LayerNorm(sizes.hidden)
        self.blocks = nn.ModuleList(Block(sizes) for _ in range(sizes.layers))
        self.last = nn.LayerNorm(sizes.hidden)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, ids: Tensor, kinds: Tensor | None, mask: Tensor | None) -> Tensor:
        """`ids`, `kinds`: B x L; `mask`: B x L, true where a token stands, or None if everywhere.
        Returns B x L x H."""
        states = self.tokens(ids) + self.places.weight[: ids.shape[1]]
        states = states + (self.kinds.weight[0] if kinds is None else self.kinds(kinds))
        states = functional.dropout(self.first(states), self.dropout, self.training)
        seen = None if mask is None else mask[:, None, None, :]
        for block in self.blocks:
            states = block(states, seen, self.dropout)
        last: Tensor = self.last(states)
        return last


class TextHead(nn.Module):
    """Judges a text as a whole, from the mean and the largest of its states."""

    def __init__(self, hidden: int, classes: int, *, dropout: float = 0.15) -> None:
        super().__init__()
        self.dropout = dropout
        self.inner = nn.Linear(2 * hidden, hidden)
        self.outer = nn.Linear(hidden, classes)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """`states`: B x L x H; `mask`: B x L. Returns B x classes."""
        pooled = torch.cat([_mean(states, mask), _largest(states, mask)], dim=-1)
        inner = functional.gelu(self.inner(pooled), approximate="tanh")
        logits: Tensor = self.outer(functional.dropout(inner, self.dropout, self.training))
        return logits


class PairHead(nn.Module):
    """Judges a text toward a target: the target asks, the words of the text answer.

    The mean state of the target is the query of one attention over the text; how many tokens and
    pairs of tokens both share goes in beside it.
    """

    RATIOS = 4

    def __init__(self, hidden: int, classes: int, *, dropout: float = 0.15) -> None:
        super().__init__()
        self.dropout = dropout
        self.query = nn.Linear(hidden, hidden)
        self.inner = nn.Linear(5 * hidden + self.RATIOS, hidden)
        self.outer = nn.Linear(hidden, classes)

    def forward(self, states: Tensor, mask: Tensor, target: Tensor, ratios: Tensor) -> Tensor:
        """`mask`: B x L, tokens of the text; `target`: B x L, tokens of the target; `ratios`: B x
        4. Returns B x classes."""
        asked = _mean(states, target)
        match = (states @ self.query(asked)[:, :, None]).squeeze(-1) / states.shape[-1] ** 0.5
        weights = match.masked_fill(~mask, -1e4).softmax(-1)
        answer = (weights[:, None, :] @ states).squeeze(1)
        parts = [_mean(states, mask), _largest(states, mask), asked, answer, asked * answer]
        inner = self.inner(torch.cat([*parts, ratios.to(answer.dtype)], dim=-1))
        inner = functional.gelu(inner, approximate="tanh")
        logits: Tensor = self.outer(functional.dropout(inner, self.dropout, self.training))
        return logits


class Network(nn.Module):
    """One encoder, three heads."""

    def __init__(self, sizes: Sizes, classes: dict[str, int], *, dropout: float = 0.15) -> None:
        """`classes`: how many labels "sentiment", "emotion" and "stance" have."""
        super().__init__()
        self.encoder = Encoder(sizes, dropout=dropout)
        self.sentiment = TextHead(sizes.hidden, classes["sentiment"], dropout=dropout)
        self.emotion = TextHead(sizes.hidden, classes["emotion"], dropout=dropout)
        self.stance = PairHead(sizes.hidden, classes["stance"], dropout=dropout)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weight = mask.to(states.dtype)[:, :, None]
    return (states * weight).sum(1) / weight.sum(1).clamp_min(1)


def _largest(states: Tensor, mask: Tensor) -> Tensor:
    return states.masked_fill(~mask[:, :, None], -1e4).amax(1)
