"""Builds one release directory on the host; runs there as root.

    PYTHONPATH=INPUT_DIR python3 -s -m mailman_suite.host.build.release INPUT_DIR

INPUT_DIR holds build.json, the locks and the patches. Nothing that was downloaded runs as root, and
the finished tree belongs to root. The stamp is written last: a directory without it is half-built
and built again, one with it stays.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mailman_suite.host.base import files
from mailman_suite.host.base.account import Account, CommandError
from mailman_suite.host.base.release_tree import (
    STAMP,
    Progress,
    give_to_root,
    is_complete,
    only_builder,
    sync_all,
)
from mailman_suite.host.build.installer import Pip, Uv, divided
from mailman_suite.host.build.patch_wheel import PatchError
from mailman_suite.host.build.wheels import fetch_patched

_TRANSLATED = ("postorius", "hyperkitty", "django_mailman3")
_EXPECTED = (CommandError, PatchError, OSError)


@dataclass(frozen=True)
class Build:
    """What build.json asks for."""

    inputs: Path
    release_dir: Path
    python: str
    user: str
    identifier: str
    built_by_pip: tuple[str, ...] = ()

    @property
    def venv_python(self) -> Path:
        """The release's own interpreter."""
        return self.release_dir / "venv" / "bin" / "python"

    @property
    def scratch(self) -> Path:
        """What the finished release does not have."""
        return self.release_dir / "scratch"

    @property
    def prepared(self) -> Path:
        """Locks and patched wheels that root wrote, where the account cannot; not in the end."""
        return self.release_dir / "prepared"


def main(arguments: list[str]) -> int:
    """Build what INPUT_DIR/build.json asks for; 0 when the release directory is complete."""
    inputs = Path(arguments[0])
    order = json.loads((inputs / "build.json").read_text(encoding="utf-8"))
    build = Build(
        *(inputs, Path(order["release_dir"]), order["python"], order["user"]),
        *(order["identifier"], tuple(order["built_by_pip"])),
    )
    os.umask(0o022)
    try:
        with only_builder(build.release_dir) as lock:
            if is_complete(build.release_dir, build.identifier):
                print(f"{build.identifier} is complete already")
            else:
                make(build, lock.fileno())
    except _EXPECTED as error:
        print(f"error: {build.identifier} was not built: {error}", file=sys.stderr)
        return 1
    return 0


def make(build: Build, lock: int) -> None:
    """Make the release directory from nothing and stamp it."""
    progress = Progress(7)
    progress("An empty release directory and its virtual environment")
    account = begin(build, lock)
    fill(build, account, progress)
    complete(build, account, progress)
    progress("Import everything and note the schema heads")
    heads = account.run(build.venv_python, "-I", "-c", program("heads"))
    finish(build, account, heads, progress)
    stamp = {"identifier": build.identifier, "seconds": progress.seconds()}
    files.write_durably(build.release_dir / STAMP, json.dumps(stamp, indent=1) + "\n", 0o644)
    print(f"{build.identifier} is complete after {progress.seconds():.1f} s", flush=True)


def begin(build: Build, lock: int) -> Account:
    """Remove what an interrupted build left, and create directories and virtual environment."""
    if build.release_dir.exists():
        shutil.rmtree(build.release_dir)
    build.release_dir.mkdir(mode=0o755)
    build.prepared.mkdir(mode=0o755)
    for lock_file in build.inputs.glob("*.lock"):  # they stay, to say what is installed
        shutil.copyfile(lock_file, build.release_dir / lock_file.name)
    account = Account(build.user, build.scratch, (lock,))
    for directory in (build.scratch, build.release_dir / "venv"):
        account.directory(directory)
    account.run(build.python, "-m", "venv", "--without-pip", build.release_dir / "venv")
    return account


def fill(build: Build, account: Account, progress: Progress) -> None:
    """Fill the virtual environment from the package index."""
    locks = build.release_dir
    progress("The locked installer, and upstream's wheels with our patches")
    pip = Pip(build.python, account)
    patches = build.inputs / "patches"
    with ThreadPoolExecutor() as pool:  # one computes while the other waits for the network
        patched = pool.submit(
            fetch_patched, pip, locks / "upstream.lock", patches, account, build.prepared
        )
        uv = Uv(pip, locks / "installer.lock", account)
        uv.install_tools(locks / "build.lock")
        patched.result()
    progress("Download, verify and install every package")
    parts = divided(locks / "packages.lock", build.built_by_pip, build.prepared)
    uv.install(parts, build.prepared, build.venv_python)


def complete(build: Build, account: Account, progress: Progress) -> None:
    """Remove the packages' own tests, then compile bytecode and translations."""
    packages = next(build.release_dir.glob("venv/lib/python3.*")) / "site-packages"
    progress("Compile bytecode")
    remove_tests(packages, account)
    compiles = ("-W", "ignore", "-m", "compileall", "-q", "-j", "0")
    account.run(build.venv_python, *compiles, packages)
    progress("Compile translations")
    translate(packages, account)


def remove_tests(packages: Path, account: Account) -> None:
    """Remove the folders `tests`; a module of that name, such as Jinja's, can be needed."""
    found = ("-type", "d", "-name", "tests", "-prune")
    account.run("find", packages, *found, "-exec", "rm", "-r", "{}", "+")


def translate(site_packages: Path, account: Account) -> None:
    """Compile the web applications' catalogues, which upstream ships as text only."""
    catalogues = [po for name in _TRANSLATED for po in (site_packages / name).rglob("*.po")]
    if not catalogues:
        raise CommandError(f"no translations under {site_packages}; expected some of {_TRANSLATED}")

    def compiled(po: Path) -> None:
        account.run("msgfmt", "--check-format", "-o", po.with_suffix(".mo"), po)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compiled, catalogues))


def program(name: str) -> str:
    """The text of a program beside this one, for an interpreter that cannot read our directory."""
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")


def finish(build: Build, account: Account, heads: str, progress: Progress) -> None:
    """Give the tree to root, so that the running suite cannot change its own code."""
    progress("Hand the finished tree to root")
    shutil.rmtree(account.scratch)
    shutil.rmtree(build.prepared)
    give_to_root(build.release_dir)
    files.write_durably(build.release_dir / "heads.json", heads, 0o644)
    sync_all(build.release_dir)  # the stamp must not reach the disk before what it vouches for


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
