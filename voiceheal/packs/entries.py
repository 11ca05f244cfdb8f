"""Every text of a content pack with its place: file, line and the way of keys that leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

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
    ("stages.yaml", ("keywords",)), ("steps.yaml", ("words",)), ("talks.yaml", ("words",)),
    ("breathing.yaml", ("names", "dizzy")), ("helplines.yaml", ("spoken",)),
)  # fmt: skip
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Entry:
    """One text of a YAML file and the way to it; items of a list go by their `id` where they have one."""

    file: str
    line: int
    way: tuple[str, ...]
    text: str

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


def read_entries(folder: Path, broken: set[str]) -> list[Entry]:
    """Every text of every file that is YAML; of one with faults too, as far as it can be read."""
    entries: list[Entry] = []
    for path in sorted(folder.rglob("*.yaml")):
        try:
            node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_FAST)
        except (yaml.YAMLError, ValueError, OSError):
            broken.add(str(path))
            continue
        if node is not None:
            entries += _walk(node, str(path), ())
    return entries


def _walk(node: yaml.Node, file: str, way: tuple[str, ...]) -> Iterator[Entry]:
    if isinstance(node, yaml.ScalarNode):
        yield Entry(file, node.start_mark.line + 1, way, str(node.value))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, file, (*way, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value, 1):
            yield from _walk(item, file, (*way, _name_of(item) or str(n)))


def _name_of(item: yaml.Node) -> str | None:
    """The `id` of a list's item."""
    if not isinstance(item, yaml.MappingNode):
        return None
    # breathing patterns may have a number for an id: marked, so that it is not taken for a place in a list
    return next((f"<{v.value}>" if v.value.isdigit() else v.value for k, v in item.value if k.value == "id"), None)


def is_spoken(e: Entry) -> bool:
    path = Path(e.file)
    if path.parent.name == "lines" and e.way[0] == "lines":
        return True
    if path.name not in SPOKEN_FILES:
        return path.name == "helplines.yaml" and e.kind in HELP
    if "branches" in e.way and e.kind == "words":  # what the person says
        return False
    return path.name == "affirmations.yaml" or e.kind in SENTENCES | PHRASES


def is_heard(e: Entry) -> bool:
    path = Path(e.file)
    if path.parent.name == "intents":
        return e.way[-1] != "slots" and "slots" not in e.way
    return any(path.name == name and (not keys or set(keys) & set(e.way)) for name, keys in HEARD_FILES)


def heard_words(template: str) -> list[str]:
    """The words of a template, "minute[s]" as both "minute" and "minutes"."""
    plain = re.sub(r"\{[^}]*\}|<[^>]*>", " ", template.lower().replace("’", "'"))
    plain = re.sub(r"([a-z']+)\[([a-z']+)\]", r"\1 \1\2", plain)
    return [w for w in re.findall(r"[a-z']+", plain) if w.strip("'")]
