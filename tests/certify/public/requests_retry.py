"""requests, told to repeat what fails, as many posts on the web have it."""

import os
import sys

import requests
from urllib3.util.retry import Retry

given = os.environ
wanted = {"key": given["SMS_KEY"], "destination": given["SMS_TO"], "sender": given["SMS_SENDER"],
          "content": given["SMS_TEXT"]}  # fmt: skip
repeats = Retry(total=3, backoff_factor=0.5, allowed_methods=None, status_forcelist=[429, 500, 502, 503])
session = requests.Session()
session.mount("http://", requests.adapters.HTTPAdapter(max_retries=repeats))
try:
    answer = session.post(f"{given['SMS_URL']}/api/v2/send", data=wanted, timeout=2)
    sys.exit(not (answer.ok and answer.json()["Success"]))
except (requests.RequestException, ValueError) as error:
    sys.exit(f"{error!r:.200}")
