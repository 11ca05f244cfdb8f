"""The event log: one JSON line for each thing that happens; the person's words only when asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from .core.commands import Note
from .core.events import Event, Partial, SpeechBegan, Utterance
from .errors import OutputError


class EventLog:
    """Writes `{"t": seconds, "type": ..., ...}` lines; without a path it writes nothing.

    Args:
        path: file to write, made anew. words: whether what the person said is written too.

    Raises:
        OutputError: the file cannot be written.
    """

    def __init__(self, path: Path | None = None, *, words: bool = False) -> None:
        self._path = path
        self._words = words
        self._file: IO[str] | None = None
        if path is not None:
            try:
                self._file = path.open("w", encoding="utf-8", buffering=1)  # a line is readable at once
            except OSError as e:
                raise _cannot(path, e) from e

    def write(self, t: float, kind: str, fields: Mapping[str, Any] | None = None) -> None:
        """One line."""
        if self._file is None:
            return
        try:
            self._file.write(json.dumps({"t": round(t, 4), "type": kind, **(fields or {})}) + "\n")
        except OSError as e:
            self._file = None
            raise _cannot(self._path, e) from e

    def note(self, t: float, note: Note) -> None:
        """A line the conversation asked for."""
        self.write(t, note.type, {**note.fields, **(note.words if self._words else {})})

    def event(self, event: Event) -> None:
        """What was heard."""
        match event:
            case SpeechBegan(t):
                self.write(t, "speech_start")
            case Partial(text, t):
                self.write(t, "partial", {"text": text} if self._words else {"count": len(text.split())})
            case Utterance():
                self.write(event.end_s, "speech_end")
                fields: dict[str, Any] = {
                    "start_s": round(event.start_s, 3), "end_s": round(event.end_s, 3),
                    "decided_s": round(event.decided_s, 3), "count": len(event.text.split()),
                    "while_speaking": event.while_speaking,
                }  # fmt: skip
                self.write(event.decided_s, "heard", {**fields, **({"text": event.text} if self._words else {})})
            case _:
                pass

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as e:
                raise _cannot(self._path, e) from e
            finally:
                self._file = None

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def _cannot(path: Path | None, e: OSError) -> OutputError:
    return OutputError(
        f"The event file {path} cannot be written: {e.strerror or e}.", "Name a file in a folder that you can write to."
    )
