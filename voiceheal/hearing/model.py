"""Find, verify and load the speech model. It is verified before Vosk sees it: a broken one can end the process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import platformdirs

from ..errors import ModelError
from .manifest import Manifest, ModelFile, ModelInfo, checkout, load_manifest

SETUP = "Run `voiceheal setup` to install it."
MEND = "Run `voiceheal setup` to install it anew, or name another folder with --model."
# What any Vosk model needs that takes a grammar at run time (a dynamic graph).
DYNAMIC_MODEL_FILES = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst")
LARGE = 1_000_000  # bytes; files above tell one model from another by their size
TRIAL_LOAD_S = 60  # 25 times what the small model takes on one busy core

Progress = Callable[[str], None]


class Vocabulary(Protocol):
    """The part of `vosk.Model` that tells which words it knows."""

    def vosk_model_find_word(self, word: str) -> int:
        """Number of `word` in the model's vocabulary, -1 when it is not there."""
        ...


def find_model(language: str = "en", given: Path | None = None) -> Path:
    """Folder of the speech model for `language`, verified (quickly).

    Looked for in this order: `given`, `VOSK_MODEL_PATH`, the checkout's models/, the user's data folder, Vosk's cache.
    The first two were named by the person: when one of them is wrong, that is an error and nothing else is tried.

    Args:
        language: language of the model, as in the manifest.
        given: the folder named by `--model` or the settings, if any.

    Raises:
        ModelError: no model, or the first one met is incomplete or not a model.
    """
    info = load_manifest().for_language(language)
    if given is not None:
        verify_model(given, language)
        return given
    told = os.environ.get("VOSK_MODEL_PATH")
    if told:
        folder = Path(told)
        # For Vosk itself this variable names the folder that holds models.
        folder = folder / info.id if (folder / info.id).is_dir() else folder
        try:
            verify_model(folder, language)
        except ModelError as e:
            raise ModelError(e.message, "VOSK_MODEL_PATH names it: put that right or unset it.") from e
        return folder
    fault: ModelError | None = None
    for folder in model_folders(info):
        if not folder.is_dir():
            continue
        try:
            verify_model(folder, language)
        except ModelError as e:
            fault = fault or e
        else:
            return folder
    raise fault or ModelError(f"The speech model ({info.id}) is not installed.", SETUP)


def model_folders(info: ModelInfo) -> list[Path]:
    """Where the model may be when the person named no place, in the order of search."""
    root = checkout()
    return [
        *([root / "models" / info.id] if root else []),
        data_folder() / info.id,
        Path.home() / ".cache" / "vosk" / info.id,
        Path.home() / "AppData" / "Local" / "vosk" / info.id,
        Path("/usr/share/vosk") / info.id,
    ]


def data_folder() -> Path:
    """The user's own folder for models."""
    return platformdirs.user_data_path("voiceheal", appauthor=False) / "models"


def default_target(info: ModelInfo) -> Path:
    """Where a model is installed: models/ in a checkout that can be written to, else the user's data folder."""
    root = checkout()
    if root and os.access(root / "models", os.W_OK):
        return root / "models" / info.id
    return data_folder() / info.id


def ensure_model(progress: Progress, language: str = "en", given: Path | None = None) -> Path:
    """The model's folder; it is installed first when it is missing or broken. A named place is never written to.

    Raises:
        ModelError: the named place is wrong, or the model cannot be fetched.
    """
    try:
        return find_model(language, given)
    except ModelError as e:
        if given is not None or os.environ.get("VOSK_MODEL_PATH"):
            raise
        progress(e.message)
    return install_model(None, progress, language=language)


def install_model(
    target: Path | None,
    progress: Progress,
    *,
    language: str = "en",
    manifest: Manifest | None = None,
    timeout_s: float = 10.0,
) -> Path:
    """Fetch the model and put it at `target` (None: see `default_target`) in one step, replacing what is there.

    Args:
        target: the model's own folder.
        progress: called with one short line at a time.
        language: language of the model, as in the manifest.
        manifest: another manifest, for tests.
        timeout_s: a source that is silent for so long is passed over, s.

    Returns:
        The folder, verified file by file.

    Raises:
        ModelError: no source had it, no room, no permission; what was there before is still there.
    """
    from .download import fetch_model  # the one door to the network stays shut at run time

    info = (manifest or load_manifest()).for_language(language)
    folder = target or default_target(info)
    fetch_model(info, folder, progress, timeout_s)
    return folder


