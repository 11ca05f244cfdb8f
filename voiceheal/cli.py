"""The commands: reads the arguments, calls `app`, and turns every error into one sentence and an exit status."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__, authoring, record, tools
from .core.events import Started
from .core.meaning import PATTERNS, THEMES
from .errors import AudioDeviceError, UsageError, VoiceHealError
from .tools import settings_of

if TYPE_CHECKING:
    from .packs.loader import Pack

EPILOG = """examples:
  voiceheal                                   talk, by voice
  voiceheal --typed                           talk, by keyboard
  voiceheal breathe --pattern box --minutes 3
  voiceheal --input hello.wav --output reply.wav
"""
PARTS = ("talk", "checkin", "breathe", "bedtime", "affirm", "step")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; exit status 0 done, 1 wrong, 2 usage, 130 interrupted."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or (args[0].startswith("-") and args[0] not in ("-h", "--help", "--version")):
        args.insert(0, "talk")
    parser = _parser()
    try:
        chosen = parser.parse_args(args)
        run: Callable[[argparse.Namespace], int] = chosen.run
        return run(chosen)
    except VoiceHealError as e:
        print(f"voiceheal: {e}", file=sys.stderr)
        return e.exit_status
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # the reader of our output has gone: nothing to tell it, and nothing may be written at exit either
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voiceheal",
        description="A private, offline voice companion for the time after a rejection.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"voiceheal {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    common = _common()
    _talk_commands(commands, common)
    _tool_commands(commands, common)
    return parser


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    group = common.add_argument_group("what it stands on")
    group.add_argument("--settings", type=Path, metavar="FILE", help="settings file (default: the platform's folder)")
    group.add_argument("--language", metavar="CODE", help="language of the content, such as en")
    group.add_argument("--model", type=Path, metavar="DIR", help="folder of the speech model")
    return common


def _talk_options() -> argparse.ArgumentParser:
    talk = argparse.ArgumentParser(add_help=False)
    group = talk.add_argument_group("how to talk")
    group.add_argument("--typed", action="store_true", help="use the keyboard; needs no sound")
    group.add_argument("--input", type=Path, metavar="IN.wav", help="hear this recording instead of the microphone")
    group.add_argument("--output", type=Path, metavar="OUT.wav", help="speak into this file instead of the loudspeaker")
    group.add_argument(
        "--events", type=Path, metavar="FILE", help="write what happens as JSON lines, without your words"
    )
    group.add_argument("--events-words", action="store_true", help="with --events: your words too")
    group.add_argument("--show", action="store_true", help="print what is said")
    group.add_argument("--seed", type=int, metavar="N", help="make the choice of words repeatable")
    return talk


def _talk_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    talk = _talk_options()

    def add(name: str, text: str, example: str) -> argparse.ArgumentParser:
        p: argparse.ArgumentParser = commands.add_parser(
            name, help=text, description=text, parents=[talk, common], epilog=f"example: {example}"
        )
        p.set_defaults(run=_talk)
        return p

    add("talk", "talk with VoiceHeal (the default)", "voiceheal talk --typed")
    add("checkin", "begin with a check-in: how are you", "voiceheal checkin")
    p = add("breathe", "begin with guided breathing", "voiceheal breathe --pattern 478 --cycles 4")
    p.add_argument("--pattern", metavar="NAME", help=f"breathing pattern: {', '.join(PATTERNS)}, or one of your own")
    length = p.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=_positive, metavar="N", help="length in minutes")
    length.add_argument("--cycles", type=_count, metavar="N", help="length in breaths")
    p = add("bedtime", "affirmations in the dark that fade away", "voiceheal bedtime --minutes 20")
    p.add_argument("--minutes", type=_positive, metavar="N", help="length in minutes")
    p = add("affirm", "kind words for now", "voiceheal affirm --theme hope")
    p.add_argument("--theme", metavar="NAME", help=f"what they are about: {', '.join(THEMES)}, or one of your own")
    p.add_argument("--minutes", type=_positive, metavar="N", help="length in minutes")
    p = add("step", "one of the eleven steps, or their list", "voiceheal step 3")
    p.add_argument("number", nargs="?", type=_step, metavar="N", help="1 to 11, or one of your own")


def _tool_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    def add(name: str, run: Callable[[argparse.Namespace], int], text: str, example: str) -> argparse.ArgumentParser:
        p: argparse.ArgumentParser = commands.add_parser(
            name, help=text, description=text, parents=[common], epilog=f"example: {example}"
        )
        p.set_defaults(run=run)
        return p

    p = add("understand", tools.understand, "what a sentence means", 'voiceheal understand "breathe with me"')
    p.add_argument(
        "text", nargs="*", metavar="TEXT", help="the sentence; without it, lines from the keyboard or a pipe"
    )
    p.add_argument("--jsonl", action="store_true", help="one line in, one JSON line out")
    p = add("hear", tools.hear, "what was said in recordings", "voiceheal hear --jsonl note.wav")
    p.add_argument("wav", nargs="+", type=Path, metavar="WAV")
    p.add_argument("--jsonl", action="store_true", help="one JSON line a turn")
    add("setup", tools.setup, "install and verify the speech model", "voiceheal setup")
    p = add("doctor", tools.doctor, "check everything VoiceHeal needs", "voiceheal doctor")
    p.add_argument("--json", action="store_true", help="as JSON")
    add("devices", tools.devices, "list microphones and loudspeakers", "voiceheal devices")
    _record_commands(add)
    p = commands.add_parser(
        "content", help="work on content packs", epilog="example: voiceheal content check content/en"
    )
    actions = p.add_subparsers(dest="action", required=True, metavar="ACTION")
    p = actions.add_parser(
        "new", help="make a folder for content of your own, or a language to translate", parents=[common]
    )
    p.add_argument("code", nargs="?", metavar="CODE", help="language, such as en or de (default: yours)")
    p.add_argument("--in", dest="folder", type=Path, metavar="DIR", help="where to make it (default: where it is used)")
    p.set_defaults(run=authoring.new)
    p = actions.add_parser("check", help="verify content packs", parents=[common])
    p.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="the packs' folders (default: the language's)")
    p.set_defaults(run=authoring.check)
    p = actions.add_parser(
        "try",
        help="see or hear lines, or run a session by keyboard",
        parents=[common],
        epilog="example: voiceheal content try 'checkin.*'   or: voiceheal content try step 3",
    )
    p.add_argument("what", nargs="*", metavar="WHAT", help="a line (with * for several), or a session: checkin, step 3")
    p.add_argument("--pack", type=Path, metavar="DIR", help="from the pack in this folder")
    p.add_argument("--aloud", action="store_true", help="speak the lines")
    p.set_defaults(run=authoring.attempt)


def _record_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    p = add("history", record.history, "show your own record", "voiceheal history --html mine.html")
    p.add_argument("--html", type=Path, metavar="FILE", help="as a page in this file")
    p = add("export", record.export, "write your own record into a file", "voiceheal export mine.json")
    p.add_argument("file", type=Path, metavar="FILE", help="JSON file to write; - prints it")
    p = add("forget", record.forget, "erase your own record, or the last part of it", "voiceheal forget --last")
    scope = p.add_mutually_exclusive_group()
    scope.add_argument("--last", action="store_true", help="what was kept of the last conversation")
    scope.add_argument("--all", action="store_true", help="everything, and that VoiceHeal was ever started")


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value <= 180:  # also refuses "nan"
        raise argparse.ArgumentTypeError("must be more than 0 and at most 180")
    return value


def _step(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 99:
        raise argparse.ArgumentTypeError("must be from 1 to 99")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 500:
        raise argparse.ArgumentTypeError("must be from 1 to 500")
    return value


# ---- talking --------------------------------------------------------------------------------------------------------
def _started(args: argparse.Namespace) -> Started:
    intent = {"talk": None, "checkin": "check_in", "step": "step" if getattr(args, "number", None) else "steps"}.get(
        args.command, args.command
    )
    names = ("pattern", "minutes", "cycles", "theme", "number")
    slots = tuple((n, getattr(args, n)) for n in names if getattr(args, n, None) is not None)
    return Started(intent, slots)


def _talk(args: argparse.Namespace) -> int:
    from . import app
    from .eventlog import EventLog

    _check_usage(args)
    settings = settings_of(args)
    parts = app.build(settings)
    _check_names(args, parts.pack)
    with EventLog(args.events, words=args.events_words) as log:
        if args.typed:
            return app.talk_typed(parts, _started(args), log, seed=args.seed)
        if args.input:
            return app.talk_file(parts, _started(args), log, args.input, args.output, seed=args.seed)
        try:
            return app.talk_live(parts, _started(args), log, show=args.show, seed=args.seed)
        except AudioDeviceError as e:
            if not _typed_instead(e):
                raise
            return app.talk_typed(parts, _started(args), log, seed=args.seed)


def _typed_instead(e: AudioDeviceError) -> bool:
    """Without sound, offer the keyboard to whoever sits at one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print(f"voiceheal: {e}", file=sys.stderr)
    return input("Talk by keyboard instead? [Y/n] ").strip().lower() in ("", "y", "yes")


def _check_names(args: argparse.Namespace, pack: Pack) -> None:
    """Patterns, themes and steps are those of the pack."""
    known: dict[str, Mapping[Any, object]] = {
        "pattern": pack.patterns, "theme": pack.themes, "number": pack.steps
    }  # fmt: skip
    for name, there in known.items():
        wanted = getattr(args, name, None)
        if wanted is not None and wanted not in there:
            what = "step" if name == "number" else name
            raise UsageError(f"There is no {what} {str(wanted)!r}.", f"There are: {', '.join(map(str, there))}.")


def _check_usage(args: argparse.Namespace) -> None:
    if args.typed and (args.input or args.output):
        raise UsageError("--typed goes without --input and --output.", "Leave one of them away.")
    if bool(args.input) != bool(args.output):
        raise UsageError("--input and --output go together.", "Name both: --input IN.wav --output OUT.wav")
    if args.events_words and not args.events:
        raise UsageError("--events-words goes with --events FILE.", "Name the file to write.")
    if args.input and args.output.exists() and args.input.exists() and args.output.samefile(args.input):
        raise UsageError("--output would overwrite --input.", "Name another file.")


if __name__ == "__main__":
    sys.exit(main())
