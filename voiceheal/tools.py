"""The commands that are no conversation: understand, hear, setup, doctor, devices."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .errors import AudioDeviceError
from .settings import Settings, load_settings

if TYPE_CHECKING:
    from .doctor import Finding


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings, with what the command line says on top."""
    settings = load_settings(args.settings)
    given = {"language": args.language, "model": args.model}
    return settings.model_copy(update={k: v for k, v in given.items() if v is not None})


def understand(args: argparse.Namespace) -> int:
    """What a sentence means."""
    from . import app

    engine = app.build(settings_of(args)).engine
    lines: Iterable[str] = [" ".join(args.text)] if args.text else sys.stdin
    for line in lines:
        fields = app.meaning_fields(engine.understand(_text_of(line) if args.jsonl else line.rstrip("\n")))
        app.write_line(sys.stdout, json.dumps(fields) if args.jsonl else _in_words(fields))
    return 0


def _text_of(line: str) -> str:
    """A line is the sentence itself, or a JSON object or string that holds it."""
    line = line.rstrip("\r\n")
    if line[:1] in ("{", '"'):
        with contextlib.suppress(ValueError):
            data = json.loads(line)
            if isinstance(data, str):
                return data
            if isinstance(data, dict) and isinstance(data.get("text"), str):
                return str(data["text"])
    return line


def _in_words(fields: dict[str, Any]) -> str:
    parts = [f"{fields['intent']}"]
    parts += [f"{k}={v}" for k, v in fields["slots"].items()]
    parts += [f"stage {fields['stage']}"] if fields["stage"] else []
    parts += [f"safety {fields['safety']}"] if fields["safety"] else []
    return f"{' · '.join(parts)}  ({fields['confidence']:.0%})"


def hear(args: argparse.Namespace) -> int:
    """What was said in recordings."""
    from . import app

    for fields in app.hear_files(app.build(settings_of(args)), args.wav):
        if args.jsonl:
            app.write_line(sys.stdout, json.dumps(fields))
        else:
            when = f"{fields['start_s']:7.2f} s"
            app.write_line(sys.stdout, f"{fields['file']} {when}  {fields['text']!r}  {_in_words(fields)}")
    return 0


def setup(args: argparse.Namespace) -> int:
    """Install and verify the speech model."""
    from .hearing.model import ensure_model

    settings = settings_of(args)
    path = ensure_model(print, settings.language, settings.model)
    print(f"The speech model is ready: {path}")
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Check everything."""
    from .doctor import examine

    findings = examine(args.settings, args.language, args.model)
    if args.json:
        print(json.dumps([_finding(f) for f in findings]))
    else:
        for f in findings:
            print(f"{'ok  ' if f.ok else 'NO  '} {f.name:<11} {f.text}")
    return 0 if all(f.ok for f in findings) else 1


def _finding(f: Finding) -> dict[str, Any]:
    figures = {"figures": {name: round(value, 2) for name, value in f.figures.items()}} if f.figures else {}
    return {"name": f.name, "ok": f.ok, "text": f.text, **figures}


def devices(args: argparse.Namespace) -> int:
    """List the sound devices."""
    from .audio.devices import TYPED_HINT, list_devices

    found = list_devices()
    if not found:
        raise AudioDeviceError("No microphone and no loudspeaker were found.", TYPED_HINT)
    for device in found:
        mark = "*" if device.default else " "
        print(f"{mark} {device.kind:<10} {device.name}  ({device.channels} ch, {device.rate:g} Hz, {device.hostapi})")
    return 0
