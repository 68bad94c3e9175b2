"""Mistakes that operators make in group data, and what they have to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GOOD: dict[str, Any] = {
    "mailman_web_host": "lists.unit.test",
    "mailman_domains": ["lists.unit.test"],
    "mailman_site_owner": "postmaster@lists.unit.test",
}
STAFF = "staff@lists.unit.test"
ELSEWHERE = {"mailman_database": "postgresql", "mailman_database_host": "db.unit.test"}
GIVEN = {
    "mailman_database_core_password": "env:CORE_PASSWORD",
    "mailman_database_web_password": "env:WEB_PASSWORD",
}
# What stands here for a secret must never be repeated to anybody.
SECRET = "hunter2-hunter2-hunter2"


@dataclass(frozen=True)
class Mistake:
    """Group data, and parts of what is said to be found, expected and to be done about it."""

    data: dict[str, Any]
    found: str
    expected: str
    remedy: str
    absent: tuple[str, ...] = ()

    @property
    def declared(self) -> dict[str, Any]:
        """The whole group data of a host with this mistake and no other."""
        merged = {**GOOD, **self.data}
        return {key: value for key, value in merged.items() if key not in self.absent}


def _lists(**entry: Any) -> dict[str, Any]:
    return {"mailman_lists": [{"address": STAFF, **entry}]}


def _unprefixed(key: str, value: Any, setting: str) -> Mistake:
    return Mistake({key: value}, f"{key}, which looks like", setting, f"rename it to {setting}")


def _wrong_type(data: dict[str, Any], found: str, expected: str) -> Mistake:
    return Mistake(data, found, expected, f"set {found.partition(' ')[0]}")


SPELLING = {
    "an unknown setting": Mistake(
        {"mailman_web_hots": "x"},
        "the unknown setting mailman_web_hots",
        "nearest is mailman_web_host",
        "correct the spelling",
    ),
    "an unknown key in a list": Mistake(
        _lists(displayname="Staff"),
        "the unknown setting mailman_lists[0]['displayname']",
        "nearest is display_name",
        "correct the spelling",
    ),
    "a mistake in the prefix": Mistake(
        {"maliman_database": "postgresql"},
        "the unknown setting maliman_database",
        "nearest is mailman_database",
        "correct the spelling",
    ),
    "a setting without its prefix": _unprefixed("database", "postgresql", "mailman_database"),
    "a setting in capitals": _unprefixed("MAILMAN_LISTS", [], "mailman_lists"),
    "a setting with dashes": _unprefixed("mailman-tls-key", "/k", "mailman_tls_key"),
    "a setting in camel case": _unprefixed("mailmanWebAliases", [], "mailman_web_aliases"),
    "a setting without its prefix, in camel case": _unprefixed(
        "coreConfig", {}, "mailman_core_config"
    ),
    "a required setting is missing": Mistake(
        {}, "mailman_web_host is not set", "a value", "set mailman_web_host", ("mailman_web_host",)
    ),
    "nobody owns the site": Mistake(
        {"mailman_site_owner": ""},
        "mailman_site_owner is empty",
        "a person responsible",
        "group_data",
    ),
    "a word for a gate that does not exist": Mistake(
        {"mailman_acknowledged": {"3.3.10": ["stale_bounce"]}},
        "the unknown gate 'stale_bounce'",
        "the nearest is 'stale_bounces'",
        "correct the spelling",
    ),
    "a word for a release that does not exist": Mistake(
        {"mailman_acknowledged": {"3.3.11": ["stale_bounces"]}},
        "the unknown release '3.3.11'",
        "the nearest is '3.3.10'",
        "correct the spelling",
    ),
    "a proxy that there is none of": Mistake(
        {"mailman_proxy": "apache"},
        "mailman_proxy = 'apache'",
        '"nginx"; no other is supported',
        "remove the line for the default",
    ),
    "an MTA that there is none of": Mistake(
        {"mailman_mta": "sendmail"},
        "mailman_mta = 'sendmail'",
        '"postfix"; no other is supported',
        "remove the line for the default",
    ),
    "a WSGI server that there is none of": Mistake(
        {"mailman_wsgi": "waitress"},
        "mailman_wsgi = 'waitress'",
        '"uwsgi"; no other is supported',
        "remove the line for the default",
    ),
    "an unknown release": Mistake(
        {"mailman_release": "3.4"},
        "release '3.4'",
        "one of 3.3.9, 3.3.10, 3.3.10+django52, 3.3.10+forked",
        "set mailman_release",
    ),
}
TYPES = {
    "a text where a list belongs": _wrong_type(
        {"mailman_domains": "lists.unit.test"}, "mailman_domains", "a list in square brackets"
    ),
    "a number among the domains": _wrong_type(
        {"mailman_domains": ["lists.unit.test", 3]}, "mailman_domains[1]", "a text in quotes"
    ),
    "no domain at all": _wrong_type(
        {"mailman_domains": []}, "mailman_domains = []", "at least one"
    ),
    "a list where a text belongs": _wrong_type(
        {"mailman_web_host": ["lists.unit.test"]}, "mailman_web_host is a list", "a text in quotes"
    ),
    "a run by its operator's name": Mistake(
        {"mailman_break_run": "anna"},
        "mailman_break_run names 'anna'",
        "the ID of a run such as",
        "copy it from the refusal",
    ),
    "a text where a number belongs": _wrong_type(
        {"mailman_web_processes": "2"}, "mailman_web_processes", "a whole number"
    ),
    "no web process": _wrong_type(
        {"mailman_web_processes": 0}, "mailman_web_processes", "a number of at least 1"
    ),
    "a wave before the canary": _wrong_type(
        {"mailman_wave": -1}, "mailman_wave", "a number of at least 0"
    ),
    "a wave by its name": _wrong_type({"mailman_wave": "canary"}, "mailman_wave", "a whole number"),
    "a soak of more than a day": _wrong_type(
        {"mailman_soak_seconds": 86401}, "mailman_soak_seconds", "a number of at most 86400"
    ),
    "a port that cannot be": _wrong_type(
        {"mailman_database_port": 70000}, "mailman_database_port", "a number of at most 65535"
    ),
    "a word where true or false belongs": _wrong_type(
        {"mailman_usenet": "yes"}, "mailman_usenet", "True or False"
    ),
    "a word that is no list of gates": _wrong_type(
        {"mailman_acknowledged": {"3.3.10": "stale_bounces"}},
        "mailman_acknowledged['3.3.10']",
        "a list in square brackets",
    ),
    "another way with stale bounces": _wrong_type(
        {"mailman_stale_bounces": "ignore"}, "mailman_stale_bounces", "'probe' or 'mark_processed'"
    ),
    "another database": _wrong_type(
        {"mailman_database": "mysql"}, "mailman_database", "'sqlite' or 'postgresql'"
    ),
    "a list given by its address alone": _wrong_type(
        {"mailman_lists": [STAFF]}, "mailman_lists[0]", "a dictionary in braces"
    ),
    "an unknown style of list": _wrong_type(
        _lists(style="modern"), "mailman_lists[0]['style']", "'private-default'"
    ),
    "a section that is no section": _wrong_type(
        {"mailman_core_config": {"mta": SECRET}},
        "mailman_core_config['mta'] is a text",
        "a dictionary in braces",
    ),
    "a fraction in Core's configuration": _wrong_type(
        {"mailman_core_config": {"mta": {"smtp_pass": 1.5}}},
        "mailman_core_config['mta']['smtp_pass']",
        "a text in quotes or a whole number",
    ),
}


def _host_name(value: str) -> Mistake:
    return Mistake(
        {"mailman_domains": [value]}, f"names {value!r}", "a fully qualified host name", "correct"
    )


NAMES = {
    "a host name without a dot": _host_name("lists"),
    "a host name with an underscore": _host_name("my_lists.unit.test"),
    "an address instead of a host name": _host_name("192.0.2.7"),
    "an IPv6 address instead of a host name": _host_name("2001:db8::7"),
    "a mistyped address instead of a host name": _host_name("192.0.2.777"),
    "a label of 64 letters": _host_name(f"{'a' * 64}.unit.test"),
    "a name of 254 letters": _host_name("a." * 124 + "a.test"),
    "an empty label": _host_name("lists..unit.test"),
    "a label that begins with a hyphen": _host_name("-lists.unit.test"),
    "no host name": _host_name(""),
    "a host name with a line end": _host_name("lists.unit.test\n"),
    "a URL instead of a host name": _host_name("https://lists.unit.test"),
    "the placeholder of the documentation": Mistake(
        {"mailman_web_host": "lists.example.com"}, "a placeholder", "of your own", "your own name"
    ),
    "the same domain twice": Mistake(
        {"mailman_domains": ["lists.unit.test", "Lists.Unit.Test."]},
        "lists.unit.test more than once in mailman_domains",
        "each once",
        "remove the repetition",
    ),
    "an alias that would end Nginx' line": Mistake(
        {"mailman_web_aliases": ["a.test; return 200"]},
        "mailman_web_aliases names",
        "a host name or an IPv4 address",
        "correct mailman_web_aliases",
    ),
    "a database host with a path": Mistake(
        {"mailman_database_host": "db.unit.test/x"},
        "mailman_database_host names",
        "a host name or an IPv4 address",
        "correct mailman_database_host",
    ),
    "a database name that needs quotes": Mistake(
        {"mailman_database_core_name": "Mailman 3"},
        "name 'Mailman 3'",
        "lower case letters",
        "rename it",
    ),
    "a superuser with a space": Mistake(
        {"mailman_superuser_name": "the admin"},
        "mailman_superuser_name = 'the admin'",
        "letters, digits",
        "choose another",
    ),
    "an interpreter by its name alone": Mistake(
        {"mailman_python": "python3.12"},
        "mailman_python = 'python3.12'",
        "an absolute path",
        "correct mailman_python",
    ),
    "a key by a relative path": Mistake(
        {"mailman_tls_certificate": "/etc/ssl/a.pem", "mailman_tls_key": "ssl/a.key"},
        "mailman_tls_key = 'ssl/a.key'",
        "an absolute path",
        "correct mailman_tls_key",
    ),
    "a certificate whose name would end Nginx' line": Mistake(
        {"mailman_tls_certificate": "/etc/ssl/a;b.pem", "mailman_tls_key": "/etc/ssl/a.key"},
        "mailman_tls_certificate",
        "an absolute path",
        "a plainer name",
    ),
    "an application by its package's name": Mistake(
        {"mailman_web_apps": ["django-extensions"]},
        "mailman_web_apps names 'django-extensions'",
        "a dotted Python path",
        "correct mailman_web_apps",
    ),
}


def _address(value: str) -> Mistake:
    return Mistake(
        {"mailman_site_owner": value}, f"{value!r} as mailman_site_owner", "a mail address", "corr"
    )


ADDRESSES = {
    "an address without an at": _address("postmaster"),
    "an address without a name": _address("@lists.unit.test"),
    "an address with a space": _address("post master@lists.unit.test"),
    "an address with two dots": _address("post..master@lists.unit.test"),
    "an address with a line end": _address("postmaster\nx@lists.unit.test"),
    "an address whose domain has no dot": Mistake(
        {"mailman_superuser_email": "admin@localhost"},
        "mailman_superuser_email names 'localhost'",
        "a fully qualified host name",
        "correct mailman_superuser_email",
    ),
    "an owner without an address": Mistake(
        _lists(owners=["head"]), "'head' as a list's owner", "a mail address", "correct it"
    ),
    "a list in a domain that is not declared": Mistake(
        {"mailman_lists": [{"address": "staff@other.test"}]},
        "staff@other.test is in the domain other.test",
        "one of mailman_domains: lists.unit.test",
        "add 'other.test' to mailman_domains",
    ),
    "a list with an ending of Mailman's own": Mistake(
        {"mailman_lists": [{"address": "staff-owner@lists.unit.test"}]},
        "staff-owner@lists.unit.test",
        "none of Mailman's own endings",
        "choose another name",
    ),
    "a list with a plus": Mistake(
        {"mailman_lists": [{"address": "staff+x@lists.unit.test"}]},
        "staff+x@lists.unit.test",
        "letters, digits",
        "choose another name",
    ),
    "the same list twice": Mistake(
        {"mailman_lists": [{"address": STAFF}, {"address": STAFF.title()}]},
        f"{STAFF} more than once in mailman_lists",
        "each once",
        "remove the repetition",
    ),
    "a list's name of two lines": Mistake(
        _lists(display_name="Staff\nBcc: x"), "display_name", "one line", "remove the line breaks"
    ),
}
SECRETS = {
    "a secret in group data": Mistake(
        {"mailman_rest_password": SECRET},
        "mailman_rest_password is neither",
        "'env:NAME'",
        "keep secrets out of group_data",
    ),
    "a number as a secret": Mistake(
        {"mailman_archiver_key": 4711}, "mailman_archiver_key is neither", "'generate'", "keep"
    ),
    "a reference to nowhere": Mistake(
        {"mailman_django_secret_key": "env:"}, "mailman_django_secret_key", "'env:NAME'", "keep"
    ),
    "a secret of Core through the escape hatch": Mistake(
        {"mailman_core_config": {"webservice": {"admin_pass": SECRET}}},
        "mailman_core_config['webservice']['admin_pass'] is set",
        "mailman_rest_password",
        "use mailman_rest_password",
    ),
    "the database through the escape hatch": Mistake(
        {"mailman_core_config": {"database": {"url": f"postgresql://u:{SECRET}@h/d"}}},
        "mailman_core_config['database']['url'] is set",
        "mailman_database",
        "remove it",
    ),
    "a secret of Django through the escape hatch": Mistake(
        {"mailman_web_settings": {"SECRET_KEY": SECRET}},
        "mailman_web_settings['SECRET_KEY'] is set",
        "mailman_django_secret_key",
        "use mailman_django_secret_key",
    ),
    "a generated password for a database elsewhere": Mistake(
        {**ELSEWHERE, **GIVEN, "mailman_database_web_password": "generate"},
        "mailman_database_web_password is 'generate'",
        "the database server knows",
        "'env:NAME'",
    ),
}


def _core(section: str, key: str, said: str) -> Mistake:
    return Mistake(
        {"mailman_core_config": {section: {key: "x"}}}, said, "schema.cfg", "as mailman.cfg does"
    )


def _web(value: Any, found: str) -> Mistake:
    return Mistake(
        {"mailman_web_settings": {"X": value}}, found, "text, numbers", "write it as plain data"
    )


_ENDLESS: list[Any] = []
_ENDLESS.append(_ENDLESS)

HATCHES = {
    "a Django setting that contains itself": Mistake(
        {"mailman_web_settings": {"X": _ENDLESS}}, "contains itself", "text, numbers", "plain data"
    ),
    "a section with a line end": _core("mta]\n[webservice", "port", "the section 'mta]"),
    "a section with brackets": _core("[mta]", "port", "the section '[mta]'"),
    "a key with a line end": _core("mta", "a: b\nc", "the key 'a: b"),
    "a key with brackets": _core("mta", "[webservice]", "the key '[webservice]'"),
    "a key that another spelling would hide": _core("webservice", "Admin_Pass", "'Admin_Pass'"),
    "a Django setting in lower case": Mistake(
        {"mailman_web_settings": {"time_zone": "UTC"}}, "'time_zone'", "in capitals", "Django's doc"
    ),
    "an object as a Django setting": _web(object(), "holds a object"),
    "a set as a Django setting": _web({"a"}, "holds a set"),
    "an object deep in a Django setting": _web({"a": [1, object()]}, "holds a object"),
    "infinity as a Django setting": _web(float("inf"), "not finite"),
    "a mark of ours in a Django setting": Mistake(
        {"mailman_web_settings": {"X": "@@rest_password@@"}}, "@@ around a word", "without", "remov"
    ),
    "a mark of ours in Core's configuration": Mistake(
        {"mailman_core_config": {"mta": {"x": "@@nothing@@"}}}, "@@ around", "without", "remove it"
    ),
}


def _attribute(name: str, value: Any, expected: str) -> Mistake:
    found = f"{name} = {value!r} in the settings of {STAFF}"
    return Mistake(_lists(settings={name: value}), found, expected, f"correct {name}")


LIST_ATTRIBUTES = {
    "a list's attribute that is nothing": _attribute("advertised", None, "True or False"),
    "a word for true or false": _attribute("advertised", "maybe", "True or False"),
    "a number for true or false": _attribute("emergency", 1, "True or False"),
    "an action that Core does not have": _attribute(
        "default_member_action", "explode", "one of 'hold', 'reject', 'discard', 'accept', 'defer'"
    ),
    "a negative size": _attribute("max_message_size", -1, "a whole number, 0 or more"),
    "true for a number": _attribute("max_num_recipients", True, "a whole number"),
    "a description of two lines": _attribute("description", "a\nb", "on one line"),
    "a number for a text": _attribute("subject_prefix", 3, "text in quotes"),
    "a span without its unit": _attribute("bounce_info_stale_after", "7", "such as '7d'"),
    "one type instead of a list": _attribute("filter_types", "text/html", "a list of texts"),
    "a number among the types": _attribute("pass_types", [3], "a list of texts"),
    "a sender without an address": _attribute("accept_these_nonmembers", ["anna"], "addresses"),
    "a pattern that does not compile": _attribute("dmarc_addresses", ["^("], "regular expressions"),
    "a misspelt attribute": Mistake(
        _lists(settings={"advertized": False}),
        f"the unknown attribute advertized in the settings of {STAFF}",
        "the nearest is advertised",
        "correct the spelling",
    ),
    "an attribute that Core only reports": Mistake(
        _lists(settings={"posting_address": STAFF}),
        f"posting_address in the settings of {STAFF}; Core only reports it",
        "can be kept",
        "remove it",
    ),
    "a list's password": Mistake(
        _lists(settings={"moderator_password": SECRET}),
        f"moderator_password in the settings of {STAFF}; Core keeps only a hash",
        "can be kept",
        "the list's owners set it",
    ),
}
CONTRADICTIONS = {
    "a certificate without its key": Mistake(
        {"mailman_tls_certificate": "/etc/ssl/a.pem"}, "only one of", "both", "set the missing one"
    ),
    "one database for both": Mistake(
        {"mailman_database": "postgresql", "mailman_database_web_name": "mailman"},
        "both use the database 'mailman'",
        "two databases",
        "two names",
    ),
}
MISTAKES: dict[str, Mistake] = {
    **SPELLING,
    **TYPES,
    **NAMES,
    **ADDRESSES,
    **SECRETS,
    **HATCHES,
    **LIST_ATTRIBUTES,
    **CONTRADICTIONS,
}
