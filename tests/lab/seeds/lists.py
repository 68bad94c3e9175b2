"""Fills a running Core on its own host: lists, people, held mail, and questions that wait.

    python3 - LOCAL_DOMAIN < lists.py

Whoever gets mail is `reader` with an extension, at a domain that the host's MTA delivers itself, so
that nothing bounces later. Asks only what Core's REST API has had since 3.2.0.
"""

import base64
import configparser
import json
import smtplib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage
from email.policy import SMTP

LOCAL = sys.argv[1]
CONFIG = configparser.ConfigParser(interpolation=None, strict=False)
CONFIG.read("/etc/mailman3/mailman.cfg", encoding="utf-8")
KNOWN = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
MODES = ("regular", "plaintext_digests", "mime_digests", "summary_digests")
STATUSES = ("enabled", "by_user", "by_bounces", "by_moderator")
# No list says welcome: Core 3.3.8 shunts that message where the list's name is not ASCII. None
# mitigates DMARC: Core 3.3.8 then shunts every post where publicsuffix.org is out of reach.
SETTINGS = {
    "announce": {
        "display_name": "Ankündigungen · «Grüße» 📣",
        "description": "Straße, żółć, 日本語 und Ελληνικά",
        "subject_prefix": "[Ankündigung] ",
        "info": "Erste Zeile mit ß\nZweite Zeile, naïve café\n" * 20,
        "acceptable_aliases": ["^ansage.*@suite\\.test", "news-alias@suite.test"],
        "digest_size_threshold": 5000.0,
    },
    "discuss": {
        "display_name": "Diskussion: обсуждение",
        "description": "Was alle angeht · ¿de acuerdo?",
        "default_nonmember_action": "hold",
        "subscription_policy": "confirm",
        "autorespond_owner": "respond_and_continue",
        "autoresponse_owner_text": "Wir sind im Urlaub · à bientôt.\n",
        "digests_enabled": False,
    },
    "private": {
        "display_name": "Privé & geheim <Vorstand>",
        "description": "Nur für den Vorstand: 秘密",
        "archive_policy": "private",
        "advertised": False,
        "subscription_policy": "moderate",
        "dmarc_moderation_notice": "Hinweis: geändert für DMARC, désolé.\n",
        "default_member_action": "hold",
    },
}


def rest(method, path, fields=None):
    """Core's answer as JSON, None where it has none; SystemExit with Core's own words."""
    section = CONFIG["webservice"]
    port = section.get("port", "8001")
    url = f"http://{section.get('hostname', 'localhost')}:{port}/3.1/{path}"
    request = urllib.request.Request(url, method=method)
    pair = f"{section.get('admin_user', 'restadmin')}:{section['admin_pass']}"
    request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    request.data = urllib.parse.urlencode(fields, doseq=True).encode() if fields else None
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {path} {fields}: {error} {error.read().decode()}") from None
    return json.loads(text) if text else None


def wait_for_core():
    """Returns when Core answers; it needs some seconds after its machine's boot."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return rest("GET", "domains")
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def address(number):
    """A member's address; one has capitals, which Core keeps beside the folded form."""
    return f"{'Reader+M' if number == 3 else 'reader+m'}{number:02}@{LOCAL}"


def add_member(list_id, number, role="member", **more):
    """The new member's path in REST."""
    person = {"subscriber": address(number), "display_name": f"Jürgen {number} Ñandú"}
    rest("POST", "members", {"list_id": list_id, "role": role, **person, **KNOWN, **more})
    rosters = rest("GET", f"lists/{list_id}/roster/{role}")["entries"]
    found = [one for one in rosters if one["email"].lower() == address(number).lower()]
    return "members/" + found[0]["self_link"].rpartition("/")[2]


def add_lists(domain):
    """The three lists by their short names, with everything that text can hold."""
    for name, settings in SETTINGS.items():
        rest("POST", "lists", {"fqdn_listname": f"{name}@{domain}"})
        quiet = {"send_welcome_message": False}
        rest("PATCH", f"lists/{name}.{domain}/config", {**settings, **quiet})
    return {name: f"{name}.{domain}" for name in SETTINGS}


