"""A release is built beside the one that runs, and then becomes the one that runs."""

from __future__ import annotations

import io
import json
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import (
    FileDownloadCommand,
    FileUploadCommand,
    FunctionCommand,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.command import PyinfraCommand

from mailman_suite import layout
from mailman_suite.declared_files import ManagedFile
from mailman_suite.facts.release import ReleaseState
from mailman_suite.operations import packages
from mailman_suite.release_archives import (
    build_inputs,
    digest_file,
    intact_digest,
    keep,
    kept_release,
)
from mailman_suite.suite import Suite

_INPUTS = f"{layout.STAGING}/build"
_ARCHIVE = "release.tar.gz"
# A build that hangs must not go on for ever once nobody reads its output any more.
_BUILD_SECONDS = 3600


@operation()
def built(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """The release directory is complete; the release that runs is not touched."""
    if suite.running == suite.identifier:
        host.noop(f"{suite.identifier} runs, so it is built")  # the link comes last
        return
    state = host.get_fact(ReleaseState, directory=suite.release_directory)
    if state["built"]:
        host.noop(f"{suite.identifier} is built")
        return
    archive = kept_release(suite)
    sha256 = intact_digest(archive)
    yield _empty_inputs()
    yield _upload(build_inputs(suite, _order(suite)), "inputs.tar")
    if sha256:
        yield FileUploadCommand(str(archive), f"{_INPUTS}/{_ARCHIVE}")
        yield _run(suite, f"unpack_release {_INPUTS} {sha256}")
        return
    yield _build_packages(suite)
    yield _run(suite, f"build_release {_INPUTS}")
    yield from _keep(suite)


def _run(suite: Suite, words: str) -> StringCommand:
    return StringCommand(
        f"cd {_INPUTS} && tar -xf inputs.tar && timeout {_BUILD_SECONDS}",
        QuoteString(suite.python),
        f"-s -m mailman_suite.host.{words} && rm -rf {_INPUTS}",
    )


def _build_packages(suite: Suite) -> StringCommand:
    """What only a build needs comes to no host that gets a finished release."""
    with_apt = suite.platform.package_tool == "apt"
    installation = packages.deb_installation if with_apt else packages.rpm_installation
    return installation(suite.platform.build_packages)


def _keep(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """Brings the finished directory to the control machine, for the next host of this kind."""
    archive = kept_release(suite)
    archive.parent.mkdir(parents=True, exist_ok=True)
    # Several hosts may build at a time: each has a name of its own until the archive is whole.
    fetched = archive.with_name(f".{archive.name}.{host.name.replace('/', '_')}")
    packed = f"{layout.STAGING}/{_ARCHIVE}"
    yield StringCommand(
        "tar -C",
        QuoteString(suite.release_directory),
        f"-I 'gzip -1' -cf {packed} . && sha256sum {packed} >{packed}.sha256",
    )
    yield FileDownloadCommand(packed, str(fetched))
    yield FileDownloadCommand(f"{packed}.sha256", str(digest_file(fetched)))
    yield FunctionCommand(keep, (fetched, archive), {})
    yield StringCommand(f"rm {packed} {packed}.sha256")


@operation()
def current(suite: Suite, settings: ManagedFile) -> Generator[PyinfraCommand, None, None]:
    """The release's static files fit these settings, and the link leads to the release."""
    state = host.get_fact(ReleaseState, directory=suite.release_directory)
    target = f"{suite.release_directory}/venv"
    if (state["assets"], state["current"]) == (settings.sha256, target):
        host.noop(f"{suite.identifier} runs with the static files of its settings")
        return
    if state["assets"] != settings.sha256:
        yield from collect_assets(suite, settings)
    if state["current"] != target:
        # A rename replaces the link in one step: there is no instant without a release.
        link = f"{layout.VENV}.new && mv -T {layout.VENV}.new {layout.VENV}"
        yield StringCommand("ln -sfn", QuoteString(target), link)


def collect_assets(suite: Suite, settings: ManagedFile) -> Generator[PyinfraCommand, None, None]:
    """Static files of the release for these settings, which need not be the host's current ones."""
    yield _empty_inputs()
    yield _upload(build_inputs(suite, _order(suite)), "inputs.tar")
    yield _upload(io.BytesIO(settings.content.encode()), "settings.py")
    words = [suite.release_directory, f"{_INPUTS}/settings.py", layout.USER, settings.sha256]
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
