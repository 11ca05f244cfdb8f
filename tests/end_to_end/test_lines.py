"""`understand` and `hear` as programs hold on to them: the fields of docs/interface, a line for each input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.rig import people, sound
from tests.rig.product import Finished, Product

FIELDS = {"text", "intent", "slots", "stage", "stages", "safety", "confidence"}
HEARD = FIELDS | {"file", "start_s", "end_s", "decided_s"}
STAGES = {"denial", "anger", "bargaining", "sadness", "acceptance"}


def lines(run: Finished) -> list[dict[str, Any]]:
    """The JSON lines of a run that went well."""
    assert run.status == 0, run.err
    return [json.loads(line) for line in run.out.splitlines()]


def check_fields(found: dict[str, Any], fields: set[str]) -> None:
    """Names and types of docs/interface."""
    assert fields <= set(found)
    assert isinstance(found["slots"], dict)
    assert found["stage"] in STAGES | {None}
    assert set(found["stages"]) <= STAGES
    assert all(0 <= p <= 1 for p in found["stages"].values())
    assert found["safety"] in ("risk", "danger", None)
    assert 0 <= found["confidence"] <= 1


SENTENCES = [
    ("start box breathing for two minutes", "breathe", {"pattern": "box", "minutes": 2}),
    ("stop", "stop", {}),
    ("set the volume to thirty percent", "volume", {"percent": 30}),
    ("what's the weather like tomorrow", "out_of_scope", {}),
    ("read me step number four", "step", {"number": 4}),
    ("bedtime affirmations for ten minutes", "bedtime", {"minutes": 10}),
    ("goodbye", "goodbye", {}),
]


def test_understand_gives_one_line_for_each_line_in_order(bare: Product) -> None:
    run = bare.run("understand", "--jsonl", typed="".join(f"{s}\n" for s, _, _ in SENTENCES))
    found = lines(run)
    assert [f["text"] for f in found] == [s for s, _, _ in SENTENCES]
    assert [f["intent"] for f in found] == [i for _, i, _ in SENTENCES]
    assert [f["slots"] for f in found] == [s for _, _, s in SENTENCES]
    for line in found:
        check_fields(line, FIELDS)


def test_understand_answers_odd_lines_too(bare: Product) -> None:
    odd = ["", "   ", "?!", "é ü 漢字 \U0001f494", "no " * 500, "'; drop table;", "\x00\x07bell", '{"text": 3}', "10"]
    found = lines(bare.run("understand", "--jsonl", typed="\n".join(odd) + "\n"))
    assert len(found) == len(odd)
    for line in found:
        check_fields(line, FIELDS)


def test_understand_sees_feeling_and_risk(bare: Product) -> None:
    said = "i am so angry at him\ni don't want to be alive any more\nhe is hitting me right now\n"
    angry, risk, danger = lines(bare.run("understand", "--jsonl", typed=said))
    assert (angry["intent"], angry["stage"], angry["safety"]) == ("feeling", "anger", None)
    assert risk["safety"] == "risk"
    assert danger["safety"] == "danger"


def test_understand_for_people(bare: Product) -> None:
    run = bare.run("understand", "start box breathing for two minutes")
    assert run.status == 0, run.err
    assert "breathe" in run.out
    assert "box" in run.out


def variants(folder: Path) -> dict[str, Path]:
    """The same sentence in every format that must work."""
    said = people.spoken("start box breathing for one minute", "slt")
    pcm = np.concatenate([sound.silence(0.5), said, sound.silence(1.5)])
    wide = sound.read(sound.write(folder / "as-is.wav", pcm), 44100)
    real = pcm.astype(np.float32) / 32768
    files = {
        "as it is": (pcm, 16000, "PCM_16"),
        "44100": (wide, 44100, "PCM_16"),
        "8000": (sound.read(folder / "as-is.wav", 8000), 8000, "PCM_16"),
        "stereo": (np.stack([pcm, pcm], axis=1), 16000, "PCM_16"),
        "8-bit": (pcm, 16000, "PCM_U8"),
        "24-bit": (pcm, 16000, "PCM_24"),
        "float": (real, 16000, "FLOAT"),
    }
    made = {}
    for name, (samples, rate, subtype) in files.items():
        made[name] = folder / f"{name.replace(' ', '-')}.wav"
        soundfile.write(made[name], samples, rate, subtype=subtype)
    return made


@pytest.mark.model
def test_hear_takes_every_format_and_keeps_the_order(product: Product, tmp_path: Path) -> None:
    made = variants(tmp_path)
    found = lines(product.run("hear", *made.values(), "--jsonl"))
    assert [f["file"] for f in found] == [str(p) for p in made.values()]
    for line in found:
        check_fields(line, HEARD)
        assert 0 <= line["start_s"] <= line["end_s"] <= line["decided_s"]
        assert 0.3 < line["start_s"] < 1.0, line["file"]
        if not any(rough in line["file"] for rough in ("8000", "8-bit")):  # may be misheard, must only work
            assert (line["intent"], line["slots"]) == ("breathe", {"pattern": "box", "minutes": 1}), line["file"]


@pytest.mark.model
def test_hear_gives_one_line_a_turn(product: Product, tmp_path: Path) -> None:
    said = ["start box breathing for one minute", "stop", "set the volume to fifty percent"]
    parts: list[people.ScriptPart] = [1.0]
    for text in said:
        parts += [(text, "slt"), 2.5]
    wav = people.script_wav(parts, tmp_path / "three.wav")
    found = lines(product.run("hear", wav, "--jsonl"))
    assert [f["intent"] for f in found] == ["breathe", "stop", "volume"]
    assert [f["start_s"] for f in found] == sorted(f["start_s"] for f in found)


@pytest.mark.model
def test_hear_says_nothing_about_silence(product: Product, tmp_path: Path) -> None:
    quiet = sound.write(tmp_path / "quiet.wav", sound.noise(5.0))
    assert lines(product.run("hear", quiet, "--jsonl")) == []


def test_every_command_has_help_with_an_example(bare: Product) -> None:
    talks = ["talk", "checkin", "breathe", "bedtime", "affirm", "step"]
    for command in ("", *talks, "understand", "hear", "setup", "doctor", "devices"):
        run = bare.run(*([command] if command else []), "--help")
        assert run.status == 0, (command, run.err)
        assert f"voiceheal {command}".strip() in run.out
        assert "example" in run.out.lower(), command
