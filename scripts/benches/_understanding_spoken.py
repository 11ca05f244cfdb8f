"""Spoken sentences through the live pipeline, beside the same sentences typed: what the road through sound costs."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from tests.rig import people, sound
from voiceheal import app
from voiceheal.core.meaning import FREE_INTENTS, STAGES
from voiceheal.understanding.normalise import normalise

from ._common import workshop
from ._understanding_data import Score, Sentence, drawn, same_slots
from ._understanding_text import score

VOICES = (*people.FLITE_VOICES, "en-us+f3", "en-gb")
CLEAN, NOISY = "clean", "10 dB"
SNR_DB = 10.0
BEFORE_S, AFTER_S = 0.6, 1.6  # quiet around a sentence
SEED = 4
# of the sentences of a voice: what is said most, and enough of what matters most
SHARES = {"command": 0.6, "feeling": 0.2, "crisis": 0.15, "lookalike": 0.05}
Row = tuple[str, ...]


@dataclass(frozen=True)
class Spoken:
    """A sentence as it was heard.

    Attributes:
        turns: what `voiceheal hear` says about each turn. typed: what it says about the text.
    """

    said: Sentence
    voice: str
    noise: str
    typed: dict[str, Any]
    turns: list[dict[str, Any]] = field(default_factory=list)

    @property
    def meant(self) -> dict[str, Any]:
        """The turn with the most words: that is what would be acted on. Without a turn, nothing was heard."""
        silent = {"text": "", "intent": "", "slots": {}, "stage": None, "safety": None}
        return max(self.turns, key=lambda t: len(str(t["text"]).split()), default=silent)

    @property
    def text(self) -> str:
        """Everything that was heard."""
        return " ".join(str(t["text"]) for t in self.turns)

    @property
    def alarm(self) -> bool:
        """Whether any turn raised it: safety is looked at in each."""
        return any(t["safety"] is not None for t in self.turns)


def tables(built: app.App, known: Sequence[Sentence], each: int) -> list[tuple[str, Sequence[str], Sequence[Row]]]:
    """Tables of what was heard of `each` sentences a voice and condition.

    Raises:
        SystemExit: no one can speak here. ModelError: there is no speech model.
    """
    lacking = [tool for tool in ("flite", "espeak-ng", "sox") if shutil.which(tool) is None]
    if lacking:
        raise SystemExit(f"bench: NOT MEASURED: {', '.join(lacking)} missing; scripts/setup --dev installs it.")
    began = time.perf_counter()
    with workshop() as folder:
        todo = dict(_recordings(built, known, each, folder))
        audio_s = sum(sound.seconds(path) for path in todo)
        ready = time.perf_counter()
        for turn in app.hear_files(built, todo):
            todo[Path(turn["file"])].turns.append(turn)
    heard = list(todo.values())
    spent = time.perf_counter() - ready
    head = (
        "spoken",
        "intent",
        "typed",
        "points lost (clean: <= 5)",
        "stage",
        "typed",
        "crisis noticed",
        "typed",
        "word error",
    )
    return [
        ("Spoken sentences, all voices", head, _rows(heard, [(CLEAN, None), (NOISY, None)])),
        ("Each voice", head, _rows(heard, [(noise, voice) for voice in VOICES for noise in (CLEAN, NOISY)])),
        ("More of it", ("figure", CLEAN, NOISY), _more(heard)),
        (
            "Time",
            ("figure", "measured"),
            [
                ("recordings", f"{len(heard)}, {audio_s:.0f} s of sound, made in {ready - began:.0f} s"),
                ("hearing", f"{spent:.0f} s = {audio_s / spent:.1f} x real time"),
            ],
        ),
    ]


def _recordings(built: app.App, known: Sequence[Sentence], each: int, folder: Path) -> Iterator[tuple[Path, Spoken]]:
    for n, voice in enumerate(VOICES):
        for m, said in enumerate(chosen(known, each, n)):
            spoken = _voiced(normalise(said.text), voice)
            typed = app.meaning_fields(built.engine.understand(said.text))
            for noise in (CLEAN, NOISY):
                path = folder / f"{n}-{m}-{noise.split()[0]}.wav"
                sound.write(path, in_room(spoken, SNR_DB if noise == NOISY else None, 1000 * n + m))
                yield path, Spoken(said, voice, noise, typed)


def _voiced(text: str, voice: str) -> sound.Samples:
    try:
        return people.spoken(text, voice)
    except subprocess.SubprocessError as e:  # its message quotes the sentence
        raise SystemExit(f"bench: {voice} could not say a sentence ({type(e).__name__}).") from None


def chosen(known: Sequence[Sentence], each: int, place: int) -> list[Sentence]:
    """`each` sentences for the voice at `place`: always the same ones, other ones for each voice as far as they go."""
    kinds = {
        "command": [s for s in known if s.intent and s.intent != "feeling"],
        "feeling": [s for s in known if s.stage in STAGES],
        "crisis": [s for s in known if s.safety in ("risk", "danger")],
        "lookalike": [s for s in known if s.safety == "lookalikes"],
    }
    found: list[Sentence] = []
    left = each
    for name, several in reversed(kinds.items()):  # the commands take what is left
        count = left if name == "command" else int(each * SHARES[name] + 0.5)
        mixed = drawn(several, SEED)
        found += [mixed[(place * count + n) % len(mixed)] for n in range(count)] if mixed else []
        left -= count
    return found


def in_room(spoken: sound.Samples, snr_db: float | None, seed: int) -> sound.Samples:
    """Speech with quiet around it; with `snr_db`, in pink noise so many dB below the speech (its loud parts)."""
    quiet = np.zeros(round(BEFORE_S * sound.RATE)), np.zeros(round(AFTER_S * sound.RATE))
    whole = np.concatenate([quiet[0], spoken.astype(np.float64), quiet[1]])
    if snr_db is not None:
        loud = spoken[np.repeat(sound.loudness(spoken) > sound.LOUD, round(sound.WINDOW_S * sound.RATE)).nonzero()[0]]
        level = float(np.sqrt(np.mean(loud.astype(np.float64) ** 2))) if len(loud) else 0.0
        whole += pink(len(whole), seed) * level / 10 ** (snr_db / 20)
    return whole.clip(-32768, 32767).astype(np.int16)


def pink(size: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Noise with the same power in every octave from 20 Hz on, standard deviation 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=size))
    pitch = np.fft.rfftfreq(size, 1 / sound.RATE)
    spectrum *= np.where(pitch < 20.0, 0.0, 1 / np.sqrt(np.maximum(pitch, 20.0)))
    noise: np.ndarray[tuple[int], np.dtype[np.float64]] = np.fft.irfft(spectrum, size)
    return noise / noise.std()


def _rows(heard: Sequence[Spoken], kinds: Sequence[tuple[str, str | None]]) -> list[Row]:
    rows: list[Row] = []
    for noise, voice in kinds:
        mine = [s for s in heard if s.noise == noise and voice in (None, s.voice)]
        ordinary = [s for s in mine if s.said.intent]
        told = [s for s in mine if s.said.stage in STAGES]
        crisis = [s for s in mine if s.said.safety in ("risk", "danger")]
        spoken = score(s.meant["intent"] == s.said.intent for s in ordinary)
        typed = score(s.typed["intent"] == s.said.intent for s in ordinary)
        cells = (
            score(s.meant["stage"] == s.said.stage for s in told),
            score(s.typed["stage"] == s.said.stage for s in told),
            score(s.alarm for s in crisis),
            score(s.typed["safety"] is not None for s in crisis),
        )
        lost = f"{100 * (typed.share - spoken.share):+.1f}"
        name = f"{voice}, {noise}" if voice else noise
        rows.append((name, str(spoken), str(typed), lost, *map(str, cells), f"{_word_error(mine):.1%}"))
    return rows


def _more(heard: Sequence[Spoken]) -> list[Row]:
    def row(name: str, figure: Any) -> Row:
        return (name, *(str(figure([s for s in heard if s.noise == noise])) for noise in (CLEAN, NOISY)))

    def slots(mine: Sequence[Spoken]) -> Score:
        right = [s for s in mine if s.said.slots and s.meant["intent"] == s.said.intent]
        return score(same_slots(s.said.slots, s.meant["slots"]) for s in right)

    return [
        row("same intent as typed", lambda m: score(s.meant["intent"] == s.typed["intent"] for s in m)),
        row("slots exact, where the intent is right", slots),
        row(
            "out of scope: not a command",
            lambda m: score(s.meant["intent"] in (*FREE_INTENTS, "") for s in m if s.said.intent == "out_of_scope"),
        ),
        row("alarms on look-alikes", lambda m: score(s.alarm for s in m if s.said.safety == "lookalikes")),
        row("alarms on ordinary sentences", lambda m: score(s.alarm for s in m if s.said.intent)),
        row("nothing heard", lambda m: score(not s.turns for s in m)),
        row("taken for several turns", lambda m: score(len(s.turns) > 1 for s in m)),
    ]


def _word_error(mine: Sequence[Spoken]) -> float:
    """Words wrong, missing or added, of those that were said. Numbers are compared as they are written."""
    wrong = words = 0
    for s in mine:
        wanted, got = normalise(s.said.text).split(), normalise(s.text).split()
        wrong += Levenshtein.distance(wanted, got)
        words += len(wanted)
    return wrong / words if words else 0.0
