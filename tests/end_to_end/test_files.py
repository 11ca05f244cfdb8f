"""From a sound file to a sound file: a spoken check-in is answered, breath cues are where the plan says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.rig import people, sound
from tests.rig.product import ROOT, Product, matching, read_events
from tests.rig.transcribe import transcript

pytestmark = [pytest.mark.model, pytest.mark.tts]

TOLERANCE_S = 0.020
COMMON = frozenset(
    {"a", "an", "and", "the", "of", "to", "in", "on", "at", "for", "with", "your", "it", "is", "one", "few"}
)

# Quiet long enough for what is said in between, short enough that it is not taken for an answer.
CHECK_IN: list[people.ScriptPart] = [
    10.0, ("i feel so sad i cannot stop crying", "slt"),
    13.0, ("yes that fits", "slt"),
    32.0, ("no thank you", "slt"),
    12.0, ("goodbye", "slt"),
    3.0,
]  # fmt: skip


def offered_words(stage: str) -> set[str]:
    """Telling words of everything that may be offered after this feeling, from the content itself."""
    stages = yaml.safe_load((ROOT / "content" / "en" / "stages.yaml").read_text(encoding="utf-8"))["stages"]
    spoken = [offer["spoken"] for s in stages if s["id"] == stage for offer in s["offers"]]
    return {w.strip(".,'").lower() for phrase in spoken for w in phrase.split()} - COMMON


def test_a_spoken_check_in_is_answered(
    product: Product, tmp_path: Path, model_path: Path, record_property: Callable[[str, object], None]
) -> None:
    hello = people.script_wav(CHECK_IN, tmp_path / "hello.wav")
    reply, log = tmp_path / "reply.wav", tmp_path / "e.jsonl"
    run = product.run("checkin", "--input", hello, "--output", reply, "--events", log)
    assert run.status == 0, run.err
    events = read_events(log)
    lines = [e["line"] for e in matching(events, "say_start")]
    assert "checkin.open" in lines
    assert "stage.sadness.reflection" in lines
    assert "checkin.fits" in lines
    offer = next(i for i, line in enumerate(lines) if line.startswith("checkin.offer"))
    assert "checkin.declined" in lines[offer:]
    heard = set(transcript(reply, model_path).split())
    common = heard & offered_words("sadness")
    assert len(common) >= 2, f"offered: {offered_words('sadness')}; heard: {heard}"
    record_property("times_faster_than_real_time", round(sound.seconds(reply) / run.wall_s, 1))


def test_talk_greets_and_answers(product: Product, tmp_path: Path, model_path: Path) -> None:
    hello = people.script_wav([8.0, ("what can i say", "slt"), 15.0], tmp_path / "hello.wav")
    reply, log = tmp_path / "reply.wav", tmp_path / "e.jsonl"
    run = product.run("--input", hello, "--output", reply, "--events", log)
    assert run.status == 0, run.err
    lines = [e["line"] for e in matching(read_events(log), "say_start")]
    assert lines[:2] == ["welcome", "help"]
    assert len(transcript(reply, model_path).split()) > 5


def test_times_in_the_events_are_times_in_the_reply(product: Product, tmp_path: Path) -> None:
    hello = people.script_wav([8.0, ("help", "slt"), 12.0], tmp_path / "hello.wav")
    reply, log = tmp_path / "reply.wav", tmp_path / "e.jsonl"
    assert product.run("--input", hello, "--output", reply, "--events", log).status == 0
    samples = sound.read(reply)
    for started in matching(read_events(log), "say_start"):
        onset = sound.first_loud(samples, started["t"])
        assert onset is not None
        assert onset - started["t"] < 0.15, started  # leading quiet of the voice itself


def test_breath_cues_keep_the_plan_for_ten_minutes(
    product: Product, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    quiet = sound.write(tmp_path / "silence.wav", sound.silence(2.0))
    out, log = tmp_path / "out.wav", tmp_path / "e.jsonl"
    run = product.run(
        "breathe", "--pattern", "coherent", "--minutes", "10", "--input", quiet, "--output", out, "--events", log
    )
    assert run.status == 0, run.err
    events = read_events(log)
    cues = matching(events, "cue")
    assert len(cues) == 120
    assert [c["phase"] for c in cues] == ["in", "out"] * 60
    first = cues[0]["t"]
    plan = [first + 5.0 * n for n in range(len(cues))]
    in_log = [abs(c["t"] - p) for c, p in zip(cues, plan, strict=True)]
    in_plan = [abs(c["planned_t"] - p) for c, p in zip(cues, plan, strict=True)]
    samples = sound.read(out)
    # In the samples: the tone of a phase against the first tone of its kind, where no word sounds over it ...
    after, length = 1.5, 3.2
    moved = [sound.shift(samples, plan[n % 2] + after, p + after, length, 0.15) for n, p in enumerate(plan)]
    # ... and the words that begin with each cue, as silence ends there.
    words = matching(events, "say_start", line="breath.coherent.1") + matching(
        events, "say_start", line="breath.coherent.2"
    )
    said = [abs(w["t"] - p) for w, p in zip(sorted(words, key=lambda w: w["t"]), plan, strict=True)]
    measured = {"log": in_log, "plan": in_plan, "tones": [abs(m) for m in moved], "words": said}
    for name, values in measured.items():
        record_property(f"worst_ms_{name}", round(max(values) * 1000, 2))
        assert max(values) <= TOLERANCE_S, name
    last = max(e["t"] for e in matching(events, "cue"))
    ended = matching(events, "session_end", session="breathe")
    assert ended[0]["outcome"] == "completed"
    assert cues[-1]["phase"] == "out"
    assert ended[0]["t"] >= last + 5.0 - TOLERANCE_S, "the last out-breath was not let out"
    record_property("times_faster_than_real_time", round(sound.seconds(out) / run.wall_s, 1))


def test_a_stop_in_a_file_ends_the_exercise(product: Product, tmp_path: Path) -> None:
    parts: list[people.ScriptPart] = [75.0, ("stop", "slt"), 12.0]
    spoken = people.script_wav(parts, tmp_path / "in.wav")
    out, log = tmp_path / "out.wav", tmp_path / "e.jsonl"
    run = product.run("breathe", "--minutes", "5", "--input", spoken, "--output", out, "--events", log)
    assert run.status == 0, run.err
    events = read_events(log)
    stopped = matching(events, "stopped")[0]["t"]
    assert matching(events, "session_end", session="breathe", outcome="stopped")
    assert not [c for c in matching(events, "cue") if c["t"] > stopped]
    answer = matching(events, "say_start", line="stopped")[0]
    end = next(e["t"] for e in matching(events, "say_end") if e["id"] == answer["id"])
    samples = sound.read(out)
    between = samples[round((stopped + 0.005) * sound.RATE) : round((answer["t"] - 0.005) * sound.RATE)]
    assert not len(between) or int(abs(between.astype("int32")).max()) <= sound.LOUD
    assert sound.first_loud(samples, end + 0.05) is None
