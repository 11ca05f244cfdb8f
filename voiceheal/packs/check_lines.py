"""What is wrong with what is said: with single lines, between lines, and with the number of variants."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from . import ear, required
from .earwords import EarWords, Reading
from .entries import HELP, PHRASES, Entry, is_spoken
from .finding import Finding, at
from .phrases import slots_of

SAME_RUN = 7  # so many words in a row in two lines sound like the same line twice
EXERCISES = ("steps.yaml", "talks.yaml")  # their slots are answers kept in them; the loader knows which
ONE_IS_ENOUGH = ("reason",)  # said once, after the offer it belongs to


def said_wrong(entries: list[Entry], rules: EarWords) -> Iterator[Finding]:
    """Everything that is wrong with spoken texts."""
    spoken = [e for e in entries if is_spoken(e)]
    lines = whole_lines(entries)
    for e in spoken:
        yield from (at(e, problem) for problem in ear.faults(e.text, rules))
    if rules.reading is not None:
        yield from _grades(lines, rules.reading)
    yield from _doubles(lines)
    yield from _slots(spoken)
    yield from _variants(lines, rules)


def whole_lines(entries: list[Entry]) -> list[Entry]:
    """The texts that are spoken as lines, without phrases put into others and without the help lines of countries."""
    return [e for e in entries if is_spoken(e) and e.kind not in PHRASES | HELP]


def _grades(lines: list[Entry], reading: Reading) -> Iterator[Finding]:
    """Lists of variants that are hard to follow; short ones are judged together, file by file."""
    short: dict[str, list[Entry]] = {}
    for (file, group), members in _groups(lines).items():
        if ear.size([e.text for e in members]) < ear.GRADE_NEEDS:
            short.setdefault(file, []).extend(members)
        else:
            yield from _grade(members, group, reading)
    for members in short.values():
        yield from _grade(members, "the short lines together", reading)


def _groups(lines: list[Entry]) -> dict[tuple[str, str], list[Entry]]:
    """Lists of variants by the name of their file and their key; a list may be put together from two places."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for e in lines:
        groups.setdefault((e.name, e.group), []).append(e)
    return groups


def _grade(members: list[Entry], group: str, reading: Reading) -> Iterator[Finding]:
    grade = ear.grade([e.text for e in members], reading)
    if grade is not None and grade > reading.most:
        problem = f"reading grade {grade:.1f} (most {reading.most:g}): use shorter words or sentences"
        yield Finding(members[0].file, members[0].line, group, problem)


def _doubles(lines: list[Entry]) -> Iterator[Finding]:
    """Lines that are there twice, and lines that share so many words in a row that they sound alike."""
    whole: dict[tuple[str, ...], Entry] = {}
    run_of: dict[tuple[str, ...], Entry] = {}
    for e in lines:
        said = tuple(ear.words(e.text))
        first = whole.setdefault(said, e)
        if first is not e:
            yield at(e, f"the same as {_place(first)}")
            continue
        told: set[Entry] = set()
        for run in ear.runs(e.text, SAME_RUN):
            other = run_of.setdefault(run, e)
            if other is not e and other not in told:
                told.add(other)
                yield at(e, f"shares {' '.join(run)!r} with {_place(other)}")


def _place(e: Entry) -> str:
    return f"{e.name}:{e.line} ({e.key})"


def _slots(spoken: list[Entry]) -> Iterator[Finding]:
    """Variants with other slots than those that are filled in."""
    first: dict[tuple[str, str], frozenset[str]] = {}
    for e in spoken:
        try:
            slots = slots_of(e.text)
        except ValueError as fault:
            yield at(e, f"the braces are not right: {fault}")
            continue
        if e.folder == "lines" or e.name in EXERCISES:
            common = first.setdefault((e.file, e.group), slots)
            wanted = required.LINES.get(e.group.partition(".")[2], common)
        else:
            wanted = frozenset()
        if slots != wanted:
            yield at(e, f"has the slots {_listed(slots)}, needs {_listed(wanted)}")


def _listed(slots: frozenset[str]) -> str:
    return ", ".join(f"{{{s}}}" for s in sorted(slots)) or "none"


def _variants(lines: list[Entry], rules: EarWords) -> Iterator[Finding]:
    """Lines that would be heard in the same words too soon."""
    for (_, group), members in _groups([e for e in lines if e.kind not in ONE_IS_ENOUGH]).items():
        name = group.partition(".")[2]  # without the top key of the file
        least = next((n for p, n in rules.fewer.items() if fnmatch.fnmatchcase(name, p)), rules.variants)
        if len(members) < least:
            ways = "one way" if len(members) == 1 else f"{len(members)} ways"
            yield at(members[0], f"{ways} to say it, needs {least}")
