"""Admits the other hosts of a suite to the PostgreSQL server of this one, and nobody else.

`look`:  {"listen": address, "peers": [{"address", "database", "role"}], "port", "copies"}
         -> {"listens": bool, "missing": [pg_hba.conf lines], "surplus": [lines], "loaded": bool}.
`apply`: the same; listens on the address besides what operators have set, and keeps a block of
         lines of its own in pg_hba.conf. Operators' lines are never touched, and as the first line
         that matches decides, they are before the block.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time

from mailman_suite.host.base import files, verbs
from mailman_suite.host.wire.connections import Access, DeclaredAccess, Peer, ServerState

BEGIN = "# BEGIN hosts of the Mailman suite: written by its runs, lines of your own belong outside"
END = "# END hosts of the Mailman suite"
KEPT_COPIES = 10  # besides the first
_EVERYWHERE = {"*", "0.0.0.0"}
_SECONDS = 10  # for a server that was told to read its files again
# pg_file_settings has what the next start will read, the last line of a name counts. A setting that
# waits for a restart has an error there too; only the others would keep the server from starting.
_STATE = """
SELECT json_build_object(
 'hba_file', current_setting('hba_file'),
 'data', current_setting('data_directory'),
 'loaded', extract(epoch FROM pg_conf_load_time()),
 'running', current_setting('listen_addresses'),
 'configured', coalesce((SELECT setting FROM pg_file_settings WHERE name = 'listen_addresses'
  ORDER BY seqno DESC LIMIT 1), 'localhost'),
 'broken', (SELECT coalesce(json_agg(sourcefile || ':' || sourceline || ': ' || error), '[]')
  FROM pg_file_settings WHERE error IS NOT NULL AND (name IS NULL OR name NOT IN
  (SELECT name FROM pg_settings WHERE context = 'postmaster'))),
 'bad_lines', (SELECT coalesce(json_agg('line ' || line_number || ': ' || error), '[]')
  FROM pg_hba_file_rules WHERE error IS NOT NULL))
"""


def psql(statement: str, port: int) -> str:
    """The output of a statement that the server's administrator runs, or the program ends."""
    as_administrator = ("runuser", "-u", "postgres", "--")
    plainly = ("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-p", str(port))
    done = subprocess.run(
        [*as_administrator, *plainly], input=statement.encode(), capture_output=True, cwd="/"
    )
    if done.returncode:
        raise SystemExit(f"PostgreSQL refused: {done.stderr.decode().strip()}")
    return done.stdout.decode()


def line(peer: Peer) -> str:
    """The line that admits a peer. Quoted: a database may have the name `all` or `replication`."""
    return 'host "{database}" "{role}" {address}/32 scram-sha-256'.format(**peer)


def look(declared: DeclaredAccess) -> Access:
    """What keeps peers out or admits former ones; everything if no server answers yet."""
    wanted = [line(peer) for peer in declared["peers"]]
    try:
        state: ServerState = json.loads(psql(_STATE, declared["port"]))
    except (FileNotFoundError, SystemExit):
        return {"listens": False, "missing": wanted, "surplus": [], "loaded": False}
    _, written, _ = divided(read(state["hba_file"]))
    is_newer = os.stat(state["hba_file"]).st_ctime > state["loaded"]
    return {
        "listens": listens(state, declared["listen"], declared["port"]),
        "missing": [one for one in wanted if one not in written],
        "surplus": [one for one in written if one not in wanted],
        "loaded": not is_newer and not state["bad_lines"],
    }


def listens(state: ServerState, address: str, port: int) -> bool:
    """Whether the server listens there now, and will after its next start.

    It starts without an address that does not exist yet, so its configuration proves nothing.
    """
    told = (state["running"], state["configured"])
    return all(merged(value, address) == value for value in told) and answers(address, port)


