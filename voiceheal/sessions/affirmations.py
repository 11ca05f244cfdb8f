"""Affirmations by day and at bedtime: spoken lines with quiet between, no line twice before all were heard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..core.controls import length_of
from ..core.meaning import SlotValue
from ..core.ports import Entry
from ..core.session import Context, Fade, Flow, Moved, Say, Slots, Wait
from ..packs.loader import Pack
from .base import BaseSession
from .gist import mirrored

MAX_MINUTES = 180.0


@dataclass(frozen=True)
class Manner:
    """How the lines are spoken.

    gap_s: quiet after a line at the start, growing to `gap_end_s`. rate: speed of speech.
    gain_end: loudness of the last line against the first (quieter over time).
    fade_s: the fade at the very end (15-60 s; a cut wakes people).
    """

    gap_s: float
    gap_end_s: float
    gain_end: float = 1.0
    rate: float = 1.0
    fade_s: float = 0.0


DAY = Manner(gap_s=5.0, gap_end_s=5.0, rate=0.95)
NIGHT = Manner(gap_s=9.0, gap_end_s=20.0, gain_end=0.35, rate=0.85, fade_s=30.0)


class Affirmations(BaseSession):
    """Lines of one theme, or of all, for some minutes."""

    name = "affirm"
    moves = True
    _lines_status = "status.affirm"

    def __init__(
        self,
        pack: Pack,
        context: Context,
        slots: Mapping[str, SlotValue],
        *,
        default_minutes: float = 3.0,
        manner: Manner = DAY,
    ) -> None:
        self._context = context
        self._minutes = min(MAX_MINUTES, max(0.2, float(slots.get("minutes", default_minutes))))
        theme = str(slots.get("theme", ""))
        self._themes = [theme] if theme in pack.themes else list(pack.themes)
        self._manner = manner
        self._mirror = pack.listening.mirror
        self._address = context.memory.fact("address") or "i"
        self._dropped = {e.text for e in context.memory.entries("dropped")}
        self._said: str | Entry | None = None  # the line said last: one of ours, or one of their own
        self._began = 0.0
        self._own_said = 0

    def run(self) -> Flow:
        """A short opening, then the lines."""
        yield Say("affirm.begin")
        yield from self._lines()
        yield Say("affirm.end", rate=self._manner.rate)
        return "completed"

    def _lines(self) -> Flow:
        """Lines and gaps until the time is over; "next" goes on to the following line at once."""
        self._began = self._context.time
        count = 0
        while self._left_s() > 0:
            part = self._part()
            gain = 1.0 - (1.0 - self._manner.gain_end) * part
            outcome = yield self._line(count, gain)
            count += 1
            if isinstance(outcome, Moved):
                continue
            gap = self._manner.gap_s + (self._manner.gap_end_s - self._manner.gap_s) * part
            yield Wait(gap)
        return "completed"

    def _line(self, count: int, gain: float) -> Say:
        """The next line; every third is one of the person's own, when there are any."""
        own = self._context.memory.entries("affirmation")
        if own and count % 3 == 2:
            self._own_said += 1
            self._said = own[(self._own_said - 1) % len(own)]
            return Say("affirm.own", rate=self._manner.rate, gain=gain, text=self._said.text, private=True)
        line = self._next_id(count)
        self._said = words = self._pick(line)
        name = self._context.name if self._address == "name" else ""
        spoken = self._spoken_to(words, name)
        return Say(line, rate=self._manner.rate, gain=gain, text=spoken, private=bool(name))

    def _pick(self, line: str) -> str:
        """A variant that the person has not sent away; when they sent all away, any."""
        phrases = self._context.phrases
        for _ in range(2 * len(phrases.variants(line))):
            if (words := phrases.pick(line)) not in self._dropped:
                return words
        return phrases.pick(line)

    def _spoken_to(self, words: str, name: str) -> str:
        """The line as the person wants to be spoken to: as "I", as "you", or by name."""
        if self._address == "i" or not self._mirror:
            return words
        sentences = [mirrored(s, self._mirror) for s in re.split(r"(?<=[.!?])\s+", words)]
        text = " ".join(s[:1].upper() + s[1:] for s in sentences)
        return f"{name}, {text[:1].lower()}{text[1:]}" if name else text

    def dislike(self) -> str | None:
        """Leave out what was said last from now on."""
        if self._said is None:
            return None
        memory = self._context.memory
        if isinstance(self._said, str):
            self._dropped.add(self._said)
            memory.add("dropped", self._said)
        else:
            memory.remove(self._said)
        self._said = None
        return "affirm.dropped"

    def _next_id(self, count: int) -> str:
        return f"affirm.{self._themes[count % len(self._themes)]}"

    def _left_s(self) -> float:
        return self._began + self._minutes * 60 - self._manner.fade_s - self._context.time

    def _part(self) -> float:
        """How much of the time is over, 0..1."""
        total = self._minutes * 60 - self._manner.fade_s
        return min(1.0, max(0.0, 1.0 - self._left_s() / total)) if total > 0 else 1.0

    def status(self) -> tuple[str, Slots]:
        """How much is left."""
        left = max(0.0, (self._left_s() + self._manner.fade_s) / 60)
        return self._lines_status, {"left": length_of(self._context, minutes=left)}


class Bedtime(Affirmations):
    """Affirmations in the dark: slower, quieter over time, fading out; nothing is said at the end."""

    name = "bedtime"
    night = True
    _lines_status = "status.bedtime"

    def __init__(
        self,
        pack: Pack,
        context: Context,
        slots: Mapping[str, SlotValue],
        *,
        default_minutes: float = 15.0,
    ) -> None:
        super().__init__(pack, context, slots, default_minutes=default_minutes, manner=NIGHT)

    def run(self) -> Flow:
        """Opening, lines, a last line that fades away."""
        yield Say("bedtime.begin", {"length": length_of(self._context, minutes=self._minutes)}, rate=self._manner.rate)
        yield Wait(3.0)
        yield from self._lines()
        yield Fade(0.0, self._manner.fade_s)
        yield Say("bedtime", rate=self._manner.rate, gain=self._manner.gain_end)
        yield Wait(self._manner.fade_s)
        return "completed"

    def _next_id(self, count: int) -> str:
        return "bedtime"
