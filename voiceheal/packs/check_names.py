"""What is wrong with names: what the conversation counts on and lacks, what nothing uses, what nothing knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ..core.meaning import ALL_INTENTS, BEGIN_INTENTS, PATTERNS, STAGES, STEPS, THEMES, Kind
from . import required
from .additions import ASK
from .earwords import EarWords
from .entries import SPOKEN_FILES, Entry, heard_words, is_heard
from .finding import Finding, at

MissingWords = Callable[[Iterable[str]], Iterable[str]]

INTENT_KEYS = ("intents", "within", "examples")  # of an intent file: what stands under them are intents
MIN_BREATH_S = 6.0  # no fast breathing (docs/evidence: it tended not to help, and can make dizzy)

_RULE = re.compile(r"<(\w+)>")


def named_wrong(entries: list[Entry], broken: set[str]) -> Iterator[Finding]:
    """Everything that is wrong with names."""
    yield from _needed(entries, broken)
    yield from _unused(entries)
    yield from _unknown(entries)
    yield from _rules(entries)
    yield from _breaths(entries)


def _needed(entries: list[Entry], broken: set[str]) -> Iterator[Finding]:
    """What the conversation counts on and the pack lacks; not looked for where a file could not be read."""
    bad = {Path(b).name if Path(b).parent.name not in ("lines", "intents") else Path(b).parent.name for b in broken}
    have = _have(entries)
    wanted = {
        "lines": ("line", tuple(required.LINES)), "talks.yaml": ("talk", required.TALKS),
        "breathing.yaml": ("pattern", PATTERNS), "affirmations.yaml": ("theme", THEMES),
    }  # fmt: skip
    for name, (what, ids) in wanted.items():
        if name not in bad:
            yield from (Finding(name, 0, i, f"this {what} is missing") for i in ids if i not in have.get(name, {}))


def _have(entries: list[Entry]) -> dict[str, dict[str, Entry]]:
    """File (or "lines") -> what it defines, each with its first text."""
    have: dict[str, dict[str, Entry]] = {}
    for e in entries:
        if e.folder == "lines":
            have.setdefault("lines", {}).setdefault(e.group.partition(".")[2], e)
        elif len(e.way) > 1:
            have.setdefault(e.name, {}).setdefault(e.way[1].strip("<>"), e)
    return have


def _unused(entries: list[Entry]) -> Iterator[Finding]:
    """Lines and talks that nothing says: a name with a slip in it, or one that is no more."""
    have = _have(entries)
    for name, e in have.get("lines", {}).items():
        if name not in required.LINES and name not in required.WHERE_THERE:
            yield at(e, f"nothing says the line {name!r}")
    for name, e in have.get("talks.yaml", {}).items():
        if name not in required.TALKS:
            yield at(e, f"nothing begins the talk {name!r}")


def _unknown(entries: list[Entry]) -> Iterator[Finding]:
    """Intents and slot values that nothing knows."""
    have = _have(entries)
    values = {
        "pattern": {*PATTERNS, *have.get("breathing.yaml", ())}, "theme": {*THEMES, *have.get("affirmations.yaml", ())},
        "stage": {*STAGES}, "number": {*map(str, STEPS), *(e.text for e in entries if e.way[-1] == "number")},
    }  # fmt: skip
    told: set[tuple[str, str]] = set()
    for e in entries:
        if e.folder == "intents":
            if e.way[0] in INTENT_KEYS and not _is_intent(e.way[1]) and (e.file, e.way[1]) not in told:
                told.add((e.file, e.way[1]))
                yield at(e, f"there is no intent {e.way[1]!r}")
        elif e.name == "stages.yaml" and e.kind == "intent" and e.text not in BEGIN_INTENTS:
            yield at(e, f"there is no intent {e.text!r} that begins something")
        elif e.name in SPOKEN_FILES and e.way[-2:-1] == ("slots",):
            known = values.get(e.way[-1])
            if known is not None and e.text not in known:
                yield at(e, f"there is no {e.way[-1]} {e.text!r}")


def _is_intent(name: str) -> bool:
    """An intent, or one under the kind of answer it belongs to ("yes_no.yes", "choice.pick")."""
    kind, _, intent = name.rpartition(".")
    return (not kind or kind in {k.value for k in Kind}) and intent in (*ALL_INTENTS, "pick")


def _rules(entries: list[Entry]) -> Iterator[Finding]:
    """Rules of the templates that nobody wrote, and rules that nobody uses."""
    of_files: dict[str, list[Entry]] = {}  # the template files share their rules, each other file has its own
    for e in entries:
        if e.folder == "intents" or e.name in ("feelings.yaml", "safety.yaml"):
            of_files.setdefault("intents" if e.folder == "intents" else e.name, []).append(e)
    for several in of_files.values():
        written = {e.way[1]: e for e in several if e.way[0] == "rules"}
        used: dict[str, Entry] = {}
        for e in several:
            for name in _RULE.findall(e.text):
                used.setdefault(name, e)
        yield from (at(used[n], f"there is no rule <{n}>") for n in sorted(used.keys() - written.keys()))
        unused = sorted(written.keys() - used.keys() - {ASK})
        yield from (at(written[n], f"nothing uses the rule <{n}>", advice=True) for n in unused)


def _breaths(entries: list[Entry]) -> Iterator[Finding]:
    """Patterns that breathe too fast to be safe."""
    seconds: dict[str, list[tuple[Entry, float]]] = {}
    for e in entries:
        if e.name == "breathing.yaml" and e.way[-1] == "seconds":
            try:
                seconds.setdefault(e.way[1], []).append((e, float(e.text)))
            except ValueError:  # the shape has told of it
                continue
    for phases in seconds.values():
        whole = sum(s for _, s in phases)
        if whole < MIN_BREATH_S:
            yield at(phases[0][0], f"a breath of {whole:g} s is too fast to be safe (at least {MIN_BREATH_S:g} s)")


def unheard(entries: list[Entry], missing_words: MissingWords, rules: EarWords) -> Iterator[Finding]:
    """Words that people may say and the speech model cannot hear: Vosk drops them from its grammars silently."""
    first: dict[str, Entry] = {}
    for e in entries:
        if is_heard(e):
            for word in heard_words(e.text):
                first.setdefault(word, e)
    missing = set(missing_words(list(first)))
    for word in sorted(missing - {*rules.typed_only}):
        problem = (
            f"the speech model cannot hear {word!r}: add the way it hears it, or list it as typed_only in ear.yaml"
        )
        e = first[word]
        # a command in the grammar is lost by it; elsewhere another way of saying it still stands
        yield at(e, problem, advice=e.folder != "intents" or e.way[0] == "words")
    for e in entries:
        if e.way[0] == "typed_only" and e.text not in missing:
            yield at(e, f"{e.text!r} is in no template, or the model can hear it", advice=True)
