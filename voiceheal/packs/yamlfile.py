"""Read one YAML file into a typed model; every error names the file, the line and the key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ..errors import ContentError, VoiceHealError
from . import nodes

M = TypeVar("M", bound=BaseModel)


def read_yaml(
    path: Path | Sequence[Path], model: type[M], error: type[VoiceHealError] = ContentError, hint: str = ""
) -> M:
    """The file as `model`.

    Args:
        path: the YAML file; of several, each is laid over those before it (docs/content.md).
        model: pydantic model of its top level.
        error: class of the error to raise.
        hint: what to do next, said after the error.

    Raises:
        error: a file is missing, unreadable, not YAML, or not of the model's shape; every fault is listed.
    """
    paths = [path] if isinstance(path, Path) else list(path)
    node = read_node(paths, error, hint)
    try:
        data = nodes.construct(node)
    except (yaml.YAMLError, ValueError) as e:
        raise _not_yaml(paths[-1], e, error, hint) from e
    try:
        return model.model_validate(data if data is not None else {})
    except ValidationError as e:
        faults = []
        for f in e.errors():
            file, line = nodes.find(node, f["loc"]) or (str(paths[-1]), 1)
            faults.append(f"{file}, line {line}, key {_dotted(f['loc'])}: {_plain(f)}.")
        raise error("\n".join(faults), hint) from e


def read_node(paths: Sequence[Path], error: type[VoiceHealError] = ContentError, hint: str = "") -> yaml.Node | None:
    """The files as one tree, each laid over those before it; None when all are empty.

    Raises:
        error: as in `read_yaml`, but for the shape.
    """
    whole: yaml.Node | None = None
    for path in paths:
        try:
            node = nodes.compose(path)
        except (OSError, UnicodeDecodeError) as e:
            raise error(f"{path} cannot be read: {_reason(e)}.", hint) from e
        except (yaml.YAMLError, ValueError) as e:
            raise _not_yaml(path, e, error, hint) from e
        if found := nodes.doubles(node):
            raise error("\n".join(f"{path}, line {n}: the key {k!r} appears twice." for n, k in found), hint)
        try:
            whole = node if whole is None else whole if node is None else nodes.merge(whole, node)
        except nodes.Place as e:
            raise error(f"{e.file}, line {e.line}, key {e.key}: {e.problem}.", hint) from e
    return whole


def _not_yaml(path: Path, e: Exception, error: type[VoiceHealError], hint: str) -> VoiceHealError:
    mark = getattr(e, "problem_mark", None)
    where = f", line {mark.line + 1}" if mark else ""
    problem = getattr(e, "problem", None) or str(e)
    return error(f"{path}{where}: this is not valid YAML ({problem}).", hint)


def _reason(e: Exception) -> str:
    if isinstance(e, OSError):
        return e.strerror or str(e)
    return "it is not UTF-8 text"


def _dotted(loc: Sequence[Any]) -> str:
    return ".".join(str(p) for p in loc) or "(whole file)"


def _plain(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "this key is not known"
    if fault["type"] == "missing":
        return "this key is missing"
    return str(fault["msg"]).removeprefix("Value error, ")
