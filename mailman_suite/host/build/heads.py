"""Says which schema the installed code expects, as JSON; asks no database and no configuration.

Run by the release's own interpreter. It imports all seven packages and the whole URL
configuration on the way, so an incomplete release fails here and not in front of users.
"""

from __future__ import annotations

import json
from importlib import import_module
from types import ModuleType

# The last two are what every `mailman` command loads, and what needs nntplib (gone in Python 3.13).
_NEEDED = (
    "mailman",
    "mailmanclient",
    "mailman_hyperkitty",
    "mailman.commands.cli_gatenews",
    "mailman.runners.nntp",
)


def main() -> None:
    """Print `{"core": revision, "web": {app: [migration, ...]}}`."""
    for module in _NEEDED:
        import_module(module)
    print(json.dumps({"core": core_head(), "web": web_migrations()}, sort_keys=True))


def core_head() -> str:
    """The newest Alembic revision that Core's code brings."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "mailman.database:alembic")
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) != 1:
        raise SystemExit(f"Core's migrations end in {len(heads)} heads {heads}, expected one")
    return str(heads[0])


def web_migrations() -> dict[str, list[str]]:
    """Every migration on disk of the applications that mailman-web enables, by application."""
    import django
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    settings.configure(**_defaults())
    django.setup()
    import_module(settings.ROOT_URLCONF)
    found: dict[str, list[str]] = {}
    for application, name in sorted(
        MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    ):
        found.setdefault(application, []).append(name)
    return found


def _defaults() -> dict[str, object]:
    """mailman-web's own settings, without a database and without log files."""
    modules = [import_module(f"mailman_web.settings.{name}") for name in ("base", "mailman")]
    return {
        **{name: value for module in modules for name, value in _settings(module).items()},
        "SECRET_KEY": "not used for anything",
        "DATABASES": {"default": {"ENGINE": "django.db.backends.dummy"}},
        "LOGGING": {},
    }


def _settings(module: ModuleType) -> dict[str, object]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


if __name__ == "__main__":
    main()
