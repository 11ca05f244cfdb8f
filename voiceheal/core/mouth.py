"""One voice: which line is being said now, and the numbers that lines carry. Only one line at a time; cues overlap."""

from __future__ import annotations

from dataclasses import dataclass

from .commands import Command, Hush, Speak
from .session import Context, Slots


@dataclass(frozen=True, slots=True)
class Line:
    """A line on its way: `aside` is spoken between the session's own lines."""

    id: int
    line: str
    text: str
    aside: bool


class Mouth:
    """Turns line ids into Speak commands and knows what is being said."""

    def __init__(self, context: Context, out: list[Command]) -> None:
        self._context = context
        self._out = out
        self._next_id = 1
        self.current: Line | None = None
        self.last: Line | None = None  # what "repeat" says again

    def say(
        self,
        line: str,
        slots: Slots | None = None,
        *,
        rate: float = 1.0,
        gain: float = 1.0,
        text: str | None = None,
        private: bool = False,
        aside: bool = False,
    ) -> None:
        """Say a line now; what was being said is cut."""
        words = text if text is not None else self._context.phrases.pick(line, **(slots or {}))
        self.hush()
        self.current = self.last = Line(self._new_id(), line, words, aside)
        rate *= self._context.rate
        self._out.append(Speak(self.current.id, words, line, rate=rate, gain=gain, private=private))

    def again(self, line: Line) -> None:
        """Say the very same words again, in between."""
        self.say(line.line, text=line.text, private=True, aside=True)

    def cue(self, line: str, at: float) -> None:
        """A word or two planned at a time, over whatever else sounds; nobody waits for its end."""
        self._out.append(Speak(self._new_id(), self._context.phrases.pick(line), line, rate=self._context.rate, at=at))

    def hush(self, fade_s: float = 0.02) -> None:
        """Cut what is being said."""
        if self.current is not None:
            self._out.append(Hush(fade_s))
            self.current = None

    def ended(self, line_id: int) -> Line | None:
        """The line with this number has ended: it, if it was the current one."""
        if self.current is None or self.current.id != line_id:
            return None
        line, self.current = self.current, None
        return line

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1
