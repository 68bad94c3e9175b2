"""Windows that take over what is not ours: made by hand, or of the distribution's packages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.windows import hosts, installing
from tests.windows.hosts import Host
from tests.windows.pretended_core import NEW_SCHEMA, OLD_MARK, OLD_SCHEMA
from tests.windows.product import (
    REBUILD_INDEX,
    Adoption,
    Suite,
    adoption_packages,
    layout,
    places,
)

VAR, WEB = places.PACKAGES.var, places.PACKAGES.web
SITE = "/etc/nginx/sites-enabled/lists"
DROP_IN = f"{layout.UNITS}/mailman3.service.d/ours.conf"
_WEB_BY_HAND = "/opt/mailman/mm/web.db"
CRON = "/etc/cron.d/mailman"
CRON_LINES = ["# jobs\n", "0 3 * * * mailman digests\n", "0 4 * * * backup of all\n"]
CONFIG = "[paths.here]\nvar_dir: {var}\n[webservice]\nadmin_pass: rest_password-of-then\n"
MAPS = [f"hash:{VAR}/data/postfix_domains", f"hash:{VAR}/data/postfix_lmtp"]


def _write(host: Host, files: dict[str, str]) -> None:
    for path, text in files.items():
        host.path(path).parent.mkdir(parents=True, exist_ok=True)
        host.path(path).write_text(text)


def _unit(host: Host, prefix: str, program: str) -> str:
    return f"[Service]\nExecStart={host.path(prefix)}/bin/{program}\n"


def made_by_hand(root: Path, suite: Suite) -> tuple[Host, Suite]:
    """A suite along upstream's guide, with units, a site and a cron job of its own."""
    host = hosts.bare(root)
    host.kind = host.old = "by hand"
    own = ("mailman3.service", "mailmanweb.service", "qcluster.service")
    installing.make_secrets(host, suite)
    installing.make_release(host, layout.VENV, host.old, OLD_SCHEMA)
    _write(host, _files_made_by_hand(host, own))
    installing.make_data(host, "then", web=_WEB_BY_HAND)
    hosts.enable_and_start(host, own)
    installing.queue_messages(host, "then")
    taken = Adoption(
        core="3.3.8",
        units=("qcluster.service",),
        sites=(SITE,),
        moved={"web": _WEB_BY_HAND},
        drop_ins=(DROP_IN,),
    )
    changes = (REBUILD_INDEX, "mark_bounces_processed")
    job = {"file": str(host.path(CRON)), "number": 2}
    return host, replace(suite, adoption=taken, changes=changes, cron_jobs=(job,))


def _files_made_by_hand(host: Host, units: tuple[str, ...]) -> dict[str, str]:
    unit = _unit(host, layout.VENV, "mailman")
    return {
        **{f"{layout.UNITS}/{name}": unit for name in units},
        layout.CORE_CONFIG: OLD_MARK + CONFIG.format(var=host.path(layout.VAR)),
        layout.WEB_SETTINGS: OLD_MARK,
        DROP_IN: "[Service]\nNice=5\n",
        SITE: "server {}\n",
        CRON: "".join(CRON_LINES),
        f"{layout.STATIC}/a.css": "a style\n",
        f"{layout.FULLTEXT_INDEX}/MAIN": "an index\n",
    }


def of_packages(root: Path, suite: Suite) -> tuple[Host, Suite]:
    """The distribution's packages, with their data in their own places."""
    host = hosts.bare(root)
    host.kind = host.old = "packages"
    installing.make_secrets(host, suite)
    installing.make_release(host, "/usr", host.old, OLD_SCHEMA)
    own = ("mailman3.service", "mailman3-web.service")
    unit = _unit(host, "/usr", "mailman")
    main_cf = f"{hosts.MAIN_CF}relay_domains = {MAPS[0]}\nlocal_recipient_maps = {MAPS[1]}\n"
    _write(
        host,
        {
            **{f"/lib/systemd/system/{name}": unit for name in own},
            layout.CORE_CONFIG: OLD_MARK + CONFIG.format(var=host.path(VAR)),
            layout.PACKAGED_WEB_SETTINGS: OLD_MARK,
            SITE: "server {}\n",
            layout.POSTFIX_MAIN: main_cf.replace(VAR, str(host.path(VAR))),
        },
    )
    installing.make_data(host, "then", VAR, f"{WEB}/mailman3web.db")
    hosts.enable_and_start(host, own)
    installing.queue_messages(host, "then", VAR)
    return host, replace(suite, adoption=_packaged(), places=places.PACKAGES)


def _packaged() -> Adoption:
    survey: dict[str, Any] = {
        "core_database": "sqlite",
        "core_config": {"database": {"url": "sqlite:///$DATA_DIR/mailman.db"}},
        "web_settings": {"DATABASES": {"default": {"NAME": f"{WEB}/mailman3web.db"}}},
    }
    return Adoption(
        core="3.3.8",
        units=places.PACKAGES.units,
        sites=(SITE,),
        moved={},
        renamed=adoption_packages.databases(survey, places.PACKAGES),
        renames=adoption_packages.renames(survey, {"maps": MAPS}, places.PACKAGES),
    )


def new_release(host: Host, suite: Suite) -> None:
    """The declared release is built, beside what runs."""
    prefix = f"{suite.release_directory}/venv"
    installing.make_release(host, prefix, suite.identifier, NEW_SCHEMA)
