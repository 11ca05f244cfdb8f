"""The publisher's grammar becomes pack data at run time, and its recordings are mixed with noise as it mixes them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import yaml

from voiceheal.packs.schema import IntentFile
from voiceheal.understanding.matcher import Matcher, Words
from voiceheal.understanding.repair import Repairer
from voiceheal.understanding.slots import Slots

FRAME = 2048  # samples of the frames whose energy sets the noise's level
RATE = 16000
SENTENCES = 3000  # drawn from the templates for the recogniser's grammar
_CHOICE = re.compile(r"\[([^\]]*)\]")
_SLOT = re.compile(r"\$(\w+):(\w+)")

Sound = npt.NDArray[np.float64]
Samples = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Understood:
    """The parts of the understanding engine that a pack of templates needs."""

    matcher: Matcher
    repairer: Repairer

    @classmethod
    def of(cls, file: IntentFile) -> Understood:
        """Built from one template file."""
        words = Words.merged([file])
        slots = Slots(words.lists, "en")
        matcher = Matcher(words, slots, words.intents)
        return cls(matcher, Repairer(matcher, slots))

    def sentences(self, most: int = SENTENCES) -> list[str]:
        """For the recogniser's grammar."""
        intents = list(dict.fromkeys(t.intent for t in self.matcher.grammar.templates))
        return self.matcher.phrases(dict.fromkeys(intents, most // len(intents)))

    def read(self, text: str) -> tuple[str, dict[str, Any]] | None:
        """Intent and slots when the text is a template."""
        match = self.matcher.exact(text.replace("'", "").split())
        return (match.intent, dict(match.slots)) if match is not None else None


def template_file(path: Path) -> IntentFile:
    """The publisher's grammar (`[a, b]` a choice, `$slot:name` a slot) in the notation of our packs."""
    context = yaml.safe_load(path.read_text(encoding="utf-8"))["context"]
    return IntentFile.model_validate(
        {
            "lists": {name: {value: [value] for value in values} for name, values in context["slots"].items()},
            "intents": {name: [_template(t) for t in several] for name, several in context["expressions"].items()},
        }
    )


def _template(text: str) -> str:
    def choice(found: re.Match[str]) -> str:
        return "(" + "|".join(part.strip() for part in found[1].split(",")) + ")"

    return _SLOT.sub(r"{\1:\2}", _CHOICE.sub(choice, text))


def labels(path: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """File name -> intent and slots."""
    known = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: (label["intent"], {slot: value.strip() for slot, value in label["slots"].items()})
        for name, label in sorted(known.items())
    }


def for_tuning(name: str) -> bool:
    """Half of the recordings, by the hash of their names."""
    return _hash(name) % 2 == 0


def load(path: Path) -> Sound:
    """Samples of a mono 16 kHz file, -1 to 1."""
    sound, rate = soundfile.read(path)
    if rate != RATE or sound.ndim != 1:
        raise SystemExit(f"bench: {path} is not mono at {RATE} Hz.")
    mono: Sound = sound
    return mono


def mixed(speech: Sound, noise: Sound | None, snr_db: float | None, name: str) -> Samples:
    """The recording as it is; or with noise, as published: levels by the loudest frames, then half of full scale.

    Which piece of the noise is taken, the publisher leaves to chance; here the file's name decides.
    """
    if noise is None or snr_db is None:
        return np.round(speech * 32768).clip(-32768, 32767).astype(np.int16)
    start = _hash(f"noise{snr_db:g}{name}") % (len(noise) - len(speech))
    piece = noise[start : start + len(speech)]
    whole = speech + piece * np.sqrt(_loudest(speech) / (_loudest(piece) * 10 ** (snr_db / 10)))
    return (whole / (2 * np.abs(whole).max()) * 32767).astype(np.int16)


def _loudest(sound: Sound) -> float:
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    return float((frames**2).sum(axis=1).max())


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
