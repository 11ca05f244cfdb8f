"""The manifest of models (models/manifest.yaml) as typed data: which files a model has, and where it comes from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..errors import ModelError
from ..packs.yamlfile import read_yaml

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelFile(_Strict):
    """One file of a model: path inside its folder, size in bytes, SHA-256 of its content."""

    path: Annotated[str, Field(pattern=r"^[\w.-]+(/[\w.-]+)*$")]
    size: Annotated[int, Field(gt=0)]
    sha256: Sha256


class ZipSource(_Strict):
    """A zip on a web server."""

    kind: Literal["zip"]
    url: str
    size: int
    sha256: Sha256
    folder: str  # the model's folder inside the archive


class MavenSource(_Strict):
    """An artifact (group:name:version:type) that the `mvn` client fetches from wherever it is set up to."""

    kind: Literal["maven"]
    artifact: Annotated[str, Field(pattern=r"^[\w.-]+(:[\w.-]+){3}$")]
    size: int
    sha256: Sha256
    folder: str


Source = Annotated[ZipSource | MavenSource, Field(discriminator="kind")]


class ModelInfo(_Strict):
    """One model."""

    id: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    language: str
    licence: str
    copyright: str
    probe: list[str]  # words that a model of this language knows
    files: Annotated[list[ModelFile], Field(min_length=1)]
    sources: list[Source]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(f.size for f in self.files)


class Manifest(_Strict):
    """All models."""

    models: list[ModelInfo]

    def for_language(self, language: str) -> ModelInfo:
        """The model for `language`.

        Raises:
            ModelError: there is none.
        """
        for model in self.models:
            if model.language == language:
                return model
        have = ", ".join(sorted(m.language for m in self.models))
        raise ModelError(f"There is no speech model for the language {language!r}.", f"There is one for: {have}.")


def checkout() -> Path | None:
    """The source checkout that this package runs from, or None when it was installed as a package."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "models" / "manifest.yaml").is_file() else None


@cache
def load_manifest() -> Manifest:
    """The manifest of the checkout, else the one inside the installed package.

    Raises:
        ModelError: it is missing or wrong.
    """
    root = checkout() or Path(__file__).resolve().parents[1]
    return read_yaml(root / "models" / "manifest.yaml", Manifest, ModelError, "Please install VoiceHeal again.")
