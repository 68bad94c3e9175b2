"""What every group of settings is built from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

PREFIX = "mailman_"  # of every setting's name in group data


class Frozen(BaseModel):
    """Values that nobody changes and whose keys and types are all known.

    The text below a field is its description, and stands in docs/settings.md.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


class PerHost(Frozen):
    """A group of settings that each name one host, or are about other runs than an upgrade."""


# Marks such a setting in another group. All others decide how an upgrade goes, and a rehearsal
# counts only for a host that has them alike.
PER_HOST = "per host"
