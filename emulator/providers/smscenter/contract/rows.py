"""The contract of SMS Center: what its page (001, SOAP get_status) says, statement by statement. HTTP, the rest of SOAP
and what is left out stand in http.py, soap.py and left_out.py."""

from emulator.providers.base import Row
from emulator.providers.smscenter.contract.http import HTTP
from emulator.providers.smscenter.contract.left_out import LEFT_OUT
from emulator.providers.smscenter.contract.mail import MAIL
from emulator.providers.smscenter.contract.products import PRODUCTS
from emulator.providers.smscenter.contract.smpp import SMPP
from emulator.providers.smscenter.contract.soap import SOAP


def _said(id: str, section: str, statement: str, emulator: str, switch: str | None = None) -> Row:
    return Row(f"smscenter.{id}", statement, f"page 001, {section}", "documented", emulator, switch=switch)


_TOP = "Integration with the service"
_CHECK = "Checking the status"
_PASSED = "parameters passed to the server"
_RETURNED = "returned parameters"
_CODES = "error code"

PAGE = (
    _said("access.protocols", _TOP, "Messages are sent over HTTP/HTTPS, SMTP and SMPP, and by SOAP.",
          "HTTP and SOAP here; SMPP and SMTP on ports of their own."),
    _said("access.apikey", _TOP, "A special API key may stand in the place of login and password.",
          "apikey alone says who asks, over HTTP and SOAP alike."),
    _said("status.methods", _CHECK, "The delivery status is asked for with get_status and get_status2.",
          "Both, at /sys/soap.php."),
    _said("status.more", _CHECK, "get_status2 takes additional parameters.", "In query (smscenter.status.query)."),
    _said("status.example", _CHECK, "The page's PHP line: a SoapClient made of the WSDL's URL, then get_status with an "
          "array of login, psw, phone, id and all.", "Works as it stands, with the URL filled in."),
    _said("status.login", _PASSED, "login: the client's login.", "It names the sandbox."),
    _said("status.psw", _PASSED, "psw: the client's password.",
          "The password, its md5 or its sha1 in lower-case hex (access.hashes)."),
    _said("status.apikey", _PASSED, "apikey: a key in the place of login and password.", "Goes before login and psw."),
    _said("status.phone", _PASSED, "phone: the number.", "In any form that send takes."),
    _said("status.id", _PASSED, "id: the message's id.", "The id that send answered, over whatever protocol."),
    _said("status.all-0", _PASSED, "all=0, the default: the status in the usual form.",
          "status, last_date, last_timestamp, and err where there is one."),
    _said("status.all-1", _PASSED, "all=1: full information on the message.",
          "send_date, send_timestamp, phone, cost, sender_id, status_name, message, sms_cnt besides."),
    _said("status.all-2", _PASSED, "all=2: the subscriber's operator and region besides.",
          "operator and region from a small table of number ranges; empty where it knows none (numbers.ranges)."),
    _said("status.query", _PASSED, "query, in get_status2 alone: further parameters as a=1&b=2.",
          "Read as UTF-8; what stands in an element of its own goes before, and who asks cannot be changed by it."),
    _said("status.status", _RETURNED, "status: the status code, from a list.", "The numbers of status.codes."),
    _said("status.last-date", _RETURNED, "last_date: when the status changed last, DD.MM.YYYY hh:mm:ss.",
          "In Moscow time (dates.moscow), with last_timestamp beside it."),
    _said("status.err", _RETURNED, "err: the error if the message cannot be delivered, from a list.",
          "Left out where nothing is wrong, as recorded JSON answers do.", "soap-err"),
    _said("status.error", _RETURNED, "error: the error if the status cannot be asked for.",
          "Alone in the answer, HTTP 200; never there on success."),
    _said("status.send-date", _RETURNED, "send_date (all=1): when the message was sent, DD.MM.YYYY hh:mm:ss.",
          "When it was accepted, in Moscow time."),
    _said("status.returned-phone", _RETURNED, "phone (all=1): the subscriber's number.", "As corrected by send."),
    _said("status.cost", _RETURNED, "cost (all=1): what the message cost.", "Two digits behind the point."),
    _said("status.sender-id", _RETURNED, "sender_id (all=1): the sender.", "Empty when none was given."),
    _said("status.name", _RETURNED, "status_name (all=1): the name of the status.", "The official Russian name."),
    _said("status.message", _RETURNED, "message (all=1): the text.", "As sent, in UTF-8."),
    _said("status.sms-cnt", _RETURNED, "sms_cnt (all=1): the number of parts.",
          "Only under the WSDL that declares it, 2025."),
    _said("status.operator", _RETURNED, "operator (all=2): the subscriber's operator.", "See numbers.ranges."),
    _said("status.region", _RETURNED, "region (all=2): where the number is registered.", "See numbers.ranges."),
    _said("status.error-1", _CODES, "1: error in parameters.", "A missing login, psw, phone or id, or a list."),
    _said("status.error-2", _CODES, "2: invalid login or password.", "Also for a login that nobody has."),
    _said("status.error-2-address", _CODES, "2 also when the address is not in the client's list of allowed ones.",
          "allowed_ips of the account; an empty list allows all."),
    _said("status.error-3", _CODES, "3: message not found.", "By phone and id together; a deleted one too."),
    _said("status.error-4", _CODES, "4: the address is temporarily blocked.",
          "By hand (blocked), or by wrong passwords (access.blocked)."),
    _said("status.error-9", _CODES, "9: more than five status requests for one message within a minute.",
          "The sixth within 60 s of sandbox time, over HTTP and SOAP together; refused ones are not counted."),
)  # fmt: skip

ROWS = (*PAGE, *HTTP, *PRODUCTS, *MAIL, *SOAP, *SMPP, *LEFT_OUT)
