"""The typed way: the keyboard for ears and the screen for a mouth; needs no sound at all.

At a terminal it runs in real time. From a pipe it runs in virtual time: a line is taken when it is the person's turn,
or `TURN_S` into whatever runs, so that a long exercise takes no time.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from ..core.commands import Command, Hush, Listen, Note, Quit, Speak
from ..core.conversation import Conversation
from ..core.events import Deadline, Event, InputEnded, LineEnded, LineStarted, Started, Utterance
from ..core.meaning import Expect
from ..eventlog import EventLog
from ..runtime import Runtime, SystemClock

WORD_S = 0.3  # reading time of a word at a terminal; about the speed of calm speech
TURN_S = 10.0
PROMPT = "> "


class Screen:
    """Prints what is said; a line counts as said after the time it takes to read."""

    def __init__(self, out: TextIO, log: EventLog) -> None:
        self._out = out
        self._log = log
        self._prompted = False

    def show(self, line: Speak, now: float) -> float:
        """Print a line; gives its reading time in s."""
        text = plain(line.text)
        indent = "" if line.at is None else "   "
        width = shutil.get_terminal_size().columns if self._out.isatty() else 0
        shown = textwrap.fill(text, max(20, width), break_long_words=False) if width else text
        self._write(f"{indent}{shown}\n")
        self._log.write(now, "say_start", {"id": line.id, "line": line.line})
        return len(text.split()) * WORD_S

    def prompt(self) -> None:
        """Show that it is the person's turn."""
        if not self._prompted:
            self._out.write(PROMPT)
            self._out.flush()
            self._prompted = True

    def answered(self) -> None:
        """The person pressed return after the prompt."""
        self._prompted = False

    def echo(self, text: str) -> None:
        """Print what came from a pipe, as if it had been typed."""
        self._write(f"{PROMPT}{text}\n")

    def _write(self, text: str) -> None:
        if self._prompted:
            self._out.write("\n")
            self._prompted = False
        self._out.write(text)
        self._out.flush()


class TypedBody:
    """Carries commands out on a screen, in real time."""

    def __init__(self, screen: Screen, log: EventLog, post: Callable[[Event], None], clock: SystemClock) -> None:
        self._screen = screen
        self._log = log
        self._post = post
        self._clock = clock
        self._timers: dict[int, threading.Timer] = {}

    def execute(self, command: Command, now: float) -> None:
        """Print lines; tones and loudness have no meaning on a screen."""
        match command:
            case Speak():
                took = self._screen.show(command, now)
                timer = threading.Timer(took, self._ended, (command.id, True))
                timer.daemon = True
                self._timers[command.id] = timer
                self._post(LineStarted(command.id))
                timer.start()
            case Hush(_, report):
                for line_id, timer in list(self._timers.items()):
                    timer.cancel()
                    self._ended(line_id, False)
                if report:
                    self._log.write(now, "stopped")
            case _:
                pass

    def _ended(self, line_id: int, completed: bool) -> None:
        if self._timers.pop(line_id, None) is not None:
            self._log.write(self._clock.now(), "say_end", {"id": line_id, "completed": completed})
            self._post(LineEnded(line_id, completed))

    def expect(self, expect: Expect) -> None:
        """Anything may be typed at any time."""

    def turn(self, *, listening: bool) -> None:
        """Show the prompt."""
        if listening:
            self._screen.prompt()

    def close(self) -> None:
        """Stop the timers."""
        for timer in self._timers.values():
            timer.cancel()


class _LeftError(Exception):
    """The keyboard was closed (Ctrl-D)."""


def run_terminal(conversation: Conversation, log: EventLog, started: Started) -> int:
    """A typed conversation at a terminal; exit status."""
    clock = SystemClock()
    screen = Screen(sys.stdout, log)
    body: TypedBody

    def read() -> None:
        for line in sys.stdin:
            screen.answered()
            if line.strip():
                t = clock.now()
                runtime.post(Utterance(line.strip(), start_s=t, end_s=t, decided_s=t))
            else:
                screen.prompt()
        runtime.post(_LeftError())

    body = TypedBody(screen, log, lambda event: runtime.post(event), clock)  # noqa: PLW0108  runtime is made later
    runtime = Runtime(conversation, body, log, clock)
    threading.Thread(target=read, daemon=True, name="keyboard").start()
    try:
        return runtime.run(started)
    except _LeftError:
        sys.stdout.write("\n")
        return 0
    finally:
        body.close()


def run_piped(
    conversation: Conversation,
    log: EventLog,
    started: Started,
    lines: Iterable[str],
    out: TextIO,
) -> int:
    """A typed conversation from a pipe, in virtual time; exit status."""
    return _Piped(conversation, log, iter(lines), out).run(started)


class _Piped:
    """Virtual time: jumps to whatever comes next, a line's end, a deadline or the next typed line."""

    def __init__(self, conversation: Conversation, log: EventLog, lines: Iterator[str], out: TextIO) -> None:
        self._conversation = conversation
        self._log = log
        self._lines = lines
        self._screen = Screen(out, log)
        self._ends: dict[int, float] = {}
        self._typed_at = 0.0
        self._now = 0.0
        self._status: int | None = None

    def run(self, started: Started) -> int:
        self._log.write(0.0, "ready")
        self._take(started)
        waiting = self._next_line()
        while self._status is None:
            at, event = self._soonest(waiting)
            self._now = max(self._now, at)
            if isinstance(event, Utterance):
                self._screen.echo(event.text)
                self._typed_at = self._now
                self._take(event)
                waiting = self._next_line()
            else:
                self._take(event)
        return self._status

    def _next_line(self) -> str | None:
        line = next((line.strip() for line in self._lines if line.strip()), None)
        if line is None and self._status is None:
            self._take(InputEnded())
        return line

    def _soonest(self, line: str | None) -> tuple[float, Event]:
        found: list[tuple[float, Event]] = []
        if self._ends:
            line_id = min(self._ends, key=lambda i: self._ends[i])
            found.append((self._ends[line_id], LineEnded(line_id)))
        if (due := self._conversation.next_deadline) is not None:
            found.append((due, Deadline()))
        if line is not None:
            t = self._now if self._conversation.listening else max(self._now, self._typed_at + TURN_S)
            found.append((t, Utterance(line, start_s=t, end_s=t, decided_s=t)))
        return min(found, key=lambda f: f[0], default=(self._now, InputEnded()))

    def _take(self, event: Event) -> None:
        self._log.event(event)
        if isinstance(event, LineEnded) and self._ends.pop(event.id, None) is not None:
            self._log.write(self._now, "say_end", {"id": event.id, "completed": event.completed})
        for command in self._conversation.handle(event, self._now):
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Quit(status):
                self._status = status
            case Speak():
                took = self._screen.show(command, self._now)
                if command.at is None:
                    self._ends[command.id] = self._now + took
            case Hush(_, report):
                for line_id in self._ends:
                    self._log.write(self._now, "say_end", {"id": line_id, "completed": False})
                self._ends.clear()
                if report:
                    self._log.write(self._now, "stopped")
            case Note():
                self._log.note(self._now, command)
            case Listen():
                pass
            case _:
                pass


def plain(text: str) -> str:
    """A line as it is read: without the marks for silence."""
    return re.sub(r"\s*\[pause [0-9.]+\]\s*", " ", text).strip()
