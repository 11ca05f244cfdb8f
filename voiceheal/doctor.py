"""Looks at everything VoiceHeal stands on and says in plain words what is well and what to do about the rest."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .errors import VoiceHealError
from .memory.store import NAME, SqliteStore
from .settings import Settings, load_settings, settings_path, state_folder


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `text` says what is so, and what to do if it is not `ok`; `figures`: measured."""

    name: str
    ok: bool
    text: str
    figures: Mapping[str, float] = field(default_factory=dict)


def check_sound(settings: Settings) -> list[Finding]:
    """Microphone, echo, and how well a spoken sentence is understood."""
    from .soundcheck import check

    return [Finding(name, ok, text, figures) for name, ok, text, figures in check(settings)]


def examine(settings_file: Path | None, language: str | None, model: Path | None) -> list[Finding]:
    """Look at all parts, each for itself: one that fails does not hide the next."""
    found: list[Finding] = []
    reached = _watch_network()

    def look(name: str, how: Callable[[], str]) -> bool:
        try:
            found.append(Finding(name, True, how()))
        except VoiceHealError as e:
            found.append(Finding(name, False, str(e)))
        return found[-1].ok

    settings = Settings()

    def read_settings() -> str:
        nonlocal settings
        settings = load_settings(settings_file)
        path = settings_file or settings_path()
        return f"read from {path}" if path.exists() else f"the defaults ({path} does not exist)"

    look("settings", read_settings)
    given = {"language": language, "model": model}
    settings = settings.model_copy(update={k: v for k, v in given.items() if v is not None})
    look("content", lambda: _content(settings))
    look("model", lambda: _model(settings))
    look("voice", lambda: _voice(settings))
    found += check_sound(settings)
    look("speaker", lambda: _speaker(settings))
    look("store", lambda: _store(settings.memory))
    look("network", lambda: _network(reached))
    return found


def _watch_network() -> list[str]:
    """Collects every connection that Python code tries from now on (a hook of the interpreter: it cannot be undone)."""
    reached: list[str] = []

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo") and not isinstance(args[1], str | bytes):
            reached.append(f"{args[1]}")  # a path instead of an address is a local socket
        elif event == "socket.getaddrinfo":
            reached.append(f"{args[0]!s}")

    sys.addaudithook(hook)
    return reached


def _network(reached: list[str]) -> str:
    if reached:
        raise VoiceHealError(
            f"Something tried to connect: {', '.join(sorted(set(reached)))}.", "Please report this: it must not happen."
        )
    return "silent: nothing tried to connect while all of this was examined"


def _content(settings: Settings) -> str:
    from . import app

    pack = app.build(settings, strict=True).pack
    return f"{pack.info.name} {pack.info.version}: {sum(len(v) for v in pack.lines.values())} lines to say"


def _model(settings: Settings) -> str:
    from .hearing.model import find_model, verify_model

    path = find_model(settings.language, settings.model)
    verify_model(path, settings.language, deep=True)
    return f"whole, at {path}"


def _voice(settings: Settings) -> str:
    from .speaking.voice import WorkerVoice

    v = settings.voice
    voice = WorkerVoice(engine=v.engine, voice=v.name or None)
    try:
        pcm = voice.render("I am here.")
        return f"speaks ({voice.engine}), {len(pcm) / voice.sample_rate:.1f} s of sound for a test sentence"
    finally:
        voice.close()


def _speaker(settings: Settings) -> str:
    from .audio.streams import SpeakerStream
    from .runtime import SystemClock

    speaker = SpeakerStream(settings.speaker, SystemClock())
    speaker.start()
    try:
        return (
            f'"{speaker.device.name}" opens at {speaker.mixer.sample_rate} Hz, latency {speaker.latency * 1000:.0f} ms'
        )
    finally:
        speaker.close()


def _store(memory: str) -> str:
    from .errors import OutputError

    folder = state_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as e:
        raise OutputError(
            f"The folder {folder} cannot be written: {e.strerror or e}.", "Allow it, or set VOICEHEAL_HOME to another."
        ) from e
    if memory == "off":
        return f"{folder} can be written; your record is switched off"
    path = folder / NAME
    with contextlib.closing(SqliteStore(path)) as store:
        count = len(store.entries())
    return f"{folder} can be written; your record has {count} entries" if path.exists() else f"{folder} can be written"
