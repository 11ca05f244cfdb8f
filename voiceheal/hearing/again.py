"""Listens a second time, with the noise taken out, to what was not understood the first time.

In a noisy room (a television, a fan, traffic) this finds a good part of the commands that the first listening lost. It
costs a second decoding, some 0.3 s for a command, and only where the product would otherwise ask or give up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..core.events import Utterance
from ..core.meaning import Completeness, Expect, Kind
from .denoise import denoised
from .ears import PREROLL
from .finished import finished
from .recogniser import CommandRecogniser
from .vad import BLOCK, BLOCK_S

if TYPE_CHECKING:
    from ..core.ports import Pcm16, Recogniser
    from .situation import Turn

LONGEST = round(5.0 / BLOCK_S)  # blocks; what is longer is no command
BEFORE = PREROLL + round(1.2 / BLOCK_S)  # blocks before the speech: soft first sounds, and noise to learn from


class Doubt(Protocol):
    """Judges what was heard."""

    def doubtful(self, said: Utterance, expect: Expect) -> bool:
        """Whether it is worth listening again."""
        ...

    def better(self, first: Utterance, second: Utterance, expect: Expect) -> Utterance:
        """What counts of both."""
        ...


class SecondListening:
    """Keeps the last seconds of sound and decodes them once more, denoised, when a doubt says so.

    Args:
        doubt: what to listen to again, and what to make of it.
        completeness: how far a text is a command for what is expected.
    """

    def __init__(self, doubt: Doubt, completeness: Callable[[str, Expect], Completeness]) -> None:
        self._doubt = doubt
        self._completeness = completeness
        self._recent: deque[Pcm16] = deque(maxlen=LONGEST + BEFORE)

    def keep(self, block: Pcm16) -> None:
        """Remember one block; the oldest is forgotten."""
        self._recent.append(block)

    def forget(self) -> None:
        """What was heard so far is another recording."""
        self._recent.clear()

    def hear(
        self,
        turn: Turn,
        first: Utterance,
        expect: Expect,
        recogniser: Recogniser,
        commands: CommandRecogniser | None,
    ) -> Utterance:
        """What counts of a turn that has just ended; both recognisers are between two utterances."""
        length = round((first.decided_s - turn.start) / BLOCK_S)
        if length > LONGEST or expect.kind is Kind.OPEN or not first.text or not self._doubt.doubtful(first, expect):
            return first
        blocks = list(self._recent)[-(length + BEFORE) :]
        clean = denoised(np.concatenate(blocks))
        for at in range(max(0, len(blocks) - length - PREROLL) * BLOCK, len(clean), BLOCK):
            recogniser.accept(clean[at : at + BLOCK])
            if commands is not None:
                commands.accept(clean[at : at + BLOCK])
        pieces = [list(recogniser.final())]
        command_pieces = [list(commands.final())] if commands is not None else []
        again = replace(turn, pieces=pieces, command_pieces=command_pieces)
        second = finished(again, lambda text: self._completeness(text, expect), first.decided_s)
        return self._doubt.better(first, second, expect)
