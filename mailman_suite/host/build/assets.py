"""Builds a release's static files for one settings file; runs on the host as root.

    PYTHONPATH=INPUT_DIR python3 -s -m mailman_suite.host.build.assets \\
        RELEASE_DIR SETTINGS USER DIGEST

RELEASE_DIR/static becomes a link to the result in one step, and is stamped with DIGEST (hex), which
identifies the settings: with the same stamp there is nothing to do. The commands run as USER, with
a database backend that fails on the first query and without log files or shared caches, so they can
run beside a live suite.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from mailman_suite.host.base import files
from mailman_suite.host.base.account import Account, CommandError
from mailman_suite.host.base.release_tree import Progress, give_to_root, only_builder, sync_all

STAMP = ".stamp"
# Only what must differ while building: the rest is the site's own settings file.
_SETTINGS = """\
from site_settings import *
STATIC_ROOT = COMPRESS_ROOT = {static!r}
DATABASES = {{"default": {{"ENGINE": "django.db.backends.dummy"}}}}
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}}}
LOGGING = {{}}
"""


@dataclass(frozen=True)
class Assets:
    """What the command line asks for."""

    release_dir: Path
    settings: Path
    user: str
    digest: str

    @property
    def link(self) -> Path:
        """Where the web server and Django find the static files."""
        return self.release_dir / "static"

    @property
    def target(self) -> Path:
        """Where this build puts them."""
        return self.release_dir / f"static-{self.digest[:12]}"


def main(arguments: list[str]) -> int:
    """Build the static files unless they exist; 0 when they do."""
    release_dir, settings, user, digest = arguments
    assets = Assets(Path(release_dir), Path(settings), user, digest)
    os.umask(0o022)
    try:
        with only_builder(assets.release_dir) as lock:
            if stamped(assets.link) == digest:
                print("the static files are complete already")
            else:
                make(assets, lock.fileno())
    except (CommandError, OSError) as error:
        print(f"error: the static files were not built: {error}", file=sys.stderr)
        return 1
    return 0


def stamped(static: Path) -> str | None:
    """The digest that a directory of static files was built for."""
    try:
        return (static / STAMP).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def make(assets: Assets, lock: int) -> None:
    """Collect and compress into a directory of its own, then point the link to it."""
    progress = Progress(3)
    account = Account(assets.user, assets.release_dir / "static-scratch", (lock,))
    for unfinished in (account.scratch, assets.target):
        if unfinished.exists():
            shutil.rmtree(unfinished)
        account.directory(unfinished)
    files.write_durably(account.scratch / "build_settings.py", build_settings(assets), 0o644)
    copy_settings(assets.settings, account)
    progress("Collect static files")
    web(assets, account, "collectstatic", "--noinput")
    progress("Compile and compress style sheets and scripts")
    web(assets, account, "compress", "--force")
    progress("Hand the static files to root and switch to them")
    shutil.rmtree(account.scratch)
    give_to_root(assets.target)
    files.write_durably(assets.target / STAMP, f"{assets.digest}\n", 0o644)
    switch(assets)
    print(f"the static files are complete after {progress.seconds():.1f} s", flush=True)


def build_settings(assets: Assets) -> str:
    """The settings module for the build."""
    return _SETTINGS.format(static=str(assets.target))


def copy_settings(settings: Path, account: Account) -> None:
    """The site's settings where the account can read them, and nobody else."""
    copy = account.scratch / "site_settings.py"
    files.write(copy, settings.read_bytes(), account.uid, account.gid, 0o600)


def web(assets: Assets, account: Account, *command: str) -> None:
    """Run one command of the release's mailman-web with the build's settings."""
    account.run(
        assets.release_dir / "venv" / "bin" / "mailman-web",
        *command,
        environment={
            "DJANGO_SETTINGS_MODULE": "build_settings",
            "PYTHONPATH": str(account.scratch),
        },
    )


def switch(assets: Assets) -> None:
    """Point the link to the new directory; the one before stays for pages that still name it."""
    before = assets.link.resolve()
    new_link = assets.release_dir / ".static.new"
    new_link.unlink(missing_ok=True)
    new_link.symlink_to(assets.target.name)
    sync_all(assets.target)
    new_link.replace(assets.link)
    for old in assets.release_dir.glob("static-*"):
        if old not in (assets.target, before):
            shutil.rmtree(old)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
