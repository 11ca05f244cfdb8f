"""By voice: microphone in, loudspeaker out. Threads copy, hear, render; only the runtime's holds the conversation."""

from __future__ import annotations

import itertools
import queue
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..audio.devices import Kind
from ..audio.streams import MicStream, SpeakerStream
from ..core.commands import Command, Hush, Prepare, Speak
from ..core.conversation import Conversation
from ..core.events import DeviceBack, DeviceLost, Failed, LineEnded, LineStarted, Started
from ..core.meaning import Expect
from ..errors import VoiceHealError
from ..eventlog import EventLog
from ..hearing.duplex import Duplex
from ..runtime import Runtime, SystemClock
from .farend import FarEnd
from .sounder import Sounder
from .typed import plain

if TYPE_CHECKING:
    from ..core.ports import Pcm16, Synthesiser
    from ..hearing.ears import Ears
    from ..settings import Settings

LEAD_S = 0.06  # planned sounds are rendered this much after their time, always: no jitter from a late thread
LOOK_S = 0.01  # how often the mixer is asked what has started and ended
DUCK, DUCK_S = 0.25, 0.05  # our own voice while a person talks over it (-12 dB), and how fast it steps back
READY = "VoiceHeal listens. Speak when you like; say goodbye, or press Ctrl-C, to end."


class VoiceBody:
    """Carries commands out through a loudspeaker; a thread of its own renders, so that nobody waits for it."""

    def __init__(self, speaker: SpeakerStream, voice: Synthesiser, ears: Ears, log: EventLog, *, show: bool) -> None:
        self._speaker = speaker
        self._sounder = Sounder(speaker.mixer, voice, log, speaker.time_at)
        self._ears = ears
        self._show = show
        self._wishes: queue.PriorityQueue[tuple[int, int, int, Speak | Prepare | None]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._hushed = 0  # how often everything was cut: what was wished before is dropped
        self._lock = threading.Lock()
        self._texts: dict[int, str] = {}
        self._end = threading.Event()
        self._threads: list[threading.Thread] = []
        self.runtime: Runtime | None = None

    def start(self) -> None:
        """Begin to render and to watch the mixer."""
        for work in (self._render, self._watch):
            thread = threading.Thread(target=work, daemon=True, name=f"voice{work.__name__}")
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End the threads."""
        self._end.set()
        self._wishes.put((-1, next(self._count), 0, None))
        for thread in self._threads:
            thread.join(1.0)

    # ---- commands ---------------------------------------------------------------------------------------------------
    def execute(self, command: Command, now: float) -> None:
        """Carry one out; rendering is handed on."""
        match command:
            case Speak():
                if self._show:
                    print(plain(command.text), flush=True)
                self._wishes.put((0, next(self._count), self._hushed, command))
            case Prepare(lines):
                for line in lines:
                    self._wishes.put((1, next(self._count), self._hushed, Prepare((line,))))
            case Hush():
                with self._lock:
                    self._hushed += 1
                    self._sounder.execute(command, now, self._sample_at)
            case _:
                self._sounder.execute(command, now, self._sample_at)

    def expect(self, expect: Expect) -> None:
        """What may be heard from now on."""
        self._ears.expect(expect)

    def turn(self, *, listening: bool) -> None:
        """Nothing to show: eyes are closed."""

    def _sample_at(self, t: float) -> int:
        return self._speaker.sample_at(t + LEAD_S)

    # ---- threads ----------------------------------------------------------------------------------------------------
    def _post(self, event: Failed | LineStarted | LineEnded) -> None:
        if self.runtime is not None:
            self.runtime.post(event)

    def _render(self) -> None:
        while not self._end.is_set():
            _, _, hushed, wish = self._wishes.get()
            if wish is None:
                return
            try:
                self._carry_out(wish, hushed)
            except VoiceHealError as e:  # the border of this thread
                self._post(Failed(e.code, e.message))
                if isinstance(wish, Speak):
                    # nobody is left without words: what cannot be spoken is shown
                    print(plain(wish.text), file=sys.stderr, flush=True)
                    self._post(LineEnded(wish.id, False))

    def _carry_out(self, wish: Speak | Prepare, hushed: int) -> None:
        if isinstance(wish, Prepare):
            for text, rate in wish.lines:
                self._sounder.render(text, rate, private=False)
            return
        pcm = self._sounder.render(wish.text, wish.rate, private=wish.private) if hushed == self._hushed else None
        with self._lock:
            if pcm is not None and hushed == self._hushed:
                self._texts[wish.id] = wish.text
                self._sounder.play(wish, pcm, self._sample_at)
                return
        self._post(LineEnded(wish.id, False))

    def _now(self) -> float | None:
        return self.runtime.clock.now() if self.runtime is not None else None

    def _watch(self) -> None:
        while not self._end.wait(LOOK_S):
            for event in self._sounder.happened():
                if isinstance(event, LineStarted):
                    self._ears.set_speaking(self._texts.get(event.id), self._now())
                elif isinstance(event, LineEnded):
                    self._texts.pop(event.id, None)
                    self._ears.set_speaking(None, self._now())
                else:
                    continue
                self._post(event)


def run_voice(
    conversation: Conversation,
    make_ears: Callable[[Duplex], Ears],
    make_voice: Callable[[], Synthesiser],
    settings: Settings,
    log: EventLog,
    started: Started,
    *,
    ready: Callable[[], None],
    show: bool,
) -> int:
    """A conversation by voice; exit status.

    Raises:
        AudioDeviceError: no microphone or no loudspeaker. ModelError, VoiceError: hearing or speaking cannot start.
    """
    clock = SystemClock()

    def lost(kind: Kind) -> None:
        runtime.post(DeviceLost(kind))

    def back(kind: Kind) -> None:
        runtime.post(DeviceBack(kind))

    def failed(error: Exception) -> None:
        runtime.post(error)

    duplex = Duplex(settings.barge_in)
    speaker = SpeakerStream(settings.speaker, clock, on_lost=lost, on_back=back)
    far = FarEnd(speaker.mixer.sample_rate, speaker.sample_at)
    ears: Ears | None = None

    def on_block(block: Pcm16, t: float) -> None:
        if ears is None:
            return
        stepped_back = duplex.duck
        heard = duplex.hear(block, far.take(t), ears.hearing)
        if duplex.duck != stepped_back:
            speaker.mixer.set_bus(DUCK if duplex.duck else 1.0, DUCK_S)
        ears.set_muted(heard.muted)
        ears.set_echo(heard.echo, ours=heard.ours, likeness=heard.likeness)
        for event in ears.feed(heard.block):
            runtime.post(event)

    mic = MicStream(settings.microphone, on_block, clock, on_lost=lost, on_back=back, on_error=failed)
    voice = make_voice()
    body: VoiceBody | None = None
    try:
        real_ears = make_ears(duplex)
        body = VoiceBody(speaker, voice, real_ears, log, show=show)
        body.runtime = runtime = Runtime(conversation, body, log, clock)
        speaker.mixer.tap = far.tap
        speaker.start()
        real_ears.begin_at(clock.now())
        mic.start()
        ears = real_ears
        body.start()
        ready()
        print(READY, file=sys.stderr, flush=True)
        return runtime.run(started)
    finally:
        speaker.close()  # first: whatever ends this, sound stops at once
        mic.close()
        if body is not None:
            body.close()
        voice.close()
