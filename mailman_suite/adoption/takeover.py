"""A suite made by hand: what group data has to declare before it can be taken over. Pure.

Values of the host that a remedy repeats are those that the settings accept.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.adoption import databases, packages, undeclared
from mailman_suite.adoption.accepted import accepted
from mailman_suite.base import layout
from mailman_suite.base.plain_values import literal
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.installation import InstallationFound
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.parts.chosen import proxy
from mailman_suite.settings import Settings
from mailman_suite.suite.adopted import Adoption
from mailman_suite.suite.places import VIRTUALENV, Places


def adoption(
    survey: SuiteSurvey,
    installation: InstallationFound,
    settings: Settings,
    places: Places = VIRTUALENV,
) -> Adoption:
    """The host's own things that ours replace."""
    ours = (*layout.SERVICES, layout.WINDOW_UNIT, layout.RECOVERY_UNIT)
    units = (*places.units, *installation["units"])
    return Adoption(
        core=survey["versions"].get("mailman", ""),
        units=tuple(name for name in units if name not in ours),
        sites=tuple(
            site["path"] for site in installation["sites"] if site["path"] != proxy(settings).site
        ),
        moved={} if places.web else databases.moved(survey, settings),
        renamed=packages.databases(survey, places),
        renames=packages.renames(survey, installation, places),
        drop_ins=tuple(installation["drop_ins"]),
    )


def refusals(
    survey: SuiteSurvey,
    installation: InstallationFound,
    settings: Settings,
    places: Places = VIRTUALENV,
) -> Iterator[Refusal]:
    """Every reason why this host cannot be taken over with this group data.

    Where there is no suite in the virtual environment, a gate has said so already.
    """
    if "mailman" not in survey["versions"]:
        return
    yield from _var_dir(survey, places)
    yield from _unsuited(installation)
    yield from _site_owner(survey, settings)
    yield from databases.refusals(survey, settings)
    yield from packages.refusals(survey, installation, places)
    yield from _https(installation, settings)
    yield from undeclared.refusals(packages.relocated(survey, places), settings)


def _var_dir(survey: SuiteSurvey, places: Places) -> Iterator[Refusal]:
    if survey["var_dir"] != places.var:
        yield Refusal(
            found=f"Core keeps its data in {survey['var_dir']}",
            expected=places.var,
            remedy="stop Core, move the directory there, leave a link in its old place, name the "
            "new one in mailman.cfg, start Core, then run this again",
        )


def _unsuited(installation: InstallationFound) -> Iterator[Refusal]:
    for path, why in installation["unsuited"].items():
        yield Refusal(
            found=f"{path} {why}",
            expected="a directory of the suite's own account in that place, or none; root follows "
            "no link that another account may have made",
            remedy="correct its owner; or stop Core and the web, replace the link by an empty "
            "directory, and mount what it leads to there (mount --bind, and a line in /etc/fstab)",
        )


def _site_owner(survey: SuiteSurvey, settings: Settings) -> Iterator[Refusal]:
    found = survey["core_config"].get("mailman", {}).get("site_owner", settings.site_owner)
    owner = accepted("site_owner", found, settings)
    if owner == settings.site_owner:
        return
    keeps = f"set mailman_site_owner = {literal(owner)}; or, " if owner else ""
    yield Refusal(
        found=f"Core's site_owner is {found}",
        expected=f"mailman_site_owner, which is {settings.site_owner}",
        remedy=f"{keeps}on the host, below [mailman] in {layout.CORE_CONFIG}, write the line "
        f"site_owner: {settings.site_owner}",
    )


def _https(installation: InstallationFound, settings: Settings) -> Iterator[Refusal]:
    served = [site["path"] for site in installation["sites"] if site["https"]]
    if served and not settings.tls_certificate:
        yield Refusal(
            found=f"{', '.join(served)} serves the pages over HTTPS",
            expected="mailman_tls_certificate and mailman_tls_key",
            remedy="set both to the paths of ssl_certificate and ssl_certificate_key in that file",
        )
