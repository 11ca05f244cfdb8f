"""The speaking voice: pyttsx3 in a worker process that may hang or die; lines come back as levelled, trimmed sound."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from ..audio.resample import resample, to_float
from ..errors import VoiceError
from .drivers import festival_present
from .loudness import normalise, trim
from .pauses import split_pauses
from .privatedir import PrivateDir
from .text import chunks, speakable
from .worker import default_engine, read_message, write_message

if TYPE_CHECKING:
    from ..core.ports import Pcm

VERSION = 1  # of what is done to the sound; part of the cache's key
START_TIMEOUT_S = 20.0
RENDER_TIMEOUT_S = 10.0  # plus
RENDER_TIMEOUT_PER_CHAR_S = 0.02  # what a slow machine needs
SENTENCE_GAP_S = 0.25  # between pieces of a long text
INSTALL_HINT = (
    "Install a speech engine (Debian, Ubuntu: festival and festvox-us-slt-hts, or espeak-ng),"
    " or read instead of listen: voiceheal --typed."
)


class WorkerDied(Exception):  # noqa: N818  never leaves this module
    """The worker ended or did not answer in time."""


class _Worker:
    """One worker process and the thread that reads from it."""

    def __init__(self, folder: Path, engine: str, voice: str, wpm: int, language: str) -> None:
        root = Path(__file__).resolve().parents[2]
        path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voiceheal.speaking.worker", str(folder), engine, voice, str(wpm), language],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(folder)},
            start_new_session=os.name == "posix",  # Ctrl-C does not reach it, and it can be killed with its children
        )
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        assert self.process.stdout is not None
        threading.Thread(target=self._read, args=(self.process.stdout,), name="voice-worker", daemon=True).start()

    def _read(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError), pipe:
            while (message := read_message(pipe)) is not None:
                self._answers.put(message)
        self._answers.put(None)

    def send(self, order: dict[str, str | float]) -> None:
        try:
            assert self.process.stdin is not None
            write_message(self.process.stdin, json.dumps(order).encode())
        except (OSError, ValueError) as e:
            raise WorkerDied from e

    def receive(self, timeout_s: float) -> bytes:
        try:
            message = self._answers.get(timeout=timeout_s)
        except queue.Empty as e:
            raise WorkerDied from e
        if message is None:
            raise WorkerDied
        return message

    def kill(self) -> None:
        """End it and what it started, now."""
        if os.name == "posix":
            with contextlib.suppress(OSError):  # its group outlives it while a child of it runs
                os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()


class WorkerVoice:
    """A `Synthesiser` on pyttsx3. Thread-safe: one line is rendered at a time; `close` ends a rendering at once.

    Args:
        sample_rate: Hz of what `render` gives.
        engine: "auto" (Festival with its clear voice where installed, else the platform's own), or a pyttsx3 driver's
            name ("espeak", "nsss", "sapi5") or "festival".
        voice: id or name of a voice, a part is enough; "" = a good one for the language.
        words_per_minute: 0 = a calm pace for the engine.
        language: tag such as "en-US".
        start_timeout_s, render_timeout_s: how long the worker may be silent.
    """

    def __init__(
        self,
        sample_rate: int = 24000,
        engine: str = "auto",
        voice: str | None = None,
        words_per_minute: int | None = None,
        language: str = "en-US",
        *,
        start_timeout_s: float = START_TIMEOUT_S,
        render_timeout_s: float = RENDER_TIMEOUT_S,
    ) -> None:
        self.sample_rate = sample_rate
        self._asked = (engine, voice or "", words_per_minute or 0, language)
        self._timeouts = (start_timeout_s, render_timeout_s)
        self._lock = threading.Lock()  # one rendering at a time
        self._state = threading.Lock()  # the worker, the folder and the end
        self._worker: _Worker | None = None
        self._folder: PrivateDir | None = None
        self._closed = False
        self._actual: tuple[str, str] | None = None  # engine and voice that speak

    @property
    def engine(self) -> str:
        """The engine that speaks, or that will as far as can be told before it has started."""
        if self._actual is not None:
            return self._actual[0]
        name, voice, _, language = self._asked
        if name != "auto":
            return name
        festival = language.lower().startswith("en") and festival_present(voice)
        return "festival" if festival else default_engine()

    @property
    def identity(self) -> str:
        """What the sound of a line depends on besides its words; for the cache."""
        _, voice, wpm, language = self._asked
        return f"{VERSION}|{self.engine}|{voice}|{wpm}|{language}|{self.sample_rate}"

    def warm_up(self) -> None:
        """Start the worker, so that the first line does not wait for it.

        Raises:
            VoiceError: it cannot start.
        """
        with self._lock, self._as_voice_error():
            self._ready()

    def render(self, text: str, rate: float = 1.0, *, private: bool = False) -> Pcm:
        """Speech for `text`; see `core.ports.Synthesiser`. Nothing is kept, whether `private` or not.

        Raises:
            VoiceError: the engine cannot speak, also not after one restart.
        """
        del private
        pieces: list[Pcm] = []
        with self._lock, self._as_voice_error():
            for part in split_pauses(text):
                if isinstance(part, float):
                    pieces.append(self._silence(part))
                else:
                    pieces += self._speech(part, rate)
        if not pieces:
            return self._silence(0.0)
        return normalise(np.concatenate(pieces), self.sample_rate)

    def close(self) -> None:
        """Kill the worker and remove its folder; a rendering in another thread ends with VoiceError."""
        with self._state:
            self._closed = True
            worker, self._worker = self._worker, None
            folder, self._folder = self._folder, None
        if worker is not None:
            worker.kill()
        if folder is not None:
            folder.close()

    def _silence(self, seconds: float) -> Pcm:
        return np.zeros(round(seconds * self.sample_rate), np.float32)

    def _speech(self, text: str, rate: float) -> list[Pcm]:
        pieces: list[Pcm] = []
        for chunk in chunks(speakable(text)):
            sound_rate, pcm = self._ask(chunk, rate)
            clip = trim(resample(pcm, sound_rate, self.sample_rate), self.sample_rate)
            pieces += [self._silence(SENTENCE_GAP_S), clip] if pieces else [clip]
        return pieces

    def _ask(self, text: str, rate: float) -> tuple[int, Pcm]:
        """One piece from the worker; when it hangs or dies a new one gets the same piece once more."""
        for last in (False, True):
            worker = self._ready()
            try:
                return self._answer(worker, text, rate)
            except WorkerDied:
                self._drop(worker)
                if last or self._closed:
                    raise
        raise AssertionError("unreachable")

    def _answer(self, worker: _Worker, text: str, rate: float) -> tuple[int, Pcm]:
        worker.send({"text": text, "rate": rate})
        timeout = self._timeouts[1] + RENDER_TIMEOUT_PER_CHAR_S * len(text)
        answer = json.loads(worker.receive(timeout))
        if "error" in answer:
            raise VoiceError(f"The speech engine cannot speak: {answer['error']}.", INSTALL_HINT)
        samples = np.frombuffer(worker.receive(timeout), dtype="<i2")
        return int(answer["rate"]), to_float(samples)

    def _ready(self) -> _Worker:
        """The running worker; starts one when there is none."""
        with self._state:
            if self._closed:
                raise VoiceError("The voice has been closed.")
            if self._worker is not None and self._worker.process.poll() is None:
                return self._worker
            if self._folder is not None:
                self._folder.close()  # a worker that died has removed it, or left words in it
            self._folder = PrivateDir()
            worker = self._worker = _Worker(self._folder.path, *self._asked)
        try:
            answer = json.loads(worker.receive(self._timeouts[0]))
        except WorkerDied:
            self._drop(worker)
            raise
        if "error" in answer:
            self._drop(worker)
            raise VoiceError(f"The speech engine cannot start: {answer['error']}.", INSTALL_HINT)
        self._actual = (answer["engine"], answer["voice"])
        return worker

    def _drop(self, worker: _Worker) -> None:
        with self._state:
            if self._worker is worker:
                self._worker = None
        worker.kill()
        with self._state:
            if self._folder is not None and self._worker is None:
                self._folder.close()
                self._folder = None

    @contextlib.contextmanager
    def _as_voice_error(self) -> Iterator[None]:
        try:
            yield
        except WorkerDied as e:
            if self._closed:
                raise VoiceError("The voice has been closed.") from e
            raise VoiceError("The speech engine does not answer.", INSTALL_HINT) from e
        except OSError as e:
            raise VoiceError(f"The speech engine cannot start: {e.strerror or e}.", INSTALL_HINT) from e
