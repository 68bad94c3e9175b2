"""What a search backend has to say to index the archives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Search:
    """One backend of Haystack, which HyperKitty searches with."""

    name: str
    engine: str  # ENGINE of HAYSTACK_CONNECTIONS, by which an existing index is known
    index: str  # the directory of the index, the web's data
    packages: Mapping[str, tuple[str, ...]]  # by package tool, besides what the release holds
