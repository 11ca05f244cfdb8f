"""The voice worker: the only process in which pyttsx3 runs; takes orders on stdin, gives PCM on stdout, can be killed.

Started as `python -m voiceheal.speaking.worker FOLDER ENGINE VOICE WPM LANGUAGE`. A message is four bytes of length,
big end first, then so many bytes. In: JSON {"text", "rate"}. Out: JSON, and when it holds "samples", a second message
of that many little-endian int16 follows. When stdin ends it removes FOLDER and ends itself and its children, even in
the middle of a line: it never outlives its parent.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import shutil
import signal
import struct
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import numpy as np
import soundfile as sf

from . import drivers

LONGEST_MESSAGE = 1 << 28  # bytes
CALM_WPM = {"festival": 170, "espeak": 145, "nsss": 160, "sapi5": 165}  # words a minute; calmer than their defaults
FINISH_S = 60.0  # the parent's patience ends earlier
REUSED = ("festival", "espeak")  # the others speak only once or hang when an engine is used twice (pyttsx3 #419, #403)


def write_message(pipe: IO[bytes], data: bytes) -> None:
    """One message out."""
    pipe.write(struct.pack(">I", len(data)) + data)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> bytes | None:
    """One message in; None at the end of the pipe.

    Raises:
        ValueError: what came is not a message.
    """
    head = _exactly(pipe, 4)
    if head is None:
        return None
    length = int(struct.unpack(">I", head)[0])
    if length > LONGEST_MESSAGE:
        raise ValueError("not a message of the voice worker")
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], n: int) -> bytes | None:
    data = b""
    while len(data) < n:
        piece = pipe.read(n - len(data))
        if not piece:
            return None
        data += piece
    return data


def default_engine() -> str:
    """The engine pyttsx3 takes on this platform."""
    return {"darwin": "nsss", "win32": "sapi5"}.get(sys.platform, "espeak")


class SpeechEngine:
    """One pyttsx3 engine with its voice and pace.

    Raises:
        RuntimeError: the engine cannot start, has no such voice, or gave no sound.
    """

    def __init__(self, name: str, voice: str, wpm: int, language: str, folder: Path) -> None:
        self.name = name
        self.voice = ""
        self._wanted = voice
        self._wpm = wpm or CALM_WPM.get(name, 160)
        self._language = language
        self._folder = folder
        self._count = 0
        self._errors: list[str] = []
        self._finished = threading.Event()
        self._engine: Any = None
        self._ready()

    def _ready(self) -> None:
        import pyttsx3.engine  # noqa: PLC0415  slow, and nobody else needs it

        if self._engine is None:
            self._engine = pyttsx3.engine.Engine(self.name)  # not init(): that hands out old engines again
            self._engine.connect("error", self._note)
            self._engine.connect("finished-utterance", self._finish)
            self.voice = pick_voice(self._engine, self._wanted, self._language)

    def _note(self, exception: Exception | None = None, **_rest: object) -> None:
        self._errors.append(str(exception))

    def _set(self, name: str, value: str | int) -> None:
        """Set a property for the next line.

        With espeak it is set and waited for at once: pyttsx3 would queue it, and its end of the loop cancels what
        espeak's own thread has not worked off yet, so that every second line kept the old pace.
        """
        if self.name != "espeak":
            self._engine.setProperty(name, value)
            return
        from pyttsx3.drivers import _espeak  # noqa: PLC0415  loads the library

        self._engine.proxy._driver.setProperty(name, value)
        _espeak.Synchronize()

    def _finish(self, **_rest: object) -> None:
        self._finished.set()

    def render(self, text: str, rate: float) -> tuple[int, np.ndarray[Any, np.dtype[np.int16]]]:
        """(sample rate in Hz, mono int16) of the text at `rate` times the usual pace."""
        self._ready()
        self._count += 1
        self._errors.clear()
        self._finished.clear()
        path = self._folder / f"{self._count}.wav"
        try:
            if self.voice:
                self._set("voice", self.voice)
            self._set("rate", round(self._wpm * rate))
            self._engine.save_to_file(text, str(path))  # one a run: of several only the last would be written
            self._engine.runAndWait()
            if self.name == "espeak":  # it speaks in a thread of its own and runAndWait may return too early
                self._finished.wait(FINISH_S)
            if not path.exists():
                raise RuntimeError(self._errors[0] if self._errors else "the speech engine gave no sound")
            samples, sample_rate = sf.read(str(path), dtype="int16", always_2d=True)  # AIFF on macOS, whatever the name
        finally:
            path.unlink(missing_ok=True)
            if self.name not in REUSED:
                self._forget()
        return int(sample_rate), samples[:, 0]

    def _forget(self) -> None:
        self._engine = None  # the old one must be gone before a new one is made: its end unhooks the callback
        gc.collect()


def pick_voice(engine: Any, wanted: str, language: str) -> str:
    """The id of the wanted voice (id or name, any case, a part is enough), else one of the language, else "".

    Raises:
        RuntimeError: a voice was asked for and is not there.
    """
    voices = [(str(v.id), str(v.name), [_tag(x) for x in v.languages or []]) for v in engine.getProperty("voices")]
    low = wanted.lower()
    if wanted:
        for hit in (low.__eq__, lambda text: low in text):
            for vid, name, _ in voices:
                if hit(vid.lower()) or hit(name.lower()):
                    return vid
        raise RuntimeError(f'there is no voice "{wanted}"; there are {_some(name for _, name, _ in voices)}')
    tag = language.lower()
    for hit in (tag.__eq__, lambda text: text.split("-")[0] == tag.split("-")[0]):
        for vid, _, tags in voices:
            if any(hit(t) for t in tags) or hit(vid.rsplit("/", 1)[-1].lower()):
                return vid
    return ""


def _tag(language: object) -> str:
    text = language.decode("utf-8", "ignore") if isinstance(language, bytes) else str(language)
    return "".join(c for c in text if c.isalnum() or c in "-_").replace("_", "-").lower()


def _some(names: Iterable[str]) -> str:
    known = list(names)
    return ", ".join(known[:5]) + (" and others" if len(known) > 5 else "")


def start_engine(name: str, voice: str, wpm: int, language: str, folder: Path) -> SpeechEngine:
    """The engine asked for; with "auto" Festival's clear voice where it is there, else the platform's own."""
    if name == "auto":
        if language.lower().startswith("en") and drivers.festival_present(voice):
            with contextlib.suppress(RuntimeError, OSError):
                return SpeechEngine("festival", voice, wpm, language, folder)
        name = default_engine()
    return SpeechEngine(name, voice, wpm, language, folder)


def follow(orders: IO[bytes], inbox: queue.SimpleQueue[bytes], folder: Path) -> None:
    """Take orders in; when there are no more the parent is done or was killed: leave nothing behind and end."""
    with contextlib.suppress(OSError, ValueError):
        while (message := read_message(orders)) is not None:
            inbox.put(message)
    shutil.rmtree(folder, ignore_errors=True)
    if os.name == "posix" and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)  # the group is ours alone: this process and Festival, hung or not
    os._exit(0)


def serve(engine: SpeechEngine, inbox: queue.SimpleQueue[bytes], answers: IO[bytes]) -> None:
    """Answer orders for ever."""
    while True:
        order = json.loads(inbox.get())
        try:
            rate, samples = engine.render(order["text"], order["rate"])
        except Exception as e:  # the border of this process; the parent decides what to do
            write_message(answers, json.dumps({"error": str(e) or type(e).__name__}).encode())
            continue
        write_message(answers, json.dumps({"rate": rate, "samples": len(samples)}).encode())
        write_message(answers, samples.astype("<i2").tobytes())


def main(argv: list[str]) -> int:
    """Run the worker; the first message out says {"engine", "voice"} or {"error"}."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    folder, name, voice, wpm, language = argv
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)  # pyttsx3 prints where it saves; nobody may write into our pipe
    os.dup2(nowhere, 1)
    threading.Thread(target=follow, args=(sys.stdin.buffer, inbox, Path(folder)), daemon=True).start()
    drivers.register()
    try:
        engine = start_engine(name, voice, int(wpm), language, Path(folder))
    except Exception as e:  # the border of this process
        write_message(answers, json.dumps({"error": str(e) or type(e).__name__}).encode())
        return 1
    with contextlib.suppress(OSError):  # the parent is gone
        write_message(answers, json.dumps({"engine": engine.name, "voice": engine.voice}).encode())
        serve(engine, inbox, answers)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
