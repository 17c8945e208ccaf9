"""uBill's doubtful facts, each with the choice we made and why. Chapters are those of ubill.md."""

from emulator.core.profile import Switch

SWITCHES = {
    "numbers": Switch(
        "strict", ("strict", "lenient"),
        "the page wants numbers without 00 and +, one client's README shows +995; strict takes what the page says, "
        "lenient drops +, 00, spaces, brackets and dashes", "ubill.send.numbers-international",
    ),
    "local-numbers": Switch(
        "accept", ("accept", "refuse"),
        "two clients send nine local digits (5XXXXXXXX) and one says they are taken; what the server does is not "
        "confirmed; accept makes 995... of them", "ubill.send.numbers-local",
    ),
    "foreign-numbers": Switch(
        "refuse", ("refuse", "accept"),
        "one client's README says: exclusively Georgian mobile numbers; the page only says international; a test that "
        "fails here warns of messages that would not arrive", "ubill.send.numbers-foreign",
    ),
    "repeated-number": Switch(
        "twice", ("twice", "once"),
        "the page's example repeats a number and nothing says that it is sent to once", "ubill.send.numbers-repeated",
    ),
    "unapproved-brand": Switch(
        "refuse", ("refuse", "accept"),
        "one client reports 10 for a brand that is not approved, unconfirmed", "ubill.send.brand-not-approved",
    ),
    "blank-text": Switch(
        "refuse", ("refuse", "accept"),
        "30 is for an empty text; whether a blank one counts as empty is not known", "ubill.send.text-blank",
    ),
    "wrong-sendtime": Switch(
        "refuse", ("refuse", "now"),
        "no statusID is known for a sendTime that is past or cannot be read; refuse answers 99, now sends at once",
        "ubill.send.sendtime-refused",
    ),
    "charge": Switch(
        "parts", ("parts", "messages"),
        "whether the balance counts parts or messages was an open question to the clients' authors; every operator "
        "counts parts", "ubill.send.charge",
    ),
    "form-body": Switch(
        "refuse", ("refuse", "read"),
        "no client posts a form and no source says what comes of it; refuse answers 90, for it is not JSON",
        "ubill.send.form-body",
    ),
    "types": Switch(
        "strings", ("strings", "numbers"),
        "the OpenAPI file has smsID, sms and a brand's id and authorized as strings, and the official Go SDK refuses "
        "numbers; an author saw numbers live in 2026-09", "ubill.types",
    ),
    "brands-key": Switch(
        "brands", ("brands", "data"),
        "the OpenAPI file and the live service say brands, the older docs data", "ubill.brands.key",
    ),
    "unknown-message": Switch(
        "refuse", ("refuse", "unknown"),
        "the report of an smsID that is not the account's is not documented; refuse answers 99 without result, unknown "
        "0 with an empty one", "ubill.report.unknown",
    ),
    "name-case": Switch(
        "ignored", ("ignored", "kept"),
        "whether a brand name that differs in letter case alone is taken already is not known",
        "ubill.brands.name-case",
    ),
    "timezone": Switch(
        4, "hours", "the zone of sendTime, date and createdAt is not stated; Tbilisi is UTC+4 all year",
        "ubill.timezone",
    ),
    "callback-pending": Switch(
        False, (False, True),
        "whether the first status, Pending, is called back is not said; the page calls back when a status changes, and "
        "a beginning is no change", "ubill.callback.first-status",
    ),
    "callback-https": Switch(
        "any", ("any", "required"),
        "the page calls an HTTPS address; whether one of http is refused is not said: required calls none and says so "
        "in the callback's record", "ubill.callback.https",
    ),
    "callback-event": Switch(
        "omit", ("omit", "send"),
        "two authors report event=sms.delivery.updated behind key; the page's table of parameters and its receiver do "
        "not have it, and the page is the stronger source", "ubill.callback.event",
    ),
    "retry": Switch(
        [], "seconds", "no retry of a callback is documented, and one author states that there is none",
        "ubill.callback.retry",
    ),
}  # fmt: skip
