"""The reference client: how a good client of these providers looks, and one to use against the real ones.

    from emulator.client import SmsOffice, SmsOfficeError

                 without async (urllib3)        with async (aiohttp)    folder: its errors, results, parse_callback
    smsoffice    SmsOffice                      AsyncSmsOffice          emulator.client.smsoffice
    uBill        Ubill                          AsyncUbill              emulator.client.ubill
    SMS Center   SmsCenter                      AsyncSmsCenter          emulator.client.smscenter
      by SMPP                                   SmppClient              emulator.client.smpp

    errors       what all exceptions tell: code, text, retryable, maybe_accepted
    calls        a call as a value and how it is carried out: attempts, deadline, lost replies; no I/O
    repeating    the table of what may be repeated, and why
    transport    what both drivers share; sync_transport, async_transport: the two
    doubts       sends whose end is not known, kept over a restart
    reports      delivery reports, and the state machine that puts them in order
    callbacks    answering a provider's callback, in any framework
    text_parts, phone_numbers    parts of a text, numbers as providers want them

docs/client.md tells how to use it.

Requests are built and replies read by the providers' own client halves (emulator/providers/*/client.py). Nothing of the
server is imported, and aiohttp only with a name that needs it: names below are found when they are asked for.
"""

from emulator.exports import when_asked as _when_asked

TYPE_CHECKING = False  # type checkers know the name; importing typing would be most of what importing us costs
if TYPE_CHECKING:
    from emulator.client.callbacks import Callbacks as Callbacks
    from emulator.client.callbacks import aiohttp_handler as aiohttp_handler
    from emulator.client.calls import Patience as Patience
    from emulator.client.connections import connection_pool as connection_pool
    from emulator.client.errors import NotReached as NotReached
    from emulator.client.errors import Refused as Refused
    from emulator.client.errors import ReplyLost as ReplyLost
    from emulator.client.errors import SmsError as SmsError
    from emulator.client.errors import Unavailable as Unavailable
    from emulator.client.phone_numbers import normal_number as normal_number
    from emulator.client.reports import BadCallback as BadCallback
    from emulator.client.reports import Report as Report
    from emulator.client.reports import Reports as Reports
    from emulator.client.reports import settle_reports as settle_reports
    from emulator.client.smpp import SmppClient as SmppClient
    from emulator.client.smpp import SmppError as SmppError
    from emulator.client.smscenter import AsyncSmsCenter as AsyncSmsCenter
    from emulator.client.smscenter import SmsCenter as SmsCenter
    from emulator.client.smscenter import SmsCenterError as SmsCenterError
    from emulator.client.smsoffice import AsyncSmsOffice as AsyncSmsOffice
    from emulator.client.smsoffice import SmsOffice as SmsOffice
    from emulator.client.smsoffice import SmsOfficeError as SmsOfficeError
    from emulator.client.text_parts import Parts as Parts
    from emulator.client.text_parts import parts as parts
    from emulator.client.ubill import AsyncUbill as AsyncUbill
    from emulator.client.ubill import Ubill as Ubill
    from emulator.client.ubill import UbillError as UbillError

_NAMES = {
    "callbacks": ("Callbacks", "aiohttp_handler"),
    "calls": ("Patience",),
    "connections": ("connection_pool",),
    "errors": ("NotReached", "Refused", "ReplyLost", "SmsError", "Unavailable"),
    "phone_numbers": ("normal_number",),
    "reports": ("BadCallback", "Report", "Reports", "settle_reports"),
    "smscenter": ("AsyncSmsCenter", "SmsCenter", "SmsCenterError"),
    "smpp": ("SmppClient", "SmppError"),
    "smsoffice": ("AsyncSmsOffice", "SmsOffice", "SmsOfficeError"),
    "text_parts": ("Parts", "parts"),
    "ubill": ("AsyncUbill", "Ubill", "UbillError"),
}
_HOMES = {name: f"emulator.client.{home}" for home, names in _NAMES.items() for name in names}
__all__ = list(_HOMES)

_FOLDERS = {name: f"emulator.client.{name}" for name in ("smscenter", "smsoffice", "smpp", "ubill")}
__getattr__, __dir__ = _when_asked(globals(), _HOMES | _FOLDERS)
