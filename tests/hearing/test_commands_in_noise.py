"""A pack made from a grammar in a foreign notation is heard in noise by the same parts that hear our own commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from scripts.benches import _coffee_pack as coffee
from scripts.benches._commands_people import coloured, in_room
from tests.rig import people
from voiceheal.core.meaning import Expect
from voiceheal.hearing.model import load_model
from voiceheal.hearing.recogniser import GrammarRecogniser, Hypothesis
from voiceheal.hearing.vad import BLOCK

GRAMMAR = """
context:
  expressions:
    turnLight:
      - "[turn, switch] [the, my] $place:place [light, lamp] $state:state"
      - "[make, set] the $place:place light $colour:colour"
    query:
      - "is the $place:place light $state:state"
  slots:
    place: ["kitchen", "bathroom", "living room", "front door"]
    state: ["on", "off"]
    colour: ["orange", "bright green", "dark blue"]
"""
SAID = [
    ("make the living room light orange", "turnLight", {"place": "living room", "colour": "orange"}),
    ("set the front door light dark blue", "turnLight", {"place": "front door", "colour": "dark blue"}),
    ("is the bathroom light on", "query", {"place": "bathroom", "state": "on"}),
]


@pytest.fixture(scope="module")
def lights(tmp_path_factory: pytest.TempPathFactory) -> coffee.Understood:
    path = tmp_path_factory.mktemp("pack") / "lights.yaml"
    path.write_text(GRAMMAR, encoding="utf-8")
    return coffee.Understood.of(coffee.template_file(path))


def test_the_foreign_grammar_is_pack_data(lights: coffee.Understood) -> None:
    for text, intent, slots in SAID:
        assert lights.read(text) == (intent, slots)
    assert lights.read("turn the garden light off") is None
    assert "switch my kitchen lamp on" in lights.sentences(2000)


def test_noise_is_mixed_by_the_loudest_frames_and_scaled_to_half() -> None:
    rng = np.random.default_rng(3)
    speech, noise = np.zeros(32768), rng.normal(0, 0.02, 64000)
    speech[8192:16384] = rng.normal(0, 0.1, 8192)
    mixed = coffee.mixed(speech, noise, 10.0, "one").astype(np.float64)
    assert np.abs(mixed).max() == pytest.approx(16383, abs=1)
    loud = float((mixed[8192:16384] ** 2).mean()) / float((mixed[20000:] ** 2).mean())
    assert 10 * np.log10(loud) == pytest.approx(10.4, abs=0.6)  # speech and noise over noise, means instead of peaks
    assert np.array_equal(coffee.mixed(speech, None, None, "one"), np.round(speech * 32768).astype(np.int16))


@pytest.mark.model
@pytest.mark.tts
@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_commands_of_the_pack_are_heard_at_10_db(lights: coffee.Understood, model_path: Path, voice: str) -> None:
    people.need_people()
    model = load_model(model_path, "en")
    transcripts: list[str] = []

    def mend(heard: Sequence[Hypothesis], _: Expect) -> Sequence[Hypothesis]:
        transcripts.append(heard[0][0])
        return lights.repairer.mend(heard)

    recogniser = GrammarRecogniser(model, lambda _: lights.sentences(), mend=mend)
    recogniser.expect(Expect())
    noise = coloured(16000 * 20, 0.5)
    for seed, (text, intent, slots) in enumerate(SAID):
        pcm = in_room(people.spoken(text, voice), noise, 10.0, seed)[6000:-16000]
        for at in range(0, len(pcm), BLOCK):
            recogniser.accept(pcm[at : at + BLOCK])
        assert lights.read(recogniser.final()[0][0]) == (intent, slots)
    assert len(transcripts) == len(SAID)
