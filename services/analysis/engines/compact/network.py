"""The shipped model's network, in torch: for training, for GPUs, and as the measure of the rest.

A transformer encoder with layer norms before each block (Vaswani and others 2017; Xiong and others
2020), one small head a task. Shapes: B texts, L tokens, H hidden units.
"""

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional


class Sizes(NamedTuple):
    """The dimensions of an encoder."""

    vocabulary: int
    hidden: int = 256
    layers: int = 2
    heads: int = 4
    inner: int = 1024
    positions: int = 160
    kinds: int = 6


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
        return self.last(states)
