"""The contract of uBill: what its page (003) and its OpenAPI file say, statement by statement. What goes beyond them
stands in observed.py."""

from emulator.providers.base import Row
from emulator.providers.ubill.contract.observed import BEYOND


def _page(id: str, section: str, statement: str, emulator: str, switch: str | None = None) -> Row:
    return Row(f"ubill.{id}", statement, f"page 003, {section}", "documented", emulator, switch=switch)


def _blog(id: str, statement: str, emulator: str) -> Row:
    return Row(f"ubill.{id}", statement, "https://ubill.ge/en/blog/sms-api", "elsewhere", emulator)


def _spec(id: str, chapter: str, statement: str, emulator: str, switch: str | None = None) -> Row:
    source = f"OpenAPI 2.1.8 (docs/providers/ubill.md, section {chapter})"
    return Row(f"ubill.{id}", statement, source, "spec", emulator, switch=switch)


_INTRO = "introduction"
_REQUIRED = "first table of parameters"
_OPTIONAL = "second table of parameters"
_CALLBACK = "Callback"
_PARAMETERS = "Callback, parameters"
_STATUSES = "Callback, statusID"
_SAMPLE = "Callback, the PHP receiver"

_PAGE = (
    _page("page.uses", _INTRO, "One integration serves confirmations, transactional messages, one-time codes, "
          "scheduled sending and delivery statuses by callback.", "All of it over the one address of send."),
    # required parameters
    _page("send.key", _REQUIRED, "key: the secret API key that a client connects with.",
          "It alone says whose request it is."),
    _page("send.key-settings", _REQUIRED, "The key is seen and managed in the company's settings.",
          "The control API shows it, and a new sandbox may be given one's own."),
    _page("send.brand-id", _REQUIRED, "brandID: the sender brand's unique id in the system.",
          "It names an approved brand of the account; the message's sender is the brand's name. In a rule, `sender` is "
          "the brandID as it was sent."),
    _page("send.numbers", _REQUIRED, "numbers: mobile numbers, separated by commas.",
          "One message for each, under one smsID; empty entries are left out."),
    _page("send.numbers-international", _REQUIRED, "Numbers are in international format, without 00 and +.",
          "995 5 and eight digits; another spelling is not valid: 50 when no number is left.", "numbers"),
    _page("send.text", _REQUIRED, "text: the message; any Unicode character is allowed.",
          "Any is taken, in UTF-8, and what a phone would show is kept. Octets that are none become U+FFFD in a query, "
          "with a finding; in JSON they are 90."),
    # optional parameters
    _page("send.stoplist-false", _OPTIONAL, "stopList=false switches the check of the stop list off: the message goes "
          "to stop-listed numbers too.", "So; anything else, and its absence, has the list checked."),
    _page("send.otp", _OPTIONAL, "otp=true marks a one-time code for an authentication.",
          "`true`, in JSON true as well."),
    _page("send.otp-priority", _OPTIONAL, "A one-time code is sent with the highest priority.",
          "Of all that is due at one moment, its steps and callbacks go first."),
    _page("send.otp-only", _OPTIONAL, "otp is for authentication only and must not be used for other messages.",
          "Served all the same, for nobody says how the provider would notice; a text without a code of 4 to 8 digits "
          "gives a lint finding."),
    _page("send.sendtime", _OPTIONAL, "sendTime schedules the message.",
          "Nothing happens to it before that moment of the sandbox's clock; it is charged at once."),
    _page("send.sendtime-format", _OPTIONAL, "sendTime is written Y-m-d H:i, such as 2026-02-01 23:30.",
          "Nothing else is taken.", "wrong-sendtime"),
    _page("send.sendtime-later", _OPTIONAL, "sendTime must be later than the current time.",
          "The minute must begin after the moment of the request; else 99, for the page has no code.",
          "wrong-sendtime"),
    _page("send.sendtime-absent", _OPTIONAL, "Without sendTime the message is sent at once.", "So; an empty one is "
          "none."),
    # callbacks
    _page("callback.automatic", _CALLBACK, "Statuses of messages come to the customer's server by themselves.",
          "To the account's callback URL, else to the built-in sink."),
    _page("callback.on-change", _CALLBACK, "A callback goes out when a message's status changes (sent, delivered, "
          "failed, and so on).", "One for each number and each change of the statusID; one that stays the same in "
          "uBill's words is no change. An ordinary message is sent after 1 s, delivered after 2 s."),
    _page("callback.get", _CALLBACK, "It is a GET request.", "Everything is in the query; one that the URL has already "
          "stays in front."),
    _page("callback.https", _CALLBACK, "It goes to an HTTPS address that the customer names.",
          "An http:// address is called as well, unless the switch says otherwise: tests rarely have certificates. "
          "Whether the service refuses one is not said.", "callback-https"),
    _page("callback.key", _PARAMETERS, "key: the callback key, by which the server knows the caller.",
          "The account's callback key, never its API key."),
    _page("callback.sms-id", _PARAMETERS, "smsID: the message's unique identifier.",
          "The smsID that the send was answered with; with several numbers, smsID and number together name one."),
    _page("callback.number", _PARAMETERS, "number: the recipient's mobile number in international format.",
          "995 and nine digits, however it was written in the send."),
    _page("callback.status-id", _PARAMETERS, "statusID: the current status of the message.", "A number of 0 to 4."),
    _page("callback.date", _PARAMETERS, "date: when the status changed, Y-m-d H:i:s.",
          "The moment of the change, not of the call.", "timezone"),
    _page("callback.status-0", _STATUSES, "0 is Sent.", "Our sent."),
    _page("callback.status-1", _STATUSES, "1 is Delivered.", "Our delivered and read."),
    _page("callback.status-2", _STATUSES, "2 is Failed.", "Our undelivered, expired, rejected and deleted."),
    _page("callback.status-3", _STATUSES, "3 is Pending.", "Our scheduled, pending and unknown."),
    _page("callback.status-4", _STATUSES, "4 is Error.", "Our error."),
    _page("callback.receiver", _SAMPLE, "The sample receiver reads the five parameters from the query, answers 403 "
          "Forbidden to a wrong key, else 200 OK.", "It takes our callbacks as it stands; its 403 is recorded as not "
          "accepted."),
    _page("callback.success", _CALLBACK, "A callback succeeded when the server answers with HTTP 200 to 299.",
          "The body is not looked at."),
    _blog("send.url", "A message is sent by GET from https://api.ubill.dev/v1/sms/send with key, brandID, numbers and "
          "text in the query.", "So, on any Host."),
)  # fmt: skip