def add_members(lists):
    """Thirty: every delivery mode with every status, every role, and preferences of their own."""
    pairs = [(mode, status) for mode in MODES for status in STATUSES]
    for number, (mode, status) in enumerate(pairs, start=1):
        member = add_member(lists["announce"], number)
        rest("PATCH", member, {"delivery_mode": mode})
        rest("PATCH", f"{member}/preferences", {"delivery_status": status})
    for number in range(1, 9):
        member = add_member(lists["discuss"], number)
        rest("PATCH", f"{member}/preferences", {"acknowledge_posts": True, "hide_address": True})
    for number, role in ((20, "owner"), (21, "moderator"), (22, "nonmember")):
        for list_id in (lists["discuss"], lists["private"]):
            member = add_member(list_id, number, role)
            rest("PATCH", member, {"moderation_action": "accept"})
    user = rest(
        "POST", "users", {"email": address(30), "display_name": "Zoë", "password": "ümlaut"}
    )
    del user
    rest("POST", f"addresses/{address(30)}/verify", {"": ""})


def add_rules(lists):
    """Bans of one list and of all, and header matches with their order."""
    for email in ("spammer@example.com", "^.*@spam[.]example$"):
        rest("POST", "bans", {"email": email})
    for email in ("troll@example.com", "^troll.*@example[.]org$"):
        rest("POST", f"lists/{lists['discuss']}/bans", {"email": email})
    for pattern, action in (("^yes$", "discard"), (".*Grüße.*", "hold"), ("bulk", "accept")):
        match = {"header": f"X-Rule-{action}", "pattern": pattern, "action": action}
        rest("POST", f"lists/{lists['discuss']}/header-matches", match)


def add_questions(lists):
    """Subscriptions that wait for their confirmation, and such that wait for a moderator."""
    for number in (31, 32, 33):
        person = {"subscriber": address(number), "display_name": "Wartende Ω"}
        rest("POST", "members", {"list_id": lists["discuss"], "pre_verified": True, **person})
        agreed = {"pre_verified": True, "pre_confirmed": True}
        rest("POST", "members", {"list_id": lists["private"], **agreed, **person})


def post(sender, recipient, subject, reply_to=None, attachment=None):
    """The Message-ID of a message that Core's own LMTP server accepted."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Message-ID"] = f"<{time.monotonic_ns()}@seed.example>"
    if reply_to:
        message["In-Reply-To"] = message["References"] = reply_to
    message.set_content(f"Grüße von {sender}: {subject}\n", cte="quoted-printable")
    if attachment:
        message.add_attachment(
            attachment, maintype="application", subtype="octet-stream", filename="Übersicht.bin"
        )
    port = int(CONFIG["mta"].get("lmtp_port", "8024"))
    with smtplib.LMTP(CONFIG["mta"].get("lmtp_host", "localhost"), port, timeout=60) as core:
        core.sendmail("reader@" + LOCAL, [recipient], message.as_bytes(policy=SMTP))
    return message["Message-ID"]


def add_posts(domain):
    """Posts that are delivered and archived, and such that Core holds for a moderator."""
    announce, discuss = f"announce@{domain}", f"discuss@{domain}"
    first = post(address(1), announce, "Ein Thema über Äpfel 🍎", attachment=bytes(range(256)) * 64)
    for number in (2, 4):
        post(address(number), announce, "Re: Ein Thema über Äpfel 🍎", reply_to=first)
    post(address(1), discuss, "Questions et réponses")
    for number in range(1, 4):
        post(
            f"reader+stranger{number}@{LOCAL}",
            discuss,
            f"Gehalten № {number}: ¡Hola!",
            attachment=b"x" * 999,
        )
    post(address(1), f"private@{domain}", "Von einem, der nicht Mitglied ist")
    post(address(5), f"discuss-owner@{domain}", "An die Betreiber · s'il vous plaît")


def main():
    """Fill Core and say which domain the lists are in."""
    domains = wait_for_core().get("entries", [])
    domain = domains[0]["mail_host"] if domains else "suite.test"
    if not domains:
        rest("POST", "domains", {"mail_host": domain})
    lists = add_lists(domain)
    add_members(lists)
    rest("POST", f"domains/{domain}/owners", {"owner": address(20)})
    add_rules(lists)
    add_questions(lists)
    add_posts(domain)
    print(domain)


main()
