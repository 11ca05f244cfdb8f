"""What a pack adds to the built-in things is reached by its names: they become templates that nobody had to write."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.meaning import PATTERNS, STEPS, THEMES
from .schema import Affirmations, IntentFile, IntentTemplate, Pattern, Step

ASK = "ask_for"  # rule of a pack's templates: what may stand before a name ("could we do ...")
LENGTHS = ("", " {minutes}", " {any} {minutes}")
COUNTS = (*LENGTHS, " {cycles}", " {any} {cycles}")
FOUND = 60  # weight of a name that is found in a free sentence: it wins over likely words for the built-in ones


def added_intents(
    patterns: Iterable[Pattern], affirmations: Affirmations, steps: Iterable[Step], rules: Iterable[str] = ()
) -> IntentFile:
    """Templates for breathing patterns, themes and steps that no template file knows; `rules`: names of those there."""
    before = f"[<{ASK}>] [<{ASK}>] " if ASK in rules else ""
    intents: dict[str, list[str | IntentTemplate]] = {}
    words: dict[str, list[str]] = {}

    def add(intent: str, slot: str, value: str | int, names: list[str], ends: tuple[str, ...]) -> None:
        said = [f"{before}{name}{end}" for name in names for end in ends]
        intents.setdefault(intent, []).append(IntentTemplate(say=said, slots={slot: value}))
        if str(value).isidentifier() or isinstance(value, int):
            words[f"find.{intent}.{slot}.{FOUND}.{value}"] = names

    for p in patterns:
        if p.id not in PATTERNS:
            add("breathe", "pattern", p.id, [p.name, *p.names], COUNTS)
    for theme in affirmations.themes:
        if theme not in THEMES:
            add("affirm", "theme", theme, affirmations.names.get(theme, [theme.replace("_", " ")]), LENGTHS)
    for s in steps:
        if s.number not in STEPS:
            add("step", "number", s.number, [s.title, *s.names], ("",))
    return IntentFile(intents=intents, words=words)
