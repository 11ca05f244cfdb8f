"""Guided breathing: timed phases from data, exact to the sample, always ending after an out-breath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..core.controls import length_of
from ..core.meaning import SlotValue
from ..core.session import Context, Cue, Flow, Ready, Resumed, Say, Slots, Wait
from ..packs.loader import Pack
from ..packs.schema import Pattern
from .base import BaseSession, says

MAX_MINUTES = 60.0
SETTLE_S = 1.5  # between the last word of the introduction and the first breath


class Breathing(BaseSession):
    """One breathing exercise.

    Args:
        pack: content. context: of the conversation.
        slots: pattern; minutes or cycles. Five minutes without them: shorter tended not to work (Bentley 2023).
        default_pattern, default_minutes: from the settings.
    """

    name = "breathe"
    paced: Literal["speech", "breath"] = "breath"

    def __init__(
        self,
        pack: Pack,
        context: Context,
        slots: Mapping[str, SlotValue],
        *,
        default_pattern: str = "",
        default_minutes: float = 5.0,
    ) -> None:
        wanted = str(slots.get("pattern", default_pattern))
        self._pattern: Pattern = pack.patterns.get(wanted) or next(iter(pack.patterns.values()))
        self._context = context
        self._dizzy = pack.dizzy
        self._cycle = 0
        self._elapsed = 0.0
        self._cycles: int | None = None
        self._minutes = min(MAX_MINUTES, max(0.1, float(slots.get("minutes", default_minutes))))
        self._capped = False
        if "cycles" in slots:
            self._cycles = max(1, int(float(slots["cycles"])))
        elif "minutes" not in slots:
            self._cycles = self._pattern.default_cycles
        self._cap()

    def _cap(self) -> None:
        cap = self._pattern.max_cycles
        if cap is not None and self._planned_cycles() > cap:
            self._capped, self._cycles = True, cap

    def _cycle_s(self) -> float:
        return sum(p.seconds for p in self._pattern.phases) * self._context.breath_pace

    def _planned_cycles(self) -> int:
        return self._cycles or max(1, round(self._minutes * 60 / self._cycle_s()))

    def _goes_on(self) -> bool:
        """Whether another whole breath fits; the last one ends as near to the planned time as can be."""
        if self._cycles is not None:
            return self._cycle < self._cycles
        return self._cycle == 0 or self._elapsed + self._cycle_s() / 2 <= self._minutes * 60

    def run(self) -> Flow:
        """Introduction, then breath after breath."""
        prefix = f"breath.{self._pattern.id}"
        words = [f"{prefix}.{n}" for n in range(1, len(self._pattern.phases) + 1)]
        yield Ready((*words, "breathe.end"))
        if not self._context.breathing_told:
            self._context.breathing_told = True
            yield Say("breathe.safety")
        if self._capped:
            yield Say("breathe.capped", {"n": self._cycles})
        yield Say("breathe.begin", {"name": self._pattern.name, "length": self._length()})
        yield Say(f"{prefix}.intro")
        yield Wait(SETTLE_S)
        while self._goes_on():
            whole = yield from self._breath(words)
            if not whole:  # paused in the middle: the breath begins anew
                yield Say("breathe.again")
                yield Wait(SETTLE_S)
        yield Say("breathe.end")
        return "completed"

    def _breath(self, words: list[str]) -> Flow:
        """One breath; "" (false) when it was interrupted."""
        pace = self._context.breath_pace
        for phase, line in zip(self._pattern.phases, words, strict=True):
            seconds = phase.seconds * pace
            yield Cue(phase.phase, self._cycle + 1, seconds, line)
            outcome = yield Wait(seconds, restart=True)
            if isinstance(outcome, Resumed):
                return ""
            self._elapsed += seconds
        self._cycle += 1
        return "whole"

    def _length(self) -> str:
        if self._cycles is not None:
            return length_of(self._context, cycles=self._cycles)
        return length_of(self._context, minutes=self._minutes)

    def status(self) -> tuple[str, Slots]:
        """How much is left."""
        if self._cycles is not None:
            left = length_of(self._context, cycles=max(1, self._cycles - self._cycle))
        else:
            left = length_of(self._context, minutes=max(0.0, self._minutes - self._elapsed / 60))
        return "status.breathe", {"left": left}

    def notice(self, text: str) -> str | None:
        """Dizzy or panicky: back to normal breathing at once."""
        return "breathe.dizzy" if says(text, self._dizzy) else None
