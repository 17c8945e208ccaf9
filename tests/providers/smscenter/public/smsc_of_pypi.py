"""PyPI's smsc, unchanged: prints what its objects made of the answers as JSON."""

import hashlib
import json

from smsc.api import SMSC
from smsc.messages import FlashMessage, SMSMessage, ViberMessage

TO = "79161234567"
client = SMSC("emulator", hashlib.md5(b"emulator").hexdigest())
sms, flash, viber = SMSMessage(text="Привет"), FlashMessage(text="Flash"), ViberMessage(text="Viber")
sent = client.send([TO, "79161234568"], sms)
client.send(TO, flash)
while (status := client.get_status(TO, str(sent.message_id))[0]).status.status_id < 1:
    pass
refused = client.send(TO, viber)
print(json.dumps({
    "sent": [sent.message_id, sent.count, str(sent.cost)],
    "cost": [client.get_cost(TO, sms).count, str(client.get_cost(TO, sms).cost)],
    "status": [status.status.status_id, status.status.name],
    "refused": refused.error.code,
    "balance": [str(client.get_balance().balance), client.get_balance().currency],
}, ensure_ascii=False))  # fmt: skip
