"""The contract of SMS Center over SMPP: what page 002 says, statement by statement; other pages; and choices."""

from emulator.core.profile import Evidence
from emulator.providers.base import Row


def _said(id: str, statement: str, emulator: str, switch: str | None = None) -> Row:
    return Row(f"smscenter.smpp.{id}", statement, "page 002", "documented", emulator, switch=switch)


def _known(
    id: str, statement: str, source: str, evidence: Evidence, emulator: str, switch: str | None = None,
    left_out: bool = False,
) -> Row:  # fmt: skip
    return Row(f"smscenter.smpp.{id}", statement, source, evidence, emulator, switch, left_out)


_FACTS = "docs/providers/smpp.md"
_OTHER = "https://smscentre.com/api/smpp (docs/providers/smscenter.md, section 7)"

_DOCUMENTED = (
    _said("submit-sm", "A message is sent by SUBMIT_SM, as the specification has it.",
          "submit_sm of SMPP 3.4, on a transmitter's or transceiver's session; the account, balance and messages are "
          "those of HTTP and SOAP."),
    _said("coding-gsm", "Coding 0 is the 7-bit GSM alphabet, for Latin text.",
          "One septet an octet; an octet of 0x80 and more is read as ?, with a lint finding."),
    _said("coding-latin1", "Coding 1 is ISO-8859-1 of 8 bits, for Latin text or binary data.",
          "Read as ISO-8859-1; binary data is shown so too."),
    _said("coding-ucs2", "Coding 2 is UCS-2BE or UTF-16BE, for national alphabets.",
          "UTF-16BE, surrogate pairs too; an odd number of octets is ESME_RINVMSGLEN."),
    _said("data-coding", "The coding is two bits of data_coding: data_coding = coding * 4.",
          "(data_coding >> 2) & 3, whatever the other bits say; 3 is ESME_RSUBMITFAIL. The groups 0xC0 to 0xEF "
          "(message waiting) are read by their group."),
    _said("system-type-iso", "With system_type ISO at bind ISO-8859-1 is used in the place of GSM.",
          "For that session coding 0 is read as ISO-8859-1, and counted as 8-bit; what a subscriber writes is written "
          "so too (that is our reading: the page names no direction)."),
    _said("submit-multi", "SUBMIT_MULTI is not implemented yet.", "generic_nack ESME_RINVCMDID; the session goes on."),
    _said("identical", "No more than one identical request within a minute is taken.",
          "Same sender, destination, text, coding and class, as the phone sees them, however the message was cut and "
          "the numbers written: ESME_RSUBMITFAIL (0x45). Of a long message its last part; those before wait for their "
          "minute. A repeated part too, its join unharmed. limits: off lifts it."),
    _said("flood", "More than 50 messages to one subscriber with less than 30 s between them are blocked.",
          "The 51st is accepted, costs nothing, and its receipt says UNDELIV err:251."),
    _said("parts-within-a-minute", "All parts of a long message must come within a minute, else it may be rejected.",
          "A minute of the sandbox's time from the first part; then the message fails, and each part that asked for "
          "one gets a receipt UNDELIV err:241."),
    _said("long-messages", "A composite message is glued together before it is checked.",
          "Parts are joined as octets, in any order and over all sessions of the account, then read, charged and "
          "checked as one message; each part has its own response, id and receipt."),
    _said("parts-as-sent", "The client chooses the coding and sends the parts.",
          "A part is one SMS, however short it is; a text in one short_message counts by its octets in its own coding "
          "(160 septets, 140 octets, 70 UCS-2), and only it and a message_payload are cut by the provider. The price, "
          "the parts and encoding that status, ledger and rules see, and the receipts' costs follow that. No page says "
          "that the provider would measure the text again."),
)  # fmt: skip

