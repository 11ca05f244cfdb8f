"""The voice lives in a process that may die: one restart, then a clear error; never a word left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voiceheal.errors import VoiceError
from voiceheal.speaking import privatedir
from voiceheal.speaking.drivers import festival_present
from voiceheal.speaking.privatedir import PREFIX, PrivateDir, clear_stale
from voiceheal.speaking.voice import WorkerVoice
from voiceheal.speaking.worker import default_engine

ENGINES = [e for e in ("festival", "espeak") if (festival_present() if e == "festival" else shutil.which("espeak-ng"))]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Private folders go to the test's own; afterwards it must be empty."""
    monkeypatch.setattr(privatedir, "base", lambda: tmp_path)
    yield tmp_path
    assert not list(tmp_path.glob(f"{PREFIX}*"))


@pytest.fixture
def voice() -> Iterator[WorkerVoice]:
    made = WorkerVoice(24000)
    yield made
    made.close()


def needs_engine() -> None:
    if not ENGINES and default_engine() == "espeak":
        if os.environ.get("VOICEHEAL_REQUIRE_AUDIO") == "1":
            pytest.fail("VOICE NOT TESTED: no speech engine is installed")
        pytest.skip("VOICE NOT TESTED: no speech engine is installed")


@pytest.mark.tts
@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_speaks(engine: str) -> None:
    made = WorkerVoice(24000, engine)
    try:
        usual, slow = (
            made.render("I am getting through it, one hour at a time."),
            made.render("I am getting through it, one hour at a time.", 0.7),
        )
        assert made.engine == engine
        assert 1.5 < len(usual) / 24000 < 5
        assert 1.2 < len(slow) / len(usual) < 2.3  # espeak also stretches its pauses
        assert 0.1 < np.abs(usual).max() <= 0.9001
        two = made.render("One. [pause 1.5] Two.")
        quiet = np.abs(two) < 1e-6
        runs = np.diff(np.flatnonzero(np.concatenate([[True], ~quiet, [True]]))) - 1
        assert runs.max() / 24000 == pytest.approx(1.5, abs=0.03)
        first = made.render("One.")
        assert len(made.render("One.")) == pytest.approx(len(first), abs=500)  # nothing of the last line lingers
        assert len(made.render("")) == 0
        assert len(made.render("\x00…😀")) == 0
    finally:
        made.close()


@pytest.mark.tts
def test_text_is_never_code(voice: WorkerVoice, tmp_path: Path) -> None:
    needs_engine()
    for text in (f'") (system "touch {tmp_path}/owned") ("', '$(id) `id` \\" (quit)', "a" * 1000, "%s %n {0} & < >"):
        assert len(voice.render(text)) > 0
    assert not (tmp_path / "owned").exists()


@pytest.mark.tts
def test_a_killed_worker_is_replaced(voice: WorkerVoice, tmp_path: Path) -> None:
    needs_engine()
    first = voice.render("Hello.")
    worker = voice._worker
    assert worker is not None
    os.killpg(worker.process.pid, signal.SIGKILL)
    assert len(voice.render("Hello.")) == pytest.approx(len(first), abs=500)
    assert len(list(tmp_path.glob(f"{PREFIX}*"))) == 1
    voice.close()
    with pytest.raises(VoiceError, match="closed"):
        voice.render("Hello.")


@pytest.mark.tts
def test_a_hung_worker_is_replaced_and_leaves_nothing(tmp_path: Path) -> None:
    needs_engine()
    voice = WorkerVoice(24000, render_timeout_s=2.0)
    voice.warm_up()
    assert voice._worker is not None
    os.kill(voice._worker.process.pid, signal.SIGSTOP)
    hung = voice._worker.process
    assert len(voice.render("Hello.")) > 0  # by another one
    assert hung.poll() is not None
    voice.close()
    assert not list(tmp_path.glob(f"{PREFIX}*"))


@pytest.mark.tts
def test_an_engine_that_never_comes_up_is_told(tmp_path: Path) -> None:
    needs_engine()
    voice = WorkerVoice(24000, start_timeout_s=0.0)
    with pytest.raises(VoiceError, match="does not answer"):
        voice.render("Hello.")
    assert not list(tmp_path.glob(f"{PREFIX}*"))
    voice.close()


@pytest.mark.tts
def test_close_ends_a_rendering_in_another_thread(voice: WorkerVoice) -> None:
    needs_engine()
    voice.warm_up()
    assert voice._worker is not None
    os.kill(voice._worker.process.pid, signal.SIGSTOP)
    caught: list[VoiceError] = []

    def render() -> None:
        try:
            voice.render("This one hangs.")
        except VoiceError as e:
            caught.append(e)

    thread = threading.Thread(target=render)
    thread.start()
    voice.close()
    thread.join(10)
    assert len(caught) == 1


PARENT = """
import sys, pathlib
from voiceheal.speaking import privatedir
privatedir.base = lambda: pathlib.Path(sys.argv[1])
from voiceheal.speaking.voice import WorkerVoice
voice = WorkerVoice()
voice.warm_up()
print(voice._worker.process.pid, flush=True)
voice.render("I say something private that goes on for a while. " * 40, 0.3)
sys.stdin.read()
"""


@pytest.mark.tts
def test_a_killed_parent_leaves_no_process_and_no_words(tmp_path: Path) -> None:
    needs_engine()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    # the worker has our pipe's other end no more; its stdout was the parent's pipe: wait for its group to be gone
    for _ in range(2000):
        try:
            os.killpg(worker, 0)
        except (ProcessLookupError, PermissionError):
            break
        threading.Event().wait(0.005)
    else:
        pytest.fail("the worker outlived its parent")
    parent.stdout.close()
    assert parent.stdin is not None
    parent.stdin.close()
    assert not list(tmp_path.glob(f"{PREFIX}*"))


@pytest.mark.parametrize(("engine", "name"), [("no-such-engine", None), ("espeak", "no-such-voice")])
def test_what_is_not_there_is_told(engine: str, name: str | None) -> None:
    voice = WorkerVoice(24000, engine, name)
    with pytest.raises(VoiceError, match="cannot start") as caught:
        voice.render("hello")
    assert "--typed" in caught.value.hint
    voice.close()


def test_folders_of_the_dead_are_removed_and_of_the_living_kept(tmp_path: Path) -> None:
    living = PrivateDir(tmp_path)
    assert oct(living.path.stat().st_mode)[-3:] == "700"
    dead = tmp_path / f"{PREFIX}1-dead"
    dead.mkdir()
    (dead / "lock").touch()
    (dead / "3.wav").write_bytes(b"words")
    fresh = tmp_path / f"{PREFIX}2-fresh"
    fresh.mkdir()
    clear_stale(tmp_path)
    assert living.path.exists()
    assert not dead.exists()
    assert fresh.exists()
    os.utime(fresh, (0, 0))
    clear_stale(tmp_path)
    assert not fresh.exists()
    living.close()
    living.close()
