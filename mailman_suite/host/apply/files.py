"""Compares and installs files, directories and links; knows who changed a file last.

`look`:  one JSON argument, the declared state without any content, printed back as what differs.
`apply`: the declared state with contents on standard input; only what differs is written.

A file's text may hold marks such as @@rest_password@@; they stand for the secret of that name,
which is put in here, on the host, and masked again before anything is compared or printed.
"""

from __future__ import annotations

import contextlib
import grp
import hashlib
import json
import os
import pwd
import re
import subprocess
import time
from collections.abc import Callable
from typing import Any, Optional

from mailman_suite.host.base import files, paths, verbs
from mailman_suite.host.wire import files as wire

# A file before we wrote it: its path, the copy of it (if it was there) and its attributes.
Undo = tuple[str, Optional[str], Optional[list[str]]]
KEPT_COPIES = 10  # of each file that we replaced, besides the first
_ASSIGNED_SECRET = re.compile(
    r"^(.*?(?:pass\w*|secret\w*|key|url)[\"']?\s*[:=]\s*)(?!.*@@)(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def secrets_in(directory: str) -> dict[str, str]:
    """The host's secrets by name."""
    found = {}
    if os.path.isdir(directory):
        for name in os.listdir(directory):
            with open(os.path.join(directory, name), encoding="utf-8") as text:
                found[name] = text.read().strip()
    return found


def masked(text: str, secrets: dict[str, str]) -> str:
    """A text with every secret replaced by its mark; the longest first, so that none is in part."""
    for name in sorted(secrets, key=lambda name: -len(secrets[name])):
        if secrets[name]:
            text = text.replace(secrets[name], f"@@{name}@@")
    return text


def revealed(text: str, secrets: dict[str, str]) -> str:
    """A text with every mark replaced by its secret. Raises SystemExit where one is missing."""
    for name in set(re.findall(r"@@(\w+)@@", text)):
        if name not in secrets:
            raise SystemExit(f"the secret {name} is not on this host; expected by a managed file")
        text = text.replace(f"@@{name}@@", secrets[name])
    return text


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def shown(text: str) -> str:
    """A text that can be printed: undecodable bytes are replaced, other secrets hidden."""
    readable = text.encode(errors="surrogateescape").decode(errors="replace")
    return _ASSIGNED_SECRET.sub(r"\1********", readable)


def attributes(path: str) -> list[str]:
    """Owner, group and mode of a path itself, such as ["root", "mailman", "640"]."""
    status = os.lstat(path)
    owner, group = named(pwd.getpwuid, status.st_uid), named(grp.getgrgid, status.st_gid)
    return [owner, group, f"{status.st_mode & 0o7777:o}"]


def named(entry: Callable[[int], Any], number: int) -> str:
    """The name of a user or group, or its number where it has none."""
    with contextlib.suppress(KeyError):
        return str(entry(number)[0])
    return str(number)


def read(path: str) -> str | None:
    """A file's text; undecodable bytes survive. None where there is no regular file."""
    try:
        with files.opened(path) as file:
            return file.read().decode(errors="surrogateescape")
    except FileNotFoundError:
        return None


def recorded(state: str) -> dict[str, str]:
    """Path -> digest of what we wrote there last."""
    try:
        with open(os.path.join(state, "files.json"), encoding="utf-8") as text:
            return dict(json.load(text))
    except (OSError, ValueError):
        return {}


def look(declared: wire.FilesQuestion) -> wire.Differences:
    """What differs from the declared state: path -> why, and the text for a file."""
    secrets = secrets_in(declared["secrets"])
    written = recorded(declared["state"])
    different: dict[str, wire.Difference] = {}
    for path, wanted in declared["files"].items():
        found = file_difference(path, wanted, secrets, written.get(path))
        if found:
            different[path] = found
    require_own_directories(declared["directories"])
    for path, owned in declared["directories"].items():
        if not os.path.isdir(path) or attributes(path) != owned:
            different[path] = {"why": "directory"}
    for path, target in declared["links"].items():
        if not os.path.islink(path) or os.readlink(path) != target:
            different[path] = {"why": "link"}
    return {"different": different}


def file_difference(
    path: str, wanted: wire.DeclaredFile, secrets: dict[str, str], written: str | None
) -> wire.Difference | None:
    """Why a file is not as declared, with its masked text; None when it is."""
    text = read(path)
    if text is None:
        return {"why": "missing"}
    # Only what the file declares: another secret may be equal, or so short that it is a word.
    text = masked(text, {name: secrets[name] for name in wanted["marks"] if name in secrets})
    if digest(text) != wanted["sha256"]:
        is_edited = written and digest(text) != written
        now = shown(masked(text, secrets))
        return {"why": "edited" if is_edited else "outdated", "text": now}
    if attributes(path) != wanted["attributes"]:
        return {"why": "attributes"}
    return None


def apply(declared: wire.FilesToApply) -> None:
    """Makes the host as declared; puts every file back if a check of the whole fails."""
    secrets = secrets_in(declared["secrets"])
    require_own_directories(declared["directories"])
    for path, owned in sorted(declared["directories"].items()):
        make_directory(path, owned)
    undo: list[Undo] = []
    for path, wanted in declared["files"].items():
        if file_difference(path, wanted, secrets, None):
            before = attributes(path) if os.path.lexists(path) else None
            undo.append((path, keep_copy(path, declared["copies"]), before))
            write(path, revealed(wanted["content"], secrets), wanted["attributes"])
            print(f"wrote {path}")
    for path, target in declared["links"].items():
        make_link(path, target)
    check(declared["checks"], undo)
    record(declared)


def require_own_directories(directories: dict[str, list[str]]) -> None:
    """A declared directory is one of ours, if it exists. Raises ForeignError otherwise."""
    for path, (owner, _, _) in directories.items():
        with contextlib.suppress(KeyError):  # an account that is still to be made owns nothing
            paths.require_own(path, pwd.getpwnam(owner).pw_uid)


def make_directory(path: str, wanted: list[str]) -> None:
    """A directory with this owner, group and mode."""
    files.make_directory(path, *numbers(wanted))


def numbers(wanted: list[str]) -> tuple[int, int, int]:
    """User, group and mode of attributes."""
    user, group, mode = wanted
    return pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid, int(mode, 8)


def make_link(path: str, target: str) -> None:
    """A symbolic link that is the same already stays."""
    if not os.path.islink(path) or os.readlink(path) != target:
        files.make_link(path, target)


def keep_copy(path: str, copies: str) -> str | None:
    """The place where the present file was copied to, or None where there is no file."""
    text = read(path)
    if text is None:
        return None
    os.makedirs(copies, mode=0o700, exist_ok=True)
    name = path.strip("/").replace("/", "_")
    kept = f"{copies}/{name}.{time.strftime('%Y%m%dT%H%M%S')}"
    write(kept, text, ["root", "root", "600"])
    forget_older(name, copies)
    print(f"kept a copy of {path} as {kept}")
    return kept


def forget_older(name: str, copies: str) -> None:
    """Of one file's copies the newest stay, and the first, which may be its owner's own text."""
    own = re.escape(name) + r"\.\d{8}T\d{6}"
    found = sorted(one for one in os.listdir(copies) if re.fullmatch(own, one))
    for one in found[1:-KEPT_COPIES]:
        os.unlink(os.path.join(copies, one))


def write(path: str, text: str, wanted: list[str]) -> None:
    """A file with this text and these attributes, in one step."""
    files.write(path, text.encode(errors="surrogateescape"), *numbers(wanted))


def check(commands: list[list[str]], undo: list[Undo]) -> None:
    """Runs the checks of the whole; on a failure every file is as it was before."""
    for command in commands:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == 0:
            continue
        for path, kept, before in undo:
            put_back(path, kept, before)
        said = done.stdout.decode(errors="replace").strip()
        raise SystemExit(
            f"{' '.join(command)} refused the new files; the old ones are restored:\n{said}"
        )


def put_back(path: str, kept: str | None, before: list[str] | None) -> None:
    """The file as it was: from its copy, or removed if there was none."""
    text = read(kept) if kept else None
    if text is None or before is None:
        files.remove(path)
    else:
        write(path, text, before)


def record(declared: wire.FilesToApply) -> None:
    """Remembers what we wrote, so that a later hand edit can be told from an old version."""
    os.makedirs(declared["state"], mode=0o700, exist_ok=True)
    known = recorded(declared["state"])
    known.update({path: wanted["sha256"] for path, wanted in declared["files"].items()})
    place = os.path.join(declared["state"], "files.json")
    write(place, json.dumps(known, indent=1, sort_keys=True), ["root", "root", "600"])


if __name__ == "__main__":
    verbs.main({"look": look, "apply": verbs.from_stdin(apply)})
