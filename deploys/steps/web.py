"""What people find on the web: the site's name and a superuser who can log in."""

from pyinfra.api import deploy

from mailman_suite.operations import web_identity
from mailman_suite.parts.database.connections import connections
from mailman_suite.suite.suite import Suite


@deploy("Web")
def has_its_site_and_superuser(suite: Suite) -> None:
    """The Django site has the web host's name; the superuser exists and can log in."""
    if not suite.settings.runs("core"):
        return
    settings = suite.settings
    web_identity.present(
        name=f"The site is {settings.web_host}, its superuser {settings.superuser_name}",
        database=connections(settings)["web"],
        web_host=settings.web_host,
        domains=settings.domains,
        superuser=settings.superuser_name,
        email=settings.admin_email,
    )
