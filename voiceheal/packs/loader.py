"""Find a content pack and load it whole: YAML files in, one `Pack` out, or an error that names every fault."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from ..errors import ContentError
from .additions import added_intents
from .exercises import part_lines
from .files import PackFiles
from .helping import Helplines
from .schema import (
    Affirmations,
    Breathing,
    Feelings,
    IntentFile,
    Lines,
    Listening,
    PackInfo,
    Pattern,
    Replies,
    SafetyWords,
    Stage,
    Stages,
    Step,
    Steps,
    Talk,
    Talks,
)
from .yamlfile import read_yaml

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Pack:
    """One language's content.

    Attributes:
        folder: where it was read from.
        lines: every spoken line: id -> variants. Lines of stages, steps, talks, affirmations and breathing are in it
            under derived ids: `stage.anger.reflection`, `stage.anger.reflection.job`, `stage.anger.explanation`,
            `step.feel.about`, `step.feel.why`, `step.feel.2` (or the part's own id), `step.feel.2.thanks`,
            `step.feel.2.branch.1`, `reframe.1`, `affirm.worth`, `bedtime`, `breath.box.intro`, `breath.box.1`.
        intents: template files in the order of their names.
    """

    folder: Path
    info: PackInfo
    lines: Mapping[str, tuple[str, ...]]
    stages: Mapping[str, Stage]
    steps: Mapping[int, Step]
    talks: Mapping[str, Talk]
    patterns: Mapping[str, Pattern]
    themes: Mapping[str, tuple[str, ...]]
    intents: tuple[IntentFile, ...]
    feelings: Feelings
    safety: SafetyWords
    helplines: Helplines
    replies: Replies
    dizzy: tuple[str, ...]
    listening: Listening = Listening()


def content_folders() -> list[Path]:
    """Folders that may hold language packs: the environment's, the checkout's, the installed package's."""
    here = Path(__file__).resolve().parents[1]
    told = os.environ.get("VOICEHEAL_CONTENT")
    return [*([Path(told)] if told else []), here.parent / "content", here / "content"]


def find_pack(language: str, own: Path | None = None) -> Path:
    """Folder of the pack for `language`.

    Args:
        language: such as "en". own: the person's own folder of packs, looked into last.

    Raises:
        ContentError: there is none; names the languages there are.
    """
    have: set[str] = set()
    for folder in [*content_folders(), *([own] if own is not None else [])]:
        if (folder / language / "pack.yaml").is_file():
            return folder / language
        if folder.is_dir():
            have |= {p.parent.name for p in folder.glob("*/pack.yaml")}
    raise ContentError(
        f"There is no content for the language {language!r}.",
        f"Set the language to one of these: {', '.join(sorted(have)) or 'none found, reinstall VoiceHeal'}.",
    )


def load_pack(folder: Path, mine: Path | None = None) -> Pack:
    """Read and check the pack in `folder`.

    Args:
        folder: of a whole pack. mine: a person's own folder that is laid over it.

    Raises:
        ContentError: a file is missing or wrong; names file, line and key.
    """
    if not folder.is_dir():
        raise ContentError(f"There is no content pack at {folder}.", "Name a folder that holds a pack.yaml.")
    files = PackFiles(folder, mine)
    files.check_names()
    info = _read(files, "pack.yaml", PackInfo)
    stages = _read(files, "stages.yaml", Stages).stages
    steps = _read(files, "steps.yaml", Steps).steps
    talks = _read(files, "talks.yaml", Talks).talks
    breathing = _read(files, "breathing.yaml", Breathing)
    affirmations = _read(files, "affirmations.yaml", Affirmations)
    intents = [read_yaml(paths, IntentFile) for paths in files.within("intents")]
    rules = {name for file in intents for name in file.rules}
    lines = _Lines()
    for paths in files.within("lines"):
        lines.add(read_yaml(paths, Lines).lines.items(), paths[-1], own=mine is not None and mine in paths[0].parents)
    lines.add(_stage_lines(stages), folder / "stages.yaml")
    lines.add(_step_lines(steps), folder / "steps.yaml")
    lines.add(_talk_lines(talks), folder / "talks.yaml")
    lines.add(_breath_lines(breathing.patterns), folder / "breathing.yaml")
    lines.add(((f"affirm.{t}", v) for t, v in affirmations.themes.items()), folder / "affirmations.yaml")
    lines.add([("bedtime", affirmations.bedtime)], folder / "affirmations.yaml")
    return Pack(
        folder=folder,
        info=info,
        lines=lines.known,
        stages={s.id: s for s in stages},
        steps={s.number: s for s in sorted(steps, key=lambda s: s.number)},
        talks={t.id: t for t in talks},
        patterns={p.id: p for p in breathing.patterns},
        themes={k: tuple(v) for k, v in affirmations.themes.items()},
        intents=(*intents, added_intents(breathing.patterns, affirmations, steps, rules)),
        feelings=_read(files, "feelings.yaml", Feelings),
        safety=_read(files, "safety.yaml", SafetyWords),
        helplines=_read(files, "helplines.yaml", Helplines),
        replies=_read(files, "replies.yaml", Replies),
        dizzy=tuple(breathing.dizzy),
        # a pack can do without it
        listening=_read(files, "listening.yaml", Listening) if files.has("listening.yaml") else Listening(),
    )


def _read(files: PackFiles, name: str, model: type[M]) -> M:
    return read_yaml(files.paths(name), model)


class _Lines:
    """Spoken lines by id; of two files of one pack only one may define a line, a person's own may replace it."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, ...]] = {}
        self._from: dict[str, Path] = {}
        self._own: set[str] = set()

    def add(self, new: Iterable[tuple[str, list[str]]], path: Path, *, own: bool = False) -> None:
        for key, variants in new:
            if key in self._own and not own:
                continue
            if key in self.known and not (own and key not in self._own):
                raise ContentError(f"{path}: the line {key!r} is already defined in another file, {self._from[key]}.")
            self.known[key], self._from[key] = tuple(variants), path
            if own:
                self._own.add(key)


def _stage_lines(stages: list[Stage]) -> Iterable[tuple[str, list[str]]]:
    for s in stages:
        yield from s.lines()


def _step_lines(steps: list[Step]) -> Iterable[tuple[str, list[str]]]:
    for s in steps:
        yield f"step.{s.id}.about", s.about
        if s.why:
            yield f"step.{s.id}.why", s.why
        yield from part_lines(f"step.{s.id}", s.parts)


def _talk_lines(talks: list[Talk]) -> Iterable[tuple[str, list[str]]]:
    for t in talks:
        if t.why:
            yield f"{t.id}.why", t.why
        yield from part_lines(t.id, t.parts)


def _breath_lines(patterns: list[Pattern]) -> Iterable[tuple[str, list[str]]]:
    for p in patterns:
        yield f"breath.{p.id}.intro", p.intro
        for n, phase in enumerate(p.phases, 1):
            yield f"breath.{p.id}.{n}", phase.words