_SPEC = (
    _spec("auth.query", "1", "The key may stand in the query, of POST requests too.", "On every address."),
    _spec("https", "7", "The API is at https://api.ubill.dev/v1.",
          "Both schemes are answered (whether the real one answers plain http is not said), and lint tells of a key "
          "that went to that name without TLS."),
    _spec("auth.401", "1", "Without a valid key the answer is HTTP 401, text/plain, `Please authorize with valid API "
          "key!`.", "For all addresses, sendXml included; it goes before every other check."),
    _spec("auth.200", "1", "Of HTTP statuses only 200 and 401 are documented.", "All other refusals are HTTP 200 with "
          "a statusID that is not 0, and without smsID."),
    _spec("send.json", "2.1", "POST /sms/send takes a JSON object with brandID, numbers (a list of integers), text and "
          "stopList (boolean).", "So; stopList may be missing."),
    _spec("send.answer", "2.1", "Success is statusID 0, smsID, message.", "In this order; smsID counts from 100001.",
          "types"),
    _spec("report.result", "2.3", "GET /sms/report/{smsID} answers with statusID 0 and result: number and statusID, "
          "both texts, of each recipient.", "In the order of the send; invalid and stop-listed numbers are not in it."),
    _spec("balance.sms", "2.4", "GET /sms/balance answers with statusID 0 and sms: the messages left, as a text.",
          "Whole messages; no message member.", "types"),
    _spec("brands.list", "2.5", "GET /sms/brandNames answers with statusID 0 and brands: id, name, authorized as "
          "texts, and createdAt as Y-m-d H:i:s.", "In the order of their making.", "types"),
    _spec("brands.create", "2.6", "POST /sms/brandNameCreate takes a JSON object with brandName and answers with "
          "statusID 0, brandID as an integer, message.", "So; the name then waits for approval."),
    _spec("types", "2.7", "smsID, sms, a brand's id and authorized are texts; the outer statusID and the created "
          "brandID are integers. Live, an author saw numbers.", "As in the file: the official Go SDK refuses numbers. "
          "numbers makes smsID, sms, id and authorized bare.", "types"),
    _spec("no-extra-keys", "2.7", "Answers have the documented members and no others.",
          "So: the official Go SDK refuses unknown ones."),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*_PAGE, *_SPEC, *BEYOND)
