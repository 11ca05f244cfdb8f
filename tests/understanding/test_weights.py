"""The weights that are kept: whole, quick to load, and trained on the content that lies beside them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from voiceheal.core.meaning import INTENTS, STAGES
from voiceheal.errors import ContentError
from voiceheal.packs.loader import find_pack
from voiceheal.understanding.model import SAFETY, WEIGHTS, load_model

ROOT = Path(__file__).parents[2]


def _digest(folder: Path) -> str:
    """The training's own digest; its module lies outside of the package."""
    spec = importlib.util.spec_from_file_location("training_data", ROOT / "scripts" / "training" / "data.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["training_data"] = module
    spec.loader.exec_module(module)
    return str(module.digest(folder))


def test_weights_fit_the_content():
    folder = find_pack("en")
    found = load_model(folder / WEIGHTS).digest
    assert found == _digest(folder), "the content has changed: run scripts/train-understanding"


def test_weights_answer_all_questions():
    model = load_model(find_pack("en") / WEIGHTS)
    assert set(model.heads["intent"].classes) == set(INTENTS)
    assert set(model.heads["stage"].classes) == {*STAGES, "none"}
    assert set(model.heads[SAFETY].classes) == {"risk", "danger", "none"}
    assert model.borders["soft"] < model.borders["sure"]


def test_what_is_read_is_what_was_written(tmp_path):
    model = load_model(find_pack("en") / WEIGHTS)
    model.save(tmp_path / WEIGHTS)
    again = load_model(tmp_path / WEIGHTS)
    words = ["help", "me", "sleep"]
    assert again.read(words, {}).intents == pytest.approx(model.read(words, {}).intents, abs=1e-3)


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 not really", b"{}"])
def test_broken_weights_are_named(tmp_path, broken):
    path = tmp_path / WEIGHTS
    path.write_bytes(broken)
    with pytest.raises(ContentError, match="train-understanding"):
        load_model(path)
