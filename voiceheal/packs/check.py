"""Finds what is wrong with a content pack before anyone hears it; each finding names file, line and key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import ContentError
from . import ear
from .check_lines import said_wrong, whole_lines
from .check_names import MissingWords, named_wrong, unheard
from .earwords import EarWords
from .entries import Entry, read_entries
from .files import FILES, FOLDERS, OPTIONAL, PackFiles
from .finding import Finding, placed
from .loader import load_pack
from .yamlfile import read_yaml

__all__ = ["Finding", "Report", "check_pack", "report"]


@dataclass(frozen=True)
class Report:
    """What was looked at and what was found.

    Attributes:
        findings: what is wrong, advice last. spoken: lines that are said, variants counted. distinct: of these.
    """

    findings: tuple[Finding, ...]
    spoken: int = 0
    distinct: int = 0

    @property
    def serious(self) -> int:
        """Findings that are no advice."""
        return sum(not f.advice for f in self.findings)

    def summary(self, folder: Path) -> str:
        """The count in one sentence."""
        said = f"{self.spoken} spoken lines, " + (
            "all distinct" if self.spoken == self.distinct else f"{self.distinct} distinct"
        )
        many = len(self.findings)
        return f"{said}; {many} finding{'' if many == 1 else 's'} in {folder}"


def check_pack(folder: Path, missing_words: MissingWords | None = None, mine: Path | None = None) -> list[Finding]:
    """Everything wrong with the pack in `folder`; empty when it is good to be heard. See `report`."""
    return list(report(folder, missing_words, mine).findings)


def report(folder: Path, missing_words: MissingWords | None = None, mine: Path | None = None) -> Report:
    """Everything wrong with a pack.

    Args:
        folder: holds pack.yaml and the other files.
        missing_words: given words, returns those that the speech model cannot hear; None leaves that out.
        mine: a person's own folder that is laid over it: then only what is wrong there is told.
    """
    if not folder.is_dir():
        return Report((Finding(str(folder), 0, "", "there is no such folder"),))
    files = PackFiles(folder, mine)
    found, broken = _shapes(files)
    if not found:
        found += _load(files)
    rules = _rules(files, found)
    entries = read_entries(files, broken)
    found += said_wrong(entries, rules)
    found += named_wrong(entries, broken)
    if missing_words is not None:
        found += unheard(entries, missing_words, rules)
    if mine is not None:
        found = [f for f in found if mine in Path(f.file).parents]
    ordered = sorted(set(found), key=lambda f: (f.advice, f.file, f.line, f.key, f.problem))
    return Report(tuple(ordered), *_counted(entries))


def _counted(entries: list[Entry]) -> tuple[int, int]:
    lines = [" ".join(ear.words(e.text)) for e in whole_lines(entries)]
    return len(lines), len(set(lines))


def _shapes(files: PackFiles) -> tuple[list[Finding], set[str]]:
    """Faults of each file by itself, and the files that cannot be looked into further."""
    found: list[Finding] = [Finding(str(p), 0, "", "nothing reads a file of this name") for p in files.unknown()]
    broken: set[str] = set()
    several = [(files.paths(n), model) for n, model in FILES.items() if n not in OPTIONAL or files.has(n)]
    folders = [f for f in FOLDERS if f != "examples"]  # large, and read by the training only
    several += [(paths, FOLDERS[folder]) for folder in folders for paths in files.within(folder)]
    for paths, model in several:
        try:
            read_yaml(paths, model)
        except ContentError as e:
            found += placed(e, str(paths[-1]))
            broken.add(str(paths[-1]))
    return found, broken


def _load(files: PackFiles) -> list[Finding]:
    """Faults between the files."""
    try:
        load_pack(files.base, files.mine)
    except ContentError as e:
        return list(placed(e, str(files.mine or files.base)))
    return []


def _rules(files: PackFiles, found: list[Finding]) -> EarWords:
    """The rules of the ear of this language; what is wrong with them is added to `found`."""
    paths = files.paths("ear.yaml")
    if not files.has("ear.yaml"):
        problem = "there is none: absolutes, advice that harms and orders to ourselves are not looked for"
        found.append(Finding(str(paths[0]), 0, "", problem, advice=True))
        return EarWords()
    try:
        rules = read_yaml(paths, EarWords)
    except ContentError:  # told by the shapes
        return EarWords()
    wrong = [Finding(str(paths[-1]), 0, "banned", problem) for problem in ear.template_faults(rules)]
    found += wrong
    return EarWords() if wrong else rules
