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

from mailman_suite.base import layout
from mailman_suite.base.declared_files import ManagedFile
from mailman_suite.base.host_program import program
from mailman_suite.facts.release import ReleaseState
from mailman_suite.operations import packages
from mailman_suite.operations.shown import ShownCommand
from mailman_suite.suite.release_archives import (
    build_inputs,
    digest_file,
    intact_digest,
    keep,
    kept_release,
    remove_unknown,
)
from mailman_suite.suite.release_link import release_link
from mailman_suite.suite.suite import Suite

_INPUTS = layout.BUILD_INPUTS
# A build that hangs must not run for ever when nobody reads its output.
_BUILD_SECONDS = 3600


@operation()
def on_its_way(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """A release that a host of the same kind built is on the host and unpacked in the background.

    `built` waits for it, and repeats what failed.
    """
    if _state(suite)["built"]:
        host.noop(f"{suite.identifier} is built")
        return
    sha256 = intact_digest(kept_release(suite))
    if sha256 is None:
        host.noop("no host of this kind has built it yet")
        return
    yield from _sent(suite)
    unit, python = layout.RELEASE_UNIT, QuoteString(suite.python)
    yield StringCommand(
        f"systemctl is-active --quiet {unit} || test ! -x", python,
        f"|| systemd-run --quiet --collect --unit={unit} sh -c",
        QuoteString(_program(suite, f"build.unpack {_INPUTS} {sha256}").get_raw_value()),
    )  # fmt: skip


@operation()
def built_for_others(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """The release is built here, and the control machine has an archive of it for other hosts.

    It does nothing on those, which wait for it here, so that `built` finds the archive.
    """
    if suite.building != "for others":
        host.noop("another host of its kind builds the release")
        return
    yield from built._inner(suite)
    if intact_digest(kept_release(suite)) is None:  # it was built here before
        yield from _keep(suite)


@operation()
def built(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """The release directory is complete; the release that runs is not touched."""
    state = _state(suite)
    if state["built"]:
        host.noop(f"{suite.identifier} is built")
        return
    if sha256 := intact_digest(kept_release(suite)):
        if not state["sent"]:  # another host of this run has built it just now
            yield from _sent(suite)
        yield _run(suite, f"build.unpack {_INPUTS} {sha256}")
        return
    yield from _inputs(suite)
    yield _build_packages(suite)
    yield _run(suite, f"build.release {_INPUTS}")
    yield from _keep(suite)


def _state(suite: Suite) -> dict[str, str]:
    """`ReleaseState`; a release that runs is built, because its link is switched last."""
    if suite.running == suite.identifier:
        return {"built": suite.identifier}
    return host.get_fact(ReleaseState, directory=suite.release_directory)


def _sent(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    yield from _inputs(suite)
    yield FileUploadCommand(str(kept_release(suite)), layout.SENT_RELEASE)


def _inputs(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    yield _empty_inputs()
    yield _upload(build_inputs(suite, _order(suite)), "inputs.tar")


def _program(suite: Suite, words: str) -> StringCommand:
    return StringCommand(
        f"cd {_INPUTS} && tar -xf inputs.tar && timeout {_BUILD_SECONDS}",
        QuoteString(suite.python),
        f"-s -m mailman_suite.host.{words}",
    )


def _run(suite: Suite, words: str) -> ShownCommand:
    return ShownCommand(_program(suite, words), f"&& rm -rf {_INPUTS}")


def _build_packages(suite: Suite) -> StringCommand:
    """What only a build needs; a host that gets a finished release does without."""
    with_apt = suite.platform.package_tool == "apt"
    installation = packages.deb_installation if with_apt else packages.rpm_installation
    return installation(suite.platform.build_packages)


def _keep(suite: Suite) -> Generator[PyinfraCommand, None, None]:
    """Downloads the finished directory to the control machine, for the next host of its kind."""
    archive = kept_release(suite)
    archive.parent.mkdir(parents=True, exist_ok=True)
    # Several hosts may build at the same time: each has its own name until the archive is complete.
    fetched = archive.with_name(f".{archive.name}.{host.name.replace('/', '_')}")
    packed = f"{layout.STAGING}/release.tar.gz"
    yield StringCommand(
        "tar -C",
        QuoteString(suite.release_directory),
        f"-I 'gzip -1' -cf {packed} . && sha256sum {packed} >{packed}.sha256",
    )
    yield FileDownloadCommand(packed, str(fetched))
    yield FileDownloadCommand(f"{packed}.sha256", str(digest_file(fetched)))
    yield FunctionCommand(keep, (fetched, archive), {})
    yield FunctionCommand(remove_unknown, (archive.parent,), {})
    yield StringCommand(f"rm {packed} {packed}.sha256")


@operation()
def current(suite: Suite, settings: ManagedFile) -> Generator[PyinfraCommand, None, None]:
    """The release's static files match these settings, and the link points to the release.

    A stamp for each side of the suite is written when its code changes; services restart for it.
    """
    state = host.get_fact(ReleaseState, directory=suite.release_directory)
    order = release_link(suite)
    target, stamps = order["target"], order["sides"]["stamps"]
    points = (state["current"], state["stamped"]) == (target, target)
    points = points and {side: state[side] for side in stamps} == stamps
    if points and state["assets"] == settings.sha256:
        host.noop(f"{suite.identifier} runs with the static files of its settings")
        return
    if state["assets"] != settings.sha256:
        yield from collect_assets(suite, settings)
    if not points:
        yield program("apply.release_link", "point", order)


def collect_assets(suite: Suite, settings: ManagedFile) -> Generator[PyinfraCommand, None, None]:
    """Static files of the release for these settings, which need not be the host's current ones."""
    yield from _inputs(suite)
    yield _upload(io.BytesIO(settings.content.encode()), "settings.py")
    words = [suite.release_directory, f"{_INPUTS}/settings.py", layout.USER, settings.sha256]
    yield StringCommand(
        f"cd {_INPUTS} && tar -xf inputs.tar &&",
        QuoteString(suite.python),
        "-s -m mailman_suite.host.build.assets",
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
            "built_by_pip": suite.release.built_by_pip,
        }
    )


def _upload(content: io.BytesIO, name: str) -> FileUploadCommand:
    return FileUploadCommand(content, f"{_INPUTS}/{name}")
