"""The contract of smsoffice.ge: what its page (000) says, statement by statement. What goes beyond the page stands in
observed.py."""

from emulator.providers.base import Row
from emulator.providers.smsoffice.contract.observed import BEYOND


def _said(id: str, section: str, statement: str, emulator: str, switch: str | None = None) -> Row:
    return Row(f"smsoffice.{id}", statement, f"page 000, {section}", "documented", emulator, switch=switch)


_SEND = "Send"
_REQUIRED = "Required parameters"
_OPTIONAL = "Optional parameters"
_CODES = "Response codes"
_CALLBACK = "Callback"
_STATUS = "Check Message Status"
_BALANCE = "Balance"

_DOCUMENTED = (
    # the request
    _said("send.get-or-post", _SEND, "A message is sent by HTTP GET or POST to /api/v2/send.",
          "Both are served alike, and HEAD as GET, so that it sends, too; any other method gets 405."),
    _said("https", _SEND, "HTTPS may be used to encrypt data.",
          "The same port takes both, and lint tells of a key that went to the provider's name without it."),
    _said("send.get-slash", _SEND, "The examples show GET with a slash at the end of the path and without one.",
          "Both are served."),
    _said("send.post-slash", _SEND, "A POST goes to the path with a slash at its end: send/.",
          "Served without the slash too (what the real server does then is not known), with a lint finding."),
    _said("send.json", _SEND, "The answer is JSON with Success (boolean), Message (string), Output (object) and "
          "ErrorCode (integer).", "Exactly these four, in this order; Output may be null (send.output)."),
    _said("send.get-max-4096", _SEND, "A GET request has at most 4096 bytes; longer ones must be POSTs.",
          "The whole request line is measured; a longer GET gets HTTP 414.", "long-get"),
    _said("send.form-body", _SEND, "A POST's Content-Type must be application/x-www-form-urlencoded.",
          "A body of another type is not read, with a lint finding: what stood in it is missing then. Multipart is "
          "let pass (send.multipart)."),
    # required parameters
    _said("send.key", _REQUIRED, "key: the account's API key.", "It alone says whose request it is."),
    _said("send.destination-list", _REQUIRED, "destination: a comma-separated list of numbers.",
          "One message for each; empty entries are left out."),
    _said("send.destination-unlimited", _REQUIRED, "The list may be of any length.",
          "No limit but the emulator's own: 100,000 numbers in one request (fewer under many "
          "rules), and a body of 16 MiB; more is 413."),
    _said("send.destination-international", _REQUIRED, "Each number is in international format, without 00 and +, "
          "such as 995577123456.", "995 and nine digits, or 10 to 15 digits that begin with neither 995 nor 0; "
          "anything else is malformed.", "numbers"),
    _said("send.sender-words", _REQUIRED, "sender: a word or words.", "So a space may stand in it."),
    _said("send.sender-max-11", _REQUIRED, "A sender has at most 11 characters.",
          "A longer one is refused with 150, for the page has no code for it; unless the account has it, which is "
          "taken with a finding.", "malformed-sender"),
    _said("send.sender-alphabet", _REQUIRED, "A sender is made of Latin letters (the page's list forgets the small n), "
          "digits, dash and dot.", "n is taken for allowed. Applications in use have others (`iron+`): the account's "
          "list decides, with a finding; a name that is not on it is 150, as too long a sender is."),
    _said("send.content-unicode", _REQUIRED, "content: any Unicode character is allowed.", "Any is taken, in "
          "UTF-8; what is none becomes U+FFFD, with a finding."),
    _said("send.content-max-1000", _REQUIRED, "content has at most 1000 characters.",
          "Counted in code points; a longer one is refused with 60, for the page has no code for it.", "long-content"),
    _said("send.content-cost", _REQUIRED, "A text may spend several SMS, which the client should work out beforehand.",
          "Each part of a text to each number costs one message of the balance (send.parts)."),
    # optional parameters
    _said("send.optional", _OPTIONAL, "contentType, reference, urgent and scheduledAt may be left out.",
          "A text message, without callbacks, not urgent, sent at once."),
    _said("send.content-type", _OPTIONAL, "contentType: 1 is a text message, 2 a flash message.",
          "2 makes the message flash; anything else is text, with a finding."),
    _said("send.reference", _OPTIONAL, "reference: the client's own identifier; it comes back in the callbacks, the "
          "same for each destination.", "Kept with each message of the send, and written into each of its callbacks."),
    _said("send.reference-max-20", _OPTIONAL, "reference is a UTF-8 string of at most 20 characters.",
          "A longer one is cut to 20, with a lint finding, so that the client's own matching shows the fault.",
          "long-reference"),
    _said("callback.reference-required", _OPTIONAL, "Without a reference there are no callbacks.",
          "A send without one is taken as any other, and nothing is ever called for it, with a finding."),
    _said("send.urgent", _OPTIONAL, "With urgent=true a message is sent even to a receiver who has blocked messages "
          "(wanted for transactional ones).", "The stop list is not looked at."),
    _said("send.scheduled-at", _OPTIONAL, "scheduledAt: the message is sent at that moment, in Unix seconds.",
          "On the sandbox's clock; Pending until then. What is not a number, or lies beyond the "
          "year 8999, as milliseconds do, is ignored, with a lint finding."),
    # response codes
    _said("code.0", _CODES, "0: received by the system; it does not mean delivered.",
          "The message is Pending at first and lives as its scenario says."),
    _said("code.10", _CODES, "10: destination does not contain any valid numbers.",
          "76 says the same and is the default; 10 by switch or by rule.", "no-valid-number"),
    _said("code.20", _CODES, "20: balance is insufficient.",
          "For all parts to all good numbers at once; nothing is sent then."),
    _said("code.60", _CODES, "60: content parameter is missing.",
          "When content is there but empty, as the older Georgian page words it; 800 when it is absent."),
    _said("code.70", _CODES, "70: destination parameter is empty.", "When it holds no number: nothing, or commas."),
    _said("code.75", _CODES, "75: all numbers are stop-listed.", "When each is on the account's stop list."),
    _said("code.76", _CODES, "76: all numbers have invalid format.", "When each is malformed."),
    _said("code.77", _CODES, "77: all numbers are stop-listed or have invalid format.",
          "When there are some of each kind and no good one."),
    _said("code.80", _CODES, "80: API key is incorrect.", "When no account has it; an empty one too."),
    _said("code.120", _CODES, "120: API access is disabled.", "When the account's api_access is false."),
    _said("code.150", _CODES, "150: sender not found.", "As send.sender-registered says."),
    _said("send.sender-registered", _CODES, "The sender must be known to the system (else 150).",
          "It must be among the account's senders, the letter case ignored."),
    _said("code.500", _CODES, "500: API key is missing.", "When there is no parameter key."),
    _said("code.600", _CODES, "600: destination is missing.", "When there is no parameter destination."),
    _said("code.700", _CODES, "700: sender is missing.", "When there is no parameter sender."),
    _said("code.800", _CODES, "800: content is missing.", "When there is no parameter content."),
    _said("code.-100", _CODES, "-100: temporary delay.", "Only when a rule asks for it; nothing is done then."),
    # callbacks
    _said("callback.on-change", _CALLBACK, "When the status of a message changes, the account's URL is called.",
          "Once for each change of the page's word (so not from rejected to error, both Undelivered); Pending apart "
          "(callback.pending)."),
    _said("callback.per-destination", _CALLBACK, "A message to several destinations makes one callback for each.",
          "One callback goes out for each destination, with the same reference."),
    _said("callback.answer-ok", _CALLBACK, "The answer to a callback must be OK.",
          "The body must be OK (white space around it is let pass) and the HTTP status 2xx."),
    _said("callback.reference", _CALLBACK, "reference: the client's identifier of the message.", "As it was sent."),
    _said("callback.status", _CALLBACK, "status: Delivered, Undelivered, Expired, Pending or Unknown.",
          "Our finer states share them: rejected, deleted and error are Undelivered, read is Delivered."),
    _said("callback.reason", _CALLBACK, "reason: why it failed, when the status is not Delivered.",
          "Empty on delivery; else the rule's text or one of ours: the real ones are not known."),
    _said("callback.destination", _CALLBACK, "destination: the number.", "In its international form."),
    _said("callback.timestamp", _CALLBACK, "timestamp: the date of delivery as yyyyMMddhhmmss.",
          "The moment of the change, 24 hours, in Tbilisi's time: the zone is not documented.", "timezone"),
    _said("callback.example", _CALLBACK, "The example calls by GET with reference, status, reason, destination, "
          "timestamp and operator, in this order.", "So; the letter case of its status contradicts the list "
          "(callback.status-case) and the list lacks operator (callback.operator)."),
    # getMessageStatus
    _said("status.address", _STATUS, "/api/v2/getMessageStatus/ tells the status by GET, as an alternative to "
          "callbacks.", "With the slash and without."),
    _said("status.key", _STATUS, "key: the account's API key.", "500 without it, 80 for an unknown one."),
    _said("status.destination", _STATUS, "destination: one number in international format without 00 and +.",
          "600 without it, 70 for an empty one. Read as those of a send are: strict finds nothing for "
          "another spelling.", "numbers"),
    _said("status.reference", _STATUS, "reference: as given when sending, at most 20 characters.",
          "Compared as it stands: a longer one finds nothing, for what was kept was cut; a finding tells."),
    _said("status.json", _STATUS, "The answer is JSON with Success, Message, Output.Status (string) and ErrorCode.",
          "Exactly these."),
    _said("status.statuses", _STATUS, "Status is one of Delivered, Undelivered, Expired, Pending and Unknown.",
          "With the first letter capital, always."),
    _said("status.delivered", _STATUS, "Delivered: delivered to the recipient.", "Our delivered and read."),
    _said("status.undelivered", _STATUS, "Undelivered: could not be delivered.",
          "Our undelivered, rejected, deleted and error."),
    _said("status.expired", _STATUS, "Expired: the message has expired.", "Our expired."),
    _said("status.pending", _STATUS, "Pending: being processed or waiting to be sent.",
          "Our scheduled, pending and sent."),
    _said("status.unknown", _STATUS, "Unknown: the status is unknown.", "Our unknown, and no message at all."),
    _said("status.identical-reference", _STATUS, "The reference must be identical to the one given when sending.",
          "The letter case counts."),
    _said("status.without-reference", _STATUS, "A message sent without a reference cannot be asked for.",
          "Asking without one finds nothing; a finding tells."),
    _said("status.each-number", _STATUS, "Of a message to several numbers each is asked for on its own.",
          "A list in destination finds nothing; a finding tells."),
    # getBalance
    _said("balance.address", _BALANCE, "/api/getBalance tells the balance; it is not under /v2.",
          "With the slash and without."),
    _said("balance.number", _BALANCE, "The answer is the number of messages left.",
          "Digits and nothing else; a fraction of a message is not shown."),
    _said("balance.key", _BALANCE, "key: the account's API key.", "As balance.refusals says when it is wrong."),
)  # fmt: skip

ROWS: tuple[Row, ...] = _DOCUMENTED + BEYOND
