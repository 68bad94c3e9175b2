"""What can go wrong with a suite that was well: how it comes about, how it is mended, who notices.

Shell commands for the machine, or statements for one of the two databases.
"""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.parts.proxy import nginx
from tests.lab.installed import LIST

PROXY_RELOAD = "systemctl reload nginx"
WITHOUT_API_GUARD = f"sed -i.bak 's|return 403;|proxy_pass http://127.0.0.1:{layout.WEB_PORT};|'"
FAILING_JOB = "/run/systemd/system/mailman-notify.service.d"
STYLE = f"{layout.STATIC}/postorius/css/style.css"
STAMP = f"{layout.STATIC}/.stamp"
SHUNT = f"{layout.VAR}/queue/shunt/1.0+a.pck"
HELD = f"{layout.VAR}/queue-held"
SPOOL = f"{layout.VAR}/archives/hyperkitty/spool"
OPEN_SERVER = "/sys/fs/cgroup/system.slice/mailmanweb.service/cgroup.procs"
MAPS = "local_recipient_maps"

BREAKAGES = {
    # what happens: (how it comes about, how it is mended, the check that notices)
    "the worker is stopped": (
        f"systemctl stop {layout.QCLUSTER_UNIT}",
        f"systemctl start {layout.QCLUSTER_UNIT}",
        "Every service runs and starts at boot",
    ),
    "the web would not start at boot": (
        f"systemctl --quiet disable {layout.WEB_UNIT}",
        f"systemctl --quiet enable {layout.WEB_UNIT}",
        "Every service runs and starts at boot",
    ),
    "a message was shunted": (
        f"touch {SHUNT}",
        f"rm {SHUNT}",
        "No message was shunted",
    ),
    "a message waits since yesterday": (
        f"touch -d yesterday {layout.VAR}/queue/bounces/1.0+a.tmp.pck",
        f"rm {layout.VAR}/queue/bounces/1.0+a.tmp.pck",
        "No message is stuck in a queue",
    ),
    "a window left a message": (
        f"mkdir -p {HELD}/in && touch {HELD}/in/1.pck",
        f"rm -r {HELD}",
        "No message is left from a window",
    ),
    "the archiver has spooled a message": (
        f"mkdir -p {SPOOL} && touch {SPOOL}/1.pck",
        f"rm -r {SPOOL}",
        "The archiver's spool is empty",
    ),
    "a timer is stopped": (
        "systemctl stop hyperkitty-jobs@daily.timer",
        "systemctl start hyperkitty-jobs@daily.timer",
        "Every timer has a next time",
    ),
    "a job failed": (
        f"mkdir -p {FAILING_JOB} && printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n'"
        f" > {FAILING_JOB}/fail.conf && systemctl daemon-reload"
        " && ! systemctl start mailman-notify.service",
        f"rm -r {FAILING_JOB} && systemctl daemon-reload"
        " && systemctl reset-failed mailman-notify.service",
        "No job failed when it last ran",
    ),
    "a style sheet is missing": (
        f"mv {STYLE} {STYLE}.away",
        f"mv {STYLE}.away {STYLE}",
        "The pages' own files are served",
    ),
    "the static files are of other settings": (
        f"cp -p {STAMP} {STAMP}.bak && echo other > {STAMP}",
        f"mv {STAMP}.bak {STAMP}",
        "The expected release is current",
    ),
    "Core has another key than HyperKitty": (
        f"sed -i.bak 's/api_key:.*/api_key: another-key-than-yours/' {layout.ARCHIVER_CONFIG}",
        f"mv {layout.ARCHIVER_CONFIG}.bak {layout.ARCHIVER_CONFIG}",
        "HyperKitty accepts only Core's key",
    ),
    "the proxy lets everybody archive": (
        f"{WITHOUT_API_GUARD} {nginx.ANSWER.site} && {PROXY_RELOAD} && sleep 0.5",
        f"mv {nginx.ANSWER.site}.bak {nginx.ANSWER.site} && {PROXY_RELOAD}",
        "The proxy blocks the archiver's interface",
    ),
    "the proxy is down": (
        "systemctl stop nginx",
        "systemctl start nginx",
        "Every page that matters loads",
    ),
    "a map of Postfix is missing": (
        f"mv {layout.LMTP_MAP}.db {layout.LMTP_MAP}.away",
        f"mv {layout.LMTP_MAP}.away {layout.LMTP_MAP}.db",
        "Postfix's maps contain every list",
    ),
    "a list is not in Postfix' map": (
        f"cp -p {layout.LMTP_MAP}.db {layout.LMTP_MAP}.bak && postmap -d {LIST} {layout.LMTP_MAP}",
        f"mv {layout.LMTP_MAP}.bak {layout.LMTP_MAP}.db",
        "Postfix's maps contain every list",
    ),
    "Postfix does not know the host's users any more": (
        f"cp -p /etc/postfix/main.cf /tmp/main.cf && postconf -e '{MAPS} = $alias_maps'"
        " && postfix reload 2>&1",
        "cp -p /tmp/main.cf /etc/postfix/main.cf && postfix reload 2>&1",
        "Postfix accepts mail for lists and users",
    ),
    "Postfix is down": (
        "systemctl stop postfix",
        "systemctl start postfix",
        "Postfix greets on SMTP",
    ),
    "a search index is asked for, and nothing fills it": (
        f"systemctl stop {layout.INDEX_PATH_UNIT} && touch {layout.INDEX_WANTED}",
        f"rm {layout.INDEX_WANTED} && systemctl start {layout.INDEX_PATH_UNIT}",
        "A requested search index is being filled",
    ),
    "everybody can read a secret": (
        f"chmod 644 {layout.SECRETS}/rest_password",
        f"chmod 640 {layout.SECRETS}/rest_password",
        "Secrets are private",
    ),
    "a service listens for everybody": (
        "setsid python3 -m http.server 8099 >/dev/null 2>&1 & echo $! > /tmp/open"
        f" && cp /tmp/open {OPEN_SERVER} && sleep 1",
        "kill $(cat /tmp/open)",
        "The suite's services listen on loopback only",
    ),
}
SQL_BREAKAGES = {
    "Core's revision is unknown to its code": (
        ("core", "UPDATE alembic_version SET version_num = version_num || 'x'"),
        ("core", "UPDATE alembic_version SET version_num = substr(version_num, 1, 12)"),
        "Core's schema matches its code",
    ),
    "a migration of the web was not applied": (
        ("web", "UPDATE django_migrations SET name = name || 'x' WHERE app = 'postorius'"),
        (
            "web",
            "UPDATE django_migrations SET name = substr(name, 1, length(name) - 1)"
            " WHERE app = 'postorius'",
        ),
        "The web's schema matches its code",
    ),
    "the superuser is none": (
        ("web", "UPDATE auth_user SET is_superuser = NOT is_superuser"),
        ("web", "UPDATE auth_user SET is_superuser = NOT is_superuser"),
        "Site and superuser exist",
    ),
    "Core's collections end in errors while its versions answer": (
        ("core", "ALTER TABLE mailinglist RENAME TO mailinglist_away"),
        ("core", "ALTER TABLE mailinglist_away RENAME TO mailinglist"),
        "Core's REST collections answer",
    ),
}
