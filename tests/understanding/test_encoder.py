"""The transformer: pieces, windows, and the file that is kept; and what it is worth beside the linear model."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from voiceheal.core.meaning import INTENTS, STAGES
from voiceheal.errors import ContentError
from voiceheal.packs.loader import find_pack
from voiceheal.understanding.blend import Blend, crisis_score
from voiceheal.understanding.encoder import ENCODER, STRIDE, WINDOW, Encoder, load_encoder
from voiceheal.understanding.model import WEIGHTS, load_model
from voiceheal.understanding.normalise import tokens

PIECES = ["[UNK]", "[CLS]", "[SEP]", "do", "not", "stop", "##ping", "s"]
WIDTH = 4


def parts(seed: int = 1) -> dict[str, Any]:
    dice = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return dice.normal(size=shape).astype(np.float32)

    found: dict[str, Any] = {
        "pieces": np.frombuffer("\n".join(PIECES).encode(), np.uint8),
        "embedding": dice.integers(-127, 127, (len(PIECES), WIDTH)).astype(np.int8),
        "embedding.scale": np.full(len(PIECES), 0.01, np.float32),
        "position": some(WINDOW + 2, WIDTH),
        "norm.w": np.ones(WIDTH, np.float32),
        "norm.b": np.zeros(WIDTH, np.float32),
        "head.mood.w": some(WIDTH, 3),
        "head.mood.b": some(3),
    }
    for name, (out, width) in {"heads": (12, 4), "out": (4, 4), "wide": (8, 4), "narrow": (4, 8)}.items():
        found[f"layer0.{name}"], found[f"layer0.{name}.b"] = some(out, width), some(out)
    for n in (1, 2):
        found[f"layer0.norm{n}.w"], found[f"layer0.norm{n}.b"] = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
    return found


def about() -> dict[str, object]:
    classes = {"mood": ["low", "none", "high"]}
    return {"layers": 1, "attention_heads": 2, "classes": classes, "expansions": {"dont": "do not"}}


@pytest.fixture
def small() -> Encoder:
    return Encoder(parts(), about())


def pieces_of(encoder: Encoder, *words: str) -> list[str]:
    return [PIECES[code] for code in encoder.pieces(words)]


def test_words_are_split_into_the_longest_pieces(small):
    assert pieces_of(small, "stopping", "stop") == ["stop", "##ping", "stop"]


def test_short_forms_are_written_out(small):
    assert pieces_of(small, "dont", "stop") == ["do", "not", "stop"]


@pytest.mark.parametrize("word", ["xyz", "stopx", "s" * 41, "\u00e9"])
def test_what_has_no_pieces_is_one_unknown(small, word):
    assert pieces_of(small, word) == ["[UNK]"]


def test_shares_add_up_to_one_and_the_order_of_words_counts(small):
    one, other = (np.exp(small.read(words)["mood"]) for words in (["do", "not", "stop"], ["stop", "not", "do"]))
    assert one.sum() == pytest.approx(1.0, abs=1e-5)
    assert abs(one - other).max() > 1e-4


@pytest.mark.parametrize(
    ("count", "windows"),
    [(0, 1), (1, 1), (WINDOW, 1), (WINDOW + 1, 2), (WINDOW + STRIDE, 2), (WINDOW + STRIDE + 1, 3), (2000, 83)],
)
def test_a_long_answer_is_read_in_windows_that_overlap(small, count, windows):
    assert small.read(["stop"] * count)["mood"].shape == (windows, 3)


def test_what_stands_in_one_window_is_read_the_same_in_a_long_answer(small):
    long = small.read(["stop"] * WINDOW + ["not"] * STRIDE)["mood"]
    assert long[0] == pytest.approx(small.read(["stop"] * WINDOW)["mood"][0], abs=1e-5)
    assert long[1] == pytest.approx(small.read(["stop"] * STRIDE + ["not"] * STRIDE)["mood"][0], abs=1e-5)


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 not really", b"{}"])
def test_a_broken_file_is_named(tmp_path, broken):
    path = tmp_path / ENCODER
    path.write_bytes(broken)
    with pytest.raises(ContentError, match="train-encoder"):
        load_encoder(path)


def test_a_file_without_all_parts_is_named(tmp_path):
    lacking = {k: v for k, v in parts().items() if k != "layer0.out"}
    np.savez(tmp_path / ENCODER, about=np.frombuffer(json.dumps(about()).encode(), np.uint8), **lacking)
    with pytest.raises(ContentError, match="missing or broken"):
        load_encoder(tmp_path / ENCODER)


def test_the_kept_one_answers_all_questions():
    kept = load_encoder(find_pack("en") / ENCODER)
    assert set(kept.classes["intent"]) == set(INTENTS)
    assert set(kept.classes["stage"]) == {*STAGES, "none"}
    assert set(kept.classes["safety"]) == {"risk", "danger", "none"}
    assert kept.calibration["soft"] < kept.calibration["sure"]


def test_the_kept_one_knows_what_words_mean_together():
    kept = load_encoder(find_pack("en") / ENCODER)
    safety = kept.classes["safety"].index("none")
    dark = kept.read(tokens("there is no reason for me to be around any more"))["safety"][0, safety]
    light = kept.read(tokens("there is no reason for me to be around at this party any more"))["safety"][0, safety]
    assert dark < light


def test_both_models_count():
    """A class that one is sure of and the other not at all ends between the two."""
    folder = find_pack("en")
    linear, kept = load_model(folder / WEIGHTS), load_encoder(folder / ENCODER)
    words = tokens("could you walk me through some slow breaths")
    alone, both = Blend(linear, None).read(words, {}), Blend(linear, kept).read(words, {})
    assert both.intents != alone.intents
    assert max(both.intents, key=lambda k: both.intents[k]) == "breathe"
    assert sum(both.intents.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_risk_in_the_middle_of_a_long_answer_is_heard(engine, times):
    told = "we met at work and then the spring came and we moved in together with the dog " * times
    assert engine.understand(f"{told} and honestly i have been thinking about killing myself {told}").safety == "risk"
    assert engine.understand(told).safety is None


def test_each_part_of_the_crisis_score_raises_it():
    worth = {"safety.encoder": 0.5, "safety.linear": 2.0, "safety.pattern": 1.0, "safety.bias": -1.0}
    assert crisis_score(0, 0, 0, worth) == -1.0
    assert crisis_score(2, 0, 0, worth) == 0.0
    assert crisis_score(0, 1, 1, worth) == 2.0
