"""Finds what is wrong with a content pack before anyone hears it; each finding names file, line and key."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from ..core.meaning import ALL_INTENTS, BEGIN_INTENTS, PATTERNS, STAGES, THEMES, Kind
from ..errors import ContentError
from . import ear, required
from .entries import HELP, PHRASES, SPOKEN_FILES, Entry, heard_words, is_heard, is_spoken, read_entries
from .helping import Helplines
from .loader import load_pack
from .phrases import slots_of
from .schema import (
    Affirmations,
    Breathing,
    Feelings,
    IntentFile,
    Lines,
    Listening,
    PackInfo,
    Replies,
    SafetyWords,
    Stages,
    Steps,
    Talks,
)
from .yamlfile import read_yaml

MissingWords = Callable[[Iterable[str]], Iterable[str]]

SAME_RUN = 7  # so many words in a row in two lines sound like the same line twice
FILES: dict[str, type[BaseModel]] = {
    "pack.yaml": PackInfo, "stages.yaml": Stages, "steps.yaml": Steps, "talks.yaml": Talks,
    "breathing.yaml": Breathing, "affirmations.yaml": Affirmations, "feelings.yaml": Feelings,
    "safety.yaml": SafetyWords, "helplines.yaml": Helplines, "replies.yaml": Replies,
}  # fmt: skip
OPTIONAL: dict[str, type[BaseModel]] = {"listening.yaml": Listening}
EXERCISES = ("steps.yaml", "talks.yaml")  # their slots are answers kept in them; the loader knows which
INTENT_KEYS = ("intents", "within", "examples")  # of an intent file: what stands under them are intents

_PLACED = re.compile(r"^(?P<file>.+?\.yaml)(?:, line (?P<line>\d+))?(?:, key (?P<key>.+?))?: (?P<problem>.+)$")


@dataclass(frozen=True)
class Finding:
    """Something wrong in a pack.

    Attributes:
        file, line: where; line counts from 1, 0 = the file as a whole. key: dotted way to the place, "" = none.
        problem: what is wrong. advice: nothing breaks by it.
    """

    file: str
    line: int
    key: str
    problem: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.problem}"


def check_pack(folder: Path, missing_words: MissingWords | None = None) -> list[Finding]:
    """Everything wrong with the pack in `folder`; empty when it is good to be heard.

    Args:
        folder: holds pack.yaml and the other files.
        missing_words: given words, returns those that the speech model cannot hear; None leaves that out.
    """
    if not folder.is_dir():
        return [Finding(str(folder), 0, "", "there is no such folder")]
    found, broken = _shapes(folder)
    if not found:
        found += _load(folder)
    language, entries = _language(folder), read_entries(folder, broken)
    spoken = [e for e in entries if is_spoken(e)]
    lines = [e for e in spoken if e.kind not in PHRASES | HELP]
    if (rules := ear.RULES.get(language)) is not None:
        found += [_at(e, problem) for e in spoken for problem in ear.faults(e.text, rules)]
        found += _grades(lines, rules)
    found += _doubles(lines)
    found += _slots(spoken)
    found += _needed(entries, broken)
    found += _names(entries)
    if missing_words is not None:
        found += _unheard(entries, missing_words)
    return sorted(set(found), key=lambda f: (f.advice, f.file, f.line, f.key, f.problem))


def _at(e: Entry, problem: str, *, advice: bool = False) -> Finding:
    return Finding(e.file, e.line, e.key, problem, advice)


# ---- reading --------------------------------------------------------------------------------------------------------
def _shapes(folder: Path) -> tuple[list[Finding], set[str]]:
    """Faults of each file by itself, and the files that cannot be looked into further."""
    files = [(folder / name, model) for name, model in FILES.items()]
    files += [(folder / name, model) for name, model in OPTIONAL.items() if (folder / name).exists()]
    files += [(path, Lines) for path in sorted((folder / "lines").glob("*.yaml"))]
    files += [(path, IntentFile) for path in sorted((folder / "intents").glob("*.yaml"))]
    found: list[Finding] = []
    broken: set[str] = set()
    for path, model in files:
        try:
            read_yaml(path, model)
        except ContentError as e:
            found += _placed(e, path)
            broken.add(str(path))
    return found, broken


def _load(folder: Path) -> list[Finding]:
    """Faults between the files."""
    try:
        load_pack(folder)
    except ContentError as e:
        return _placed(e, folder)
    return []


def _placed(error: ContentError, path: Path) -> list[Finding]:
    """The loader's sentences as findings."""
    found = []
    for sentence in error.message.splitlines():
        place = _PLACED.match(sentence)
        if place is None:
            found.append(Finding(str(path), 0, "", sentence))
        else:
            found.append(Finding(place["file"], int(place["line"] or 0), place["key"] or "", place["problem"]))
    return found


def _language(folder: Path) -> str:
    try:
        return read_yaml(folder / "pack.yaml", PackInfo).language
    except ContentError:
        return folder.name


# ---- what is said ---------------------------------------------------------------------------------------------------
def _grades(lines: list[Entry], rules: ear.EarRules) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Entry]] = {}
    for e in lines:
        groups.setdefault((e.file, e.group), []).append(e)
    for (file, group), members in groups.items():
        grade = ear.grade([e.text for e in members], rules)
        if grade is not None and grade > ear.MAX_GRADE:
            problem = f"reading grade {grade:.1f} (most {ear.MAX_GRADE:g}): use shorter words or sentences"
            yield Finding(file, members[0].line, group, problem)


