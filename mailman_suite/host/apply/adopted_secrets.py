"""Copies the secrets of a suite made by hand into files of their own; prints none.

`look`:  {"directory", "core_config", "archiver_config", "web_settings", "python", "user", "given"}
         -> {"missing": names without a file, "differ": those of which two places have two values}.
`apply`: the same. Only what is missing in the directory is written, so a second run changes
         nothing. Group data gives the values of `given`, whatever the host has.

Core's and the archiver's are in their files; Django's are what its settings file ends up with when
the interpreter that runs it executes it. Of a secret in two places, one that is still as it was
shipped does not count: Debian's mailman3-web generates an archiver key in Django's settings alone.
"""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import urllib.parse
from collections.abc import Iterable

from mailman_suite.host.base import files, verbs
from mailman_suite.host.wire.secrets import AdoptedSecretsQuestion, SecretsToTakeOver

# Of upstream's and the distributions' own files: nobody has set it yet.
SHIPPED = ("", "restpass", "SecretArchiverAPIKey")
NAMES = ("rest_password", "archiver_key", "django_secret_key")

# Runs with the old interpreter, as the account of the suite; the answer goes into a pipe.
_DJANGO = """
import json, os, runpy, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(sys.argv[1]))
os.environ["MAILMAN_WEB_CONFIG"] = sys.argv[1]
names = runpy.run_path(sys.argv[1])
database = names["DATABASES"]["default"].get("PASSWORD") or ""
print(json.dumps({"django_secret_key": names["SECRET_KEY"], "database_web_password": database,
                  "rest_password": names.get("MAILMAN_REST_API_PASS") or "",
                  "archiver_key": names.get("MAILMAN_ARCHIVER_KEY") or ""}))
"""


def config_of(path: str) -> configparser.RawConfigParser:
    """One of Mailman's own configuration files; nothing is in one that does not exist."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read(path, encoding="utf-8")
    return parser


def of_core(path: str) -> dict[str, str]:
    """The REST and database passwords in mailman.cfg."""
    config = config_of(path)
    url = urllib.parse.urlsplit(config.get("database", "url", fallback=""))
    return {
        "rest_password": config.get("webservice", "admin_pass", fallback="restpass"),
        "database_core_password": urllib.parse.unquote(url.password or ""),
    }


def of_django(asked: AdoptedSecretsQuestion) -> dict[str, str]:
    """The secrets in Django's settings. Raises SystemExit if these cannot be executed."""
    words = ["runuser", "-u", asked["user"], "--", asked["python"], "-c", _DJANGO]
    done = subprocess.run([*words, asked["web_settings"]], cwd="/", capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise SystemExit(f"{asked['web_settings']} cannot be executed: {' '.join(said)}")
    return dict(json.loads(done.stdout))


def found(asked: AdoptedSecretsQuestion) -> dict[str, set[str]]:
    """The values of every secret by the name of its file: one, or two that differ."""
    core, web = of_core(asked["core_config"]), of_django(asked)
    archiver = config_of(asked["archiver_config"]).get("general", "api_key", fallback="")
    return {
        "django_secret_key": {web["django_secret_key"]},
        "database_core_password": {core["database_core_password"]},
        "database_web_password": {web["database_web_password"]},
        # First the side that checks it.
        "rest_password": values(core["rest_password"], web["rest_password"]),
        "archiver_key": values(web["archiver_key"], archiver.strip()),
    }


def values(checked: str, presented: str) -> set[str]:
    """What somebody has set; where nobody has, what is checked."""
    return {one for one in (checked, presented) if one not in SHIPPED} or {checked}


def missing(asked: AdoptedSecretsQuestion, names: Iterable[str]) -> list[str]:
    """Those without a file that holds something."""
    paths = {name: os.path.join(asked["directory"], name) for name in names}
    return [
        name for name, path in paths.items() if not (os.path.exists(path) and os.path.getsize(path))
    ]


def apply(asked: AdoptedSecretsQuestion) -> None:
    """Writes what is missing; 0600 and root's until the declared attributes are given."""
    os.makedirs(asked["directory"], mode=0o750, exist_ok=True)
    present = found(asked)
    for name in missing(asked, present):
        if name in asked["given"]:
            continue
        if len(present[name]) > 1:
            raise SystemExit(f"the host's files have two values of the {name}; plan again")
        (value,) = present[name]
        if value:
            files.write_durably(os.path.join(asked["directory"], name), f"{value}\n")
            print(f"took over the {name}")


def look(asked: AdoptedSecretsQuestion) -> SecretsToTakeOver:
    """Which of the secrets that every suite has are missing, and which of these have two values."""
    names = [name for name in missing(asked, NAMES) if name not in asked["given"]]
    present = found(asked) if names else {}
    return {"missing": names, "differ": [name for name in names if len(present[name]) > 1]}


if __name__ == "__main__":
    verbs.main({"look": look, "apply": apply})
