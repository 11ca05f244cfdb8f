"""Labelled sentences of a folder of examples, and how right and wrong are counted."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voiceheal.core.meaning import Meaning, SlotValue
from voiceheal.packs.schema import Example, Examples
from voiceheal.packs.yamlfile import read_yaml
from voiceheal.understanding.normalise import normalise

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "content" / "en" / "examples"
HELD_OUT = ROOT / "tests" / "en" / "held_out"
HAPPENED = "happened"
BINS = 10


@dataclass(frozen=True)
class Sentence:
    """What one author would say, and what is meant by it.

    Attributes:
        intent: "" where only safety counts. stage: one of the five, "happened", or "".
        safety: "risk", "danger", "lookalikes" or "".
    """

    text: str
    author: str
    intent: str = ""
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    stage: str = ""
    safety: str = ""


def sentences(folder: Path) -> list[Sentence]:
    """Every sentence of the authors in `folder`.

    Raises:
        ContentError: a file is not of the shape of examples. SystemExit: there are none.
    """
    found = [
        s for path in sorted(folder.glob("*.yaml")) for s in _of(read_yaml(path, Examples), path.stem.split(".")[0])
    ]
    if not found:
        raise SystemExit(f"bench: there are no examples in {folder}.")
    return found


def _of(examples: Examples, author: str) -> Iterable[Sentence]:
    for intent, several in examples.intents.items():
        for said in several:
            text, slots = (said.text, said.slots) if isinstance(said, Example) else (said, {})
            yield Sentence(text, author, intent, slots)
    for stage, told in examples.feelings.items():
        yield from (Sentence(text, author, "feeling", stage=stage) for text in told)
    for lane, told in examples.safety.items():
        yield from (Sentence(text, author, safety=lane) for text in told)


def also_in(known: Sequence[Sentence], others: Sequence[Sentence]) -> int:
    """How many of `known` stand in `others` word for word."""
    there = {normalise(s.text) for s in others}
    return sum(normalise(s.text) in there for s in known)


@dataclass
class Score:
    """Right and wrong of one kind."""

    right: int = 0
    of: int = 0

    def add(self, good: bool) -> None:
        """Count one sentence."""
        self.of += 1
        self.right += good

    @property
    def share(self) -> float:
        """Share that was right; 0 where there was nothing."""
        return self.right / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.share:.1%} ({self.right}/{self.of})" if self.of else "no sentences"


def same_slots(wanted: Mapping[str, SlotValue], got: Mapping[str, SlotValue]) -> bool:
    """Whether both hold the same: 3 is 3.0, and words that were kept are compared as they are matched."""
    return wanted.keys() == got.keys() and all(_same(wanted[k], got[k]) for k in wanted)


def _same(a: SlotValue, b: SlotValue) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return normalise(a) == normalise(b)
    return a == b


def ranked(meaning: Meaning) -> list[str]:
    """The stages, strongest first; empty when no feeling was heard."""
    return sorted(meaning.stages, key=lambda s: -meaning.stages[s]) if meaning.stage is not None else []


def calibration_error(sure: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error: the gap between confidence and share of right in each of 10 bins, weighed by size."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in sure:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    gaps = (abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins)
    return sum(gaps) / len(sure) if sure else 0.0


def drawn(several: Iterable[Sentence], seed: int) -> list[Sentence]:
    """In an order that is mixed, and always the same."""
    mixed = sorted(several, key=lambda s: (s.author, s.intent, s.stage, s.safety, s.text))
    random.Random(seed).shuffle(mixed)
    return mixed


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is words, the others are figures."""
    line = ["|" + "|".join(f" {c} " for c in head) + "|", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*line, *("|" + "|".join(f" {c} " for c in row) + "|" for row in rows)])


def put_section(path: Path, title: str, body: str) -> None:
    """Insert the section `## title` into a Markdown file, or put `body` in the place of the one that is there."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    kept: list[str] = []
    place: int | None = None
    inside = False
    for line in text.splitlines():
        if line.startswith("## "):
            inside = line == f"## {title}"
            if inside:
                place = len(kept)
        if not inside:
            kept.append(line)
    at = len(kept) if place is None else place
    before, after = "\n".join(kept[:at]).rstrip(), "\n".join(kept[at:]).strip()
    parts = [before, f"## {title}\n\n{body.strip()}", after]
    path.write_text("\n\n".join(p for p in parts if p) + "\n", encoding="utf-8")
