"""The hand-written cases of tests/en (not the held-out ones): out of the blue, as answers, and what must be let be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from voiceheal.core.meaning import STAGES, Expect, Kind, Meaning

from ._common import table

TEXTS = Path(__file__).resolve().parents[2] / "tests" / "en"


class _Words(yaml.SafeLoader):
    """YAML in which yes and no are words."""


_Words.yaml_implicit_resolvers = {
    first: [r for r in resolvers if r[0] != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass
class Score:
    """Right and wrong of one kind."""

    right: int = 0
    of: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, good: bool, sentence: str, wanted: object, got: Meaning) -> None:
        """Count one sentence."""
        self.of += 1
        self.right += good
        if not good:
            found = f"{got.intent} {dict(got.slots)} stage {got.stage} safety {got.safety} ({got.how})"
            self.wrong.append(f"{sentence!r}: wanted {wanted}, got {found}")

    def __str__(self) -> str:
        return f"{self.right}/{self.of} = {self.right / self.of:.1%}" if self.of else "no sentences"


def load(name: str) -> Any:
    """One file of tests/en."""
    return yaml.load((TEXTS / name).read_text(encoding="utf-8"), _Words)  # noqa: S506 - a safe loader


def intents(engine: Any) -> Iterator[tuple[str, Score]]:
    """Commands, answers, and stories that are none."""
    for name in ("commands", "answers"):
        score = Score()
        for case in load(f"intents/{name}.yaml"):
            expect = Expect(Kind(case["expect"]), tuple(case.get("choices", ()))) if "expect" in case else None
            for text in case["say"]:
                got = engine.understand(text, expect=expect)
                good = got.intent == case["intent"] and ("slots" not in case or dict(got.slots) == case["slots"])
                score.add(good, text, (case["intent"], case.get("slots")), got)
        yield f"{name}: intent and slots", score
    alike, score = load("intents/lookalikes.yaml"), Score()
    for text in alike["say"]:
        got = engine.understand(text)
        score.add(got.intent in alike["any_of"], text, alike["any_of"], got)
    yield "stories that hold a command's words", score


def feelings(engine: Any) -> Iterator[tuple[str, Score]]:
    """The five stages, by part of the file; and sentences that name none."""
    for part, by_stage in load("feelings.yaml").items():
        score = Score()
        groups = by_stage if isinstance(by_stage, dict) else {None: by_stage}
        for stage, sentences in groups.items():
            for text in sentences:
                got = engine.understand(text)
                score.add(got.stage == (stage if stage in STAGES else None), text, stage, got)
        yield f"stage, {part}", score


def safety(engine: Any) -> Iterator[tuple[str, Score]]:
    """What must be seen, and what must not."""
    for part, by_level in load("safety.yaml").items():
        for level, sentences in by_level.items():
            score = Score()
            for text in sentences:
                got = engine.understand(text)
                good = got.safety is None if level == "lookalikes" else got.safety is not None
                score.add(good, text, level, got)
            yield f"safety, {part}: {level} {'let be' if level == 'lookalikes' else 'noticed'}", score


def run(engine: Any, show: bool) -> None:
    """Measure and print; with `show`, also what is understood wrongly."""
    found = [*intents(engine), *feelings(engine), *safety(engine)]
    if show:
        for name, score in found:
            print(f"{name}:", *score.wrong, sep="\n    ")
    table("understanding of the cases in tests/en", [(name, str(score)) for name, score in found])
