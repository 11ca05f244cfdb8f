"""Every text of a content pack with its place: file, line and the way of keys that leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import ContentError
from . import nodes
from .files import FILES, FOLDERS, PackFiles
from .yamlfile import read_node

# Keys whose text is spoken as whole lines, and those that are phrases put into lines or said inside a breath.
SENTENCES = {
    "say", "ask", "thanks", "silence", "yes", "no", "midway", "why", "about", "reflections", "explanations", "reason",
    "intro",
}  # fmt: skip
PHRASES = {"title", "spoken", "words", "name"}
HELP = {"lines", "abuse"}  # of helplines.yaml: a person hears those of one country only, so they may be alike
SPOKEN_FILES = ("stages.yaml", "steps.yaml", "talks.yaml", "breathing.yaml", "affirmations.yaml")
# Files of words that the person says: (name, keys under which they stand; empty = the whole file).
HEARD_FILES = (
    ("replies.yaml", ()), ("listening.yaml", ("topics", "actors")), ("feelings.yaml", ()), ("safety.yaml", ()),
    ("stages.yaml", ("keywords",)), ("steps.yaml", ("words", "names")), ("talks.yaml", ("words",)),
    ("breathing.yaml", ("names", "dizzy")), ("helplines.yaml", ("spoken",)),
    ("affirmations.yaml", ("names",)),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One text of a YAML file and the way to it; items of a list go by their `id` where they have one."""

    file: str
    line: int
    way: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        """Of its file."""
        return _split(self.file)[1]

    @property
    def folder(self) -> str:
        """Name of the folder that its file is in."""
        return _split(self.file)[0]

    @property
    def key(self) -> str:
        return ".".join(self.way)

    @property
    def group(self) -> str:
        """The list that this text is a variant of."""
        return ".".join(self.way[:-1] if self.way[-1].isdigit() else self.way)

    @property
    def kind(self) -> str:
        """The last key on the way that is not a place in a list."""
        return next((step for step in reversed(self.way) if not step.isdigit()), "")


@lru_cache(maxsize=256)
def _split(file: str) -> tuple[str, str]:
    path = Path(file)
    return path.parent.name, path.name


def read_entries(files: PackFiles | Path, broken: set[str]) -> list[Entry]:
    """Every text of every file that is YAML, in the form in which it counts: with what is laid over it.

    Args:
        files: of the pack, or its folder. broken: files that are not YAML are added to it.
    """
    files = PackFiles(files) if isinstance(files, Path) else files
    entries: list[Entry] = []
    for paths in _all(files):
        try:
            node = read_node(paths)
        except ContentError:
            broken.add(str(paths[-1]))
            continue
        for way, text in nodes.texts(node) if node is not None else ():
            file, line = nodes.place(text)
            entries.append(Entry(file, line, way, str(text.value)))
    return entries


def _all(files: PackFiles) -> Iterator[list[Path]]:
    yield from (files.paths(name) for name in sorted(FILES) if files.has(name))
    for folder in FOLDERS:
        if folder != "examples":  # sentences to learn from, checked by their own tests
            yield from files.within(folder)


def is_spoken(e: Entry) -> bool:
    if e.folder == "lines" and e.way[0] == "lines":
        return True
    if e.name not in SPOKEN_FILES:
        return e.name == "helplines.yaml" and e.kind in HELP
    if "branches" in e.way and e.kind == "words":  # what the person says
        return False
    if e.name == "affirmations.yaml":
        return e.way[0] != "names"
    return e.kind in SENTENCES | PHRASES


def is_heard(e: Entry) -> bool:
    if e.folder == "intents":
        return e.way[-1] != "slots" and "slots" not in e.way
    return any(e.name == name and (not keys or set(keys) & set(e.way)) for name, keys in HEARD_FILES)


def heard_words(template: str) -> list[str]:
    """The words of a template, "minute[s]" as both "minute" and "minutes"."""
    plain = re.sub(r"\{[^}]*\}|<[^>]*>", " ", template.lower().replace("’", "'"))
    plain = re.sub(r"([a-z']+)\[([a-z']+)\]", r"\1 \1\2", plain)
    return [w for w in re.findall(r"[a-z']+", plain) if w.strip("'")]
