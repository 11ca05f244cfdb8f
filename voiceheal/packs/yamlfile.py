"""Read one YAML file into a typed model; every error names the file, the line and the key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ..errors import ContentError, VoiceHealError

M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which "yes", "no", "on" and "off" stay words: they are said and heard, not switches."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(path: Path, model: type[M], error: type[VoiceHealError] = ContentError, hint: str = "") -> M:
    """The file as `model`.

    Args:
        path: the YAML file.
        model: pydantic model of its top level.
        error: class of the error to raise.
        hint: what to do next, said after the error.

    Raises:
        error: the file is missing, unreadable, not YAML, or not of the model's shape; every fault is listed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise error(f"{path} cannot be read: {_reason(e)}.", hint) from e
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else {}
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError) as e:
        mark = getattr(e, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(e, "problem", None) or str(e)
        raise error(f"{path}{where}: this is not valid YAML ({problem}).", hint) from e
    doubles = _duplicate_keys(node)
    if doubles:
        raise error("\n".join(f"{path}, line {n}: the key {k!r} appears twice." for n, k in doubles), hint)
    try:
        return model.model_validate(data if data is not None else {})
    except ValidationError as e:
        faults = [f"{path}, line {_line(node, f['loc'])}, key {_dotted(f['loc'])}: {_plain(f)}." for f in e.errors()]
        raise error("\n".join(faults), hint) from e


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


def _line(node: yaml.Node | None, loc: Sequence[Any]) -> int:
    """Line (from 1) of the deepest node on the way `loc` that the file really has."""
    line = 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            hit = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if hit is None:
                break
            line, node = hit[0].start_mark.line + 1, hit[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        # other steps of `loc` name a branch of a union, not a place in the file
    return line


def _duplicate_keys(node: yaml.Node | None) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    stack: list[yaml.Node] = [node] if node is not None else []
    while stack:
        n = stack.pop()
        if isinstance(n, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in n.value:
                if str(key.value) in seen:
                    found.append((key.start_mark.line + 1, str(key.value)))
                seen.add(str(key.value))
                stack.append(value)
        elif isinstance(n, yaml.SequenceNode):
            stack.extend(n.value)
    return sorted(found)
