"""smpplib, as its own example does it."""

import os
import sys

from smpplib.client import Client
from smpplib.consts import SMPP_TON_ALNUM
from smpplib.gsm import make_parts

given = os.environ
answered = []
try:
    client = Client(given["SMS_SMPP_HOST"], int(given["SMS_SMPP_PORT"]), timeout=5)
    client.set_message_sent_handler(lambda pdu: answered.append(pdu))
    client.connect()
    client.bind_transceiver(system_id=given["SMS_SYSTEM_ID"], password=given["SMS_PASSWORD"])
    parts, coding, esm_class = make_parts(given["SMS_TEXT"])
    for number, part in enumerate(parts):
        client.send_message(
            source_addr_ton=SMPP_TON_ALNUM, source_addr="SMS", dest_addr_ton=1, dest_addr_npi=1,
            destination_addr=given["SMS_TO"], short_message=part, data_coding=coding, esm_class=esm_class,
        )  # fmt: skip
        while len(answered) <= number:
            client.read_once(auto_send_enquire_link=False)
    client.unbind()
    client.disconnect()
except Exception as error:
    sys.exit(f"{error!r:.200}")
