"""From a sound file to a sound file: the live conversation in audio time, as fast as the machine can.

Time is counted in output samples. The loop steps to whatever comes next (a block of input, a deadline, the start or end
of a sound), so every event happens at its exact sample.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..audio.mixer import Mixer
from ..core.commands import Command, Listen, Note, Quit
from ..core.conversation import Conversation
from ..core.events import Deadline, Event, InputEnded, LineEnded, LineStarted, Started, Utterance
from ..eventlog import EventLog
from ..hearing.ears import Ears
from .sounder import Sounder

if TYPE_CHECKING:
    from ..audio.wav import WavWriter
    from ..core.ports import Pcm16, Synthesiser

RATE_IN = 16000
RATE_OUT = 24000
BLOCK_IN = 512
BLOCK_OUT = BLOCK_IN * RATE_OUT // RATE_IN
TAIL_S = 0.3  # of silence after the last word


class FileSession:
    """One conversation from samples to a WAV file.

    Args:
        conversation, ears, voice, log: the parts.
        speech: the person, 16 kHz. writer: takes what is said, 24 kHz.
    """

    def __init__(
        self,
        conversation: Conversation,
        ears: Ears,
        voice: Synthesiser,
        log: EventLog,
        speech: Pcm16,
        writer: WavWriter,
    ) -> None:
        self._conversation = conversation
        self._ears = ears
        self._log = log
        self._speech = speech
        self._writer = writer
        self._mixer = Mixer(RATE_OUT)
        self._sounder = Sounder(self._mixer, voice, log)
        self._heard = 0  # input samples fed
        self._status: int | None = None

    def run(self, started: Started) -> int:
        """Until the conversation is over; exit status."""
        self._log.write(0.0, "ready")
        self._take(started)
        while self._status is None:
            self._step()
        self._render(round(TAIL_S * RATE_OUT))
        return self._status

    @property
    def _now(self) -> float:
        return self._mixer.position / RATE_OUT

    def _step(self) -> None:
        """To the next thing that happens."""
        position = self._mixer.position
        hearing = self._heard < len(self._speech)
        boundary = (self._heard // BLOCK_IN + 1) * BLOCK_OUT if hearing else None
        due = self._conversation.next_deadline
        deadline = math.ceil(due * RATE_OUT - 1e-6) if due is not None else None
        stops = [s for s in (boundary, deadline, self._mixer.next_event()) if s is not None]
        if not stops:
            # nothing sounds, nothing is waited for, nothing more will be heard
            self._take(InputEnded())
            self._status = 0 if self._status is None else self._status
            return
        self._render(max(0, min(stops) - position))
        for event in self._sounder.happened():
            self._take(event)
        if boundary is not None and self._mixer.position >= boundary:
            self._hear()
        if due is not None and self._conversation.next_deadline == due and self._mixer.position >= (deadline or 0):
            self._take(Deadline())

    def _render(self, samples: int) -> None:
        while samples > 0:
            some = min(samples, RATE_OUT * 10)
            self._writer.write(self._mixer.render(some))
            samples -= some

    def _hear(self) -> None:
        self._ears.set_speaking(self._conversation.saying)
        block = self._speech[self._heard : self._heard + BLOCK_IN]
        self._heard += BLOCK_IN
        for event in self._ears.feed(block):
            self._take(event)
        if self._heard >= len(self._speech):
            for event in self._ears.flush():
                self._take(event)
            self._take(InputEnded())

    def _take(self, event: Event) -> None:
        if self._status is not None:
            return
        self._log.event(event)
        now = max(self._now, event.decided_s) if isinstance(event, Utterance) else self._now
        for command in self._conversation.handle(event, now):
            self._carry_out(command)
        if not isinstance(event, LineStarted | LineEnded):
            for happened in self._sounder.happened():
                self._take(happened)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Quit(status):
                self._status = status
            case Note():
                self._log.note(self._now, command)
            case Listen(expect):
                self._ears.expect(expect)
            case _:
                self._sounder.execute(command, self._now, lambda t: round(t * RATE_OUT))
