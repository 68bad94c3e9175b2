"""The host's own part: packages, the `mailman` account, directories."""

from pyinfra.api import deploy
from pyinfra.api.operation import OperationMeta

from mailman_suite.base import layout
from mailman_suite.operations import account, files, packages
from mailman_suite.suite.files import early_directories
from mailman_suite.suite.release_archives import kept_release
from mailman_suite.suite.suite import Suite


@deploy("System")
def prepared(suite: Suite) -> OperationMeta:
    """Packages, account and directories exist; the MTA's packages are being installed.

    Pass the returned installation on to `mta_installed`.
    """
    platform, name = suite.platform, "The distribution's packages are installed"
    wanted = (*suite.packages, *_build_packages(suite))
    if platform.package_tool == "apt":
        installation = packages.debs(name=name, names=wanted, following=suite.mta_packages)
    else:
        installation = packages.rpms(name=name, names=wanted)
    if suite.settings.runs("database", "core", "web"):  # secrets are files of its group
        account.present(name=f"The user {layout.USER} exists", user=layout.USER, home=layout.HOME)
    files.managed(name="Directories have their owners and modes", declared=early_directories(suite))
    return installation


@deploy("System")
def mta_installed(suite: Suite, installation: OperationMeta) -> None:
    """The MTA's packages are installed too; the host is not asked if none was missing."""
    if not suite.settings.runs("core", "mta"):
        return
    platform, name = suite.platform, "The MTA's packages are installed"
    names = suite.mta_packages
    if platform.package_tool == "apt":
        packages.followed_debs(name=name, names=names, installation=installation)
    else:
        packages.rpms(name=name, names=names)


def _build_packages(suite: Suite) -> tuple[str, ...]:
    """What a build needs, in the same call; the build itself makes sure of it."""
    if not suite.settings.runs_release:
        return ()
    is_built = suite.running == suite.identifier or kept_release(suite).exists()
    needs_none = is_built or suite.building == "elsewhere"
    return () if needs_none else suite.platform.build_packages
