#!/bin/bash
# The second half of upstream's virtualenv guide, when its files are in place:
# configure.sh DATABASE WEB_HOST DOMAIN, as root; /root/database holds the database's password.
set -euo pipefail
database=$1 web_host=$2 domain=$3
as_mailman() { runuser -u mailman -- env HOME=/opt/mailman "$@"; }
cd /opt/mailman

if [ "$database" = postgresql ]; then
    runuser -u postgres -- psql -q <<SQL
create user mailman with encrypted password '$(cat /root/database)';
create database mailman owner mailman;
create database mailmanweb owner mailman;
SQL
fi
rm /root/database

chown -R mailman:mailman /etc/mailman3
chmod 640 /etc/mailman3/*
install -d -o mailman -g mailman mm mm/var web web/logs

systemctl daemon-reload
systemctl --quiet enable --now mailman3

as_mailman venv/bin/mailman-web migrate --verbosity 0
as_mailman venv/bin/mailman-web collectstatic --noinput --verbosity 0
as_mailman venv/bin/mailman-web compress > /dev/null
(cd venv/lib && as_mailman ../bin/mailman-web compilemessages --verbosity 0)
head -c 24 /dev/urandom | base64 | tr -d '\n' > /root/superuser
as_mailman env DJANGO_SUPERUSER_PASSWORD="$(cat /root/superuser)" venv/bin/mailman-web \
    createsuperuser --noinput --username admin --email "postmaster@$domain" > /dev/null
chmod 600 /root/superuser
systemctl --quiet enable --now mailmanweb
if [ -e /etc/systemd/system/qcluster.service ]; then
    systemctl --quiet enable --now qcluster
fi
if [ -e /root/crontab ]; then
    crontab -u mailman /root/crontab
    rm /root/crontab
fi

ln -s ../sites-available/mailman /etc/nginx/sites-enabled/mailman
rm /etc/nginx/sites-enabled/default
systemctl reload nginx

lmtp=hash:/opt/mailman/mm/var/data/postfix_lmtp
postconf -e 'recipient_delimiter = +' 'unknown_local_recipient_reject_code = 550' \
    'owner_request_special = no' "transport_maps = $lmtp" \
    "local_recipient_maps = proxy:unix:passwd.byname \$alias_maps $lmtp" \
    'relay_domains = hash:/opt/mailman/mm/var/data/postfix_domains' \
    "myhostname = $web_host" "mydestination = \$myhostname, localhost"
systemctl restart postfix
