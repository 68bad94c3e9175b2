"""An engine inside the programs that use it: each database is one of the suite's files. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.parts.database.model import Database, Entry, Part
from mailman_suite.settings import Settings

_FILES: Mapping[str, str] = {"core": layout.CORE_DATABASE, "web": layout.WEB_DATABASE}
_DATA_DIR = re.compile(r"\$(DATA_DIR|\{DATA_DIR\})")


@dataclass(frozen=True, kw_only=True)
class Embedded(Database):
    """Files below Core's and the web's directories; no server, no password, no package."""

    has_server = False

    def entry(self, settings: Settings, part: Part) -> Entry:
        return {"engine": self.name, "path": _FILES[part]}

    def place(self, settings: Settings) -> str:
        return ""

    def is_local(self, settings: Settings) -> bool:
        return False

    def secrets(self, settings: Settings) -> tuple[str, ...]:
        return ()

    def packages(self, settings: Settings, package_tool: str) -> tuple[str, ...]:
        return ()

    def services(self) -> tuple[str, ...]:
        return ()

    def server_unit(self, package_tool: str) -> str:
        return ""

    def listeners(self, settings: Settings) -> Mapping[int, tuple[str, ...]]:
        return {}

    def contradictions(self, settings: Settings) -> Iterator[Refusal]:
        yield from ()

    def dumps(self, settings: Settings) -> Mapping[str, str]:
        return {}

    def targets(self, settings: Settings) -> Mapping[str, str]:
        return _FILES

    def core_settings(self, url: str) -> Mapping[str, Any]:
        return {"mailman_database": self.name}

    def web_settings(self, django: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def files(self, url: str, django: Mapping[str, Any], data: str) -> Mapping[str, str]:
        # Absolute either with two slashes or below one of Core's directories.
        core = _DATA_DIR.sub(data, url.removeprefix(f"{self.name}:"))
        return {"core": "/" + core.lstrip("/"), "web": django.get("NAME", "")}
