"""The speech model: found in the promised order, verified before use, and never half installed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voiceheal.errors import ModelError
from voiceheal.hearing import download, model
from voiceheal.hearing.manifest import Manifest, load_manifest

INNER = "vosk-model-test-0.1"
FILES = {
    "am/final.mdl": b"m" * 3000,
    "conf/mfcc.conf": b"--sample-frequency=16000\n",
    "conf/model.conf": b"--beam=10.0\n",
    "graph/HCLr.fst": bytes(range(256)) * 20,
    "graph/Gr.fst": b"g" * 5000,
    "ivector/final.ie": b"i" * 700,
}


def packed(inner: str, files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:  # stored, so that the archive is larger than one block of the download
        for name, data in files.items():
            z.writestr(f"{inner}/{name}", data)
        z.writestr("../outside.txt", "an archive must not write elsewhere")
        z.writestr(f"{inner}/extra.bin", b"x" * 200_000)
    return out.getvalue()


@dataclass
class Site:
    """A web server on this machine that can break off, stall, or refuse."""

    data: bytes
    break_after: list[int] = field(default_factory=list)  # bytes sent before the line breaks, one entry a request
    status: int = 200
    stall: bool = False
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        site.asked.append(self.headers.get("Range"))
        if site.stall:
            site.release.wait(30)
            return
        if site.status != 200:
            self.send_error(site.status)
            return
        start = 0
        wanted = self.headers.get("Range")
        if wanted and site.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
        else:
            self.send_response(200)
        body = site.data[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if site.break_after:
            body = body[: site.break_after.pop(0)]
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def serve(site: Site) -> Iterator[Site]:
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}/model.zip"
    try:
        yield site
    finally:
        site.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def a_manifest(url: str, archive: bytes, *, maven: bytes | None = None, sha256: str | None = None) -> Manifest:
    sources: list[dict[str, object]] = [
        {
            "kind": "zip", "url": url, "size": len(archive), "folder": INNER,
            "sha256": sha256 or hashlib.sha256(archive).hexdigest(),
        }
    ]  # fmt: skip
    if maven is not None:
        sources.append({
            "kind": "maven", "artifact": "org.example:model:1:aar", "size": len(maven), "folder": "assets/model",
            "sha256": hashlib.sha256(maven).hexdigest(),
        })  # fmt: skip
    files = [{"path": p, "size": len(d), "sha256": hashlib.sha256(d).hexdigest()} for p, d in FILES.items()]
    return Manifest.model_validate({
        "models": [{
            "id": INNER, "language": "en", "licence": "Apache-2.0", "copyright": "nobody", "probe": ["stop"],
            "files": files, "sources": sources,
        }]
    })  # fmt: skip


@pytest.fixture
def archive() -> bytes:
    return packed(INNER, FILES)


@pytest.fixture(autouse=True)
def _no_mvn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("VOSK_MODEL_PATH", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def a_fake_mvn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: bytes | None) -> None:
    """A program `mvn` that puts `archive` into the asked folder, or fails."""
    tool = tmp_path / "bin" / "mvn"
    tool.parent.mkdir()
    if archive is None:
        tool.write_text("#!/bin/sh\necho '[ERROR] no such artifact'\nexit 1\n")
    else:
        (tmp_path / "artifact").write_bytes(archive)
        tool.write_text(
            '#!/bin/sh\nfor a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done\n'
            f'cp "{tmp_path}/artifact" "$out/model-1.aar"\n'
        )
    tool.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(tool))


def assert_installed(target: Path) -> None:
    assert {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()} == FILES
    assert [p.name for p in target.parent.iterdir()] == [target.name], "nothing is left beside it"


def test_installs_from_the_web(archive: bytes, tmp_path: Path) -> None:
    said: list[str] = []
    with serve(Site(archive)) as site:
        target = tmp_path / "models" / INNER
        assert model.install_model(target, said.append, manifest=a_manifest(site.url, archive)) == target
    assert_installed(target)
    assert any("fetching" in line for line in said)
    assert not (tmp_path / "outside.txt").exists()


def test_goes_on_where_the_line_broke(archive: bytes, tmp_path: Path) -> None:
    with serve(Site(archive, break_after=[90_000, 70_000])) as site:
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest(site.url, archive))
    assert site.asked == [None, "bytes=90000-", "bytes=160000-"]
    assert_installed(tmp_path / "m" / INNER)


def test_goes_on_with_what_an_earlier_run_left(archive: bytes, tmp_path: Path) -> None:
    target = tmp_path / "m" / INNER
    with serve(Site(archive, break_after=[90_000, 0])) as site:
        with pytest.raises(ModelError, match="broke off"):
            model.install_model(target, lambda _: None, manifest=a_manifest(site.url, archive))
        assert not target.exists()
        model.install_model(target, lambda _: None, manifest=a_manifest(site.url, archive))
    assert site.asked[-1] == "bytes=90000-"
    assert_installed(target)


def test_a_damaged_rest_of_an_earlier_run_is_thrown_away(archive: bytes, tmp_path: Path) -> None:
    target = tmp_path / "m" / INNER
    target.parent.mkdir()
    (target.parent / f".{INNER}.zip.part").write_bytes(b"?" * 1000)
    with serve(Site(archive)) as site:
        model.install_model(target, lambda _: None, manifest=a_manifest(site.url, archive))
    assert site.asked == ["bytes=1000-", None]
    assert_installed(target)


def test_a_server_without_ranges_sends_all_of_it(archive: bytes, tmp_path: Path) -> None:
    with serve(Site(archive, break_after=[90_000], ranges=False)) as site:
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest(site.url, archive))
    assert_installed(tmp_path / "m" / INNER)


def test_a_silent_source_is_passed_over_with_a_word(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aar = packed("assets/model", FILES)
    a_fake_mvn(tmp_path, monkeypatch, aar)
    said: list[str] = []
    with serve(Site(archive, stall=True)) as site:
        manifest = a_manifest(site.url, archive, maven=aar)
        model.install_model(tmp_path / "m" / INNER, said.append, manifest=manifest, timeout_s=0.05)
    assert said[0] == "127.0.0.1 did not answer within 0.05 s; passed over."
    assert_installed(tmp_path / "m" / INNER)


def test_a_missing_page_is_passed_over_with_a_word(archive: bytes, tmp_path: Path) -> None:
    with serve(Site(archive, status=404)) as site, pytest.raises(ModelError) as e:
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest(site.url, archive))
    assert "answered 404" in e.value.message
    assert "voiceheal setup" in e.value.hint


def test_nobody_at_home(archive: bytes, tmp_path: Path) -> None:
    manifest = a_manifest("http://127.0.0.1:9/model.zip", archive, maven=b"-")
    with pytest.raises(ModelError, match=r"cannot be reached.*mvn client.*not installed"):
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=manifest)
    assert list((tmp_path / "m").iterdir()) == []


def test_what_arrives_damaged_is_not_installed(archive: bytes, tmp_path: Path) -> None:
    with serve(Site(bytes(reversed(archive)))) as site, pytest.raises(ModelError, match="damaged"):
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest(site.url, archive))
    assert list((tmp_path / "m").iterdir()) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (b"this is no archive at all" * 100, "damaged"),
        (packed(INNER, {**FILES, "graph/Gr.fst": b"short"}), "graph/Gr.fst has 5 bytes instead of 5000"),
        (packed(INNER, {**FILES, "graph/Gr.fst": b"h" * 5000}), "graph/Gr.fst has the wrong content"),
        (packed(INNER, {k: v for k, v in FILES.items() if k != "am/final.mdl"}), "am/final.mdl"),
    ],
)
def test_an_archive_that_holds_something_else_is_not_installed(broken: bytes, says: str, tmp_path: Path) -> None:
    with serve(Site(broken)) as site, pytest.raises(ModelError, match=says):
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest(site.url, broken))
    assert list((tmp_path / "m").iterdir()) == []


def test_a_damaged_zip_member_is_noticed(archive: bytes, tmp_path: Path) -> None:
    at = archive.index(b"g" * 100)
    broken = archive[:at] + b"?" + archive[at + 1 :]
    with serve(Site(broken)) as site, pytest.raises(ModelError, match="archive is damaged"):
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest(site.url, broken))


def test_a_truncated_aar_is_not_installed(archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aar = packed("assets/model", FILES)
    a_fake_mvn(tmp_path, monkeypatch, aar[:-500])
    with pytest.raises(ModelError, match="what mvn fetched is damaged"):
        manifest = a_manifest("http://127.0.0.1:9/model.zip", archive, maven=aar)
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=manifest)
    assert list((tmp_path / "m").iterdir()) == []


def test_mvn_that_fails_is_quoted(archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_fake_mvn(tmp_path, monkeypatch, None)
    with pytest.raises(ModelError, match="no such artifact"):
        manifest = a_manifest("http://127.0.0.1:9/model.zip", archive, maven=b"-")
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=manifest)


def test_a_broken_model_is_replaced_and_a_failed_try_leaves_it(archive: bytes, tmp_path: Path) -> None:
    target = tmp_path / "m" / INNER
    target.mkdir(parents=True)
    (target / "old").write_text("old")
    with pytest.raises(ModelError):
        model.install_model(target, lambda _: None, manifest=a_manifest("http://127.0.0.1:9/m.zip", archive))
    assert (target / "old").exists()
    with serve(Site(archive)) as site:
        model.install_model(target, lambda _: None, manifest=a_manifest(site.url, archive))
    assert_installed(target)


def test_a_full_disk_is_said(archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ModelError, match="disk is full"):
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest("http://127.0.0.1:9/", archive))


def test_a_place_that_cannot_be_written_is_said(archive: bytes, tmp_path: Path) -> None:
    (tmp_path / "m").write_text("a file where a folder should be")
    with pytest.raises(ModelError, match="cannot be written"):
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest("http://127.0.0.1:9/", archive))


def test_what_a_killed_run_left_is_swept_up_when_old(archive: bytes, tmp_path: Path) -> None:
    old = tmp_path / "m" / f".{INNER}-abc"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    with serve(Site(archive)) as site:
        model.install_model(tmp_path / "m" / INNER, lambda _: None, manifest=a_manifest(site.url, archive))
    assert_installed(tmp_path / "m" / INNER)


# --- finding and verifying -------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: bytes) -> Path:
    """A machine with no model: checkout/, data/, home/ under one folder, and the manifest of the test model."""
    manifest = a_manifest("http://127.0.0.1:9/", archive)
    monkeypatch.setattr(model, "load_manifest", lambda: manifest)
    monkeypatch.setattr(model, "LARGE", 1000)
    monkeypatch.setattr(model, "checkout", lambda: tmp_path / "checkout")
    monkeypatch.setattr(model, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    (tmp_path / "checkout" / "models").mkdir(parents=True)
    return tmp_path


def put(folder: Path, **changes: bytes | None) -> Path:
    """The test model at `folder`; a change names a file by its stem: other bytes, or None to leave it out."""
    for name, data in FILES.items():
        data_now = changes.get(Path(name).stem, data)
        if data_now is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data_now)
    return folder


def test_the_order_of_search(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="not installed"):
        model.find_model()
    cache = put(house / "home" / ".cache" / "vosk" / INNER)
    assert model.find_model() == cache
    data = put(house / "data" / INNER)
    assert model.find_model() == data
    mine = put(house / "checkout" / "models" / INNER)
    assert model.find_model() == mine
    told = put(house / "told")
    monkeypatch.setenv("VOSK_MODEL_PATH", str(told))
    assert model.find_model() == told
    given = put(house / "given")
    assert model.find_model(given=given) == given


def test_vosk_model_path_may_name_the_folder_of_models(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = put(house / "all" / INNER)
    monkeypatch.setenv("VOSK_MODEL_PATH", str(house / "all"))
    assert model.find_model() == inside


def test_a_named_place_that_is_wrong_is_never_passed_over(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(house / "checkout" / "models" / INNER)
    with pytest.raises(ModelError, match="does not exist"):
        model.find_model(given=house / "nowhere")
    monkeypatch.setenv("VOSK_MODEL_PATH", str(house / "nowhere"))
    with pytest.raises(ModelError, match="does not exist") as e:
        model.find_model()
    assert "VOSK_MODEL_PATH" in e.value.hint


def test_a_broken_copy_is_passed_over_for_a_whole_one_and_named_when_alone(house: Path) -> None:
    put(house / "checkout" / "models" / INNER, Gr=b"g" * 100)
    with pytest.raises(ModelError, match=r"graph/Gr\.fst has 100 bytes instead of 5000"):
        model.find_model()
    whole = put(house / "data" / INNER)
    assert model.find_model() == whole


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"final": None}, "is missing"),
        ({"HCLr": None}, r"graph/HCLr\.fst is missing"),
        ({"Gr": b""}, r"graph/Gr\.fst is empty"),
        ({"HCLr": b"x" * 2000}, r"graph/HCLr\.fst has 2000 bytes instead of 5120"),
        ({"mfcc": b""}, r"conf/mfcc\.conf is empty"),
    ],
)
def test_what_is_wrong_is_named(house: Path, changes: dict[str, bytes | None], says: str) -> None:
    folder = put(house / "x", **changes)
    with pytest.raises(ModelError, match=says) as e:
        model.verify_model(folder)
    assert "voiceheal setup" in e.value.hint


def test_deep_reads_every_byte_and_minds_tuned_settings(house: Path) -> None:
    swapped = put(house / "x", Gr=b"h" * 5000)
    model.verify_model(swapped)
    with pytest.raises(ModelError, match=r"graph/Gr\.fst has the wrong content"):
        model.verify_model(swapped, deep=True)
    tuned = put(house / "y", model=b"--beam=13.0 # by hand\n")
    model.verify_model(tuned)
    with pytest.raises(ModelError, match=r"conf/model\.conf"):
        model.verify_model(tuned, deep=True)


def test_a_file_or_an_empty_folder_is_no_model(house: Path) -> None:
    (house / "file").write_text("hello")
    with pytest.raises(ModelError, match="is not a folder"):
        model.verify_model(house / "file")
    (house / "empty").mkdir()
    with pytest.raises(ModelError, match=r"am/final\.mdl is missing"):
        model.verify_model(house / "empty")


def test_another_model_must_load_in_a_process_of_its_own(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = put(house / "other", final=b"M" * 4000, HCLr=b"H" * 4000, Gr=b"G" * 4000)
    asked: list[list[str]] = []

    def loads(command: list[str], **kwargs: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0)

    def aborts(command: list[str], **kwargs: object) -> subprocess.CompletedProcess[bytes]:
        raise subprocess.CalledProcessError(-6, command)

    monkeypatch.setattr(subprocess, "run", loads)
    model.verify_model(other)
    assert asked
    assert asked[0][-1] == str(other)
    monkeypatch.setattr(subprocess, "run", aborts)
    with pytest.raises(ModelError, match="does not hold a speech model"):
        model.verify_model(other)


def test_ensure_fetches_only_what_is_missing_and_nothing_for_a_named_place(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object) -> None:
        raise AssertionError("fetched")

    monkeypatch.setattr(download, "fetch_model", never)
    put(house / "checkout" / "models" / INNER)
    assert model.ensure_model(lambda _: None) == house / "checkout" / "models" / INNER
    with pytest.raises(ModelError):
        model.ensure_model(lambda _: None, given=house / "nowhere")
    shutil.rmtree(house / "checkout" / "models" / INNER)
    with pytest.raises(AssertionError, match="fetched"):
        model.ensure_model(lambda _: None)


def test_the_model_goes_into_the_checkout_or_the_users_folder(
    house: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = a_manifest("http://127.0.0.1:9/", archive).for_language("en")
    assert model.default_target(info) == house / "checkout" / "models" / INNER
    monkeypatch.setattr(model, "checkout", lambda: None)
    assert model.default_target(info) == house / "data" / INNER


# --- the real one ----------------------------------------------------------------------------------------------------


def test_the_manifest_is_whole() -> None:
    info = load_manifest().for_language("en")
    assert {s.kind for s in info.sources} == {"zip", "maven"}
    assert {f.path for f in info.files} >= set(model.DYNAMIC_MODEL_FILES)
    with pytest.raises(ModelError, match="'tlh'"):
        load_manifest().for_language("tlh")


@pytest.mark.model
def test_the_real_model_loads_in_silence_and_knows_its_words(
    model_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model.verify_model(model_path, deep=True)
    loaded = model.load_model(model_path)
    assert model.missing_words(loaded, ["stop", "breathwork", "yes", "self-esteem", "breathwork"]) == [
        "breathwork",
        "self-esteem",
    ]
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


@pytest.mark.model
def test_a_real_file_cut_short_is_an_error_not_an_abort(model_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / model_path.name
    shutil.copytree(model_path, copy, copy_function=os.link)
    cut = copy / "graph" / "Gr.fst"
    data = cut.read_bytes()
    cut.unlink()  # the link only
    cut.write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=r"graph/Gr\.fst has \d+ bytes"):
        model.load_model(copy)