_ELSEWHERE = (
    _known("comments", "Comments in the text are meant for the sender's own history.", "page 002", "documented",
           "Their syntax is on no page we have: a text goes as it is.", left_out=True),
    _known("other-protocols", "The API offers HTTP, SMTP, SMPP, SOAP and OMS.", "page 002", "documented",
           "OMS is not served.", left_out=True),
    _known("bind", "A session is bound by the login and the SMPP password, as transmitter, receiver or transceiver.",
           _OTHER, "elsewhere", "All three; the response has the TLV sc_interface_version 0x34 for clients of 3.4 and "
           "later."),
    _known("bind-refused", "A bind that is not valid is refused.", _FACTS, "inferred",
           "Unknown system_id 0x0F, wrong password 0x0E, blocked 0x0D; without a body, the session stays open. 4.1.6 "
           "does not say that a bind_transceiver_resp may have none, and gosmpp reads one: nul gives it an empty "
           "system_id.", switch="smpp-refused-bind"),
    _known("old-versions", "A client that bound as 3.3 or earlier is sent no TLV.", "SMPP 3.4, 3.4 and 5.2.4", "smpp",
           "Neither in the bind's response nor in a receipt, whose text tells all. interface_version 0x00 gets them: "
           "clients say it by default and read TLVs.", switch="smpp-old-versions"),
    _known("credentials", "A bind carries a system_id of at most 15 octets and a password of at most 8.",
           "SMPP 3.4, 4.1", "smpp", "An account with longer ones, or ones beyond ASCII, is served over HTTP and SOAP; "
           "a warning tells that nobody can bind with them."),
    _known("addresses", "Only the addresses that the account lists may connect.", _OTHER, "elsewhere",
           "allowed_ips of the account: any other address gets ESME_RBINDFAIL (0x0D); an empty list lets all in."),
    _known("switched-on", "SMPP must be switched on for the account.", _OTHER, "elsewhere",
           "It is; api_access: false refuses a bind with 0x0D."),
    _known("binds", "Several connections at a time are possible; how many is not known.", _OTHER, "none",
           "Ten (limit sessions), the next bind gets ESME_RALYBND (0x05)."),
    _known("idle", "After two minutes without a PDU the connection is closed.", _OTHER, "elsewhere",
           "In real time; any PDU restarts it.", "smpp-idle"),
    _known("enquire-link", "Whether the server asks by itself is not known.", _FACTS, "none",
           "It does not, for the provider's own example client would take the question for its answer.",
           switch="smpp-enquire-link"),
    _known("response-timer", "How long the server waits for an answer is not known.", _FACTS, "none",
           "30 s of real time.", switch="smpp-response"),
    _known("throughput", "At most 100 messages a second are taken; above it ESME_RTHROTTLED.", _OTHER, "elsewhere",
           "In the sandbox's time; every submit_sm counts. limits: off lifts it."),
    _known("told-later", "No money, flood, a sender not allowed, a stop-listed or malformed number are told by the "
           "receipt.", _FACTS, "client-live", "Accepted with an id, costs nothing, then UNDELIV with the delivery "
           "error (no money: none is known, 000)."),
    _known("field-faults", "Which status a field that is not valid gets is not said.", "SMPP 3.4, 5.1.3", "smpp",
           "As the specification names them (docs/providers/smpp.md, section 4). Lengths are those of 3.4; who bound "
           "with interface_version 0x50 may use those of 5.0 too: 255 octets in short_message, 4 in ms_validity, 1 in "
           "alert_on_message_delivery."),
    _known("past-schedule", "What a schedule_delivery_time in the past does is not said.", _FACTS, "none",
           "The message goes at once, as over HTTP, with a lint finding. A validity_period that is over is "
           "ESME_RINVEXPIRY (0x62)."),
    _known("temporary", "Which status stands for a fault of the server is not said.", "SMPP 3.4, 5.1.3", "smpp",
           "ESME_RSYSERR (0x08), only when a rule asks for it."),
    _known("queue-full", "How many long messages may wait for their parts is not known.", _FACTS, "client",
           "1000; then ESME_RMSGQFUL (0x14)."),
    _known("text-length", "How long a text may be is not said.", _FACTS, "none",
           "255 parts; then ESME_RINVMSGLEN (0x01)."),
    _known("query", "QUERY_SM asks for the status.", _OTHER, "elsewhere",
           "By the id of a message or of any of its parts; an unknown one, or another source address, is "
           "ESME_RINVMSGID (0x0C). The source address may be left out."),
    _known("cancel", "Whether CANCEL_SM is served is not said.", "SMPP 3.4, 4.9", "smpp",
           "By id, where source and, if it is said, destination are the message's, and so its TON and NPI where they "
           "are not 0; or all undelivered ones of a source to a destination, and of a service_type if it is said. One "
           "that is final or another's is ESME_RCANCELFAIL."),
    _known("shared-id", "Which of several messages that share an id a QUERY_SM, CANCEL_SM or REPLACE_SM is about is "
           "not said; the id that a client gives over HTTP need not be unique.", "SMPP 3.4, 4.8 to 4.10", "none",
           "All of that source (and destination) that are not final; a query tells of the first. Those of other "
           "sources are not touched, and of a list what is delivered stays as it was.", switch="shared-id"),
    _known("replace", "Whether REPLACE_SM is served is not said.", "SMPP 3.4, 4.10", "smpp",
           "Text and registered_delivery of an undelivered message of that source; schedule and validity where they "
           "are not empty; nothing is charged anew. One that is final or another's is ESME_RREPLACEFAIL."),
    _known("empty-replace", "What a REPLACE_SM with sm_length 0 does to it is not said.", "SMPP 3.4, 4.10", "smpp",
           "The text is empty then, with a lint finding."),
    _known("data-sm", "Whether DATA_SM is served is not said.", "SMPP 3.4, 4.7", "smpp", "Like submit_sm."),
    _known("receipts", "With registered_delivery the status comes by DELIVER_SM to a transceiver or receiver, at once "
           "when it changes.", _OTHER, "elsewhere", "To any such session of the account; kept while there is none. "
           "Text of Appendix B and TLVs receipted_message_id, message_state, network_error_code; and the "
           "user_message_reference of the message or part, where it had one (3.4, 4.6.1)."),
    _known("intermediate", "Bit 4 of registered_delivery asks for states on the way; whether an SMSC tells them is its "
           "own affair.", "SMPP 3.4, 5.2.17", "smpp", "When a message is handed to the operator (a step `sent`, "
           "which the ordinary life does not have): esm_class 0x20, stat:ENROUTE, message_state 1. Left out, a message "
           "that asked for nothing else goes to the HTTP handler.", switch="smpp-intermediate"),
    _known("receipts-by-http", "Without registered_delivery the status goes to the account's HTTP handler.", _OTHER,
           "elsewhere", "An ordinary callback."),
    _known("receipt-dates", "In which zone a receipt's dates are is not said.", _FACTS, "none", "Moscow, UTC+3.",
           switch="smpp-timezone"),
    _known("receipt-again", "When a receipt goes out again is not said.", _FACTS, "none",
           "60 s of the sandbox's time after a temporary error or no answer, ten times; at once when the link broke; "
           "never after a permanent error.", switch="smpp-retry"),
    _known("window", "Five statuses may be unanswered at once, unless the account was changed.", _OTHER, "elsewhere",
           "For each session.", "smpp-window"),
    _known("vendor-tlvs", "Receipts carry TLVs 0x2000 cost, 0x2001 flags, 0x2002 number of parts, 0x2003.", _OTHER,
           "elsewhere", "Sent; the cost of a part is its share of what was charged, in at most six characters: above "
           "9.9999 with fewer decimals, and above 999,999 that; of 0x2003 we think that it is the network's code.",
           "smpp-vendor-tlvs"),
    _known("tlv-order", "In which order the TLVs stand is not said.", _FACTS, "none",
           "receipted_message_id, message_state, network_error_code, then the vendor's.", switch="smpp-tlv-order"),
    _known("coding-3", "By the rule of two bits data_coding 1 and 3 are coding 0.", _FACTS, "inferred",
           "GSM; node-smpp means Latin-1 by 3.", switch="smpp-data-coding-3"),
    _known("last-nul", "php-smpp puts a NUL behind short_message that sm_length does not count.", _FACTS, "client",
           "Left out, with a lint finding; some providers do so, others answer 0xC0. A NUL that is counted is @, as "
           "GSM has it.", switch="smpp-last-nul"),
    _known("parts-own-coding", "Whether all parts of a message must have one data_coding is not said.", _FACTS,
           "inferred", "Each part is read by its own, as a phone does it."),
    _known("odd-text", "Octets that the coding does not know are not spoken of.", _FACTS, "none",
           "Read as well as can be, with a lint finding."),
    _known("incoming", "A subscriber's answer comes by DELIVER_SM.", _OTHER, "elsewhere",
           "POST incoming of the control API: to a bound receiver, long ones in parts with a UDH; while none is bound, "
           "by the HTTP handler where there is one. A rule's incoming: where its message came by SMPP, kept while "
           "nobody is bound."),
)  # fmt: skip

SMPP = _DOCUMENTED + _ELSEWHERE
