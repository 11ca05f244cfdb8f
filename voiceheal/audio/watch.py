"""A sound stream that is watched: when its callbacks stop it is reported lost, and the same device is opened again.

Unplugging is not signalled by PortAudio, so silence of the callback is the only sign. Only a device of the same name is
ever opened again: what was meant for headphones never comes out of a loudspeaker.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ..errors import AudioDeviceError
from .devices import TYPED_HINT, Device, Kind, locate, portaudio, quiet_stderr, refresh

LOST_AFTER_S = 2.0  # without a callback; a loaded machine stalls for less
RETRY_S = 2.0
LOOK_S = 0.25
REFRESH_EVERY = 5  # tries to open again before PortAudio is asked to look for new devices
BLOCK_S = 0.02
LATENCY_S = 0.05  # with 20 ms blocks this works where "low" and smaller blocks recorded nothing
LATENCY_MOST_S = 0.4  # a device that cannot keep up with less is opened with twice as much, until here
CLOSE_WAIT_S = 1.0

_open_streams: set[WatchedStream] = set()
_portaudio_lock = threading.RLock()


class WatchedStream(ABC):
    """What microphone and loudspeaker have in common. Methods may be called from any thread but the sound callback."""

    kind: Kind

    def __init__(
        self,
        device: str | None,
        on_lost: Callable[[Kind], None] | None = None,
        on_back: Callable[[Kind], None] | None = None,
    ) -> None:
        found = locate(device, self.kind)[0]
        self.device: Device = found
        self.lost = False
        self._on_lost = on_lost
        self._on_back = on_back
        self._stream: Any = None
        self._last_callback = 0.0  # monotonic, s
        self._latency_s = LATENCY_S  # asked for at the next opening
        self._end = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def latency(self) -> float:
        """What PortAudio says about the way between program and air, s; 0 when closed."""
        stream = self._stream
        return float(stream.latency) if stream is not None else 0.0

    def start(self) -> None:
        """Open the device and begin.

        Raises:
            AudioDeviceError: it is gone, busy or refused.
        """
        self._end.clear()
        self._reopen()
        self._watcher = threading.Thread(target=self._watch, name=f"watch-{self.kind}", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """End at once; safe to call twice, and while the device is gone."""
        self._end.set()
        self._drop()
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join(CLOSE_WAIT_S)

    stop = close

    @abstractmethod
    def _make(self, sd: Any, index: int, channels: int) -> Any:
        """A PortAudio stream on device `index`, not started."""

    def _stumbles(self) -> bool:
        """Whether the device is there but cannot keep up, so that it should be opened with a larger buffer."""
        return False

    def _on_gone(self) -> None:  # noqa: B027  most have nothing to do
        """What a kind of stream does at once when its device is lost."""

    def _alive(self) -> None:
        """Called first thing in each callback."""
        self._last_callback = time.monotonic()

    def _reopen(self) -> None:
        sd = portaudio()
        try:
            with _portaudio_lock, quiet_stderr():
                device, index = locate(self.device.name, self.kind)
                if device.name != self.device.name:  # a part of the name is enough for a person, not for a reopening
                    raise AudioDeviceError(f"The {self.kind} {self.device.name} is gone.", TYPED_HINT)
                stream = self._make_any(sd, index)
                self._last_callback = time.monotonic()
                stream.start()
                self._stream = stream
                _open_streams.add(self)
        except (sd.PortAudioError, ValueError, OSError) as e:
            raise AudioDeviceError(
                f'The {self.kind} "{self.device.name}" cannot be opened: it is busy, not permitted or gone.',
                f"Close other programs that use it and allow this one to. {TYPED_HINT}",
            ) from e

    def _make_any(self, sd: Any, index: int) -> Any:
        """One channel, else as many as it has: some devices refuse to be mono."""
        try:
            return self._make(sd, index, 1)
        except sd.PortAudioError:
            if self.device.channels == 1:
                raise
            return self._make(sd, index, min(self.device.channels, 2))

    def _drop(self) -> None:
        """Close the stream in a thread of its own: on a dead device closing may hang for ever."""
        stream, self._stream = self._stream, None
        _open_streams.discard(self)
        if stream is None:
            return

        def abort() -> None:
            try:
                stream.abort()
                stream.close()
            except Exception:  # the border of this thread: it is closed or it never will be
                return

        closer = threading.Thread(target=abort, name=f"close-{self.kind}", daemon=True)
        closer.start()
        closer.join(CLOSE_WAIT_S)

    def _watch(self) -> None:
        while not self._end.wait(LOOK_S):
            stream = self._stream
            if stream is not None and (_ended(stream) or time.monotonic() - self._last_callback > LOST_AFTER_S):
                self._mourn()
            elif stream is not None and self._stumbles():
                self._open_larger()

    def _open_larger(self) -> None:
        """Open the same device with twice the buffer; when even that fails it is lost."""
        self._latency_s = min(2 * self._latency_s, LATENCY_MOST_S)
        self._drop()
        try:
            self._reopen()
        except AudioDeviceError:
            self._mourn()
            return
        if self._end.is_set():
            self._drop()

    def _mourn(self) -> None:
        """The device is lost: say so, then try until it is back or we are closed."""
        if self._end.is_set():
            return
        self.lost = True
        self._drop()
        self._on_gone()
        if self._on_lost is not None:
            self._on_lost(self.kind)
        tries = 0
        while not self._end.wait(RETRY_S):
            tries += 1
            with _portaudio_lock:
                if tries % REFRESH_EVERY == 0 and not _open_streams:
                    refresh()
            try:
                self._reopen()
            except AudioDeviceError:
                continue
            if self._end.is_set():
                self._drop()
                return
            if self._proved():
                self.lost = False
                if self._on_back is not None:
                    self._on_back(self.kind)
                return
            self._drop()

    def _proved(self) -> bool:
        """Whether the callback is really called after opening again."""
        opened = self._last_callback
        deadline = time.monotonic() + LOST_AFTER_S
        while time.monotonic() < deadline and not self._end.wait(0.05):
            if self._last_callback > opened:
                return True
        return False


def _ended(stream: Any) -> bool:
    """Whether PortAudio itself has given the stream up."""
    try:
        return not stream.active
    except Exception:  # PortAudio's own error, or it was closed under us
        return True
