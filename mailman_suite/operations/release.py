"""A release is built beside the one that runs, and then becomes the one that runs."""

from __future__ import annotations

import io
import json
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import (
    FileDownloadCommand,
    FileUploadCommand,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.command import PyinfraCommand

from mailman_suite import layout
from mailman_suite.facts.release import ReleaseState
from mailman_suite.operations import packages
from mailman_suite.suite import Suite
from mailman_suite.wheelhouse import build_inputs, kept_wheels

_INPUTS = f"{layout.STAGING}/build"
# A build that hangs must not go on for ever once nobody reads its output any more.
_BUILD_SECONDS = 3600


@operation()
def built(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """The release directory is complete; the release that runs is not touched."""
    state = host.get_fact(ReleaseState, directory=suite.release_directory)
    if state["built"]:
        host.noop(f"{suite.identifier} is built")
        return
    wheels = kept_wheels(suite)
    yield _empty_inputs()
    yield _upload(build_inputs(suite, _order(suite)), "inputs.tar")
    if wheels.exists():
        yield FileUploadCommand(str(wheels), f"{_INPUTS}/wheels.tar")
        yield from _build(suite, "inputs.tar", "wheels.tar")
        return
    yield from _build_packages(suite)
    yield from _build(suite, "inputs.tar")
    yield from _keep_wheels(suite)


def _build(suite: Suite, *archives: str) -> Generator[PyinfraCommand, None, None]:
    unpack = " && ".join(f"tar -xf {archive} && rm {archive}" for archive in archives)
    yield StringCommand(
        f"cd {_INPUTS} && {unpack} && timeout {_BUILD_SECONDS}",
        QuoteString(suite.python),
        f"-m mailman_suite.host.build_release {_INPUTS} && rm -rf {_INPUTS}",
    )


def _build_packages(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """What builds wheels comes only to a host that does, not to those that get them."""
    install = packages.debs if suite.platform.package_tool == "apt" else packages.rpms
    yield from install._inner(names=suite.platform.build_packages)


def _keep_wheels(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """Brings the wheels to the control machine, for the next host of this kind."""
    wheels = kept_wheels(suite)
    wheels.parent.mkdir(parents=True, exist_ok=True)
    archive = f"{layout.STAGING}/wheels.tar"
    yield StringCommand("tar -C", QuoteString(suite.release_directory), f"-cf {archive} wheels")
    yield FileDownloadCommand(archive, str(wheels))
    yield StringCommand(f"rm {archive}")


@operation()
def current(suite: Suite, settings_digest: str) -> Generator[PyinfraCommand, None, None]:
    """The release's static files fit these settings, and the link leads to the release."""
    state = host.get_fact(ReleaseState, directory=suite.release_directory)
    target = f"{suite.release_directory}/venv"
    if (state["assets"], state["current"]) == (settings_digest, target):
        host.noop(f"{suite.identifier} runs with the static files of its settings")
        return
    if state["assets"] != settings_digest:
        yield from _collect_assets(suite, settings_digest)
    if state["current"] != target:
        # A rename replaces the link in one step: there is no instant without a release.
        link = f"{layout.VENV}.new && mv -T {layout.VENV}.new {layout.VENV}"
        yield StringCommand("ln -sfn", QuoteString(target), link)


def _collect_assets(suite: Suite, settings_digest: str) -> Generator[PyinfraCommand, None, None]:
    yield _empty_inputs()
    yield _upload(build_inputs(suite, _order(suite)), "inputs.tar")
    words = [suite.release_directory, layout.WEB_SETTINGS, layout.USER, settings_digest]
    yield StringCommand(
        f"cd {_INPUTS} && tar -xf inputs.tar &&",
        QuoteString(suite.python),
        "-s -m mailman_suite.host.build_assets",
        *map(QuoteString, words),
        f"&& rm -rf {_INPUTS}",
    )


def _empty_inputs() -> StringCommand:
    return StringCommand(
        f"rm -rf {_INPUTS} && install -d -m 700 {layout.STATE} {layout.STAGING} {_INPUTS}"
    )


def _order(suite: Suite) -> str:
    return json.dumps(
        {
            "release_dir": suite.release_directory,
            "python": suite.python,
            "user": layout.USER,
            "identifier": suite.identifier,
        }
    )


def _upload(content: io.BytesIO, name: str) -> FileUploadCommand:
    return FileUploadCommand(content, f"{_INPUTS}/{name}")
