"""The release: built beside the one that runs, then switched to."""

from pyinfra.api import deploy

from mailman_suite.operations import release, retention
from mailman_suite.suite.files import web_settings
from mailman_suite.suite.suite import Suite


@deploy("Release")
def on_its_way(suite: Suite) -> None:
    """A finished release, where one is kept for hosts of this kind, comes while packages do."""
    if not suite.settings.runs_release:
        return
    release.on_its_way(name=f"Release {suite.identifier} is on its way", suite=suite)


@deploy("Release")
def built_beside(suite: Suite) -> None:
    """The release's directory is complete; of hosts of one kind, one built it for all."""
    if not suite.settings.runs_release:
        return
    if suite.building != "alone":
        release.built_for_others(name=f"Release {suite.identifier} is built once", suite=suite)
    release.built(name=f"Release {suite.identifier} is built", suite=suite)


@deploy("Release")
def switched(suite: Suite) -> None:
    """Static files are collected, and the link leads to the release."""
    if not suite.settings.runs_release:
        return
    release.current(
        name=f"The current release is {suite.identifier}",
        suite=suite,
        settings=web_settings(suite),
    )


@deploy("Release")
def older_are_gone(suite: Suite) -> None:
    """Earlier releases, and what windows kept, stay only as long as somebody may go back."""
    if not suite.settings.runs_release:
        return
    windows = suite.settings.keep_windows
    retention.kept(name=f"Only the last {windows} windows keep what was before", suite=suite)
