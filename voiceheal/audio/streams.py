"""Live sound: callbacks only copy and hand over; resampling, hearing and thinking happen in other threads."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .clockmap import ClockMap
from .devices import Kind
from .mixer import Mixer
from .resample import SPEECH_RATE, StreamResampler, to_int16
from .watch import BLOCK_S, WatchedStream

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..core.ports import Clock, Pcm, Pcm16

BLOCK = 512  # samples at 16 kHz given to hearing at a time, 32 ms
QUEUE_BLOCKS = 250  # 5 s: longer than any stall that is survived
LOSS_S = 0.001  # gaps shorter than this are rounding

SETTLE_CALLS = 12  # callbacks at a steady pace before anything is played
SETTLE_PACE = 0.7  # of the time they should take: faster means that the system is still filling its buffers
BURST_PACE = 0.3  # so fast samples are lost, not played: hold everything until it is over
SETTLE_MOST_S = 0.7  # then the device is opened anew, with a larger buffer
SETTLE_GIVE_UP_S = 5.0  # then we begin all the same

OnBlock = Callable[["Pcm16", float], None]


class BlockCutter:
    """Makes 512-sample blocks at 16 kHz out of blocks of any size and rate; what was dropped becomes silence.

    So whoever counts samples keeps session time.
    """

    def __init__(self, rate: float, emit: OnBlock) -> None:
        self._rate = rate
        self._emit = emit
        self._resampler = StreamResampler(rate, SPEECH_RATE)
        self._rest: Pcm16 = np.zeros(0, np.int16)
        self._emitted = 0  # samples at 16 kHz
        self._expected = 0  # position the next device block should have

    def feed(self, pcm: npt.NDArray[np.float32], position: int, map_: ClockMap) -> None:
        """Take the device's block that begins at its sample `position`; missing samples before it become zeros."""
        gap = position - self._expected
        if gap > LOSS_S * self._rate:
            self._push(self._resampler.feed(np.zeros(gap, np.float32)), map_)
        self._expected = position + len(pcm)
        self._push(self._resampler.feed(pcm), map_)

    def _push(self, pcm: Pcm, map_: ClockMap) -> None:
        self._rest = np.concatenate([self._rest, to_int16(pcm)])
        while len(self._rest) >= BLOCK:
            block, self._rest = self._rest[:BLOCK].copy(), self._rest[BLOCK:]
            t = map_.time_at(round(self._emitted * self._rate / SPEECH_RATE))
            self._emitted += BLOCK
            self._emit(block, max(0.0, t or 0.0))


