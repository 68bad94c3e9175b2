#!/bin/bash
# Upstream's virtualenv guide (docs.mailman3.org, "Virtualenv Installation"), typed by somebody who
# does not stop to read: install.sh WEB_HOST MAIL_DOMAIN, as root on Debian 12.
#
# Departures from the page, none of which costs time: SQLite instead of PostgreSQL, as our runs have
# it; sqlalchemy<2.1, because the unpinned set answers 500; passwords are made up here.
set -euo pipefail
web_host=$1 domain=$2
export DEBIAN_FRONTEND=noninteractive
say() { echo "## $*"; }
secret() { head -c 24 /dev/urandom | base64 | tr -d '/+='; }
as_mailman() { runuser -u mailman -- env HOME=/opt/mailman "$@"; }

say OS packages
apt-get -q -y update
apt-get -q -y install build-essential python3-dev python3-venv sassc lynx gettext \
    nginx postfix memcached cron

say user and virtual environment
useradd --create-home --home-dir /opt/mailman --shell /usr/bin/bash mailman
chmod 755 /opt/mailman
as_mailman python3 -m venv /opt/mailman/venv

say pip install
cd /opt/mailman
as_mailman /opt/mailman/venv/bin/pip install -q wheel
as_mailman /opt/mailman/venv/bin/pip install -q mailman mailman-web mailman-hyperkitty \
    postorius hyperkitty psycopg2-binary whoosh uwsgi 'sqlalchemy<2.1' pylibmc

say configuration
install -d -o mailman -g mailman -m 755 /etc/mailman3
install -d -o mailman -g mailman /opt/mailman/mm /opt/mailman/mm/var /opt/mailman/web \
    /opt/mailman/web/logs
rest_password=$(secret) archiver_key=$(secret)
cat > /etc/mailman3/mailman.cfg <<EOF
[mailman]
site_owner: postmaster@$domain
layout: here

[paths.here]
var_dir: /opt/mailman/mm/var

[database]
class: mailman.database.sqlite.SQLiteDatabase
url: sqlite:////opt/mailman/mm/var/data/mailman.db

[webservice]
admin_user: restadmin
admin_pass: $rest_password

[archiver.prototype]
enable: yes

[archiver.hyperkitty]
class: mailman_hyperkitty.Archiver
enable: yes
configuration: /etc/mailman3/mailman-hyperkitty.cfg

[mta]
incoming: mailman.mta.postfix.LMTP
outgoing: mailman.mta.deliver.deliver
lmtp_host: 127.0.0.1
lmtp_port: 8024
smtp_host: localhost
smtp_port: 25
configuration: python:mailman.config.postfix
verp_confirmations: yes
verp_personalized_deliveries: yes
verp_delivery_interval: 1
EOF
cat > /etc/mailman3/mailman-hyperkitty.cfg <<EOF
[general]
base_url: http://127.0.0.1:8000/archives/
api_key: $archiver_key
EOF
cat > /etc/mailman3/settings.py <<EOF
from mailman_web.settings.base import *
from mailman_web.settings.mailman import *

