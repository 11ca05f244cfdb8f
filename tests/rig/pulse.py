"""A sound card of our own: a PulseAudio server with a microphone to speak into and a loudspeaker to listen at.

Two null sinks: into `mic` the person speaks, and its monitor is the product's microphone; on `speaker` the product
plays. There is no path from the speaker to the microphone: the person wears headphones. An idle null sink works in
blocks of two seconds; listeners that want 20 ms are therefore there from before the product starts to the end.

One clock for both sides: a null sink runs on the monotonic clock, so a recording's zero on that clock is `now - length
so far`, late by up to a block at any one look; the least of some hundred looks leaves only the constant delay of the
capture, which is the same for two recordings made alike. The two are cut to the same zero (`tests/live/test_rig.py`
plays one click on both and finds them together).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

Samples = npt.NDArray[np.int16]

RATE = 16000  # Hz, of recordings
SAMPLE_BYTES = 2
ZERO_LOOKS = 400  # looks at the length of a recording, one a millisecond
TOOLS = ("pulseaudio", "pactl", "paplay", "parec")
POLL_S = 0.01
SOCKET_PATH_MAX = 100  # sun_path holds 108 bytes on Linux

SIDES = ("mic", "speaker")
MODULES = (
    "module-null-sink sink_name=mic channels=1 channel_map=mono rate=48000",
    "module-null-sink sink_name=speaker channels=1 channel_map=mono rate=48000",
    "module-remap-source source_name=person master=mic.monitor",
)

ALSA_CONFIG = """\
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


def missing_tools() -> list[str]:
    """Programs this rig needs and this machine lacks."""
    return [t for t in TOOLS if shutil.which(t) is None]


def need_pulse() -> None:
    """Skip the test loudly where there is no PulseAudio; fail instead when VOICEHEAL_REQUIRE_AUDIO=1."""
    lacking = missing_tools()
    if not lacking:
        return
    words = f"AUDIO NOT TESTED: {', '.join(lacking)} missing; install pulseaudio, pulseaudio-utils, libasound2-plugins."
    if os.environ.get("VOICEHEAL_REQUIRE_AUDIO") == "1":
        pytest.fail(words)
    pytest.skip(words)


def wait_until(what: str, ready: Callable[[], bool], deadline_s: float) -> None:
    """Return as soon as `ready()` holds.

    Raises:
        TimeoutError: it did not within `deadline_s` of real time; names `what`.
    """
    end = time.monotonic() + deadline_s
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {deadline_s:.0f} s in vain for {what}")
        time.sleep(POLL_S)


def finish(process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM) -> None:
    """End one process that the rig has started, kindly first."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@dataclass
class Track:
    """One side of a recording: a raw file that grows."""

    path: Path
    process: subprocess.Popen[bytes]
    zero: float = 0.0  # of its first sample on the monotonic clock, s; late by the constant delay of the capture

    def length(self) -> float:
        """Seconds so far."""
        return self.path.stat().st_size / (SAMPLE_BYTES * RATE) if self.path.exists() else 0.0

    def samples(self, since: float) -> Samples:
        """From `since` on the monotonic clock on."""
        raw = self.path.read_bytes()
        whole = np.frombuffer(raw[: len(raw) // SAMPLE_BYTES * SAMPLE_BYTES], dtype="<i2")
        return whole[round((since - self.zero) * RATE) :].copy()


@dataclass
class Recording:
    """A running or ended recording of both sides. Times are seconds from its first sample."""

    tracks: dict[str, Track]
    started: float = 0.0  # on the monotonic clock

    def find_zero(self) -> None:
        """Put both tracks on one clock (see the top of this module); takes under a second."""
        for track in self.tracks.values():
            wait_until("the first recorded sample", lambda t=track: t.length() > 0, 10)  # type: ignore[misc]
        looks: dict[str, list[float]] = {side: [] for side in self.tracks}
        for _ in range(ZERO_LOOKS):
            for side, track in self.tracks.items():
                looks[side].append(time.monotonic() - track.length())
            time.sleep(0.001)
        for side, track in self.tracks.items():
            track.zero = min(looks[side])
        self.started = max(t.zero for t in self.tracks.values())

    def now(self) -> float:
        """Length so far, s: the present on this recording's clock (late by one block, about 20 ms)."""
        return min(t.length() - (self.started - t.zero) for t in self.tracks.values())

    def wait(self, t: float, slack_s: float = 10.0) -> None:
        """Let the recording run until it is `t` seconds long."""
        wait_until(f"{t:.1f} s of recording", lambda: self.now() >= t, max(0.0, t - self.now()) + slack_s)

    def stop(self) -> None:
        """End it; the samples can still be read."""
        for track in self.tracks.values():
            finish(track.process)

    def person(self) -> Samples:
        """What the person said so far, int16 at 16 kHz."""
        return self.tracks["mic"].samples(self.started)

    def product(self) -> Samples:
        """What the product played so far, int16 at 16 kHz."""
        return self.tracks["speaker"].samples(self.started)


