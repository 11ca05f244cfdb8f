"""Trains the transformer of understanding on the examples, and writes it in the form in which it is used.

Authors are left out in groups to find what cannot be learned from one's own sentences: how much each of the two models
is worth, and where the borders of the safety lanes lie. The weights that are kept are then trained on all authors. The
sentences in tests/en/held_out are not looked at. Takes about half an hour on two cores; rarely needed.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import jellyfish
import numpy as np
import torch
from torch.nn import functional

from scripts.training.bert import ATTENTION_HEADS, WIDTH, Net, batch_of, tokenizer
from scripts.training.data import Sentence
from voiceheal.understanding.encoder import HIDDEN_SIGN
from voiceheal.understanding.engine import Engine

LAYERS = 3
EPOCHS, BATCH, RATE = 8.0, 32, 4e-4
PIECES_RATE = 0.3  # share of the rate for the word pieces: at the full rate they learn their authors by heart
WARM_UP, LAST_RATE = 0.1, 0.02  # share of the steps; share of the rate that is left at the end
NOISE = 0.08  # share of words that are misheard or lost, new each time: the recogniser will do the same
MISHEARD = 0.8  # of these, the share that becomes a word which sounds alike
SMOOTHING = 0.03
QUESTIONS = {"intent": 1.0, "stage": 1.0, "safety": 1.5}  # how much each counts; slots count SLOT_SHARE
SLOT_SHARE = 0.3
SLOTS = ("affirm_theme", "step_number", "stages_stage", "breathe_pattern")  # intent and slot
PIECES_KEPT = 20_000  # of the published 30,522 the commonest, and all that the examples need
SEEN = 3  # times a word must be seen to be one that is misheard
GROUPS = 3


class Trainer:
    """Sentences as word pieces, and what is asked of them."""

    def __init__(self, engine: Engine, rows: Sequence[Sentence], expansions: Mapping[str, str]) -> None:
        self.rows, self.expansions = rows, expansions
        self.words = [engine.findings(r.text)[0] or ["_"] for r in rows]
        self.split = tokenizer()
        self.labels, self.classes = _labels(rows)
        self.weight = np.array([r.weight for r in rows], np.float32)
        self.length = np.array([len(w) for w in self.words])
        self.alike = _sound_alikes(self.words)

    def codes(self, chosen: Sequence[int], noise: float, dice: random.Random) -> list[list[int]]:
        """Word pieces of the chosen sentences, misheard a little."""
        texts = []
        for row in chosen:
            words = self._misheard(self.words[row], noise, dice) if noise else self.words[row]
            texts.append(" ".join(self.expansions.get(w, w) for w in words))
        return [e.ids for e in self.split.encode_batch(texts)]

    def _misheard(self, words: list[str], noise: float, dice: random.Random) -> list[str]:
        found = []
        for word in words:
            chance = dice.random()
            if chance < noise * MISHEARD and word in self.alike:
                found.append(dice.choice(self.alike[word]))
            elif chance >= noise:
                found.append(word)
        return found or words

    def train(self, chosen: np.ndarray, seed: int, name: str) -> Net:
        """A model trained on the chosen sentences."""
        torch.manual_seed(seed)
        dice, rng = random.Random(seed), np.random.default_rng(seed)
        net = Net(LAYERS, {k: len(c) for k, c in self.classes.items()})
        steps = int(len(chosen) / BATCH * EPOCHS)
        optimisers, done, losses, began = _optimisers(net), 0, [], time.monotonic()
        net.train()
        while done < steps:
            for batch in _batches(rng.permutation(chosen), self.length, dice):
                if done >= steps:
                    break
                ids, mask = batch_of(self.codes(batch, NOISE, dice))
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    logits = net(ids, mask)
                loss = self._loss(logits, np.array(batch))
                net.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(net.dense().values(), 1.0)
                for optimiser, share in zip(optimisers, (1.0, PIECES_RATE), strict=True):
                    for group in optimiser.param_groups:
                        group["lr"] = share * _rate(done, steps)
                    optimiser.step()
                done += 1
                losses.append(float(loss.detach()))
                if done % 200 == 0:
                    gone = time.monotonic() - began
                    print(f"{name}: {done} of {steps}, loss {np.mean(losses[-200:]):.2f}, {gone:.0f} s", flush=True)
        return net.eval()

    def _loss(self, logits: Mapping[str, torch.Tensor], batch: np.ndarray) -> torch.Tensor:
        weight, total = torch.tensor(self.weight[batch]), torch.zeros(())
        for name, share in {**dict.fromkeys(self.classes, SLOT_SHARE), **QUESTIONS}.items():
            truth = torch.tensor(self.labels[name][batch])
            asked = truth >= 0
            if asked.any():
                each = functional.cross_entropy(
                    logits[name][asked], truth[asked], reduction="none", label_smoothing=SMOOTHING
                )
                total = total + share * (each * weight[asked]).sum() / len(batch)
        return total

    @torch.no_grad()
    def predict(self, net: Net, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """Log-probabilities of the chosen sentences, one a row."""
        found = {k: np.zeros((len(chosen), len(c)), np.float32) for k, c in self.classes.items()}
        order = np.argsort(self.length[chosen], kind="stable")
        for at in range(0, len(order), 64):
            rows = order[at : at + 64]
            logits = net(*batch_of(self.codes([int(c) for c in chosen[rows]], 0.0, random.Random(0))))
            for name, values in logits.items():
                found[name][rows] = torch.log_softmax(values, 1).numpy()
        return found


def _labels(rows: Sequence[Sentence]) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    said: dict[str, list[str | None]] = {
        "intent": [r.intent or None for r in rows],
        "stage": [r.stage or None for r in rows],
        "safety": [r.safety if r.safety in ("risk", "danger") else "none" for r in rows],
    }
    for slot in SLOTS:
        intent, name = slot.rsplit("_", 1)
        said[slot] = [str(r.slots.get(name, "")) if r.intent == intent else None for r in rows]
    classes = {k: sorted({v for v in values if v is not None}) for k, values in said.items()}
    codes = {k: np.array([-1 if v is None else classes[k].index(v) for v in values]) for k, values in said.items()}
    return codes, classes


def _sound_alikes(sentences_: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """For each common word the six nearest in spelling of those that sound alike, or nearly."""
    seen = Counter(w for words in sentences_ for w in words)
    known = sorted(w for w, n in seen.items() if n >= SEEN and w.isascii() and w.isalpha())

    def sounds(word: str) -> list[str]:
        code = jellyfish.metaphone(word)
        return [c for c in (code, *(code[:n] + code[n + 1 :] for n in range(len(code)))) if c]

    by_sound = defaultdict(list)
    for word in known:
        for code in sounds(word):
            by_sound[code].append(word)
    found = {}
    for word in known:
        near = sorted({other for code in sounds(word) for other in by_sound[code]} - {word})
        near.sort(key=lambda other: jellyfish.levenshtein_distance(other, word))
        if near:
            found[word] = near[:6]
    return found


def _optimisers(net: Net) -> list[torch.optim.Optimizer]:
    """One for all but the word pieces, and one for these: a batch touches few of them, which saves most of the time."""
    plain = [p for n, p in net.dense().items() if n.endswith("bias") or "norm" in n]
    decayed = [p for n, p in net.dense().items() if not (n.endswith("bias") or "norm" in n)]
    kinds = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    return [torch.optim.AdamW(kinds, fused=True), torch.optim.SparseAdam([net.embedding.weight])]


def _rate(done: int, steps: int) -> float:
    warm = (done + 1) / (steps * WARM_UP)
    if warm < 1:
        return RATE * warm
    gone = (done - steps * WARM_UP) / (steps * (1 - WARM_UP))
    return RATE * (LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + float(np.cos(np.pi * gone))))


def _batches(order: np.ndarray, length: np.ndarray, dice: random.Random) -> list[list[int]]:
    """Batches of sentences of like length, in no order."""
    found = []
    for at in range(0, len(order), BATCH * 40):
        near = sorted(map(int, order[at : at + BATCH * 40]), key=lambda row: length[row])
        found += [near[n : n + BATCH] for n in range(0, len(near), BATCH)]
    dice.shuffle(found)
    return found


def save(net: Net, trainer: Trainer, calibration: Mapping[str, float], path: Path) -> None:
    """Write the weights as whole numbers of one byte, each output with a scale of its own."""
    vocabulary = trainer.split.get_vocab()
    needed = {c for words in trainer.codes(range(len(trainer.rows)), 0.0, random.Random(0)) for c in words}
    kept = sorted((c, p) for p, c in vocabulary.items() if c in needed or (c < PIECES_KEPT and _is_plain(p)))
    kept = [(vocabulary["[UNK]"], "[UNK]")] + [k for k in kept if k[1] not in ("[UNK]", "[PAD]", "[MASK]")]
    parts: dict[str, np.ndarray] = {"pieces": np.frombuffer("\n".join(p for _, p in kept).encode(), np.uint8)}

    def whole(name: str, matrix: np.ndarray) -> None:
        scale = np.abs(matrix).max(axis=1, keepdims=True) / 127 + 1e-12
        parts[name] = np.rint(matrix / scale).astype(np.int8)
        parts[f"{name}.scale"] = scale[:, 0].astype(np.float32)

    state = {k: v.detach().float().numpy() for k, v in net.state_dict().items()}
    whole("embedding", state["embedding.weight"][[c for c, _ in kept]])
    parts["position"] = state["position"].astype(np.float16)
    parts["norm.w"], parts["norm.b"] = state["norm.weight"].astype(np.float16), state["norm.bias"].astype(np.float16)
    shrink = 1.0 / np.sqrt(WIDTH / ATTENTION_HEADS)
    for n in range(LAYERS):
        at = f"layers.{n}."
        three = [state[f"{at}{k}.weight"] * (shrink if k == "query" else 1.0) for k in ("query", "key", "value")]
        biases = [state[f"{at}{k}.bias"] * (shrink if k == "query" else 1.0) for k in ("query", "key", "value")]
        whole(f"layer{n}.heads", np.concatenate(three))
        parts[f"layer{n}.heads.b"] = np.concatenate(biases).astype(np.float16)
        for name in ("out", "wide", "narrow"):
            whole(f"layer{n}.{name}", state[f"{at}{name}.weight"])
            parts[f"layer{n}.{name}.b"] = state[f"{at}{name}.bias"].astype(np.float16)
        for k in (1, 2):
            parts[f"layer{n}.norm{k}.w"] = state[f"{at}norm{k}.weight"].astype(np.float16)
            parts[f"layer{n}.norm{k}.b"] = state[f"{at}norm{k}.bias"].astype(np.float16)
    for name in trainer.classes:
        parts[f"head.{name}.w"] = state[f"heads.{name}.weight"].T.astype(np.float32)
        parts[f"head.{name}.b"] = state[f"heads.{name}.bias"].astype(np.float32)
    about = {
        "layers": LAYERS,
        "attention_heads": ATTENTION_HEADS,
        "classes": trainer.classes,
        "expansions": dict(trainer.expansions),
        "calibration": {k: round(float(v), 4) for k, v in calibration.items()},
        "source": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), first layers, trained on content/*/examples",
    }
    parts["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(path, **parts)


def recalibrate(path: Path, calibration: Mapping[str, float]) -> None:
    """Write other worths and borders into a file of weights."""
    with np.load(path) as data:
        parts = dict(data.items())
    about = json.loads(bytes(parts["about"]).decode())
    about["calibration"] = {k: round(float(v), 4) for k, v in calibration.items()}
    parts["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(path, **parts)


def _is_plain(piece: str) -> bool:
    bare = piece.removeprefix(HIDDEN_SIGN)
    return bare.isascii() and bare.isalnum() or piece in ("[CLS]", "[SEP]")
