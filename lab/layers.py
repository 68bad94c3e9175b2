"""Layers cached by content: built once per set of inputs, then cloned in about a second."""

from __future__ import annotations

import ast
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

from lab import images, machines, paths, records
from lab.commands import LabError
from lab.locks import held
from lab.machines import Machine

_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
KEPT = 3  # layers of one purpose: switching between branches should not rebuild them


def cached(
    purpose: str,
    inputs: Iterable[Path | str],
    build: Callable[[Machine], None],
    *,
    suite: str = machines.DEFAULT_SUITE,
    parent: str | None = None,
    binds: Sequence[str] = (),
) -> str:
    """Name of the layer that `build` makes of a new machine, built once for these inputs.

    `inputs` determine the name: contents of files and directories (Path), or plain words (str).
    `parent` is the layer to start from, instead of the suite's base image.
    """
    name = f"{purpose}-{suite}-{digest(inputs, parent or images.digest(suite))}"
    records.check_layer_name(name)
    with held(f"layer-{name}"):
        if name not in records.layers():
            _build(name, build, suite, parent, binds)
    _remove_older(f"{purpose}-{suite}-", name)
    return name


def digest(inputs: Iterable[Path | str], below: str) -> str:
    """Changes when an input does, or the layer below; twelve hexadecimal digits.

    Comments and docstrings of programs do not count.
    """
    total = hashlib.sha256(below.encode())
    for item in inputs:
        if isinstance(item, str):
            total.update(f"\0word\0{item}".encode())
        else:
            _add_files(total, item)
    return total.hexdigest()[:12]


def prune(names: Sequence[str] = ()) -> list[str]:
    """Removes these layers, or every unused layer and image; returns their names.

    LabError for a named layer that a machine or another layer uses.
    """
    if names:
        for name in names:
            records.layer(name)
            _remove(name)
        return list(names)
    removed = _remove_unused_layers()
    return removed + _remove_unused_images()


def users(name: str) -> list[str]:
    """Machines and other layers that use the layer."""
    above = [record.name for record in records.machines() if name in record.disk.layers]
    return above + [
        other for other in records.layers() if other != name and name in records.layer(other).layers
    ]


def _build(
    name: str,
    build: Callable[[Machine], None],
    suite: str,
    parent: str | None,
    binds: Sequence[str],
) -> None:
    print(f"lab: building layer {name}", file=sys.stderr, flush=True)
    builder = f"build-{name.rsplit('-', 1)[1]}"
    # A build that was killed left its machine; the lock says that nobody is using it.
    machines.down(builder)
    machine = machines.up(builder, suite=None if parent else suite, layer=parent, binds=binds)
    try:
        build(machine)
        machine.shut_down()
        machine.snapshot(name)
    finally:
        machine.down()


def _add_files(total: hashlib._Hash, path: Path) -> None:
    if not path.exists():
        raise LabError(f"found no {path}, expected an input of a layer there")
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        if "__pycache__" not in file.parts:
            total.update(f"\0{file.relative_to(path.parent)}\0{file.stat().st_mode:o}\0".encode())
            total.update(_what_counts(file, file.stat().st_mtime_ns))


@cache
def _what_counts(file: Path, _changed: int) -> bytes:
    """A file's content; a Python program's without comments and docstrings."""
    content = file.read_bytes()
    if file.suffix != ".py":
        return content
    tree = ast.parse(content, file)
    for node in ast.walk(tree):
        if isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree).encode()


def _remove_older(prefix: str, newest: str) -> None:
    # Listed and hidden under one lock: another process may choose the same layers.
    with held("addresses"):
        siblings = [name for name in records.layers() if name.startswith(prefix) and name != newest]
        siblings.sort(key=lambda name: (paths.LAYERS / name).stat().st_mtime)
        hidden = [_hide(name) for name in siblings[: -(KEPT - 1)] if not users(name)]
    for directory in hidden:
        shutil.rmtree(directory)


def _remove(name: str) -> None:
    """Removes the layer, unless another process has removed it already."""
    with held("addresses"):
        if not (paths.LAYERS / name).exists():
            return
        above = users(name)
        if above:
            raise LabError(f"layer {name} is in use by {', '.join(above)}; remove those first")
        hidden = _hide(name)
    shutil.rmtree(hidden)


def _hide(name: str) -> Path:
    """Where the layer's files are now, to be removed; it no longer counts as a layer."""
    return (paths.LAYERS / name).rename(paths.LAYERS / f".old-{name}")


def _remove_unused_layers() -> list[str]:
    removed = []
    for leftover in paths.LAYERS.glob(".*"):
        shutil.rmtree(leftover)
    while unused := [name for name in records.layers() if not users(name)]:
        for name in unused:
            _remove(name)
        removed += unused
    return removed


def _remove_unused_images() -> list[str]:
    current = {f"{suite}-{images.digest(suite)}" for suite in images.SUITES}
    needed = current | records.images_in_use()
    removed = []
    for tree in paths.IMAGES.glob("[!.]*"):
        suite = tree.name.split("-")[0]
        with held(f"image-{suite}", paths.CACHE / "locks"):
            if tree.name not in needed:
                shutil.rmtree(tree)
                removed.append(tree.name)
    return removed
