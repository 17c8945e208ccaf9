"""The contract of uBill beyond its page and its OpenAPI file: what clients saw, what we chose, what is left out.

Chapters are those of ubill.md.
"""

from emulator.core.profile import Evidence
from emulator.providers.base import Row


def _seen(id: str, chapter: str, statement: str, emulator: str, evidence: Evidence = "client") -> Row:
    return Row(f"ubill.{id}", statement, f"docs/providers/ubill.md, section {chapter}", evidence, emulator)


def _chosen(
    id: str, chapter: str, evidence: Evidence, statement: str, emulator: str, switch: str | None = None
) -> Row:  # fmt: skip
    return Row(f"ubill.{id}", statement, f"docs/providers/ubill.md, section {chapter}", evidence, emulator, switch)


def _left(id: str, chapter: str, evidence: Evidence, statement: str, instead: str) -> Row:
    source = f"docs/providers/ubill.md, section {chapter}"
    return Row(f"ubill.{id}", statement, source, evidence, instead, left_out=True)


_KNOWN = (
    _seen("auth.header", "1", "The key may stand in a header `key`, without prefix.", "On every address; one in the "
          "query beats it, as clients that send both do."),
    # codes of send
    _seen("code.0", "2.1", "0: accepted, `SMS Sent`.", "One smsID for the request, not for the number."),
    _seen("code.10", "2.1", "10: the brandID is not found, `brandID not found`.", "Missing, empty, no number, or not "
          "the account's."),
    _seen("code.20", "2.1", "20: numbers is missing or empty.", "Answered before the text is looked at."),
    _seen("code.30", "2.1", "30: the text is empty.", "Missing too."),
    _seen("code.40", "2.1", "40: not enough SMS on the balance, `Not enough SMS`.", "Nothing at all is sent or charged "
          "then."),
    _seen("code.50", "2.1", "50: none of the numbers is valid.", "With one that is, the send is accepted."),
    _seen("code.90", "2.1", "90: the body is not JSON.", "Nor a JSON object; for sendXml: not XML."),
    _seen("code.99", "2.1", "99: general error, `General error`.", "What no other code is for (ubill.send.wrong-type, "
          "ubill.send.sendtime-refused, ubill.report.unknown); a rule may ask for it anywhere."),
    # codes of brandNameCreate
    _seen("brand-code.0", "2.5, 2.6", "0: done; for a new name `BrandName Created`.", "The list, or the new brand's "
          "brandID, comes with it."),
    _seen("brand-code.10", "2.6", "10: brandName is empty.", "Missing or blank too."),
    _seen("brand-code.20", "2.6", "20: brandName has not 2 to 11 characters.",
          "Characters are counted, not octets."),
    _seen("brand-code.30", "2.6", "30: brandName has characters that are not allowed; allowed are a-z A-Z 0-9 . - and "
          "space.", "Any other character is answered with 30."),
    _seen("brand-code.40", "2.6", "40: the name exists, `brandName has already been added`.", "Refused and waiting "
          "names exist too."),
    _seen("brand-code.50", "2.6", "50: an earlier name still waits for authentication.", "One name waits at a time."),
    _seen("brand-code.90", "2.6", "90: the body is not JSON.", "As for send."),
    _seen("brand-code.99", "2.6", "99: general error.", "When a rule asks for it."),
    _seen("brands.put", "2.6", "brandNameCreate is a POST; a client that sent PUT had to be mended.", "Other methods "
          "get 405."),
    _seen("brands.authorized", "2.5", "authorized is 0 for a name that waits (seen live), 1 approved, 2 cancelled.",
          "So; `PATCH S/accounts/ubill/brands/{id}` decides."),
    _seen("send.numbers-list", "2.1", "In JSON, clients send numbers as integers or as texts.",
          "Both, mixed too, and the comma-separated text of GET."),
    _seen("send.brand-id-text", "2.1", "In JSON, a client sends brandID as a text.", "Taken like the integer."),
    _seen("send.stoplist-0", "2.1", "Clients write stopList=0 for false.", "Taken for false."),
    _seen("send.stoplist-missing", "2.1", "Clients leave stopList out of the JSON.", "Then the list is checked."),
    _seen("send.otp-json", "2.1", "Clients send otp as a JSON boolean, with stopList true as well.",
          "Each means what it says."),
    _seen("send.encoding", "2.1", "In a GET, spaces come as + or %20, commas raw or as %2C.", "Both."),
    _seen("xml.request", "2.2", "POST /sms/sendXml takes `<request>` with brandID, numbers (separated by commas), text "
          "and stopList, the key in the query.", "otp and sendTime as well; the names' namespace is not looked at."),
    _seen("xml.answer", "2.2", "The answer is XML with statusID, smsID and message, plain digits in the first two.",
          "Under `<response>`; smsID only where there is one."),
    _seen("report.normalised", "2.3", "Clients compare number with their own 995XXXXXXXXX.",
          "Numbers come back as 995 and nine digits."),
    _seen("callback.key-30", "3", "The settings cut the callback key to 30 characters.",
          "What comes with a callback, and what a new sandbox is told, is cut.", "client-live"),
    _seen("send.sms-id", "4", "smsIDs have 6 or 7 digits.", "They count from 100001 in each sandbox."),
)  # fmt: skip

