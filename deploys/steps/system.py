"""The host's own part: packages, the `mailman` account, directories."""

from pyinfra.api import deploy

from mailman_suite import layout
from mailman_suite.operations import account, files, packages
from mailman_suite.suite import Suite
from mailman_suite.suite_files import directories


@deploy("System")
def prepared(suite: Suite) -> None:
    """Packages, account and directories are there."""
    wanted = suite.packages
    if suite.platform.package_tool == "apt":
        packages.debs(name="The distribution's packages are installed", names=wanted)
    else:
        packages.rpms(name="The distribution's packages are installed", names=wanted)
    account.present(name=f"The user {layout.USER} exists", user=layout.USER, home=layout.HOME)
    files.managed(name="Directories have their owners and modes", declared=directories())
