"""PyPI's smsc, by a caller who looks at `error`."""

import os
import sys

from smsc.api import SMSC
from smsc.messages import SMSMessage

try:
    client = SMSC(os.environ["SMS_LOGIN"], os.environ["SMS_PSW"])
    sys.exit(client.send(os.environ["SMS_TO"], SMSMessage(text=os.environ["SMS_TEXT"])).error is not None)
except Exception as error:
    sys.exit(f"{error!r:.200}")
