"""A pyttsx3 driver for Festival: one child process is kept alive, text goes in by its stdin, sound out by a file.

Figures: with `voice_cmu_us_slt_arctic_hts` our own recogniser hears 2 % of the words wrong, of espeak-ng's 29 %.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ..text import ascii_only

VOICE = "cmu_us_slt_arctic_hts"
NATURAL_WPM = 190  # words a minute of that voice at speed 1.0
VOICE_FOLDERS = ("/usr/share/festival/voices", "/usr/lib/festival/voices", "/usr/local/share/festival/voices",
                 "/opt/homebrew/share/festival/voices", "/usr/local/lib/festival/voices")  # fmt: skip
DONE = "voiceheal-done"
_NAME = re.compile(r"[A-Za-z0-9_]+")


def present(voice: str = VOICE) -> bool:
    """Whether Festival and this voice seem to be installed; starts nothing."""
    if shutil.which("festival") is None:
        return False
    return any(next(Path(folder).glob(f"*/{voice}"), None) for folder in VOICE_FOLDERS)


def scheme_string(text: str) -> str:
    """The text as a Scheme string: cannot end it, cannot be code, one line of ASCII."""
    plain = "".join(c if " " <= c <= "~" else " " for c in ascii_only(text))
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Festival:
    """The child process. Not thread-safe.

    Raises:
        RuntimeError: it cannot start, lacks the voice, or died.
    """

    def __init__(self, voice: str = VOICE) -> None:
        if not _NAME.fullmatch(voice):
            raise RuntimeError("not the name of a Festival voice")
        self.voice = voice
        self._child = subprocess.Popen(
            ["festival", "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        load = f'(begin (voice_{voice}) (format t "ready\\n"))'
        if "ready" not in self.ask(f"(if (member '{voice} (voice.list)) {load})"):
            self.close()
            raise RuntimeError(f"Festival has no voice {voice}")

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._child.poll() is None

    def ask(self, order: str) -> str:
        """Run one expression; what it printed."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            self._child.stdin.write(f'{order}\n(format t "{DONE}\\n")\n(fflush nil)\n'.encode("ascii"))
            self._child.stdin.flush()
        except OSError as e:
            raise RuntimeError("Festival died") from e
        said = b""
        while DONE.encode() not in said:
            piece = os.read(self._child.stdout.fileno(), 4096)
            if not piece:
                raise RuntimeError("Festival died")
            said += piece
        return said.decode("ascii", "replace")

    def save(self, text: str, filename: str, speed: float) -> None:
        """Speak into a RIFF file; `speed` 1.0 is the voice's own, 0.8 slower."""
        self.ask(f"(Parameter.set 'Duration_Stretch {1 / speed:.3f})")
        if self.voice.endswith("_hts"):  # these ignore Duration_Stretch
            pace = f'(list (list "-r" {speed:.3f}))'
            self.ask(f"(set! hts_engine_params (append {self.voice}::hts_engine_params {pace}))")
        speech = f"(utt.synth (Utterance Text {scheme_string(text)}))"
        self.ask(f"(utt.save.wave {speech} {scheme_string(filename)} 'riff)")

    def close(self) -> None:
        """End it."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()


class FestivalDriver:
    """What pyttsx3 expects of a driver; speaks to files only."""

    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._festival: Festival | None = Festival()
        self._voice = VOICE
        self._rate = float(NATURAL_WPM)
        self._volume = 1.0

    def destroy(self) -> None:
        """Called by pyttsx3 when the engine goes away."""
        if self._festival is not None:
            self._festival.close()
            self._festival = None

    def say(self, text: str) -> None:
        """Not ours to do: sound goes out by the mixer only."""
        raise NotImplementedError("this driver speaks to files only")

    def stop(self) -> None:
        """Nothing to stop: a file is whole when `save_to_file` returns."""

    def save_to_file(self, text: str, filename: str) -> None:
        """Speak into a file; it is whole when this returns."""
        self._proxy.setBusy(True)
        try:
            if self._festival is None or not self._festival.alive or self._festival.voice != self._voice:
                self.destroy()
                self._festival = Festival(self._voice)
            self._festival.save(text, filename, self._rate / NATURAL_WPM)
        finally:
            self._proxy.setBusy(False)

    def getProperty(self, name: str) -> object:  # noqa: N802  pyttsx3's name
        """`voices`, `voice`, `rate` (words a minute) or `volume`."""
        from pyttsx3.voice import Voice  # noqa: PLC0415  only where pyttsx3 runs

        if name == "voices":
            return [Voice(id=VOICE, name=VOICE, languages=["en-US"], gender="Female")]
        if name in ("voice", "rate", "volume"):
            return {"voice": self._voice, "rate": self._rate, "volume": self._volume}[name]
        raise KeyError(name)

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802  pyttsx3's name
        """Set `voice`, `rate` (words a minute) or `volume` (ignored: the mixer's)."""
        match name:
            case "voice":
                self._voice = str(value)
            case "rate":
                self._rate = min(max(float(value), 60.0), 400.0)
            case "volume":
                self._volume = float(value)
            case _:
                raise KeyError(name)

    def startLoop(self) -> None:  # noqa: N802  pyttsx3's name
        """Work off what is queued; save_to_file is not queued any further, so there is nothing to wait for."""
        self._proxy.setBusy(False)

    def endLoop(self) -> None:  # noqa: N802  pyttsx3's name
        """The queue is worked off."""

    def iterate(self) -> None:
        """Nothing is left to do between events."""


def buildDriver(proxy: Any) -> FestivalDriver:  # noqa: N802  pyttsx3's name
    """Pyttsx3 calls this."""
    return FestivalDriver(proxy)
