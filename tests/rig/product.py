"""The product as a stranger meets it: a command, its environment, its sound, its event lines, its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from .pulse import finish, wait_until

ROOT = Path(__file__).resolve().parents[2]
MARK = "VOICEHEAL_RIG_RUN"  # in the environment of everything a run starts: orphans are found by it
INTERRUPTED = 130

EventLine: TypeAlias = dict[str, Any]  # as written: `t`, `type` and the fields of docs/interface


@dataclass(frozen=True)
class Finished:
    """A run that is over."""

    status: int
    out: str
    err: str
    wall_s: float

    def one_sentence(self) -> str:
        """What stderr says, after checking that it is short and no traceback."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert "Traceback" not in self.err, self.err
        assert 1 <= len(lines) <= 3, f"expected one clear sentence (and a hint) on stderr, got: {self.err!r}"
        return " ".join(lines)


def read_events(path: Path) -> list[EventLine]:
    """All whole lines of an event file."""
    if not path.exists():
        return []
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines() if line.strip()]


def matching(events: Sequence[EventLine], kind: str, **fields: object) -> list[EventLine]:
    """Those of one type whose fields are as told."""
    return [e for e in events if e["type"] == kind and all(e.get(k) == v for k, v in fields.items())]


def of_mark(mark: str) -> list[int]:
    """Ids of processes that carry `mark` in their environment (Linux; elsewhere none are found)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:  # gone meanwhile, or not ours
            continue
    return found


@dataclass
class Running:
    """The product while it runs."""

    process: subprocess.Popen[bytes]
    mark: str
    events_file: Path
    out_file: Path
    err_file: Path

    def events(self) -> list[EventLine]:
        """Event lines so far."""
        return read_events(self.events_file)

    def wait_for(self, kind: str, deadline_s: float = 20.0, *, count: int = 1, **fields: object) -> EventLine:
        """The `count`-th event line of this type and these fields.

        Raises:
            TimeoutError: it did not come in time.
            AssertionError: the product ended before.
        """

        def there() -> bool:
            return len(matching(self.events(), kind, **fields)) >= count or self.process.poll() is not None

        try:
            wait_until(f"event {kind} {fields} (number {count})", there, deadline_s)
        except TimeoutError as e:
            raise TimeoutError(f"{e}\nevents: {self.events()[-12:]}\nstderr: {self.err()}") from e
        found = matching(self.events(), kind, **fields)
        assert len(found) >= count, f"ended with {self.process.poll()} before {kind} {fields}: {self.err()}"
        return found[count - 1]

    def wait(self, deadline_s: float = 30.0) -> int:
        """Its exit status, once it has ended."""
        return self.process.wait(deadline_s)

    def interrupt(self) -> None:
        """Ctrl-C: the signal that a terminal sends to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def left_over(self) -> list[int]:
        """Processes of this run that are alive, whoever their parent is by now."""
        return [pid for pid in of_mark(self.mark) if pid != self.process.pid or self.process.poll() is None]

    def err(self) -> str:
        """What it has written to stderr."""
        return self.err_file.read_text(encoding="utf-8", errors="replace")

    def out(self) -> str:
        """What it has written to stdout."""
        return self.out_file.read_text(encoding="utf-8", errors="replace")

    def end(self) -> None:
        """End it and whatever it left: for the end of a test, whatever came before."""
        finish(self.process, signal.SIGINT)
        if self.process.stdin:
            self.process.stdin.close()
        for pid in self.left_over():
            os.kill(pid, signal.SIGKILL)


@dataclass
class Product:
    """How to start the product, in a home and temp folder of its own.

    Attributes:
        folder: an empty folder; gets `home`, `tmp` and the output of the runs.
        extra: environment on top (a PulseAudio server, a model).
        python: the interpreter that has the product.
        wrap: a command that runs the product's command (`unshare -n`).
    """

    folder: Path
    extra: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    wrap: tuple[str, ...] = ()
    runs: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "run"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        """The home folder that the product sees."""
        return Path(self.extra.get("HOME", str(self.folder / "home")))

    def met_before(self) -> None:
        """The long first greeting is behind us."""
        seen = self.home / ".local" / "share" / "voiceheal" / "welcomed"
        seen.parent.mkdir(parents=True, exist_ok=True)
        seen.touch()

    @property
    def temp(self) -> Path:
        """The folder for temporary files that the product sees."""
        return self.folder / "tmp"

    def env(self, mark: str = "") -> dict[str, str]:
        """Its whole environment: no sound card unless `extra` brings one."""
        home = self.folder / "home"
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_DATA_HOME": str(home / ".local" / "share"),
            "XDG_STATE_HOME": str(home / ".local" / "state"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "PULSE_SERVER": f"unix:{self.folder}/run/nobody-here",
            "TMPDIR": str(self.temp),
            MARK: mark,
            **self.extra,
        }

    def command(self, *args: str | Path) -> list[str]:
        """The command line."""
        return [*self.wrap, self.python, "-m", "voiceheal", *(str(a) for a in args)]

    def run(self, *args: str | Path, typed: str = "", timeout_s: float = 120.0) -> Finished:
        """Run to the end, with `typed` on standard input."""
        began = time.monotonic()
        run = subprocess.run(
            self.command(*args), env=self.env(), input=typed.encode(), capture_output=True, timeout=timeout_s,
            cwd=self.folder, check=False,
        )  # fmt: skip
        wall = time.monotonic() - began
        return Finished(run.returncode, run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace"), wall)

    def start(self, *args: str | Path, keyboard: bool = False) -> Running:
        """Start and go on; event lines are written to a file of this run. A process group of its own, as in a shell.

        With `keyboard` standard input stays open and empty.
        """
        mark = uuid.uuid4().hex
        base = self.folder / f"run-{len(self.runs)}"
        events, out, err = (base.with_suffix(s) for s in (".jsonl", ".out", ".err"))
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                self.command(*args, "--events", events), env=self.env(mark),
                stdin=subprocess.PIPE if keyboard else subprocess.DEVNULL, stdout=to_out, stderr=to_err,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        running = Running(process, mark, events, out, err)
        self.runs.append(running)
        return running

    def end(self) -> None:
        """End every run."""
        for running in self.runs:
            running.end()
