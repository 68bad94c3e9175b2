"""Settings of a host among others: when its turn is in a run over several hosts."""

from __future__ import annotations

from pydantic import Field

from mailman_suite.list_settings import Frozen


class FleetSettings(Frozen):
    """In which wave a host's window comes, and how long a wave is watched before the next one."""

    wave: int = Field(default=0, ge=0, le=99)
    soak_seconds: int = Field(default=0, ge=0, le=86400)
