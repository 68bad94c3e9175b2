"""Mail domains and mailing lists that group data names."""

from pyinfra.api import deploy

from mailman_suite.operations import mailing_lists
from mailman_suite.suite.suite import Suite


@deploy("Lists")
def exist(suite: Suite) -> None:
    """Every declared domain and list exists in Core."""
    if not suite.settings.runs("core"):
        return
    mailing_lists.present(
        name="Declared domains and lists exist",
        domains=suite.settings.domains,
        lists=suite.settings.lists,
    )