def verify_model(path: Path, language: str = "en", *, deep: bool = False) -> None:
    """Check that the folder holds a whole model.

    Quick: every file is there and has its size. `deep`: its SHA-256 too. A folder that holds another Vosk model than
    the manifest's must have the files every model has, and load in a process of its own.

    Raises:
        ModelError: names the file that is wrong, and what to do.
    """
    info = load_manifest().for_language(language)
    if not path.is_dir():
        what = "is not a folder" if path.exists() else "does not exist"
        raise ModelError(f"The speech model's folder {path} {what}.", MEND)
    if _is_other_model(path, info):
        _verify_other(path)
        return
    verify_files(path, info.files, deep=deep)


def verify_files(path: Path, files: Iterable[ModelFile], *, deep: bool) -> None:
    """Check the files of a model against the manifest.

    Raises:
        ModelError: the first file that is missing, of another size, or (deep) of another content.
    """
    sizes = [(file, _size(path, file.path)) for file in files]
    for file, size in sizes:
        # People tune conf/*.conf by hand, as Vosk's documentation suggests; only the deep check minds.
        if size != file.size and (deep or not file.path.startswith("conf/")):
            raise ModelError(
                f"The speech model in {path} is broken: {file.path} has {size} bytes instead of {file.size}.", MEND
            )
        if deep and sha256(path / file.path) != file.sha256:
            raise ModelError(f"The speech model in {path} is broken: {file.path} has the wrong content.", MEND)


def load_model(path: Path, language: str = "en") -> Any:
    """The model as a `vosk.Model` (0.4 s, 180 MB); Vosk itself is told to print nothing.

    Raises:
        ModelError: the folder does not hold a whole model for `language`.
    """
    import vosk  # loads a native library of 25 MB, not needed to find or install a model

    verify_model(path, language)
    vosk.SetLogLevel(-1)
    try:
        model = vosk.Model(model_path=str(path))
    except Exception as e:  # vosk raises nothing more precise
        raise ModelError(f"The speech model in {path} cannot be loaded.", MEND) from e
    unknown = missing_words(model, load_manifest().for_language(language).probe)
    if unknown:
        raise ModelError(
            f"The speech model in {path} does not know {unknown[0]!r}: it is not for the language {language!r}.",
            MEND,
        )
    return model


def missing_words(model: Vocabulary, words: Iterable[str]) -> list[str]:
    """The words that the model cannot hear, in their order, each once; Vosk drops them from grammars silently."""
    return [w for w in dict.fromkeys(words) if model.vosk_model_find_word(w) < 0]


def _size(folder: Path, name: str) -> int:
    try:
        size = (folder / name).stat().st_size
    except OSError as e:
        raise ModelError(f"The speech model in {folder} is incomplete: {name} is missing.", MEND) from e
    if size == 0:
        raise ModelError(f"The speech model in {folder} is broken: {name} is empty.", MEND)
    return size


def _is_other_model(path: Path, info: ModelInfo) -> bool:
    """Not one of the large files is the manifest's: somebody's own choice of model, not a broken copy of ours."""
    large = [f for f in info.files if f.size >= LARGE]
    return path.name != info.id and all(
        (path / f.path).is_file() and (path / f.path).stat().st_size != f.size for f in large
    )


def _verify_other(path: Path) -> None:
    for name in DYNAMIC_MODEL_FILES:
        _size(path, name)
    code = "import sys, vosk; vosk.SetLogLevel(-1); vosk.Model(model_path=sys.argv[1])"
    try:
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            check=True, timeout=TRIAL_LOAD_S, stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as e:
        raise ModelError(f"The folder {path} does not hold a speech model that Vosk can load.", MEND) from e


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while chunk := f.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
