"""The contract of smsoffice.ge beyond its page: what was seen live, what we chose, what is left out."""

from emulator.core.profile import Evidence
from emulator.providers.base import Row

_FACTS = "docs/providers/smsoffice.md"


def _live(id: str, fact: str, statement: str, emulator: str) -> Row:
    return Row(f"smsoffice.{id}", statement, f"{_FACTS}, {fact}", "client-live", emulator)


def _chosen(
    id: str, fact: str, evidence: Evidence, statement: str, emulator: str, switch: str | None = None
) -> Row:  # fmt: skip
    return Row(f"smsoffice.{id}", statement, f"{_FACTS}, {fact}", evidence, emulator, switch)


def _left(id: str, source: str, evidence: Evidence, statement: str, instead: str) -> Row:
    return Row(f"smsoffice.{id}", statement, source, evidence, instead, left_out=True)


BEYOND = (
    # seen live
    _live("send.http-200", "fact 14", "Failures of business come with HTTP 200; only the body tells of them.",
          "So, for all codes but the 414 of an overlong GET."),
    _live("code.165", "fact 15", "165, `sender is not active`: the sender is known but not activated.",
          "When the sender's state is pending or refused."),
    _live("code.150-text", "fact 16", "The message of 150 is `invalid sender`.",
          "150 is answered with this text."),
    _live("balance.zero", "fact 28", "An empty account reads 0.", "The balance is told as `0`, without more."),
    # the request
    _chosen("send.letter-case", "fact 10", "inferred", "Whether the letter case of paths and parameter names counts is "
            "not said.", "It is ignored, as ASP.NET does."),
    _chosen("send.unknown-parameters", "fact 11", "client", "Clients send parameters that the page does not have "
            "(showServiceTime).", "Ignored."),
    _chosen("send.query-and-body", "fact 7", "client", "Clients spread the parameters of one POST over URL and body, "
            "or put all into the URL.", "Merged; where a name stands twice, the URL's comes first."),
    _chosen("send.repeated", "fact 7", "inferred", "What a parameter that is said twice (destination=a&destination=b) "
            "means is not known.", "The first counts, the URL's before the body's; where they differ, a finding."),
    _chosen("send.multipart", "fact 7", "client", "Two clients post multipart/form-data.",
            "Its fields are taken, with a lint finding."),
    _chosen("send.no-json-body", "fact 8", "inferred", "No working client posts JSON.",
            "Not read: the key is missing then (500). One that says it is a form, as of `curl -d`, makes a "
            "finding of its own."),
    _chosen("send.raw-octets", "fact 52", "client", "Clients put unescaped UTF-8 into the request line.",
            "Taken, with a lint finding. An unescaped space breaks the line: 400."),
    _chosen("send.double-encoding", "fact 52", "client", "Clients encode values twice.",
            "Decoded once: the phone shows what is left."),
    _chosen("send.hosts", "fact 5", "client", "The real hosts are smsoffice.ge and www.smsoffice.ge.",
            "Any Host is served, and absolute-form targets, so that a proxy setting is enough."),
    # numbers
    _chosen("send.some-good", "section 3", "inferred", "What becomes of a list with good and bad numbers is not said.",
            "Accepted with 0 for the good ones; the others are dropped and cost nothing."),
    _chosen("send.output", "fact 19", "inferred", "What Output holds after sending is not said; clients break on "
            "surprising kinds.", "null; {\"StopListed\": [numbers]} when some numbers were dropped as stop-listed."),
    _chosen("send.foreign-numbers", "fact 43", "client", "Whether foreign numbers are taken is not said.", "They are."),
    _chosen("send.repeated-number", "section 6", "none", "What one number twice in a list does is not said.",
            "It is sent and charged twice.", "repeated-number"),
    _chosen("send.parts", "fact 45", "inferred", "How long one part may be is not said.",
            "160 GSM-7 characters or 153 of each of several, 70 or 67 of UCS-2; price: parts times numbers."),
    # sender, reference, urgency, schedule
    _chosen("send.sender-case", "fact 48", "inferred", "Whether the letter case of a sender counts is not said.",
            "It is ignored."),
    _chosen("send.sender-empty", "section 3", "inferred", "There is no code for an empty sender.",
            "150: there is no sender of that name."),
    _chosen("send.urgent-values", "fact 49", "client", "Only urgent=true is documented; clients send 1 as well.",
            "true, in any case, and 1 are on; anything else is off, with a finding but for false and 0."),
    _chosen("send.past-schedule", "fact 50", "none", "What a scheduledAt in the past does is not said.",
            "Sent at once, with a finding."),
    _chosen("send.destination-spaces", "section 9", "client", "Clients write a space behind the commas of destination; "
            "whether the service trims is not known.", "It does not: the number behind the space is malformed and, "
            "where others are good, dropped in silence; a finding tells. numbers=lenient trims."),
    _chosen("send.query-escaped", "fact 8a", "inferred", "The page's sample for cURL escapes the whole query, so that "
            "it arrives as one name without a value.", "The key is missing then (500), with a finding."),
    _chosen("send.sender-numeric", "fact 47", "client", "An older page of the provider has senders of 16 digits at "
            "most, such as +995577123456.", "Malformed by today's page: taken with a finding where the account has it.",
            "numeric-sender"),
    _chosen("send.wrong-host", "fact 5", "client", "api.smsoffice.ge stands in two files that never ran.",
            "Served as any Host is, with a finding."),
    # codes
    _chosen("order", "section 3", "inferred", "In which order the checks are made is not said.",
            "Length; missing key, destination, sender, content (500, 600, 700, 800); empty destination, content "
            "(70, 60); key, access (80, 120); length of content (60); sender's form, being, state (150, 165); numbers "
            "(76, 75, 77); balance (20). A rule's refusal comes before all of them."),
    _chosen("send.texts", "fact 17", "inferred", "The texts of Message are not known but for 150 and 165.",
            "The page's own descriptions of the codes, 60's for a text that is too long as well; of success, those of "
            "getMessageStatus included, the first sentence about 0; `message not found` is ours. All are guesses: do "
            "not match on them."),
    _chosen("send.media-type", "fact 24", "inferred", "The answer's Content-Type is not said.",
            "application/json; charset=utf-8."),
    # callbacks
    _chosen("callback.timestamp-hours", "fact 34", "inferred", "hh may be the clock of 24 or of 12 hours: the page's "
            "one example fits both.", "24, as receivers read it.", "timestamp-hours"),
    _chosen("callback.pending", "fact 40", "none", "Pending is among a callback's statuses, but whether the "
            "first state is called back is not said.", "It is not.", "report-pending"),
    _chosen("callback.status-case", "fact 32", "none", "The list of statuses has Delivered, the example "
            "delivered.", "Capitalised.", "status-case"),
    _chosen("callback.operator", "fact 35", "none", "The example has operator, the list of parameters lacks it.",
            "Sent for Georgian numbers, with the example's 28202.", "operator"),
    _chosen("callback.retry", "fact 38", "none", "Whether a callback that was not answered OK is repeated is not said.",
            "It is not.", "retry"),
    _chosen("callback.query-kept", "fact 39", "client", "Clients put a secret into their URL's query.",
            "It stays; our parameters are added behind it."),
    _chosen("callback.url-letters", "fact 39", "none", "Which letters the callback URL may have is not said.",
            "Those beyond ASCII go out as escaped octets of UTF-8, those of the host in Punycode."),
    # getMessageStatus
    _chosen("status.not-found", "fact 23", "none", "The answer about a message that is not there is not known.",
            "Success with Status Unknown; by switch Success false, ErrorCode 404 (a number of ours).",
            "unknown-message"),
    _chosen("status.reused-reference", "fact 46", "none", "Which message a reference names that was used twice for one "
            "number is not said.", "The newest.", "reused-reference"),
    _chosen("status.post", "fact 3", "inferred", "Only GET is documented for getMessageStatus and getBalance.",
            "POST is served too."),
    # the first version
    _chosen("v1.send", "section 7", "client", "/api/send.aspx, the first version, takes key, destination, sender and "
            "content by GET or POST and answers with the code alone, in plain text: 01 when accepted.",
            "So, with no line break behind it; reference and the newer parameters are read too. Rules and journal name "
            "the protocol v1."),
    _chosen("v1.code.100", "section 7", "client", "100: a needed parameter is missing.", "key, destination, sender or "
            "content."),
    _chosen("v1.code.120", "section 7", "client", "120: a parameter's value is wrong.", "A key that nobody has, an "
            "empty or too long text, no good number; that these are the cases is our reading."),
    _chosen("v1.code.130", "section 7", "client", "130: not enough deposit.", "As 20 of today's version."),
    _chosen("v1.code.200", "section 7", "client", "200: the sender's value is wrong.", "As 150 and 165 of today's."),
    # getBalance
    _chosen("balance.refusals", "fact 29", "none", "What a wrong or missing key gets is not known.",
            "HTTP 200 with the envelope and 80 or 500, which no client can take for a balance."),
    _chosen("balance.extra-parameters", "fact 4", "client", "Clients send the parameters of send along.", "Ignored."),
    _chosen("balance.media-type", "fact 30", "inferred", "The answer's Content-Type is not said.",
            "text/plain; charset=utf-8."),
    # left out
    _left("profile-page", "page 000, Required parameters", "documented", "The key is seen on the profile page.",
          "The control API shows it, and sets what the profile page would: the callback URL, API access, senders."),
    _left("text-analyser", "page 000, Required parameters", "documented", "A page of the site analyses texts.",
          "Messages in the control API show encoding and parts."),
    _left("old-codes", f"{_FACTS}, section 3", "client", "Older pages had 40 (over 160 characters) and 110 (sender "
          "not understood).", "Never answered: the page of today lacks them."),
    _left("rate-limits", f"{_FACTS}, fact 54", "none", "Limits of rate and suppression of duplicates are not "
          "documented.", "There are none; rules can make some."),
)  # fmt: skip
