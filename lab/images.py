"""Base images: a bare Debian server per suite, named by a digest of everything in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab import access, paths, sources
from lab.commands import LabError, contained
from lab.locks import held

SUITES = ("bookworm", "trixie", "bullseye")
# What a Debian server has before anybody logs in; the deploy installs everything else.
INCLUDED = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "libpam-systemd",
    "openssh-server",
    "python3",
    "systemd",
    "systemd-sysv",
)
HOST_CERTIFICATES = Path("/usr/local/share/ca-certificates")
CERTIFICATE_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
RECIPE = Path(__file__).with_name("image.sh")


def ensure(suite: str) -> Path:
    """Root tree of the suite's base image, built unless an image of the same content exists."""
    if suite not in SUITES:
        raise LabError(f"found suite {suite!r}, expected one of {', '.join(SUITES)}")
    access.ensure_keys()
    tree = paths.IMAGES / f"{suite}-{digest(suite)}"
    with held(f"image-{suite}", paths.CACHE / "locks"):
        if not tree.exists():
            _build(suite, tree)
    return tree


def digest(suite: str) -> str:
    """Changes whenever anything that goes into the suite's image changes."""
    mirrors = sources.mirrors()
    parts = [suite, mirrors.main, mirrors.security, *INCLUDED, RECIPE.read_text()]
    parts += [*_files(suite).keys(), *_files(suite).values()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _build(suite: str, tree: Path) -> None:
    print(f"lab: building the {suite} image, about a minute", file=sys.stderr, flush=True)
    paths.IMAGES.mkdir(parents=True, exist_ok=True)
    # The address of a mirror, proxy or index may hold a password.
    paths.IMAGES.chmod(0o700)
    for leftover in paths.IMAGES.glob(f".{suite}-*"):
        shutil.rmtree(leftover)
    building = Path(tempfile.mkdtemp(prefix=f".{suite}-", dir=paths.IMAGES))
    building.chmod(0o755)
    packages = paths.PACKAGES / suite
    packages.mkdir(parents=True, exist_ok=True)
    files = building / "lab-files"
    root = building / "root"
    for path, text in _files(suite).items():
        target = files / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    _cook(
        [suite, sources.mirrors().main, ",".join(INCLUDED), str(packages), str(files), str(root)],
        building,
    )
    # Only a finished tree gets the name by which it is found.
    os.rename(root, tree)
    shutil.rmtree(building)


def _cook(arguments: list[str], directory: Path) -> None:
    # A file, unlike a pipe, can be followed from another terminal.
    log = directory / "log"
    argv = contained(["bash", str(RECIPE), *arguments])
    environment = {**os.environ, **sources.proxy_environment(sources.apt_settings())}
    with log.open("wb") as output:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
    if done.returncode != 0:
        words = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise LabError(f"the {arguments[0]} image could not be built; the end of {log}:\n{words}")


def _files(suite: str) -> dict[str, str]:
    """Files of the image that differ from what debootstrap makes: path to text."""
    certificates = {
        f"{HOST_CERTIFICATES}/{path.name}": path.read_text()
        for path in sorted(HOST_CERTIFICATES.glob("*.crt"))
    }
    return {
        "/root/.ssh/authorized_keys": access.public(paths.SSH_KEY),
        # One host key for all machines: clients check it, as in production, at any address.
        "/etc/ssh/ssh_host_ed25519_key": paths.SSH_HOST_KEY.read_text(),
        "/etc/ssh/ssh_host_ed25519_key.pub": access.public(paths.SSH_HOST_KEY),
        "/etc/apt/sources.list": sources.apt_sources(suite, sources.mirrors()),
        "/etc/apt/apt.conf.d/90lab": _apt_settings(),
        "/etc/pip.conf": _pip_settings(trusting=bool(certificates)),
        **certificates,
        **(_trust() if certificates else {}),
    }


def _apt_settings() -> str:
    """Keeps downloads for the next machine; uses the box's proxies and date checks."""
    keep = 'APT::Keep-Downloaded-Packages "true";\n'
    return keep + "Binary::apt::" + keep + sources.apt_settings()


def _pip_settings(*, trusting: bool) -> str:
    """Uses the box's indexes, and its certificate bundle if it has its own."""
    settings = {"cache-dir": "/var/cache/pip"}
    settings |= {"cert": CERTIFICATE_BUNDLE} if trusting else {}
    settings |= sources.pip_settings()
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


def _trust() -> dict[str, str]:
    """pip and uv have their own certificates; behind an intercepting proxy they need the box's."""
    names = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    return {"/etc/environment": "".join(f"{name}={CERTIFICATE_BUNDLE}\n" for name in names)}
