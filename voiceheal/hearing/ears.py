"""Turns blocks of sound into what was said, and when: decodes only where there is speech, in audio time, no clock.

`feed` and `flush` belong to one thread. `expect`, `set_speaking` and `set_muted` may be called from any thread and
count from the next block on. Every SpeechBegan is followed by exactly one Utterance; its text is "" when nothing was
understood, or when it was not meant for us (our own echo).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from ..core.events import Event, Partial, SpeechBegan, Utterance
from ..core.meaning import Completeness, Expect
from .finished import OVER_LONGER, finished, last_said, said_over
from .recogniser import GHOSTS, CommandRecogniser, joined, known, sure
from .situation import Situation, Turn
from .turns import LONGER_BY, TurnRule, agreed
from .vad import BLOCK, BLOCK_S, Vad

if TYPE_CHECKING:
    from ..core.ports import Pcm16, Recogniser
    from .again import SecondListening

ON, OFF = 0.5, 0.35  # speech probability that starts speech, and that keeps it going (Silero's own defaults)
ONSET = 2  # speech blocks of the last 3 that begin an utterance: 64 ms
PREROLL = 13  # blocks decoded from before the onset: 416 ms, soft first sounds are quieter than the threshold
GHOST_S = 0.2  # an utterance with less speech than this must have real words


class Ears:
    """Sound in, events out; deterministic.

    Args:
        recogniser: hears anything.
        commands: hears the sentences that may be said now, over the same speech; None = commands by `recogniser` only.
        vad: tells speech from silence.
        completeness: how far a text is a command for what is expected.
        turns: when a turn is over.
        keep: given an utterance said while we spoke, our line and how much it sounds like us, is it the person's?
        leftover: given what is heard, our line, and how many words it takes: is it our voice that is followed?
        again: listens a second time to what was not understood.
        gain: raises quiet voices, block by block, before anything listens.
        start_at: session time (s) of the first sample.
    """

    def __init__(
        self,
        *,
        recogniser: Recogniser,
        commands: CommandRecogniser | None,
        vad: Vad,
        completeness: Callable[[str, Expect], Completeness],
        turns: TurnRule | None = None,
        keep: Callable[[Utterance, str, float], bool] | None = None,
        leftover: Callable[..., bool] | None = None,
        again: SecondListening | None = None,
        gain: Callable[[Pcm16], Pcm16] | None = None,
        start_at: float = 0.0,
    ) -> None:
        self._recogniser = recogniser
        self._commands = commands
        self._vad = vad
        self._completeness = lru_cache(maxsize=64)(completeness)  # asked every block, about the same few texts
        self._turns = turns or TurnRule()
        self._keep = keep
        self._leftover = leftover
        self._again = again
        self._gain = gain
        self._start_at = start_at
        self._blocks = 0  # heard so far
        self._rest: Pcm16 = np.zeros(0, np.int16)  # samples of a block that is not full yet
        self._before: deque[tuple[Pcm16, bool]] = deque(maxlen=PREROLL)  # (block, is speech)
        self._turn: Turn | None = None
        self._lock = Lock()
        self._situation = Situation()
        self._changes: deque[tuple[float, str | None]] = deque()  # (session time, line)
        self._asked: tuple[Expect, bool] | None = None  # what the command recogniser is set to
        self._was_muted = False

    @property
    def now(self) -> float:
        """Session time (s) up to which sound was heard."""
        return self._start_at + self._blocks * BLOCK_S

    @property
    def hearing(self) -> bool:
        """Whether someone is speaking."""
        return self._turn is not None

    def begin_at(self, t: float) -> None:
        """The next sample is heard at session time `t` (s); for the beginning."""
        self._start_at = t - self._blocks * BLOCK_S

    def expect(self, expect: Expect) -> None:
        """Change what is waited for; an utterance that is being heard keeps its grammar but takes the new patience."""
        with self._lock:
            self._situation = replace(self._situation, expect=expect)

    def set_speaking(self, line: str | None, at: float | None = None) -> None:
        """Say which words sound from the loudspeaker; None when they have ended.

        `at`: session time (s) of the change, counted when that sound is heard; by default the end of what was heard.
        """
        with self._lock:
            self._changes.append((self.now if at is None else at, line))

    def _change(self) -> None:
        """Lines that have begun or ended by now."""
        while self._changes and self._changes[0][0] <= self.now + BLOCK_S / 2:
            at, line = self._changes.popleft()
            old = self._situation
            if old.line is not None:
                old = replace(old, last_line=old.line, last_line_ended=at)
            self._situation = replace(old, line=line)

    def set_muted(self, muted: bool) -> None:
        """Do not listen (time goes on). What the person was saying is ended; what began as we spoke is dropped."""
        with self._lock:
            self._situation = replace(self._situation, muted=muted)

    def set_echo(self, echo: bool, *, ours: bool, likeness: float = 0.0) -> None:
        """Whether our own sound may be in what comes next, nothing else is in it, and how much of it sounds like us."""
        with self._lock:
            self._situation = replace(self._situation, echo=echo, ours=ours, likeness=likeness)

    def feed(self, samples: Pcm16) -> list[Event]:
        """Hear the next 16 kHz samples, best one block of 512 at a time; what happened, in order."""
        pcm = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        full = len(pcm) - len(pcm) % BLOCK
        self._rest = pcm[full:].copy()
        return [event for at in range(0, full, BLOCK) for event in self._hear(pcm[at : at + BLOCK])]

    def flush(self) -> list[Event]:
        """The input has ended: take what is left as finished. What is fed after it is another recording."""
        events: list[Event] = []
        if len(self._rest):
            events += self.feed(np.zeros(BLOCK - len(self._rest), np.int16))
        if self._turn is not None:
            events += self._finish(self._turn)
        self._forget()
        return events

    def _hear(self, block: Pcm16) -> Iterator[Event]:
        with self._lock:
            self._change()
            situation = self._situation
        self._blocks += 1
        if situation.muted:
            yield from self._mute()
            return
        self._was_muted = False
        if self._gain is not None and not situation.echo:  # what is left of our own voice must stay quiet
            block = self._gain(block)
        if self._again is not None:
            self._again.keep(block)
        probability = 0.0 if situation.ours else self._vad.speech(block)
        if self._turn is None:
            self._before.append((block, probability >= ON))
            self._ask(situation.expect, situation.echo)
            if sum(spoken for _, spoken in list(self._before)[-3:]) >= ONSET:
                self._turn = self._begin(situation)
        else:
            self._accept(block)
            if probability >= OFF:
                self._turn.end = self.now
                self._turn.speech += BLOCK_S
        if self._turn is not None:
            self._turn.hear(situation.likeness)
            yield from self._follow(self._turn, situation)

    def _mute(self) -> Iterator[Event]:
        if self._was_muted:
            return
        self._was_muted = True
        if self._turn is not None:
            yield from self._finish(self._turn, drop=self._turn.ours() != "")
        self._forget()

    def _forget(self) -> None:
        self._before.clear()
        if self._again is not None:
            self._again.forget()
        self._vad.reset()

    def _ask(self, expect: Expect, over: bool) -> None:
        if self._commands is not None and (expect, over) != self._asked:
            self._commands.expect(expect, over=over)
            self._asked = (expect, over)

    def _begin(self, situation: Situation) -> Turn:
        recent = list(self._before)[-3:]
        first = next(index for index, (_, spoken) in enumerate(recent) if spoken)
        for block, _ in self._before:
            self._accept(block)
        self._before.clear()
        start = self.now - (len(recent) - first) * BLOCK_S
        over = self._asked is not None and self._asked[1]
        spoken = sum(spoken for _, spoken in recent) * BLOCK_S
        end = self.now if recent[-1][1] else self.now - BLOCK_S
        return Turn(start=start, situation=situation, end=end, changed=self.now, speech=spoken, over=over)

    def _accept(self, block: Pcm16) -> None:
        self._recogniser.accept(block)
        if self._commands is not None:
            self._commands.accept(block)

    def _follow(self, turn: Turn, situation: Situation) -> Iterator[Event]:
        """Tell what is new in the turn, and end it when its time has come."""
        if situation.line and situation.line not in turn.lines:
            turn.lines.append(situation.line)
        text = joined(turn.pieces, self._recogniser.partial())
        command = self._command(turn, situation.expect)
        if not turn.announced and (turn.speech >= GHOST_S or text not in GHOSTS):
            turn.announced = True
            yield SpeechBegan(turn.start)
        if text != turn.partial or command != turn.command:
            if not (turn.over and command and command == turn.command):  # more words of ours may follow for long
                turn.changed = self.now
            turn.command = command
        if text != turn.partial:
            turn.partial = text
            if turn.announced and text:
                yield Partial(text, self.now)
            if turn.over and not command and self._leftover is not None and self._leftover(text, turn.line()):
                yield from self._finish(turn, drop=True)  # what the person says next is heard afresh
                return
        if self._over(turn, text, command, situation.expect):
            yield from self._settle(turn, situation.expect)

    def _command(self, turn: Turn, expect: Expect) -> str:
        """The command so far; "" once a piece of it turned out to be doubtful."""
        if self._commands is None:
            return ""
        rest = self._commands.partial()
        if turn.over:
            completeness = partial(self._completeness, expect=expect)
            if any(turn.command_pieces) and not rest:
                return said_over(turn.command_pieces, "", completeness)[0]
            return last_said(joined(turn.command_pieces, rest), completeness)
        if any(turn.command_pieces) and not sure(turn.command_pieces)[0]:
            return ""
        return known(joined(turn.command_pieces, rest))

    def _over(self, turn: Turn, text: str, command: str, expect: Expect) -> bool:
        silence = self.now - turn.end
        if silence < 2 * BLOCK_S and self.now - turn.changed < 1.0 and self.now - turn.start < self._turns.pace.longest:
            return False  # the person is talking: spare the matcher
        heard = self._completeness(text, expect) if text else Completeness.NONE
        hit = self._completeness(command, expect) if command else Completeness.NONE
        longer = OVER_LONGER if turn.over else LONGER_BY
        return self._turns.over(
            text,
            agreed(text, heard, command, hit, longer),
            expect,
            silence=silence,
            unchanged=self.now - turn.changed,
            length=self.now - turn.start,
            over=turn.over,
        )

    def _settle(self, turn: Turn, expect: Expect) -> Iterator[Event]:
        """End the decoding. The last words may come only now and leave the sentence open: then go on listening."""
        self._collect(turn)
        if self._over(turn, joined(turn.pieces, ""), self._command(turn, expect), expect):
            yield from self._finish(turn)

    def _collect(self, turn: Turn) -> None:
        turn.pieces.append(list(self._recogniser.final()))
        if self._commands is not None:
            turn.command_pieces.append(list(self._commands.final()))

    def _finish(self, turn: Turn, *, drop: bool = False) -> Iterator[Event]:
        self._collect(turn)
        self._turn = None
        utterance = finished(turn, partial(self._completeness, expect=self._situation.expect), self.now)
        if turn.speech < GHOST_S and utterance.text in GHOSTS and not utterance.command:
            utterance = replace(utterance, text="", alternatives=())
        if turn.over and utterance.command:
            heard = (utterance.text, *utterance.alternatives) if utterance.text else ()
            utterance = replace(utterance, text=utterance.command, alternatives=heard)
        over, line = turn.over or turn.ours() != "", turn.line()
        if self._again is not None and not (drop or over):
            utterance = self._again.hear(turn, utterance, self._situation.expect, self._recogniser, self._commands)
        if over and not drop:
            drop = self._keep is not None and not self._keep(utterance, line, turn.likeness)
        elif line and self._leftover is not None:  # it began in silence, in what rang on, and then we spoke
            drop = drop or self._leftover(utterance.text, line, 1)
        if drop:
            utterance = replace(utterance, text="", alternatives=(), command="", command_confidence=0.0)
        if not turn.announced and utterance.text:
            yield SpeechBegan(turn.start)
        if turn.announced or utterance.text:
            yield utterance
