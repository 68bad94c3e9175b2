"""Secrets, and every file that is rendered from templates/."""

from pyinfra.api import deploy

from mailman_suite.operations import adoption, files, packages_left, secrets
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.needed_secrets import secret_references
from mailman_suite.suite.suite import Suite


@deploy("Configuration")
def secrets_exist(suite: Suite) -> None:
    """Every secret is in a file of its own on the host; those of a suite made by hand stay."""
    if not secret_references(suite.settings):
        return
    if suite.by_hand:
        adoption.secrets_taken_over(
            name="The suite's secrets are in files of their own", suite=suite
        )
    secrets.present(
        name="Secrets are in place",
        names=list(secret_references(suite.settings)),
        given=suite.given_secrets,
    )


@deploy("Configuration")
def current(suite: Suite) -> None:
    """Core, archiver, web, units, log rotation and proxy are configured as declared."""
    if not suite.settings.runs_release:
        return
    files.managed(
        name="Configuration, units and the proxy's site are current",
        declared=suite_files.installed(suite),
    )
    if suite.settings.moves_packages and suite.platform.package_tool == "apt":
        packages_left.left_alone(name="The packages that the suite came from are on hold")
