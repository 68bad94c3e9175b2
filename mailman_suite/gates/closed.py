"""Traps of upstream's history that nothing can fall into here, each with the reason."""

from __future__ import annotations

from mailman_suite.gates.model import ANY, NotAGate

_BEGINS = "an upgrade begins at Core 3.2.0 or newer (gate first_version)"
_FRESH = "each release is a fresh virtualenv from a hashed lock"
_OWN_CONFIG = "the release's own configuration files are rewritten"
_OWN_TIMERS = "the suite's timers run the jobs; other cron jobs are removed (gate cron_jobs)"
_GUIDE = "upgrade guide, 'Virtualenv Install'"

NOT_GATES = (
    NotAGate(
        "python_range", "mailman", ANY,
        "Core needs a Python version that it does not check before 3.3.10.",
        f"{_FRESH}; an interpreter without a lock is refused", "Core's packages",
    ),
    NotAGate(
        "django_range", "postorius", ANY,
        "Each package accepts another range of Django versions.", _FRESH, "the packages' metadata",
    ),
    NotAGate(
        "moving_dependencies", "mailman", ANY,
        "SQLAlchemy 2.1, falcon 4, mistune and others break a suite that pip resolves again.",
        f"{_FRESH} that was run as a whole", "releases/*/notes.md",
    ),
    NotAGate(
        "packages_apart", "mailman", ANY,
        "Mixing a new version of one package with an old version of another is not supported.",
        "all packages of a release are replaced together", _GUIDE,
    ),
    NotAGate(
        "static_files", "mailman-web", ANY,
        "collectstatic, compress and compilemessages have to be run again.",
        "they are built inside each release before the window", _GUIDE,
    ),
    NotAGate(
        "queue_files", "mailman", ANY,
        "Messages in the queues are pickles.",
        "their form is the same from Core 3.0 to 3.3.10; the snapshot holds them", "Core's source",
    ),
    NotAGate(
        "list_directories", "mailman", "3.1.0",
        "List data directories are renamed from addresses to List-IDs.", _BEGINS,
        "Core's migrations",
    ),
    NotAGate(
        "digest_and_notify_jobs", "mailman", "3.2.0",
        "`digests --periodic` exists since 3.2.0, `notify` since 3.3.0.", _OWN_TIMERS, "Core NEWS",
    ),
    NotAGate(
        "rest_by_gunicorn", "mailman", "3.3.0",
        "The REST API is served by gunicorn, which has its own configuration.",
        f"{_OWN_CONFIG}, and each window ends with a query to the REST API", "Core NEWS 3.3.0",
    ),
    NotAGate(
        "root_refused", "mailman", "3.3.5",
        "`mailman` refuses to run as root.",
        "units and the command in /usr/local/bin change the user; cron jobs: gate cron_jobs",
        "Core NEWS 3.3.5",
    ),
    NotAGate(
        "utf8mb4", "mailman", "3.3.5",
        "MySQL tables are converted.", "MySQL is refused (gate database_engine)", "Core NEWS 3.3.5",
    ),
    NotAGate(
        "verp_confirmations", "mailman", "3.3.6",
        "Confirmations use addresses with a +, which the MTA has to accept.",
        "the mta step sets Postfix's recipient_delimiter", "Core NEWS 3.3.6",
    ),
    NotAGate(
        "core_passwords", "postorius", "1.1.2",
        "Older versions stored the display name as Core's password (reset_passwords).", _BEGINS,
        "Postorius NEWS 1.1.2",
    ),
    NotAGate(
        "python2_web", "django-mailman3", "1.2.0",
        "The web side moved from Python 2 to Python 3.", _BEGINS, "django-mailman3's packages",
    ),
    NotAGate(
        "python2_index", "hyperkitty", "1.2.0",
        "A search index that Python 2 wrote cannot be read by Python 3.",
        f"{_BEGINS}; an index that the release cannot read is refilled (gate search_index)",
        "upgrade guide, 'Upgrade to 3.2.0'",
    ),
    NotAGate(
        "qcluster", "hyperkitty", "1.1.0",
        "Background tasks need a running qcluster.", "it is one of the suite's units",
        "HyperKitty NEWS 1.1.0",
    ),
    NotAGate(
        "hourly_index_job", "hyperkitty", "1.3.0",
        "The index job moved from minutely to hourly.", _OWN_TIMERS, "HyperKitty NEWS 1.3.0",
    ),
    NotAGate(
        "django_q2", "hyperkitty", "1.3.10",
        "django-q and django-q2 own the same module: removing the old one last deletes the new "
        "one.",
        _FRESH, "HyperKitty NEWS 1.3.10; seen",
    ),
    NotAGate(
        "two_pairs_of_urls", "mailman-web", "0.0.8",
        "Up to 0.0.6 only /mailman3/ and /archives/ exist, later /postorius/ and /hyperkitty/ too.",
        "every release here serves both pairs, and the archiver's base_url is ours",
        "mailman-web's source; seen",
    ),
    NotAGate(
        "settings_module_name", "mailman-web", "0.0.1",
        "The settings file's name becomes a module's name.",
        "the settings file is always settings.py", "mailman-web's source",
    ),
)  # fmt: skip
