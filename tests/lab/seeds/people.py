"""Web users with addresses and opinions; runs in `mailman-web shell`, given DOMAIN and LOCAL."""

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from hyperkitty.models import Email, Favorite, Tag, Tagging, Thread, ThreadCategory
from postorius.models import EmailTemplate

NAMES = {"anna": "Änne", "bjoern": "Björn", "chloe": "Chloé", "dmitri": "Дмитрий"}
announce = Email.objects.filter(mailinglist__name="announce@" + DOMAIN).order_by("id")  # noqa: F821
threads = Thread.objects.filter(mailinglist__name="announce@" + DOMAIN).order_by("id")  # noqa: F821
category = ThreadCategory.objects.create(name="Ankündigung", color="#aa00ff")
tag, _ = Tag.objects.get_or_create(name="größe")
for number, (name, first_name) in enumerate(NAMES.items(), start=1):
    email = f"reader+m{number:02}@{LOCAL}"  # noqa: F821
    user = get_user_model().objects.create_user(name, email, "a password: " + name)
    user.first_name, user.last_name = first_name, "Nuñez"
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=number != 4, primary=True)
    EmailAddress.objects.create(user=user, email=name.title() + "@Example.org", verified=True)
    user.mailman_profile.timezone = "Europe/Berlin"
    user.mailman_profile.save()
    announce[number].vote(1 if number % 2 else -1, user)
    Favorite.objects.create(thread=threads[number], user=user)
    Tagging.objects.create(thread=threads[number], user=user, tag=tag)
thread = threads[0]
thread.category = category
thread.save()
# Saving it also gives Core the address to fetch it from.
EmailTemplate.objects.create(
    name="list:member:regular:footer",
    data="-- \nDiese Liste ist für alle: ${listname} · ¡adiós!\n",
    language="en",
    context="list",
    identifier="private." + DOMAIN,  # noqa: F821
)
