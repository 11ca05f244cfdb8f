"""A small transformer: what a sentence means by what its words mean together, not by which words stand in it.

Three layers of MiniLM (sentence-transformers/all-MiniLM-L6-v2, Apache-2.0), trained further by scripts/train-encoder on
the examples of the pack. Kept as whole numbers of one byte; numpy is all it needs. A pack does well without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .model import weights_from

ENCODER = "encoder.npz"
WINDOW = 48  # word pieces looked at together: about 40 spoken words
STRIDE = 24  # pieces from one window to the next
LOGIT_SCALE = 4.0  # as in training: heads start near zero and grow fast enough
GELU = 0.7978845608  # sqrt(2 / pi), of the tanh form of the activation
HIDDEN_SIGN = "##"  # marks a piece that goes on inside a word
MAX_WORD = 40  # letters; longer "words" are noise
Floats = npt.NDArray[np.float32]


class Layer(NamedTuple):
    """Weights of one layer (outputs x inputs) and their biases (outputs x 1)."""

    heads_w: Floats
    heads_b: Floats
    out_w: Floats
    out_b: Floats
    norm1: tuple[Floats, Floats]
    wide_w: Floats
    wide_b: Floats
    narrow_w: Floats
    narrow_b: Floats
    norm2: tuple[Floats, Floats]


class Encoder:
    """The trained transformer of one language.

    Args:
        parts: arrays of the file, weights already as float32. about: classes of each head, expansions of words.
    """

    def __init__(self, parts: Mapping[str, Any], about: Mapping[str, Any]) -> None:
        pieces = bytes(parts["pieces"]).decode().split("\n")
        self._piece = {piece: n for n, piece in enumerate(pieces)}
        self._longest = max(len(p) for p in pieces)
        self._begin, self._end, self._unknown = (self._piece[p] for p in ("[CLS]", "[SEP]", "[UNK]"))
        self._embedding: npt.NDArray[np.int8] = parts["embedding"]  # rows are scaled when they are looked up
        self._embedding_scale: Floats = parts["embedding.scale"]
        self._position: Floats = parts["position"]
        self._norm = (_column(parts["norm.w"]), _column(parts["norm.b"]))
        self._layers = [_layer(parts, n) for n in range(about["layers"])]
        self._attention_heads: int = about["attention_heads"]
        self._heads: dict[str, tuple[Floats, Floats]] = {
            name: (parts[f"head.{name}.w"] * LOGIT_SCALE, parts[f"head.{name}.b"] * LOGIT_SCALE)
            for name in about["classes"]
        }
        self.classes: dict[str, tuple[str, ...]] = {k: tuple(v) for k, v in about["classes"].items()}
        self.calibration: dict[str, float] = dict(about.get("calibration", {}))
        self._expansions: dict[str, str] = dict(about.get("expansions", {}))
        self._cache: dict[str, list[int]] = {}

    def pieces(self, words: Sequence[str]) -> list[int]:
        """Codes of the word pieces of a sentence, without its edges; the longest known piece first."""
        found: list[int] = []
        for word in words:
            for part in self._expansions.get(word, word).split():
                known = self._cache.get(part)
                if known is None:
                    known = self._cache[part] = list(self._split(part))
                    if len(self._cache) > 20_000:  # a long life must not fill the memory
                        self._cache.clear()
                found.extend(known)
        return found

    def _split(self, word: str) -> Iterator[int]:
        if len(word) > MAX_WORD:
            yield self._unknown
            return
        at, codes = 0, []
        while at < len(word):
            for end in range(min(len(word), at + self._longest), at, -1):
                code = self._piece.get((HIDDEN_SIGN if at else "") + word[at:end])
                if code is not None:
                    codes.append(code)
                    at = end
                    break
            else:
                yield self._unknown
                return
        yield from codes

    def read(self, words: Sequence[str]) -> dict[str, Floats]:
        """Log-probabilities of every head, by its name: one row a window of the sentence (windows x classes)."""
        pieces = self.pieces(words) or [self._unknown]
        ends = range(0, max(1, len(pieces) - WINDOW + STRIDE), STRIDE)
        windows = [pieces[at : at + WINDOW] for at in ends]
        pooled = np.stack([self._encode([self._begin, *w, self._end]) for w in windows])
        return {name: log_softmax(pooled @ w + b) for name, (w, b) in self._heads.items()}

    def _encode(self, codes: Sequence[int]) -> Floats:
        """Mean of the last layer over the pieces of one window; shape (width,).

        Pieces are columns (width x pieces): with the large matrix on the left the product is nearly twice as fast.
        """
        row = np.asarray(codes)
        x = self._embedding[row] * self._embedding_scale[row, None] + self._position[: len(row)]
        x = _norm(np.ascontiguousarray(x.T), self._norm)
        for layer in self._layers:
            x = self._step(x, layer)
        mean: Floats = x.mean(axis=1)
        return mean

    def _step(self, x: Floats, layer: Layer) -> Floats:
        width, length = x.shape
        size = width // self._attention_heads
        query, key, value = (layer.heads_w @ x + layer.heads_b).reshape(3, self._attention_heads, size, length)
        weight = query.transpose(0, 2, 1) @ key  # the 1 / sqrt(size) is in the weights of the queries
        weight = np.exp(weight - weight.max(axis=-1, keepdims=True))
        weight /= weight.sum(axis=-1, keepdims=True)
        seen = (value @ weight.transpose(0, 2, 1)).reshape(width, length)
        x = _norm(x + layer.out_w @ seen + layer.out_b, layer.norm1)
        wide = layer.wide_w @ x + layer.wide_b
        wide *= 0.5 * (1.0 + np.tanh(GELU * (wide + 0.044715 * wide * wide * wide)))
        return _norm(x + layer.narrow_w @ wide + layer.narrow_b, layer.norm2)


def _layer(parts: Mapping[str, Any], n: int) -> Layer:
    at = f"layer{n}."
    weights = [(parts[at + name], _column(parts[f"{at}{name}.b"])) for name in ("heads", "out", "wide", "narrow")]
    norms = [(_column(parts[f"{at}norm{k}.w"]), _column(parts[f"{at}norm{k}.b"])) for k in (1, 2)]
    return Layer(*weights[0], *weights[1], norms[0], *weights[2], *weights[3], norms[1])


def _column(values: Floats) -> Floats:
    return values[:, None]


def _norm(x: Floats, by: tuple[Floats, Floats]) -> Floats:
    """Each column with mean 0 and deviation 1, then scaled and shifted as was learned."""
    average = np.full((1, len(x)), 1.0 / len(x), np.float32)  # a product is twice as fast as a mean down the columns
    centred = x - average @ x
    deviation = np.sqrt(average @ (centred * centred) + 1e-12)
    found: Floats = centred / deviation * by[0] + by[1]
    return found


def log_softmax(x: Floats) -> Floats:
    """Log-probabilities along the last axis."""
    shifted = x - x.max(axis=-1, keepdims=True)
    found: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def load_encoder(path: Path) -> Encoder:
    """The encoder in `path`.

    Raises:
        ContentError: it is missing or broken.
    """
    with weights_from(path, "Reinstall VoiceHeal, or make them anew: scripts/train-encoder.") as data:
        about = json.loads(bytes(data["about"]).decode())
        parts: dict[str, Any] = {}
        for name in data.files:
            value = data[name]
            if name == "embedding" or value.dtype == np.uint8:
                parts[name] = value
            elif value.dtype == np.int8:
                parts[name] = value * data[f"{name}.scale"][:, None]
            else:
                parts[name] = value.astype(np.float32)
        return Encoder(parts, about)