ADMINS = (("Mailman Suite Admin", "root@localhost"),)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/opt/mailman/web/mailman-web.db",
        "OPTIONS": {"timeout": 30},
    }
}
STATIC_ROOT = "/opt/mailman/web/static"
LOGGING["handlers"]["file"]["filename"] = "/opt/mailman/web/logs/mailmanweb.log"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "$web_host"]
POSTORIUS_TEMPLATE_BASE_URL = "http://localhost:8000"
SITE_ID = 1
DEFAULT_FROM_EMAIL = "postmaster@$domain"
SERVER_EMAIL = "postmaster@$domain"
SECRET_KEY = "$(secret)"
MAILMAN_REST_API_USER = "restadmin"
MAILMAN_REST_API_PASS = "$rest_password"
MAILMAN_ARCHIVER_KEY = "$archiver_key"
MAILMAN_ARCHIVER_FROM = ("127.0.0.1", "::1")
HAYSTACK_CONNECTIONS = {
    "default": {
        "PATH": "/opt/mailman/web/fulltext_index",
        "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
    }
}
EOF
cat > /etc/mailman3/uwsgi.ini <<'EOF'
[uwsgi]
http-socket = 127.0.0.1:8000
virtualenv = /opt/mailman/venv/
module = mailman_web.wsgi:application
env = PYTHONPATH=/etc/mailman3/
env = DJANGO_SETTINGS_MODULE=settings
master = true
processes = 2
threads = 2
attach-daemon = /opt/mailman/venv/bin/mailman-web qcluster
req-logger = file:/opt/mailman/web/logs/uwsgi.log
logger = file:/opt/mailman/web/logs/uwsgi-error.log
buffer-size = 16384
EOF
chown mailman:mailman /etc/mailman3/*
chmod 640 /etc/mailman3/*

say units, cron, nginx and Postfix
cat > /etc/systemd/system/mailman3.service <<'EOF'
[Unit]
Description=GNU Mailing List Manager
After=syslog.target network.target

[Service]
Type=forking
PIDFile=/opt/mailman/mm/var/master.pid
User=mailman
Group=mailman
ExecStart=/opt/mailman/venv/bin/mailman start
ExecReload=/opt/mailman/venv/bin/mailman restart
ExecStop=/opt/mailman/venv/bin/mailman stop

[Install]
WantedBy=multi-user.target
EOF
cat > /etc/systemd/system/mailmanweb.service <<'EOF'
[Unit]
Description=GNU Mailman Web UI
After=syslog.target network.target mailman3.service

[Service]
Environment="PYTHONPATH=/etc/mailman3/"
User=mailman
Group=mailman
ExecStart=/opt/mailman/venv/bin/uwsgi --ini /etc/mailman3/uwsgi.ini
KillSignal=SIGINT

[Install]
WantedBy=multi-user.target
EOF
as_mailman crontab - <<'EOF'
@daily /opt/mailman/venv/bin/mailman digests --periodic
@daily /opt/mailman/venv/bin/mailman notify
* * * * * /opt/mailman/venv/bin/mailman-web runjobs minutely
0,15,30,45 * * * * /opt/mailman/venv/bin/mailman-web runjobs quarter_hourly
@hourly /opt/mailman/venv/bin/mailman-web runjobs hourly
@daily /opt/mailman/venv/bin/mailman-web runjobs daily
@weekly /opt/mailman/venv/bin/mailman-web runjobs weekly
@monthly /opt/mailman/venv/bin/mailman-web runjobs monthly
@yearly /opt/mailman/venv/bin/mailman-web runjobs yearly
EOF
cat > /etc/nginx/conf.d/mailman3.conf <<EOF
server {
    listen 80;
    server_name $web_host;
    location /static/ { alias /opt/mailman/web/static/; }
    location /favicon.ico { alias /opt/mailman/web/static/postorius/img/favicon.ico; }
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host \$host;
        proxy_set_header X-Forwarded-For \$remote_addr;
    }
}
EOF
postconf -e 'recipient_delimiter = +' 'unknown_local_recipient_reject_code = 550' \
    'owner_request_special = no' \
    'transport_maps = hash:/opt/mailman/mm/var/data/postfix_lmtp' \
    'local_recipient_maps = proxy:unix:passwd.byname $alias_maps hash:/opt/mailman/mm/var/data/postfix_lmtp' \
    'relay_domains = hash:/opt/mailman/mm/var/data/postfix_domains'
systemctl daemon-reload

say start Core
systemctl --quiet enable --now mailman3

web() {
    as_mailman env PYTHONPATH=/etc/mailman3 DJANGO_SETTINGS_MODULE=settings \
        /opt/mailman/venv/bin/mailman-web "$@"
}
say migrate
web migrate --verbosity 0
say collectstatic
web collectstatic --noinput --verbosity 0
say compress
web compress > /dev/null
say compilemessages
cd /opt/mailman/venv/lib
web compilemessages --verbosity 0
cd /opt/mailman

say superuser
as_mailman env PYTHONPATH=/etc/mailman3 DJANGO_SETTINGS_MODULE=settings \
    DJANGO_SUPERUSER_PASSWORD="$(secret)" /opt/mailman/venv/bin/mailman-web createsuperuser \
    --noinput --username admin --email "postmaster@$domain" > /dev/null

say start web, Nginx and Postfix
systemctl --quiet enable --now mailmanweb
systemctl reload nginx
systemctl restart postfix