def _doubles(lines: list[Entry]) -> Iterator[Finding]:
    """Lines that are there twice, and lines that share so many words in a row that they sound alike."""
    whole: dict[tuple[str, ...], Entry] = {}
    run_of: dict[tuple[str, ...], Entry] = {}
    for e in lines:
        said = tuple(ear.words(e.text))
        first = whole.setdefault(said, e)
        if first is not e:
            yield _at(e, f"the same as {_place(first)}")
            continue
        told: set[Entry] = set()
        for run in ear.runs(e.text, SAME_RUN):
            other = run_of.setdefault(run, e)
            if other is not e and other not in told:
                told.add(other)
                yield _at(e, f"shares {' '.join(run)!r} with {_place(other)}")


def _place(e: Entry) -> str:
    return f"{Path(e.file).name}:{e.line} ({e.key})"


def _slots(spoken: list[Entry]) -> Iterator[Finding]:
    """Variants with other slots than those that are filled in."""
    first: dict[tuple[str, str], frozenset[str]] = {}
    for e in spoken:
        try:
            slots = slots_of(e.text)
        except ValueError as fault:
            yield _at(e, f"the braces are not right: {fault}")
            continue
        if Path(e.file).parent.name == "lines" or Path(e.file).name in EXERCISES:
            common = first.setdefault((e.file, e.group), slots)
            wanted = required.LINES.get(e.group.partition(".")[2], common)
        else:
            wanted = frozenset()
        if slots != wanted:
            yield _at(e, f"has the slots {_listed(slots)}, needs {_listed(wanted)}")


def _listed(slots: frozenset[str]) -> str:
    return ", ".join(f"{{{s}}}" for s in sorted(slots)) or "none"


# ---- names ----------------------------------------------------------------------------------------------------------
def _needed(entries: list[Entry], broken: set[str]) -> Iterator[Finding]:
    """What the conversation counts on and the pack lacks; not looked for where a file could not be read."""
    bad = {Path(b).name if Path(b).parent.name not in ("lines", "intents") else Path(b).parent.name for b in broken}
    wanted = {
        "lines": ("line", tuple(required.LINES)), "talks.yaml": ("talk", required.TALKS),
        "breathing.yaml": ("pattern", PATTERNS), "affirmations.yaml": ("theme", THEMES),
    }  # fmt: skip
    have: dict[str, set[str]] = {name: set() for name in wanted}
    for e in entries:
        name = "lines" if Path(e.file).parent.name == "lines" else Path(e.file).name
        if name in have:
            have[name].add(e.group.partition(".")[2] if name == "lines" else ".".join(e.way[1:2]).strip("<>"))
    for name, (what, ids) in wanted.items():
        if name not in bad:
            yield from (Finding(name, 0, i, f"this {what} is missing") for i in ids if i not in have[name])


def _names(entries: list[Entry]) -> Iterator[Finding]:
    """Intents and slot values that nothing knows."""
    values = {"pattern": PATTERNS, "theme": THEMES, "stage": STAGES, "number": tuple(map(str, range(1, 12)))}
    told: set[tuple[str, str]] = set()
    for e in entries:
        path = Path(e.file)
        if path.parent.name == "intents":
            if e.way[0] in INTENT_KEYS and not _is_intent(e.way[1]) and (e.file, e.way[1]) not in told:
                told.add((e.file, e.way[1]))
                yield _at(e, f"there is no intent {e.way[1]!r}")
        elif path.name == "stages.yaml" and e.kind == "intent" and e.text not in BEGIN_INTENTS:
            yield _at(e, f"there is no intent {e.text!r} that begins something")
        elif path.name in SPOKEN_FILES and e.way[-2:-1] == ("slots",):
            known = values.get(e.way[-1])
            if known is not None and e.text not in known:
                yield _at(e, f"there is no {e.way[-1]} {e.text!r}")


def _is_intent(name: str) -> bool:
    """An intent, or one under the kind of answer it belongs to ("yes_no.yes", "choice.pick")."""
    kind, _, intent = name.rpartition(".")
    return (not kind or kind in {k.value for k in Kind}) and intent in (*ALL_INTENTS, "pick")


# ---- what is heard --------------------------------------------------------------------------------------------------
def _unheard(entries: list[Entry], missing_words: MissingWords) -> Iterator[Finding]:
    """Words that people may say and the speech model cannot hear: Vosk drops them from its grammars silently."""
    first: dict[str, Entry] = {}
    for e in entries:
        if is_heard(e):
            for word in heard_words(e.text):
                first.setdefault(word, e)
    for word in missing_words(list(first)):
        problem = f"the speech model cannot hear {word!r}; add the way it hears it"
        yield _at(first[word], problem, advice=True)


def main(args: list[str]) -> int:
    """Print the findings of the packs named; 1 when something is wrong, 2 when none is named."""
    if not args:
        print("usage: check-content FOLDER ...   for example: check-content content/en", file=sys.stderr)
        return 2
    serious = 0
    for folder in map(Path, args):
        found = check_pack(folder)
        for finding in found:
            print(finding)
        serious += sum(not f.advice for f in found)
        print(f"{len(found)} finding{'' if len(found) == 1 else 's'} in {folder}")
    return 1 if serious else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
