"""Find a content pack and load it whole: YAML files in, one `Pack` out, or an error that names every fault."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import ContentError
from .exercises import part_lines
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


def find_pack(language: str) -> Path:
    """Folder of the pack for `language`.

    Raises:
        ContentError: there is none; names the languages there are.
    """
    have: set[str] = set()
    for folder in content_folders():
        if (folder / language / "pack.yaml").is_file():
            return folder / language
        if folder.is_dir():
            have |= {p.parent.name for p in folder.glob("*/pack.yaml")}
    raise ContentError(
        f"There is no content for the language {language!r}.",
        f"Set the language to one of these: {', '.join(sorted(have)) or 'none found, reinstall VoiceHeal'}.",
    )


def load_pack(folder: Path) -> Pack:
    """Read and check the pack in `folder`.

    Raises:
        ContentError: a file is missing or wrong; names file, line and key.
    """
    if not folder.is_dir():
        raise ContentError(f"There is no content pack at {folder}.", "Name a folder that holds a pack.yaml.")
    info = read_yaml(folder / "pack.yaml", PackInfo)
    stages = read_yaml(folder / "stages.yaml", Stages).stages
    steps = read_yaml(folder / "steps.yaml", Steps).steps
    talks = read_yaml(folder / "talks.yaml", Talks).talks
    breathing = read_yaml(folder / "breathing.yaml", Breathing)
    patterns = breathing.patterns
    affirmations = read_yaml(folder / "affirmations.yaml", Affirmations)
    lines: dict[str, tuple[str, ...]] = {}
    for path in sorted((folder / "lines").glob("*.yaml")):
        _add(lines, ((k, v) for k, v in read_yaml(path, Lines).lines.items()), path)
    _add(lines, _stage_lines(stages), folder / "stages.yaml")
    _add(lines, _step_lines(steps), folder / "steps.yaml")
    _add(lines, _talk_lines(talks), folder / "talks.yaml")
    _add(lines, _breath_lines(patterns), folder / "breathing.yaml")
    _add(lines, ((f"affirm.{t}", v) for t, v in affirmations.themes.items()), folder / "affirmations.yaml")
    _add(lines, [("bedtime", affirmations.bedtime)], folder / "affirmations.yaml")
    return Pack(
        folder=folder,
        info=info,
        lines=lines,
        stages={s.id: s for s in stages},
        steps={s.number: s for s in sorted(steps, key=lambda s: s.number)},
        talks={t.id: t for t in talks},
        patterns={p.id: p for p in patterns},
        themes={k: tuple(v) for k, v in affirmations.themes.items()},
        intents=tuple(read_yaml(p, IntentFile) for p in sorted((folder / "intents").glob("*.yaml"))),
        feelings=read_yaml(folder / "feelings.yaml", Feelings),
        safety=read_yaml(folder / "safety.yaml", SafetyWords),
        helplines=read_yaml(folder / "helplines.yaml", Helplines),
        replies=read_yaml(folder / "replies.yaml", Replies),
        dizzy=tuple(breathing.dizzy),
        listening=_listening(folder / "listening.yaml"),
    )


def _listening(path: Path) -> Listening:
    """A pack can do without it."""
    return read_yaml(path, Listening) if path.exists() else Listening()


def _add(lines: dict[str, tuple[str, ...]], new: Iterable[tuple[str, list[str]]], path: Path) -> None:
    for key, variants in new:
        if key in lines:
            raise ContentError(f"{path}: the line {key!r} is already defined in another file.")
        lines[key] = tuple(variants)


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
