"""The examples of a pack as labelled sentences, and the digest that ties weights to what they were trained on."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voiceheal.packs.schema import Examples
from voiceheal.packs.yamlfile import read_yaml

HAPPENED = "happened"
NO_STAGE = "none"
SLOTS = "_slots.yaml"  # how slots are filled once the intent is known: the weights never see it
# These may carry a stage that nobody has labelled: they teach nothing about "no feeling in it".
MAY_FEEL = frozenset({"reframe", "check_in", "affirm", "breathe", "bedtime", "reach_out", "journal", "why_it_hurts"})


@dataclass(frozen=True)
class Sentence:
    """One example; "" where it teaches nothing about a question."""

    text: str
    author: str
    intent: str = ""
    stage: str = ""
    safety: str = ""
    weight: float = 1.0
    slots: Mapping[str, object] = field(default_factory=dict)

    @property
    def person(self) -> str:
        """Whose sentence it is: what the recogniser made of an author's sentences is that author's, too."""
        return self.author.split(".")[0]


def sentences(folder: Path) -> list[Sentence]:
    """All examples in `folder`, in the order of the files."""
    return [s for path in sorted(folder.glob("*.yaml")) for s in _of_author(path)]


def _of_author(path: Path) -> Iterator[Sentence]:
    examples = read_yaml(path, Examples)
    for intent, said in examples.intents.items():
        stage = "" if intent in MAY_FEEL else NO_STAGE
        for one in said:
            slots = {} if isinstance(one, str) else dict(one.slots)
            yield Sentence(text_of(one), path.stem, intent, stage, weight=examples.weight, slots=slots)
    for feeling, said in examples.feelings.items():
        for text in map(text_of, said):
            stage = NO_STAGE if feeling == HAPPENED else feeling
            yield Sentence(text, path.stem, "feeling", stage, weight=examples.weight)
    for lane, said in examples.safety.items():
        for text in map(text_of, said):
            yield Sentence(text, path.stem, safety=lane, weight=examples.weight)


def groups(rows: Sequence[Sentence], count: int) -> list[int]:
    """The group of each sentence; an author's are in one group, and every group has authors of each kind."""
    people: dict[str, Counter[bool]] = defaultdict(Counter)
    for row in rows:
        people[row.person][bool(row.safety)] += 1
    # those who wrote most of one kind come first, so that dealing them out is fair
    order = sorted(people, key=lambda p: (people[p][True] > people[p][False], -people[p].total(), p))
    group = {person: n % count for n, person in enumerate(order)}
    return [group[row.person] for row in rows]


def text_of(said: object) -> str:
    """The words of an example, with slots or without."""
    return said if isinstance(said, str) else str(said.text)  # type: ignore[attr-defined]


def digest(folder: Path) -> str:
    """Of everything the weights depend on: the examples, and the rules that look at them."""
    found = hashlib.sha256()
    intents = [p for p in sorted((folder / "intents").glob("*.yaml")) if p.name != SLOTS]
    paths = [*sorted((folder / "examples").glob("*.yaml")), *intents]
    for path in [*paths, folder / "feelings.yaml", folder / "safety.yaml"]:
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]
