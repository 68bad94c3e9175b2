"""Runs a program that was sent in a command, together with the modules of this folder it imports.

The control machine puts this text ahead of a call of `run`; nothing of it is on the disk of the
host. Tracebacks show the name and the lines of each file: `linecache` asks the loader for them.
A suite's old interpreter may be Python 3.6, hence the quotes around types.
"""

import base64
import json
import sys
import zlib
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, Optional


class Sent:
    """Finds and loads the modules that were sent: `{name: source}`, packages among them."""

    def __init__(self, sources: "dict[str, str]") -> None:
        self.sources = sources

    def find_spec(
        self, name: str, path: "Any" = None, target: "Any" = None
    ) -> "Optional[ModuleSpec]":
        """None for a module that was not sent; another finder has it."""
        if name not in self.sources:
            return None
        is_package = any(each.startswith(f"{name}.") for each in self.sources)
        return ModuleSpec(name, self, is_package=is_package)  # type: ignore[arg-type]

    def create_module(self, spec: "ModuleSpec") -> None:
        """An ordinary module."""

    def exec_module(self, module: "ModuleType") -> None:
        """Run the text of a module in it."""
        exec(self.code(module.__name__), module.__dict__)

    def code(self, name: str) -> "CodeType":
        """The compiled text, named after its file in our repository."""
        path = name.replace(".", "/")
        return compile(self.sources[name], f"{path}.py", "exec")

    def get_source(self, name: str) -> str:
        """The text that `linecache` shows of a module, the program itself among them."""
        return self.sources[name]


def run(name: str, packed: str) -> None:
    """Run the packed module `name` as the program, with the arguments of this one."""
    sent = Sent(json.loads(zlib.decompress(base64.b64decode(packed))))
    sent.sources["__main__"] = sent.sources[name]
    sys.meta_path.insert(0, sent)
    sys.excepthook = explain
    main = ModuleType("__main__")
    main.__loader__ = sent  # type: ignore[assignment]
    sys.modules["__main__"] = main
    exec(sent.code(name), main.__dict__)


def explain(kind: "type[BaseException]", error: "BaseException", at: "Any") -> None:
    """The traceback as Python writes it; before 3.13 its own would look for the files on disk."""
    import traceback

    traceback.print_exception(kind, error, at)
