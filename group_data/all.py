"""Every setting with its default and one sentence. Site values belong in a file beside this one
that is named after the inventory (prod.py), or into the inventory, host by host.

A key that begins with mailman_ and stands nowhere here is an error, so typing mistakes are found.
Secrets are never values: they are "generate" (the host makes one, once, in /etc/mailman3/secrets),
or "env:NAME", "file:/path", "cmd:command" to be fetched on the machine that runs pyinfra.
"""

from mailman_suite.base.ssh import nodelay_transport

# Every remote command is 40 ms quicker without Nagle's algorithm.
ssh_paramiko_connect_kwargs = {"transport_factory": nodelay_transport}

# --- what has to be set ----------------------------------------------------------------------
# mailman_web_host = "lists.your-domain.org"         # the name under which people open the pages
# mailman_domains = ["lists.your-domain.org"]        # the mail domains of the lists
# mailman_site_owner = "postmaster@your-domain.org"  # a person: gets what no list owner gets

# --- release ---------------------------------------------------------------------------------
# A tested set of package versions; releases/<name>/notes.md says what each one is.
mailman_release = "3.3.10+django52"
# Gates that an upgrade to a release may pass although they ask for your word: release -> names
# from docs/gates.md; the refusal prints the line, e.g. {"3.3.10+django52": ["nntp_runner"]}.
mailman_acknowledged = {}
# The id of a change of release that went back and whose evidence was read, or of a rollback whose
# cause was mended: it is tried once more.
mailman_acknowledged_window = ""
# For deploys/rollback.py and deploys/restore.py, which each need one of them on the command line:
# the id of a window to go back before, and the path of a backup's archive on the host.
mailman_rollback = ""
mailman_backup = ""
# The run of somebody else whose connection hangs: it is ended and put aside. The refusal that names
# the run prints the option for the command line.
mailman_break_run = ""
# How many changes of release keep what stood before them, to go back to; the newest, on the host.
mailman_keep_windows = 3
# How many backups of its own a host keeps in /var/backups/mailman3-suite; the newest.
mailman_keep_backups = 7
# Of a suite that somebody made by hand: settings that are not wanted any more, by the names that
# the run gives them, for example ["[shell] history_file", "LANGUAGE_CODE"].
mailman_adoption_ignores = []
# True has a suite of the distribution's own Mailman 3 packages moved to a release, with its data.
# It stays True afterwards: as long as it does, the packages' addresses lead to the pages of ours.
mailman_moves_packages = False
# What an upgrade from before Core 3.3.1 does about bounces that were recorded and never counted:
# "probe" asks a member before its delivery is disabled, "mark_processed" forgets those bounces.
mailman_stale_bounces = "probe"
# Another interpreter than the distribution's own, as a path on the host.
mailman_python = ""

# --- several hosts ---------------------------------------------------------------------------
# When this host's window comes in a run over several: wave 0 is the canary, and a wave begins when
# every host of the one before it is healthy. From 0 to 99; set it in the inventory, host by host.
mailman_wave = 0
# How many seconds a wave whose release changed is left alone before it is asked once more.
mailman_soak_seconds = 0

# --- roles on several hosts ------------------------------------------------------------------
# Where one suite is spread over hosts: role -> their IPv4 addresses in a network of their own, the
# same for all of them. One "database", one "core", one or more "web", and one "mta" or none:
# {"database": ["10.0.0.10"], "core": ["10.0.0.11"], "web": ["10.0.0.12"], "mta": ["10.0.0.13"]}
mailman_hosts = {}
# This host's own among those addresses; set it in the inventory, host by host.
mailman_address = ""

# --- rehearsals ------------------------------------------------------------------------------
# On a staging host: the production host whose upgrade it rehearses, as OpenSSH on the machine that
# runs pyinfra reaches it, with further options of ssh, for example ["-p", "2222"].
mailman_rehearses = ""
mailman_rehearses_ssh = []
# On a staging host: True replaces names, addresses and texts in the copy of production's data.
mailman_rehearsal_pseudonyms = False
# On a production host: True refuses every change of release that was not rehearsed as it is
# declared, with success, in the last so many days.
mailman_require_rehearsal = False
mailman_rehearsal_days = 14
# On both: a key that signs the receipts of rehearsals, so that nobody without it can write one:
# "env:NAME", "file:/path" or "cmd:command"; None leaves a receipt its digest alone.
mailman_rehearsal_key = None

# --- web -------------------------------------------------------------------------------------
# Further names or addresses that lead to the same pages.
mailman_web_aliases = []
# Certificate (with its chain) and key, as paths on the host; empty means plain HTTP.
mailman_tls_certificate = ""
mailman_tls_key = ""
# uWSGI worker processes, each with two threads and about 100 MB.
mailman_web_processes = 2
# The administrator of the web pages; the password is made on the host at the first run.
mailman_superuser_name = "admin"
mailman_superuser_email = ""  # empty means the site owner's address

# --- lists -----------------------------------------------------------------------------------
# Created when missing, never deleted. "settings" are attributes of Core's list configuration that
# are kept at these values; everything else belongs to the list's owners. For example:
# {"address": "staff@lists.your-domain.org", "display_name": "Staff",
#  "owners": ["head@your-domain.org"], "settings": {"advertised": False}}
# "style" chooses what a new list begins as: "legacy-default", "legacy-announce", "private-default".
mailman_lists = []
# True where a list exchanges posts with a Usenet group: Core's nntp runner is then started.
mailman_usenet = False

# --- database --------------------------------------------------------------------------------
# "sqlite" for trying and for small sites, "postgresql" for everything else. Decide before the first
# run: a later change begins with an empty database, and nothing moves the data.
mailman_database = "sqlite"
# "localhost" installs PostgreSQL on the host; any other name must have both databases already.
mailman_database_host = "localhost"
mailman_database_port = 5432
mailman_database_core_name = "mailman"
mailman_database_core_user = "mailman"
mailman_database_web_name = "mailmanweb"
mailman_database_web_user = "mailmanweb"

# --- secrets ---------------------------------------------------------------------------------
mailman_database_core_password = "generate"
mailman_database_web_password = "generate"
mailman_rest_password = "generate"
mailman_archiver_key = "generate"
mailman_django_secret_key = "generate"
mailman_superuser_password = "generate"  # used once, when the superuser is made

# --- escape hatches --------------------------------------------------------------------------
# Any section and key of mailman.cfg, for example {"mta": {"max_recipients": 50}}.
mailman_core_config = {}
# Any Django setting, for example {"TIME_ZONE": "Europe/Berlin"}.
mailman_web_settings = {}
# Further Django applications, for example a login provider of django-allauth.
mailman_web_apps = []