_CHOSEN = (
    _chosen("send.order", "4", "inferred", "The order of checks is not known.",
            "401, 90, 10, 20, 30, sendTime, 50, 40."),
    _chosen("send.texts", "2.1, 2.6", "inferred", "The messages of 20, 30, 50, 90 and most of brandNameCreate are not "
            "known.", "Our words after the clients' names for them: do not match on them."),
    _chosen("send.wrong-type", "2.1", "none", "What a text, sendTime or brandName that is a list, an object or a "
            "boolean gets is not known.", "99; a number is taken for its digits, and 3.0 is 3."),
    _chosen("send.names", "2.1", "inferred", "Whether the letter case of parameters counts is not known.",
            "It counts; unknown ones are ignored."),
    _chosen("send.repeated", "2.1", "inferred", "What a parameter that is said twice (numbers=a&numbers=b) means is "
            "not known.", "The first counts in a query or XML, with a finding where they differ; the last in JSON."),
    _chosen("send.content-type", "2.1", "inferred", "Whether the Content-Type of JSON is looked at is not known.",
            "It is not."),
    _chosen("send.form-body", "2.1", "inferred", "POST of a form was never seen.", "90, for it is not JSON, and a lint "
            "finding.", "form-body"),
    _chosen("send.raw-octets", "2.1", "inferred", "What unescaped UTF-8 in a request line does is not known.",
            "Read, with a lint finding."),
    _chosen("send.flags", "2.1", "inferred", "Values of stopList and otp other than true, false, 1 and 0 are not "
            "described.", "Off for otp; the list is checked; a finding tells."),
    _chosen("send.numbers-spaces", "4", "inferred", "Whether spaces around the numbers of a list are trimmed is not "
            "known.", "They are not: such a number is not valid and, where others are, dropped in silence; a finding "
            "tells. numbers=lenient trims."),
    _chosen("send.query-escaped", "1", "inferred", "A query whose = and & are escaped too has no parameters.",
            "401, with a finding."),
    _chosen("send.wrong-host", "7", "client", "api.ubill.ge stands in one application, with another body and Bearer "
            "keys.", "Served as any Host is, with a finding: the service's host is api.ubill.dev."),
    _chosen("send.numbers-local", "4", "client", "Nine local digits (5XXXXXXXX) are taken, says one client.",
            "Taken, and made 995... of.", "local-numbers"),
    _chosen("send.numbers-foreign", "4", "client", "Only Georgian mobile numbers are taken, says one client.",
            "Others are not valid.", "foreign-numbers"),
    _chosen("send.numbers-repeated", "0, 4", "none", "The page's example repeats a number; nothing says that it "
            "is sent to once.", "Sent to twice and charged twice, listed twice in the report.", "repeated-number"),
    _chosen("send.numbers-mixed", "4", "inferred", "What becomes of the invalid ones among valid numbers is not said; "
            "50 means that none is valid.", "Accepted for the valid ones; the others cost nothing and are in no "
            "report."),
    _chosen("send.numbers-most", "4", "client", "No most of numbers is documented.", "None but the "
            "emulator's own: 100,000 numbers in one request (fewer under many rules), and a body of 16 MiB; more is "
            "413."),
    _chosen("send.stop-listed", "4", "inferred", "What a stop-listed number's answer and report show is not known.",
            "It is left out like one that is not valid: 50 when none is left."),
    _chosen("send.text-blank", "4", "inferred", "Whether a text of white space is empty is not known.", "30.",
            "blank-text"),
    _chosen("send.brand-not-approved", "4", "client", "A brand that is not approved gets 10, says one client.", "10.",
            "unapproved-brand"),
    _chosen("send.sendtime-refused", "4", "inferred", "The statusID for a past or malformed sendTime is not known.",
            "99.", "wrong-sendtime"),
    _chosen("send.charge", "4", "inferred", "Whether sms counts parts or messages is not known.",
            "Parts (GSM-7 160/153, UCS-2 70/67) times numbers.", "charge"),
    _chosen("send.all-or-nothing", "4", "inferred", "That nothing is sent when the balance covers only some numbers is "
            "not said.", "Nothing is."),
    _chosen("send.no-idempotency", "1", "client", "There is no idempotency key: repeating a send sends twice.",
            "A repeated send is another message, and charged."),
    _chosen("auth.service-off", "0", "inferred", "The API service must be activated; what its lack is answered with is "
            "not known.", "401, as with `api_access: false`."),
    _chosen("methods", "4", "none", "What a wrong method or path gets is not known.", "405 with Allow, 404; HEAD is a "
            "GET without the body of its answer; letter case of the path and one slash at its end make no difference."),
    _chosen("xml.root", "2.2", "inferred", "The answer's root is not known, nor what another root than request gets.",
            "`<response>`; 90."),
    _chosen("xml.error", "2.2", "inferred", "What broken XML gets is not known.", "90 in XML; a document type, deep "
            "nesting and the like count as broken. The 401 stays plain text."),
    _chosen("xml.nested", "2.2", "inferred", "What elements within a parameter mean is not known (text is escaped).",
            "They are left out with what stands in them, with a finding."),
    _chosen("report.unknown", "2.3", "inferred", "The report of an unknown or foreign smsID is not documented.",
            "99 without result.", "unknown-message"),
    _chosen("report.scheduled", "2.3", "inferred", "The report of a message before its sendTime is not documented.",
            "3."),
    _chosen("brands.key", "2.5", "client-live", "The OpenAPI file and the live service have the list under `brands`, "
            "older docs under `data`.", "brands; by the switch data in its place, never both.", "brands-key"),
    _chosen("brands.name-case", "2.6", "none", "Whether names that differ in letter case alone are the same is not "
            "known.", "They are.", "name-case"),
    _chosen("brands.order", "2.6", "inferred", "The order of brandNameCreate's checks is not known.",
            "90, 10, 20, 30, 40, 50."),
    _chosen("timezone", "4", "inferred", "The zone of sendTime, date and createdAt is not stated.",
            "Tbilisi, UTC+4 all year.", "timezone"),
    _chosen("statuses", "2.3, 3", "inferred", "The page has five statuses; where the rest of ours belong is our "
            "reading.", "expired, rejected, deleted: 2; scheduled, unknown: 3; read: 1."),
    _chosen("callback.each-number", "3", "inferred", "That each number of a request gets its own callback follows from "
            "the parameters.", "Each number's status goes out in a callback of its own."),
    _chosen("callback.url-letters", "3", "none", "Which letters the callback URL may have is not said.",
            "Those beyond ASCII go out as escaped octets of UTF-8, those of the host in Punycode."),
    _chosen("callback.first-status", "3", "inferred", "Whether the first status, Pending, is called back is not said.",
            "It is not: a beginning is no change.", "callback-pending"),
    _chosen("callback.event", "3", "client", "Two authors report event=sms.delivery.updated right behind key.",
            "Left out: the page's table and receiver do not have it.", "callback-event"),
    _chosen("callback.retry", "3", "client", "No retry of a callback is documented.", "None.", "retry"),
    _chosen("callback.no-signature", "3", "client", "Callbacks are not signed.", "The key is all there is."),
)  # fmt: skip

_LEFT = (
    _left("callback.brand-activated", "3", "client", "A callback goes out when a brand name is activated, says one "
          "document; its event and parameters are not known.", "None goes out; nothing is made up."),
    _left("otp.misuse", "4", "client", "Misuse of otp may lead to restrictions.", "A lint finding (send.otp-only)."),
    _left("rate-limits", "1", "client", "No rate limits are documented.", "There are none; rules may refuse."),
    _left("scheduled.cancel", "4", "none", "No address is known that lists or cancels scheduled messages.", "None."),
    _left("prices", "4", "client", "An SMS costs 0.01 GEL falling to 0.003.", "The balance counts SMS, not money."),
    _left("billing-api", "0", "none", "The same host has a billing API (/v1/customers).", "404."),
)  # fmt: skip

BEYOND = (*_KNOWN, *_CHOSEN, *_LEFT)
