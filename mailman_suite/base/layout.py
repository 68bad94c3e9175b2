"""Every path, account and port of a suite on its host, in one place.

Paths and ports are those of upstream's virtualenv guide, so that its pages stay true on our hosts.
"""

from __future__ import annotations

USER = GROUP = "mailman"
HOME = "/opt/mailman"

RELEASES = f"{HOME}/releases"
VENV = f"{HOME}/venv"  # the one link that decides which release runs
BIN = f"{VENV}/bin"
WEB = f"{HOME}/web"
STATIC = f"{WEB}/static"
STATIC_TARGET = "../venv/../static"  # resolved by the kernel: the release's own static files
WEB_DATABASE = f"{WEB}/mailman-web.db"
WEB_LOGS = f"{WEB}/logs"
WEB_CACHE = f"{WEB}/cache"
FULLTEXT_INDEX = f"{WEB}/fulltext_index"
INDEX_WANTED = f"{WEB}/index-wanted"  # exists while one is filled; its lines are done
VAR = f"{HOME}/mm/var"
CORE_DATA = f"{VAR}/data"
CORE_DATABASE = f"{CORE_DATA}/mailman.db"
CORE_LOGS = f"{VAR}/logs"
ARCHIVE_SPOOL = f"{VAR}/archives/hyperkitty/spool"  # what HyperKitty did not take

ETC = "/etc/mailman3"
CORE_CONFIG = f"{ETC}/mailman.cfg"
ARCHIVER_CONFIG = f"{ETC}/mailman-hyperkitty.cfg"
REST_CONFIG = f"{ETC}/gunicorn.cfg"
WEB_SETTINGS = f"{ETC}/settings.py"
SECRETS = f"{ETC}/secrets"

# What the distribution's packages have, where these ran before us.
PACKAGED_WEB_SETTINGS = f"{ETC}/mailman-web.py"
PACKAGED_PROGRAMS = ("/usr/lib/mailman3", "/usr/share/mailman3-web")
PACKAGED_VAR = "/var/lib/mailman3"
PACKAGED_WEB = f"{PACKAGED_VAR}/web"
PACKAGED_WEB_UNIT = "mailman3-web.service"

UNITS = "/etc/systemd/system"
COMMANDS = ("/usr/local/bin/mailman", "/usr/local/bin/mailman-web")  # what administrators call
PROGRAMS = "/usr/local/lib/mailman3-suite"
INDEX_PROGRAM = f"{PROGRAMS}/index_lists.py"
LOGROTATE = "/etc/logrotate.d/mailman3"
COPIES = "/var/backups/mailman3"  # what we replaced, kept for the operator
STATE = "/var/lib/mailman3-suite"  # root only: what we wrote last, when services were reloaded
SIDES = f"{STATE}/sides"  # what Core and web run, each in a file that is written when it changes
STAGING = f"{STATE}/staging"  # uploads, while a run lasts
BUILD_INPUTS = f"{STAGING}/build"
SENT_RELEASE = f"{BUILD_INPUTS}/release.tar.gz"  # finished, from an identical host
WINDOWS = f"{STATE}/windows"  # one directory for each change of release, with its snapshot
WINDOW = f"{STATE}/window"  # leads to the last of them
BACKUP = f"{STATE}/backup"  # the last backup: what it was told and how it went
BACKUPS = "/var/backups/mailman3-suite"  # root only: archives, each with its description
HISTORY = f"{STATE}/history.jsonl"  # who did what here; its last line names the run in progress
CLOSED = "/run/mailman3-suite/closed"  # while it exists, the proxy lets people read, not write

REHEARSAL = f"{STATE}/rehearsal"  # root only: dumps to be loaded into the databases
REHEARSAL_MARK = f"{STATE}/rehearsal.json"  # this suite is a copy; only such a host may be cleared
FENCE_TABLE = "rehearsal_fence"  # of the packet filter
FENCE_FILTER = "/etc/rehearsal-fence.nft"
FENCE_UNIT = "rehearsal-fence.service"  # loads it at boot, before the network
FENCED_MAILBOX = f"/var/mail/{USER}"  # whatever a fenced Core sends
FENCED_WEB_MAIL = f"{WEB_LOGS}/mail"  # whatever a fenced web sends, a file for each

LOOPBACK = "127.0.0.1"
REST_PORT = 8001
LMTP_PORT = 8024
WEB_PORT = 8000
HTTP_PORT = 80
HTTPS_PORT = 443
SMTP_PORT = 25

POSTFIX_MAIN = "/etc/postfix/main.cf"
POSTFIX_WAY_OUT = f"{STATE}/postfix-way-out"  # the relayhost that a run wrote last
LMTP_MAP = f"{CORE_DATA}/postfix_lmtp"
DOMAINS_MAP = f"{CORE_DATA}/postfix_domains"

CORE_UNIT = "mailman3.service"
WEB_UNIT = "mailmanweb.service"
QCLUSTER_UNIT = "mailmanweb-qcluster.service"
INDEX_UNIT = "mailman-index.service"  # fills a search index
INDEX_PATH_UNIT = "mailman-index.path"  # starts it whenever one is requested
WINDOW_UNIT = "mailman-window.service"
RECOVERY_UNIT = "mailman-window-recovery.service"
BACKUP_UNIT = "mailman-backup.service"
BACKUP_RECOVERY_UNIT = "mailman-backup-recovery.service"
DATABASE_DROP_IN = "mailman3-suite.conf"  # of the server's unit, if other hosts connect to it
PACKAGES_UNIT = "mailman3-suite-packages"  # installs what is not needed yet, during a run
RELEASE_UNIT = "mailman3-suite-release"  # unpacks a finished release, during a run
SERVICES = (CORE_UNIT, WEB_UNIT, QCLUSTER_UNIT)

PROBE_ACCOUNT = "mailman-probe"  # exists while a probe lasts; its lists are mailman-probe-<random>
PROBE_HOME = "/var/lib/mailman-probe"
PROBE_LOCK = "/run/mailman-probe.lock"
