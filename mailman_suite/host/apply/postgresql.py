"""The suite's roles and databases on the PostgreSQL server of this host.

`look`:  {"roles": {role: secret name}, "databases": {database: role}, "secrets", "port"}
         -> {"roles": [those that cannot log in with their secret], "databases": [missing ones]}.
`apply`: the same; creates and repairs. Passwords are sent as SCRAM verifiers, so that the server's
         log and its process list never hold one.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import subprocess

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.connections import DeclaredRoles, MissingRoles

_ITERATIONS = 4096
_ROLE = """
DO $$BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
ALTER ROLE {role} LOGIN PASSWORD '{verifier}'
"""
_DATABASE = """
CREATE DATABASE {database} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0
 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'
"""


def secret(declared: DeclaredRoles, role: str) -> str:
    """A role's password, from its file. Raises FileNotFoundError."""
    path = os.path.join(declared["secrets"], declared["roles"][role])
    with open(path, encoding="utf-8") as text:
        return text.read().strip()


def psql(statement: str, port: int) -> subprocess.CompletedProcess[bytes]:
    """The output of a statement that the server's administrator runs."""
    as_administrator = ("runuser", "-u", "postgres", "--")
    plainly = ("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-p", str(port))
    return subprocess.run(
        [*as_administrator, *plainly], input=statement.encode(), capture_output=True, cwd="/"
    )


def can_log_in(declared: DeclaredRoles, role: str, database: str) -> bool:
    """Whether the role can open its database with its password over TCP, as the suite will."""
    try:
        password = secret(declared, role)
    except FileNotFoundError:
        return False
    place = ("-h", "127.0.0.1", "-p", str(declared["port"]))
    done = subprocess.run(
        ["psql", "-X", "-q", *place, "-U", role, "-c", "", database],
        env={**os.environ, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "5"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return done.returncode == 0


def look(declared: DeclaredRoles) -> MissingRoles:
    """Roles and databases that are not as declared; all of them if there is no server yet."""
    listed = None
    with contextlib.suppress(FileNotFoundError):
        listed = psql("SELECT datname FROM pg_database", declared["port"])
    if listed is None or listed.returncode:
        return {"roles": sorted(declared["roles"]), "databases": sorted(declared["databases"])}
    existing = set(listed.stdout.decode().split())
    missing = sorted(set(declared["databases"]) - existing)
    closed = [
        role
        for database, role in sorted(declared["databases"].items())
        if not can_log_in(declared, role, database)
    ]
    return {"roles": closed, "databases": missing}


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for a password (RFC 5802, PostgreSQL's SCRAM-SHA-256 format)."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    client = hmac.new(salted, b"Client Key", hashlib.sha256).digest()
    stored = base64.b64encode(hashlib.sha256(client).digest()).decode()
    server = base64.b64encode(hmac.new(salted, b"Server Key", hashlib.sha256).digest()).decode()
    return f"SCRAM-SHA-256${_ITERATIONS}:{base64.b64encode(salt).decode()}${stored}:{server}"


def apply(declared: DeclaredRoles) -> None:
    """Creates what is missing and gives every role its password."""
    todo = look(declared)
    for role in todo["roles"]:
        verifier = scram_verifier(secret(declared, role))
        run(_ROLE.format(role=role, verifier=verifier), declared["port"])
    for database in todo["databases"]:
        owner = declared["databases"][database]
        run(_DATABASE.format(database=database, owner=owner), declared["port"])
        run(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC", declared["port"])
        print(f"created database {database}", flush=True)
    left = look(declared)
    if left["roles"] or left["databases"]:
        raise SystemExit(f"PostgreSQL does not accept the suite's roles: {json.dumps(left)}")


def run(statement: str, port: int) -> None:
    """Runs a statement, or ends the program with the server's message."""
    done = psql(statement, port)
    if done.returncode:
        raise SystemExit(f"PostgreSQL refused: {done.stderr.decode().strip()}")


if __name__ == "__main__":
    verbs.main({"look": look, "apply": apply})
