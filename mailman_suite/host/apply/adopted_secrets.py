"""Copies the secrets of a suite made by hand into files of their own; prints none.

`apply`: {"directory", "core_config", "archiver_config", "web_settings", "python", "user"}. Only
         what is missing in the directory is written, so a second run changes nothing.

Core's and the archiver's are in their files; Django's are what its settings file ends up with when
the interpreter that runs it executes it.
"""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import urllib.parse

from mailman_suite.host.base import files, verbs
from mailman_suite.host.wire.secrets import AdoptedSecretsQuestion, MissingSecrets

# Runs with the old interpreter, as the account of the suite; the answer goes into a pipe.
_DJANGO = """
import json, os, runpy, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(sys.argv[1]))
os.environ["MAILMAN_WEB_CONFIG"] = sys.argv[1]
names = runpy.run_path(sys.argv[1])
database = names["DATABASES"]["default"].get("PASSWORD") or ""
print(json.dumps({"django_secret_key": names["SECRET_KEY"], "database_web_password": database,
                  "rest_password": names["MAILMAN_REST_API_PASS"],
                  "archiver_key": names["MAILMAN_ARCHIVER_KEY"]}))
"""


def config_of(path: str) -> configparser.RawConfigParser:
    """One of Mailman's own configuration files."""
    parser = configparser.RawConfigParser(strict=False)
    with open(path, encoding="utf-8") as text:
        parser.read_file(text)
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


def found(asked: AdoptedSecretsQuestion) -> dict[str, str]:
    """Every secret by the name of its file. Raises SystemExit if Core and web disagree."""
    core, web = of_core(asked["core_config"]), of_django(asked)
    archiver = config_of(asked["archiver_config"]).get("general", "api_key", fallback="")
    pairs = {
        "rest_password": (core["rest_password"], web["rest_password"]),
        "archiver_key": (archiver.strip(), web["archiver_key"]),
    }
    for name, (one, other) in pairs.items():
        if one != other:
            raise SystemExit(f"Core's and Django's files disagree about the {name}; correct one")
    return {**web, **core}


def apply(asked: AdoptedSecretsQuestion) -> None:
    """Writes what is missing; 0600 and root's until the declared attributes are given."""
    os.makedirs(asked["directory"], mode=0o750, exist_ok=True)
    for name, value in found(asked).items():
        path = os.path.join(asked["directory"], name)
        if value and not (os.path.exists(path) and os.path.getsize(path)):
            files.write_durably(path, f"{value}\n")
            print(f"took over the {name}")


def look(asked: AdoptedSecretsQuestion) -> MissingSecrets:
    """The names of the secrets that are still missing in the directory."""
    names = ("rest_password", "archiver_key", "django_secret_key")
    place = asked["directory"]
    return {"missing": [name for name in names if not os.path.exists(os.path.join(place, name))]}


if __name__ == "__main__":
    verbs.main({"look": look, "apply": apply})