def answers(address: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((address, port), timeout=5).close()
    except OSError:
        return False
    return True


def merged(value: str, address: str) -> str:
    """A value of listen_addresses that has localhost and the address too; never a narrower one."""
    present = [one.strip() for one in value.split(",") if one.strip()]
    if _EVERYWHERE & set(present):
        return value
    has_loopback = {"localhost", "127.0.0.1"} & set(present)
    lacking = [] if has_loopback else ["localhost"]
    lacking += [] if address in present else [address]
    return ",".join([*present, *lacking]) if lacking else value


def divided(text: str) -> tuple[str, list[str], str]:
    """pg_hba.conf as what is before our block, the block's lines, and what is after it."""
    lines = text.splitlines(keepends=True)
    marks = [number for number, one in enumerate(lines) if one.strip() in (BEGIN, END)]
    if not marks:
        return text, [], ""
    if [lines[number].strip() for number in marks] != [BEGIN, END]:
        raise SystemExit(
            f"pg_hba.conf has {len(marks)} of our marks; expected {BEGIN!r} and {END!r}, once each "
            "and in this order. To do: remove these lines and what we wrote between them, run again"
        )
    first, last = marks
    between = [one.strip() for one in lines[first + 1 : last]]
    return "".join(lines[:first]), between, "".join(lines[last + 1 :])


def with_peers(text: str, wanted: list[str]) -> str:
    """pg_hba.conf with these lines in our block: in its present place, or at the end."""
    before, _, after = divided(text)
    if before and not before.endswith("\n"):
        before += "\n"
    block = "".join(f"{one}\n" for one in (BEGIN, *wanted, END))
    return before + block + after


def apply(declared: DeclaredAccess) -> None:
    """Admits exactly the peers and listens for them; ends with an error if that does not help."""
    port, address = declared["port"], declared["listen"]
    state: ServerState = json.loads(psql(_STATE, port))
    if state["broken"] or state["bad_lines"]:
        reasons = "; ".join([*state["broken"], *state["bad_lines"]])
        raise SystemExit(f"PostgreSQL's configuration has errors; correct them first: {reasons}")
    admit(declared, state)
    if not listens(state, address, port):
        listen(address, port, state)
    by = time.monotonic() + _SECONDS
    while not converged(look(declared)) and time.monotonic() < by:
        time.sleep(0.2)
    left = look(declared)
    if not converged(left):
        raise SystemExit(f"PostgreSQL does not admit the suite's hosts: {json.dumps(left)}")


def converged(found: Access) -> bool:
    """Whether nothing is left to do."""
    return found["listens"] and found["loaded"] and not (found["missing"] or found["surplus"])


def admit(declared: DeclaredAccess, state: ServerState) -> None:
    """pg_hba.conf has the peers' lines, and the server has read it."""
    path = os.path.realpath(state["hba_file"])
    text = read(path)
    changed = with_peers(text, [line(peer) for peer in declared["peers"]])
    if changed != text:
        keep_copy(path, text, declared["copies"])
        owner = os.stat(path)
        write(path, changed, owner.st_uid, owner.st_gid, owner.st_mode & 0o7777)
        print(f"wrote {path}", flush=True)
    psql("SELECT pg_reload_conf()", declared["port"])


def listen(address: str, port: int, state: ServerState) -> None:
    """The server is configured to listen on the address, and restarted if it does not yet."""
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            raise SystemExit(
                f"{address} is on no interface of this host; expected mailman_address to be there. "
                "To do: give the host this address, or correct mailman_address"
            ) from None
    value = merged(state["configured"], address)
    if value != state["configured"]:
        quoted = value.replace("'", "''")
        psql(f"ALTER SYSTEM SET listen_addresses = '{quoted}'", port)
    if merged(state["running"], address) == state["running"] and answers(address, port):
        return
    unit = unit_of(state["data"])
    print(f"restart {unit}", flush=True)
    done = subprocess.run(["systemctl", "restart", unit], capture_output=True)
    if done.returncode:
        raise SystemExit(f"{unit} does not start again: {done.stderr.decode().strip()}")


def unit_of(data: str) -> str:
    """The unit that the server with this data directory runs in; a host may have several."""
    with open(os.path.join(data, "postmaster.pid"), encoding="utf-8") as text:
        process = text.readline().strip()
    with open(f"/proc/{process}/cgroup", encoding="utf-8") as text:
        found = re.search(r"/([^/\n]+\.service)$", text.read(), re.MULTILINE)
    if not found:
        raise SystemExit(
            f"PostgreSQL (process {process}) runs in no unit; expected one, to start it again. "
            "To do: stop it and start postgresql.service"
        )
    return found[1]


def read(path: str) -> str:
    """A file's text; undecodable bytes survive."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as text:
        return text.read()


def write(path: str, text: str, user: int, group: int, mode: int) -> None:
    """A file with this text and these attributes, in one step; undecodable bytes survive."""
    files.write(path, text.encode(errors="surrogateescape"), user, group, mode)


def keep_copy(path: str, text: str, copies: str) -> None:
    """Keeps the present file's text for the operator: the first copy and the newest ones."""
    os.makedirs(copies, mode=0o700, exist_ok=True)
    name = path.strip("/").replace("/", "_")
    kept = f"{copies}/{name}.{time.strftime('%Y%m%dT%H%M%S')}"
    write(kept, text, 0, 0, 0o600)
    own = re.escape(name) + r"\.\d{8}T\d{6}"
    for one in sorted(each for each in os.listdir(copies) if re.fullmatch(own, each))[
        1:-KEPT_COPIES
    ]:
        os.unlink(os.path.join(copies, one))
    print(f"kept a copy of {path} as {kept}")


if __name__ == "__main__":
    verbs.main({"look": look, "apply": apply})
