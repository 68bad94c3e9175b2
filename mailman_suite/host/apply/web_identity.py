"""The Django site, the suite's mail domains on it, and the superuser.

Run by the release's own interpreter as the `mailman` user.
`look`:  reads the web database by SQL (Django needs seconds to start) -> {"missing": [...]}.
`apply`: makes it so through Django; standard input holds the superuser's password, which is used
         only when that user does not exist yet.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from mailman_suite.host.base import drivers, verbs
from mailman_suite.host.wire.web_identity import DeclaredIdentity, MissingIdentity

_MADE_BY_A_RUN = {
    "site": "SELECT count(*) FROM django_site WHERE id = 1 AND domain = {web_host}",
    "superuser": "SELECT count(*) FROM auth_user WHERE username = {superuser}"
    " AND is_superuser AND is_staff AND is_active",
    "verified address": "SELECT count(*) FROM account_emailaddress a JOIN auth_user u"
    " ON u.id = a.user_id WHERE u.username = {superuser} AND lower(a.email) = {email}"
    " AND a.verified",
}
_DOMAIN = "SELECT count(*) FROM django_mailman3_maildomain WHERE mail_domain = {domain}"


def look(declared: DeclaredIdentity) -> MissingIdentity:
    """Which of site, superuser, verified address and mail domains are missing."""
    questions: list[tuple[str, str, Mapping[str, Any]]] = [
        (what, statement, declared) for what, statement in _MADE_BY_A_RUN.items()
    ]
    for domain in declared["domains"]:
        questions.append((f"domain {domain}", _DOMAIN, {"domain": domain}))
    try:
        mark = drivers.mark(declared["database"])
        connection = drivers.reading(declared["database"], declared["secrets"])
        missing = [one[0] for one in questions if not counted(connection, mark, *one[1:])]
        connection.close()
    except Exception as error:  # the driver is only known at run time; nothing is ever "fine" here
        return {"missing": ["the web database"], "because": str(error).strip()}
    return {"missing": missing}


def counted(connection: Any, mark: str, statement: str, values: Mapping[str, Any]) -> int:
    """How many rows a statement counts, its {names} bound as parameters."""
    names = [part.split("}")[0] for part in statement.split("{")[1:]]
    for name in names:
        statement = statement.replace("{" + name + "}", mark)
    cursor = connection.cursor()
    cursor.execute(statement, [values[name] for name in names])
    return int(cursor.fetchone()[0])


def apply(declared: DeclaredIdentity, password: str) -> None:
    """Makes site, domains and superuser; never changes an existing user's password."""
    from mailman_web.manage import setup

    setup()
    import django

    django.setup()
    from django.contrib.sites.models import Site
    from django_mailman3.models import MailDomain

    site, _ = Site.objects.update_or_create(
        id=1, defaults={"domain": declared["web_host"], "name": declared["web_host"]}
    )
    for domain in declared["domains"]:
        MailDomain.objects.get_or_create(mail_domain=domain, defaults={"site": site})
    verified_superuser(declared, password)


def verified_superuser(declared: DeclaredIdentity, password: str) -> None:
    """A superuser who can log in at once: its address counts as verified."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    name, email = declared["superuser"], declared["email"]
    user = users.filter(username=name).first()
    if user is None:
        user = users.create_superuser(name, email, password)
    user.is_superuser = user.is_staff = user.is_active = True
    user.save()
    first = not EmailAddress.objects.filter(user=user, primary=True).exists()
    address, _ = EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"primary": first}
    )
    address.verified = True
    address.save()


if __name__ == "__main__":
    verbs.main({"look": look, "apply": lambda asked: apply(asked, sys.stdin.readline().strip())})
