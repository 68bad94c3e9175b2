"""The release: built beside the one that runs, then switched to."""

from pyinfra.api import deploy

from mailman_suite.operations import release, retention
from mailman_suite.suite.files import web_settings
from mailman_suite.suite.suite import Suite


@deploy("Release")
def on_its_way(suite: Suite) -> None:
    """A finished release for this kind of host, if there is one, is sent while packages install."""
    if not suite.settings.runs_release:
        return
    release.on_its_way(name=f"Release {suite.identifier} is being sent", suite=suite)


@deploy("Release")
def built_beside(suite: Suite) -> None:
    """The release's directory is complete; one host builds it for all hosts of its kind."""
    if not suite.settings.runs_release:
        return
    if suite.building != "alone":
        release.built_for_others(name=f"Release {suite.identifier} is built once", suite=suite)
    release.built(name=f"Release {suite.identifier} is built", suite=suite)


@deploy("Release")
def switched(suite: Suite) -> None:
    """Static files are collected, and the link points to the release."""
    if not suite.settings.runs_release:
        return
    release.current(
        name=f"The current release is {suite.identifier}",
        suite=suite,
        settings=web_settings(suite),
    )


@deploy("Release")
def older_are_gone(suite: Suite) -> None:
    """Earlier releases and snapshots stay only as long as a rollback may need them."""
    if not suite.settings.runs_release:
        return
    windows = suite.settings.keep_windows
    retention.kept(name=f"Only the last {windows} windows keep their snapshots", suite=suite)