class MicStream(WatchedStream):
    """The microphone: `on_block(512 samples of int16 at 16 kHz, session time of the first of them in s)`.

    `on_block` is called in a thread of its own. When it is slow, blocks wait; when 5 s wait, the oldest are dropped,
    counted in `drops`, and replaced by silence. After a lost device is back the blocks go on at the present time.
    """

    kind: Kind = "microphone"

    def __init__(
        self,
        device: str | None,
        on_block: OnBlock,
        clock: Clock,
        on_lost: Callable[[Kind], None] | None = None,
        on_back: Callable[[Kind], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        super().__init__(device, on_lost, on_back)
        self.drops = 0  # blocks
        self.overflows = 0  # callbacks before which the system itself lost samples
        self._on_block = on_block
        self._on_error = on_error
        self._clock = clock
        self._queue: queue.SimpleQueue[tuple[int, int, npt.NDArray[np.float32]] | None] = queue.SimpleQueue()
        self._position = 0
        self._opening = 0  # counts the openings, so that blocks of the last one are told apart
        self._map = ClockMap(self.device.rate)
        self._worker: threading.Thread | None = None

    def start(self) -> None:
        """Open the microphone and begin to hand over blocks.

        Raises:
            AudioDeviceError: it is gone, busy or refused.
        """
        super().start()
        self._worker = threading.Thread(target=self._work, name="microphone", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """No block is handed over after this returns (unless `on_block` itself called it)."""
        super().close()
        self._queue.put(None)
        if self._worker is not None and self._worker is not threading.current_thread():
            self._worker.join(2.0)

    stop = close

    def _make(self, sd: Any, index: int, channels: int) -> Any:
        rate = self.device.rate
        self._opening += 1
        self._position = 0
        self._map = ClockMap(rate)
        return sd.InputStream(
            device=index,
            samplerate=rate,
            channels=channels,
            dtype="float32",
            blocksize=round(rate * BLOCK_S),
            latency=self._latency_s,
            callback=self._callback,
        )

    def _callback(self, indata: npt.NDArray[np.float32], frames: int, _time: Any, status: Any) -> None:
        self._alive()
        if status:
            self.overflows += 1
        now = self._clock.now() - frames / self.device.rate  # the block was heard before it was handed over
        self._map.note(now, self._position)
        if self._queue.qsize() >= QUEUE_BLOCKS:
            self.drops += 1
            with contextlib.suppress(queue.Empty):
                self._queue.get_nowait()
        self._queue.put((self._opening, self._position, indata[:, 0].copy()))
        self._position += frames

    def _work(self) -> None:
        opening, cutter = -1, BlockCutter(self.device.rate, self._on_block)
        while (item := self._queue.get()) is not None and not self._end.is_set():
            if item[0] != opening:
                opening, cutter = item[0], BlockCutter(self.device.rate, self._on_block)
            try:
                cutter.feed(item[2], item[1], self._map)
            except Exception as e:  # the border of this thread
                if self._on_error is None:
                    raise
                self._on_error(e)
                return


class SpeakerStream(WatchedStream):
    """The loudspeaker: plays what `mixer` renders, at the device's own rate.

    Args:
        device: name, None = the system's default.
        clock: session time.
        mixer: None makes one at the device's rate; else the device is opened at the mixer's.
    """

    kind: Kind = "speaker"

    def __init__(
        self,
        device: str | None,
        clock: Clock,
        mixer: Mixer | None = None,
        on_lost: Callable[[Kind], None] | None = None,
        on_back: Callable[[Kind], None] | None = None,
    ) -> None:
        super().__init__(device, on_lost, on_back)
        self.mixer = mixer or Mixer(self.device.rate)
        self.underflows = 0  # callbacks before which the system ran out of samples
        self.error: Exception | None = None  # what went wrong inside the callback last; it played silence then
        self._clock = clock
        self._map = ClockMap(self.mixer.sample_rate)
        self._settled = threading.Event()
        self._unsettled_since = 0.0  # session time, s
        self._calls: deque[float] = deque(maxlen=SETTLE_CALLS + 1)  # session times of the last callbacks

    def start(self) -> None:
        """Open the loudspeaker; returns when it plays at a steady pace (about 0.3 s, at most 5 s).

        A system that has just been started takes samples in bursts and loses some: the mixer waits until that is over,
        so that the first word is whole and planned sounds are on time. On a busy machine a small buffer runs dry again
        and again, each time taking the next samples in a burst, and nothing is ever heard: it is then opened with a
        larger one, now and at any time later.

        Raises:
            AudioDeviceError: it is gone, busy or refused.
        """
        super().start()
        self._settled.wait(SETTLE_GIVE_UP_S)
        self._settled.set()

    def close(self) -> None:
        """End at once; safe to call twice, and while the device is gone."""
        super().close()
        self._settled.set()  # nobody waits for a device that is closed

    stop = close

    def sample_at(self, t: float) -> int:
        """The mixer position to plan a sound at so that it is rendered at session time `t` (s).

        It is heard `latency` later, always the same. Before the first block: counted from the present position.
        """
        sample = self._map.sample_at(t)
        if sample is None:
            sample = self.mixer.position + round((t - self._clock.now()) * self.mixer.sample_rate)
        return sample

    def time_at(self, sample: int) -> float:
        """Session time (s) at which mixer position `sample` is or was rendered."""
        t = self._map.time_at(sample)
        if t is None:
            t = self._clock.now() + (sample - self.mixer.position) / self.mixer.sample_rate
        return max(0.0, t)

    def _make(self, sd: Any, index: int, channels: int) -> Any:
        rate = self.mixer.sample_rate
        self._settled.clear()
        self._unsettled_since = self._clock.now()
        self._calls.clear()
        return sd.OutputStream(
            device=index,
            samplerate=rate,
            channels=channels,
            dtype="float32",
            blocksize=round(rate * BLOCK_S),
            latency=self._latency_s,
            callback=self._callback,
        )

    def _callback(self, outdata: npt.NDArray[np.float32], frames: int, _time: Any, status: Any) -> None:
        self._alive()
        if status:
            self.underflows += 1
        now = self._clock.now()
        if not self._steady(now, frames):
            outdata.fill(0.0)
            return
        try:
            self._map.note(now, self.mixer.position)
            outdata[:] = self.mixer.render(frames)[:, None]
        except Exception as e:  # an exception here would end the stream for good, silently
            self.error = e
            outdata.fill(0.0)

    def _steady(self, now: float, frames: int) -> bool:
        """Whether callbacks come at the pace of the samples; from the first steady ones until a burst."""
        self._calls.append(now)
        if len(self._calls) > SETTLE_CALLS:
            pace = (now - self._calls[0]) * self.mixer.sample_rate / (SETTLE_CALLS * frames)
            if pace >= SETTLE_PACE:
                self._settled.set()
            elif pace < BURST_PACE and self._settled.is_set():
                self._settled.clear()
                self._unsettled_since = now
        return self._settled.is_set()

    def _stumbles(self) -> bool:
        return not self._settled.is_set() and self._clock.now() - self._unsettled_since > SETTLE_MOST_S

    def _on_gone(self) -> None:
        self.mixer.stop_all(0.0)  # nothing half said is heard when the device comes back
