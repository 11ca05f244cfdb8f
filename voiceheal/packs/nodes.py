"""YAML files as trees that know their places; the tree of a person's own file is laid over the built-in one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

PLUS = "+"  # "worth+:" in a file that is laid over another adds to the list there; "worth:" takes its place
NAMES = ("id", "number")  # what an item of a list goes by
# What a person's own file may add to and never take away: it is how someone who is not safe is heard.
ONLY_MORE = {"safety.yaml": ("risk", "danger", "lookalikes")}


class Place(Exception):  # noqa: N818  a fault with its place, made into a ContentError by the reader
    """Something that cannot be merged, and where."""

    def __init__(self, node: yaml.Node, key: str, problem: str) -> None:
        super().__init__(problem)
        self.file, self.line, self.key, self.problem = place(node)[0], place(node)[1], key, problem


_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Reader(_Fast):  # type: ignore[misc]  # one of two classes, whichever the machine has
    """Safe YAML in which "yes", "no", "on" and "off" stay words: they are said and heard, not switches."""


Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class _Named(io.StringIO):
    """A text that knows its file: every mark says it from here on."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def compose(path: Path) -> yaml.Node | None:
    """The tree of one file, None when it is empty.

    Raises:
        yaml.YAMLError, ValueError, OSError: it is not YAML, or cannot be read.
    """
    loader = Reader(_Named(path.read_text(encoding="utf-8"), str(path)))
    try:
        node: yaml.Node | None = loader.get_single_node()
    finally:
        loader.dispose()
    return node


def construct(node: yaml.Node | None) -> Any:
    """The data of a tree."""
    if node is None:
        return {}
    loader = Reader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def place(node: yaml.Node) -> tuple[str, int]:
    """File and line (from 1) of a node."""
    return str(node.start_mark.name), node.start_mark.line + 1


def find(node: yaml.Node | None, way: Sequence[Any]) -> tuple[str, int] | None:
    """File and line of the deepest node on the way that the tree really has."""
    where = place(node) if node is not None else None
    for step in way:
        if isinstance(node, yaml.MappingNode):
            hit = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if hit is None:
                break
            where, node = place(hit[0]), hit[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            where = place(node)
        # other steps of the way name a branch of a union, not a place in the file
    return where


def doubles(node: yaml.Node | None) -> list[tuple[int, str]]:
    """(line, key) of keys that stand twice in one mapping."""
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


# ---- one over the other ---------------------------------------------------------------------------------------------
def merge(base: yaml.Node, over: yaml.Node, way: str = "") -> yaml.Node:
    """What `over` says on top of `base`: mappings key by key, lists of things with a name thing by thing.

    Any other list or text takes the place of the one below; under a key with a plus it is added to it.

    Raises:
        Place: the two do not fit together.
    """
    if isinstance(base, yaml.MappingNode) and isinstance(over, yaml.MappingNode):
        return _mappings(base, over, way)
    if isinstance(base, yaml.SequenceNode) and isinstance(over, yaml.SequenceNode) and all(map(name_of, over.value)):
        return _named(base, over, way)
    if type(base) is not type(over):
        raise Place(over, way or "(whole file)", f"the built-in file has {_kind(base)} here, and this is {_kind(over)}")
    return over


def _mappings(base: yaml.MappingNode, over: yaml.MappingNode, way: str) -> yaml.MappingNode:
    merged: dict[str, tuple[yaml.Node, yaml.Node]] = {str(k.value): (k, v) for k, v in base.value}
    for key, value in over.value:
        name = str(key.value)
        here = f"{way}.{name}" if way else name
        if name.endswith(PLUS):
            merged[name[:-1]] = _added(merged.get(name[:-1]), key, value, here)
        elif name in merged:
            if name in ONLY_MORE.get(Path(place(key)[0]).name, ()) and not way:
                raise Place(key, here, f"this list can only be added to: write {name + PLUS!r}")
            merged[name] = (key, merge(merged[name][1], value, here))
        else:
            merged[name] = (key, value)
    return yaml.MappingNode(over.tag, list(merged.values()), over.start_mark, over.end_mark)


def _added(below: tuple[yaml.Node, yaml.Node] | None, key: Any, value: yaml.Node, way: str) -> Any:
    """The list below with what stands under "key+" at its end."""
    if not isinstance(value, yaml.SequenceNode):
        raise Place(key, way, "a key with a plus needs a list")
    plain = yaml.ScalarNode(key.tag, str(key.value)[:-1], key.start_mark, key.end_mark)
    if below is None:
        return plain, value
    if not isinstance(below[1], yaml.SequenceNode):
        raise Place(key, way, f"there is no list to add to: the built-in file has {_kind(below[1])} here")
    return plain, yaml.SequenceNode(value.tag, [*below[1].value, *value.value], value.start_mark, value.end_mark)


def _named(base: yaml.SequenceNode, over: yaml.SequenceNode, way: str) -> yaml.SequenceNode:
    """Things that are there by name are merged, others come after them."""
    items = list(base.value)
    for mine in over.value:
        name = name_of(mine)
        at = next((n for n, item in enumerate(items) if name_of(item) & name), None)
        if at is None:
            items.append(mine)
        else:
            items[at] = merge(items[at], mine, f"{way}.{sorted(name)[-1][1]}")
    return yaml.SequenceNode(over.tag, items, over.start_mark, over.end_mark)


def name_of(item: yaml.Node) -> set[tuple[str, str]]:
    """What an item of a list goes by; empty when it has no name."""
    if not isinstance(item, yaml.MappingNode):
        return set()
    return {(str(k.value), str(v.value)) for k, v in item.value if k.value in NAMES}


def _kind(node: yaml.Node) -> str:
    return {"MappingNode": "keys", "SequenceNode": "a list"}.get(type(node).__name__, "a text")


def texts(node: yaml.Node, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.ScalarNode]]:
    """Every text of a tree and the way of keys to it; items of a list go by their id where they have one."""
    if isinstance(node, yaml.ScalarNode):
        yield way, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from texts(value, (*way, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value, 1):
            yield from texts(item, (*way, _step(item) or str(n)))


def _step(item: yaml.Node) -> str | None:
    """The id of a list's item; one that is a number is marked, so that it is not taken for a place in the list."""
    name = next((v for k, v in sorted(name_of(item)) if k == "id"), None)
    return f"<{name}>" if name is not None and name.isdigit() else name
