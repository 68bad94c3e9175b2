"""Asks Core's REST API as its administrator: [method, path, fields] in, [status, answer] out.

Runs on the host; the password stays in its file.
"""

import base64
import configparser
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

method, path, fields = json.load(sys.stdin)
config = configparser.ConfigParser(interpolation=None, strict=False)
config.read("/etc/mailman3/mailman.cfg")
account = config["webservice"]
request = urllib.request.Request("http://127.0.0.1:8001/3.1/" + path, method=method)
pair = base64.b64encode(f"{account['admin_user']}:{account['admin_pass']}".encode()).decode()
request.add_header("Authorization", "Basic " + pair)
request.data = urllib.parse.urlencode(fields).encode() if fields else None
try:
    answer = urllib.request.urlopen(request, timeout=60)
    status, text = answer.status, answer.read()
except urllib.error.HTTPError as error:
    status, text = error.code, None
except OSError:
    status, text = 0, None
print(json.dumps([status, json.loads(text) if text else None]))
