"""Live: one inbox, one thread that touches the conversation; it waits for the next event or deadline and acts."""

from __future__ import annotations

import queue
import time
from typing import Protocol

from .core.commands import Command, Listen, Note, Quit
from .core.conversation import Conversation
from .core.events import Deadline, Event, Failed, Started
from .core.meaning import Expect
from .eventlog import EventLog


class SystemClock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._zero = time.monotonic()

    def now(self) -> float:
        """Seconds of session time."""
        return time.monotonic() - self._zero


class Body(Protocol):
    """What carries commands out: a loudspeaker and microphone, or a screen and keyboard."""

    def execute(self, command: Command, now: float) -> None:
        """Carry out Speak, PlayTone, Hush, SetVolume or Prepare; must not block for long."""
        ...

    def expect(self, expect: Expect) -> None:
        """What may be heard from now on."""
        ...

    def turn(self, *, listening: bool) -> None:
        """Called after each event: whether it is the person's turn."""
        ...


class Runtime:
    """Runs one live conversation to its end."""

    def __init__(self, conversation: Conversation, body: Body, log: EventLog, clock: SystemClock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.inbox: queue.Queue[Event | BaseException] = queue.Queue()
        self._conversation = conversation
        self._body = body
        self._log = log

    def post(self, event: Event | BaseException) -> None:
        """Hand something over from any thread; an exception ends the conversation."""
        self.inbox.put(event)

    def run(self, started: Started) -> int:
        """Until the conversation is over; exit status."""
        self._log.write(self.clock.now(), "ready")
        status = self._take(started)
        while status is None:
            status = self._take(self._next())
        return status

    def _next(self) -> Event:
        due = self._conversation.next_deadline
        while True:
            wait = None if due is None else max(0.0, due - self.clock.now())
            try:
                # waiting in slices keeps Ctrl-C prompt on Windows, where a blocked get cannot be interrupted
                event = self.inbox.get(timeout=0.5 if wait is None else min(wait, 0.5))
            except queue.Empty:
                if due is not None and self.clock.now() >= due:
                    return Deadline()
                continue
            if isinstance(event, BaseException):
                raise event
            return event

    def _take(self, event: Event) -> int | None:
        self._log.event(event)
        if isinstance(event, Failed):
            self._log.write(self.clock.now(), "error", {"code": event.code})
        for command in self._conversation.handle(event, self.clock.now()):
            match command:
                case Quit(status):
                    return status
                case Note():
                    self._log.note(self.clock.now(), command)
                case Listen(expect):
                    self._body.expect(expect)
                case _:
                    self._body.execute(command, self.clock.now())
        self._body.turn(listening=self._conversation.listening)
        return None
