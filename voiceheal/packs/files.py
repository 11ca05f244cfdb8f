"""Which files a pack is made of: the built-in ones, and a person's own laid over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from ..errors import ContentError
from .earwords import EarWords
from .helping import Helplines
from .schema import (
    Affirmations,
    Breathing,
    Examples,
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

FILES: Mapping[str, type[BaseModel]] = {
    "pack.yaml": PackInfo, "stages.yaml": Stages, "steps.yaml": Steps, "talks.yaml": Talks,
    "breathing.yaml": Breathing, "affirmations.yaml": Affirmations, "feelings.yaml": Feelings,
    "safety.yaml": SafetyWords, "helplines.yaml": Helplines, "replies.yaml": Replies, "ear.yaml": EarWords,
    "listening.yaml": Listening,
}  # fmt: skip
OPTIONAL = ("ear.yaml", "listening.yaml")  # of a whole pack; of a person's own every file is
FOLDERS: Mapping[str, type[BaseModel]] = {"lines": Lines, "intents": IntentFile, "examples": Examples}


@dataclass(frozen=True)
class PackFiles:
    """The files of one language.

    Attributes:
        base: folder of a whole pack. mine: a person's own folder with any of the files, or None.
    """

    base: Path
    mine: Path | None = None

    def paths(self, name: str) -> list[Path]:
        """The file in both places, the lower one first; the built-in place when it is in neither."""
        places = [self.base / name, *([self.mine / name] if self.mine is not None else [])]
        return [p for p in places if p.exists()] or places[:1]

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return self.paths(name)[0].exists()

    def within(self, folder: str) -> list[list[Path]]:
        """Every YAML file of a folder, in the order of their names, each with what is laid over it."""
        places = [self.base, *([self.mine] if self.mine is not None else [])]
        names = sorted({p.name for place in places for p in (place / folder).glob("*.yaml")})
        return [self.paths(f"{folder}/{name}") for name in names]

    def unknown(self) -> list[Path]:
        """YAML files that nothing reads: their names are wrong."""
        places = [self.base, *([self.mine] if self.mine is not None else [])]
        found = [p for place in places for p in place.glob("*.yaml") if p.name not in FILES]
        found += [p for place in places for p in place.glob("*/*.yaml") if p.parent.name not in FOLDERS]
        return sorted(found + [p for place in places for p in place.glob("**/*.yml")])

    def check_names(self) -> None:
        """Raises:
        ContentError: a file of the person's own has a name that nothing reads.
        """
        wrong = [p for p in self.unknown() if self.mine is not None and self.mine in p.parents]
        if wrong:
            known = ", ".join([*FILES, *(f"{f}/*.yaml" for f in FOLDERS)])
            raise ContentError("\n".join(f"{p}: nothing reads a file of this name." for p in wrong), f"Known: {known}.")
