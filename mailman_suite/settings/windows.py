"""How a host changes its release, and what is kept for a rollback."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailman_suite.settings.kinds import Words
from mailman_suite.settings.model import PER_HOST, Frozen


class WindowSettings(Frozen, title="Upgrades, adoption and backups"):
    """A host changes its release in a maintenance window: services stop, a snapshot is taken, data
    is migrated, and the host rolls back by itself if anything fails.
    """

    acknowledged: Annotated[
        dict[str, list[str]],
        Words("dictionary from releases to lists of gates"),
        Field(examples=[{"3.3.10+forked": ["nntp_runner"]}]),
    ] = Field(default_factory=dict)
    """Gates that an upgrade to a release may pass after your decision. A run that stops at such a
    gate prints the line to set; [gates.md](gates.md) explains each gate.
    """

    acknowledged_window: Annotated[
        str, PER_HOST, Words('ID of a window, or `""`'), Field(examples=["20261121T144006-3.3.10"])
    ] = ""
    """ID of the last maintenance window, if it failed and was rolled back or was itself a rollback.
    The release is not changed again until you confirm with this ID that you have read why.
    """

    stale_bounces: Annotated[
        Literal["probe", "mark_processed"], Field(examples=["mark_processed"])
    ] = "probe"
    """What happens, in an upgrade from before Core 3.3.1, to bounces that were recorded but never
    processed. `"probe"` sends a member a probe before delivery is disabled; `"mark_processed"`
    discards those bounces.
    """

    keep_windows: Annotated[int, PER_HOST, Field(ge=1, le=1000, examples=[5])] = 3
    """Number of maintenance windows whose snapshot stays on the host for a rollback. Older ones
    are removed.
    """

    keep_backups: Annotated[int, PER_HOST, Field(ge=1, le=1000, examples=[14])] = 7
    """Number of backups that stay on the host, in `/var/backups/mailman3-suite`. Older ones are
    removed.
    """

    adoption_ignores: Annotated[
        list[str], Field(examples=[["[shell] history_file", "LANGUAGE_CODE"]])
    ] = Field(default_factory=list)
    """For a suite that was installed by hand: settings on the host that you no longer want, by the
    names that the run prints.
    """

    moves_packages: Annotated[bool, Field(examples=[True])] = False
    """True moves a suite of the distribution's own Mailman 3 packages, with its data, to a release.
    Leave it True afterwards: it also keeps the packages' web addresses working.
    """