@dataclass
class Pulse:
    """A running server."""

    folder: Path
    socket: Path
    process: subprocess.Popen[bytes]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def env(self) -> dict[str, str]:
        """Environment for the product: this server, a home of its own, an ALSA `default` that is this server."""
        home = self.folder / "home"
        return {
            "PULSE_SERVER": f"unix:{self.socket}",
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_DATA_HOME": str(home / ".local" / "share"),
            "XDG_STATE_HOME": str(home / ".local" / "state"),
        }

    def _client_env(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **self.env()}

    def _start(self, *command: str, stdout: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=self._client_env(), stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL
        )
        self.started.append(process)
        return process

    def begin_speaking(self, wav: Path, sink: str = "mic") -> subprocess.Popen[bytes]:
        """Start to play `wav` into the microphone; the process ends when it has been heard to its end."""
        return self._start("paplay", f"--device={sink}", "--latency-msec=40", str(wav))

    def speak(self, wav: Path, deadline_s: float = 60.0, sink: str = "mic") -> None:
        """Play `wav` into the microphone, to its end."""
        status = self.begin_speaking(wav, sink).wait(deadline_s)
        if status:
            raise RuntimeError(f"paplay {wav} ended with {status}")

    def record(self, name: str = "room") -> Recording:
        """Start to record both sides into files of the rig's folder; returns when samples arrive."""
        tracks = {}
        for side in SIDES:
            path = self.folder / f"{name}-{side}.s16"
            process = self._start(
                "parec", f"--device={side}.monitor", f"--rate={RATE}", "--channels=1", "--format=s16le",
                "--latency-msec=20", "--raw", str(path),
            )  # fmt: skip
            tracks[side] = Track(path, process)
        recording = Recording(tracks)
        recording.find_zero()
        return recording

    def load(self, *module: str) -> None:
        """Load one more module into the server."""
        subprocess.run(
            ["pactl", "load-module", *module], env=self._client_env(), check=True, timeout=10, capture_output=True
        )

    def streams(self) -> int:
        """How many programs play or record right now (the rig's own among them)."""
        return sum(len(self._list(kind)) for kind in ("sink-inputs", "source-outputs"))

    def _list(self, kind: str) -> list[str]:
        run = subprocess.run(
            ["pactl", "list", "short", kind], env=self._client_env(), capture_output=True, text=True, timeout=10,
            check=False,
        )  # fmt: skip
        return run.stdout.splitlines()

    def answers(self) -> bool:
        """Whether the server takes orders and has its devices."""
        return any("\tperson\t" in line for line in self._list("sources"))

    def die(self) -> None:
        """The sound system goes away under the product."""
        finish(self.process)

    def close(self) -> None:
        """End what this server has started, and the server."""
        for process in self.started:
            finish(process)
        finish(self.process)


@contextlib.contextmanager
def pulse_server(folder: Path) -> Iterator[Pulse]:
    """A PulseAudio server in `folder`; nothing is left of it afterwards but what was recorded there."""
    need_pulse()
    for name in ("run", "home"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "home" / ".asoundrc").write_text(ALSA_CONFIG, encoding="utf-8")
    socket = folder / "run" / "p"
    assert len(str(socket)) < SOCKET_PATH_MAX, f"{socket} is too long a name for a socket"
    loads = [f"module-native-protocol-unix auth-anonymous=1 socket={socket}", *MODULES]
    log = (folder / "pulse.log").open("wb")
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(folder / "home"),
           "XDG_RUNTIME_DIR": str(folder / "run")}  # fmt: skip
    process = subprocess.Popen(
        ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
         "--log-target=stderr", *(f"--load={load}" for load in loads)],
        env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    pulse = Pulse(folder, socket, process)
    try:
        wait_until("PulseAudio", lambda: process.poll() is not None or pulse.answers(), 15)
        if process.poll() is not None:
            raise RuntimeError((folder / "pulse.log").read_text(encoding="utf-8", errors="replace"))
        for order in (["set-default-sink", "speaker"], ["set-default-source", "person"]):
            subprocess.run(["pactl", *order], env=pulse._client_env(), check=True, timeout=10)
        pulse.record("awake")
        yield pulse
    finally:
        pulse.close()
        log.close()
