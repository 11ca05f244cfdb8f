"""The commands for people who write content: make a folder of one's own, check it, try it."""

from __future__ import annotations

import argparse
import fnmatch
import re
import shutil
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .contents import layers
from .errors import ContentError, ModelError, OutputError, UsageError
from .settings import Settings, content_home
from .tools import settings_of

if TYPE_CHECKING:
    from .app import App

STARTER = "starter"  # folder of commented examples beside the packs
LEFT_OUT = ("examples", "understanding.npz")  # of a pack that is copied to be translated: learnt from that language
SESSIONS = ("checkin", "breathe", "affirm", "bedtime", "step", "steps")


def new(args: argparse.Namespace) -> int:
    """Make a folder of one's own: examples to fill in, or a whole pack to translate."""
    from .packs.loader import content_folders

    settings = settings_of(args)
    code = args.code or settings.language
    target = (args.folder or content_home()) / code
    if target.exists() and any(target.iterdir()):
        raise OutputError(f"{target} is there already.", "Change the files in it, or name another folder with --in.")
    known = next((f / code for f in content_folders() if (f / code / "pack.yaml").is_file()), None)
    try:
        if known is not None:
            _starter(target)
        else:
            _translation(target, code, settings.language)
    except OSError as e:
        raise OutputError(f"{target} cannot be written: {e.strerror or e}.", "Name another folder with --in.") from e
    what = "Take the # away from what you want to change" if known is not None else "Translate the texts in its files"
    where = "" if args.folder is None else f" {target}"
    print(f"Your own content is in {target}\n{what}, then run: voiceheal content check{where}")
    return 0


def _starter(target: Path) -> None:
    from .packs.loader import content_folders

    source = next((f / STARTER for f in content_folders() if (f / STARTER).is_dir()), None)
    if source is None:
        raise ContentError("The examples to start from are missing.", "Install VoiceHeal again.")
    shutil.copytree(source, target, dirs_exist_ok=True)


def _translation(target: Path, code: str, source: str) -> None:
    from .packs.loader import find_pack

    shutil.copytree(find_pack(source), target, ignore=shutil.ignore_patterns(*LEFT_OUT), dirs_exist_ok=True)
    pack = target / "pack.yaml"
    text = re.sub(r"(?m)^language:.*$", f"language: {code}", pack.read_text(encoding="utf-8"))
    pack.write_text(re.sub(r"(?m)^voice_language:.*$", f"voice_language: {code}", text), encoding="utf-8")


def check(args: argparse.Namespace) -> int:
    """Verify content packs: the folders named, or the language's with one's own laid over it."""
    from .packs.check import report

    settings = settings_of(args)
    serious = 0
    for folder, mine in [_layers(f) for f in args.folders] or [layers(settings.language)]:
        found = report(folder, _vocabulary(settings, folder), mine)
        for f in found.findings:
            print(f"{f}{' (advice)' if f.advice else ''}")
        print(found.summary(mine or folder))
        serious += found.serious
    return 1 if serious else 0


def _layers(folder: Path) -> tuple[Path, Path | None]:
    """A folder as a whole pack, or as one laid over the built-in pack that its name says."""
    from .packs.loader import find_pack

    if not folder.is_dir():
        raise ContentError(f"There is no folder {folder}.", "Name the folder of a content pack.")
    if (folder / "pack.yaml").is_file() and (folder / "stages.yaml").is_file():
        return folder, None
    try:
        return find_pack(folder.resolve().name), folder
    except ContentError as e:
        raise ContentError(
            f"{folder} is no whole pack, and there is no language {folder.resolve().name!r} to lay it over.", e.hint
        ) from e


def _vocabulary(settings: Settings, folder: Path) -> Any:
    """Finds the words that the speech model of the pack's language cannot hear; None when there is no model."""
    from .hearing.model import find_model, load_model, missing_words
    from .packs.schema import PackInfo
    from .packs.yamlfile import read_yaml

    try:
        language = read_yaml(folder / "pack.yaml", PackInfo).language
        model = load_model(find_model(language, settings.model), language)
    except ContentError:  # found by the check itself
        return None
    except ModelError as e:
        print(f"The words were not checked against the speech model: {e}", file=sys.stderr)
        return None
    return lambda words: missing_words(model, words)


# ---- trying ---------------------------------------------------------------------------------------------------------
def attempt(args: argparse.Namespace) -> int:
    """Print or speak lines, or run a session by keyboard, from a pack."""
    from . import app
    from .packs.loader import load_pack
    from .understanding.engine import Engine

    settings = settings_of(args)
    if args.pack is not None:
        pack = load_pack(*_layers(args.pack))
        parts = app.App(settings, pack, Engine(pack))
    else:
        parts = app.build(settings, strict=True)
    first, *rest = args.what or ["talk"]
    if first in (*SESSIONS, "talk") or first in parts.pack.talks:
        return _session(parts, first, rest)
    if rest:
        raise UsageError(f"{first!r} takes no {rest[0]!r}.", "Name a session, or a line: voiceheal content try checkin")
    lines = {i: v for i, v in sorted(parts.pack.lines.items()) if fnmatch.fnmatchcase(i, first)}
    if not lines:
        near = [i for i in sorted(parts.pack.lines) if first.rstrip("*") in i][:8]
        hint = f"There are: {', '.join(near)}." if near else "Try a part of a name with a star, such as 'checkin.*'."
        raise ContentError(f"There is no line {first!r} and no session of this name.", hint)
    return _lines(parts, lines, aloud=args.aloud)


def _session(parts: App, name: str, rest: Iterable[str]) -> int:
    from . import app
    from .core.events import Started
    from .eventlog import EventLog

    intent = {"talk": None, "checkin": "check_in"}.get(name, name)
    slot = {"breathe": "pattern", "affirm": "theme", "step": "number"}.get(name)
    slots = [(slot, int(v) if slot == "number" and v.isdigit() else v) for v in list(rest)[:1] if slot]
    with EventLog(None, words=False) as log:
        return app.talk_typed(parts, Started(intent, tuple(slots)), log, remembers=False)


def _lines(parts: App, lines: dict[str, tuple[str, ...]], *, aloud: bool) -> int:
    for line, variants in lines.items():
        print(line)
        for text in variants:
            print(f"  {text}")
            if aloud:
                sys.stdout.flush()
                _speak(parts, text)
    return 0


def _speak(parts: App, text: str) -> None:
    """Say one line through the loudspeaker; returns when it is over."""
    from .app import build_voice
    from .audio.resample import resample
    from .audio.streams import SpeakerStream
    from .runtime import SystemClock

    speaker = SpeakerStream(parts.settings.speaker, SystemClock())
    voice = build_voice(parts)
    try:
        sound = voice.render(text, parts.settings.voice.rate)
        speaker.start()
        speaker.mixer.set_master(parts.settings.volume / 100)
        speaker.mixer.play(1, resample(sound, voice.sample_rate, speaker.mixer.sample_rate))
        threading.Event().wait(len(sound) / voice.sample_rate + 0.5)
    finally:
        voice.close()
        speaker.close()
