"""What lint looks for in a client of SMS Center, and by which rows."""

LINT = {
    "asked-after-refusal": "smscenter.http.200",
    "key-in-url": "smscenter.access.protocols",
    "plain-http": "smscenter.access.protocols",
    "ucs2-by-few": "smscenter.send.parts",
    "encoded-twice": "smscenter.http.charset",
    "partly-rejected": "smscenter.send.some-bad",
    "polling": "smscenter.http-status.error-9",
    "unread-parameter": "smscenter.send.unknown-parameters",
}

_WHO = ("login", "psw", "apikey", "fmt", "charset", "pp")
_SEND = (
    *_WHO, "phones", "mes", "list", "id", "sender", "translit", "time", "tz", "period", "freq", "flash", "push", "hlr",
    "bin", "ping", "mms", "mail", "call", "viber", "soc", "tg", "whatsapp", "bot", "cost", "err", "op", "valid",
    "maxsms", "tinyurl", "nl", "subj", "fileurl", "param", "voice", "smsreq", "imgcode", "userip",
)  # fmt: skip

PARAMETERS = {
    "send": _SEND,
    "cost": _SEND,
    "status": (*_WHO, "phone", "id", "all", "del"),
    "balance": (*_WHO, "cur"),
    "history": (*_WHO, "get_messages", "start", "end", "phone", "email", "format", "cnt", "prev_id"),
    "incoming": (*_WHO, "get_answers", "cnt", "hour", "after_id", "to_phone"),
    "number": (*_WHO, "get_operator", "phone"),
    "brands": (*_WHO, "get"),
    "wait-call": (*_WHO, "phone"),
}
"""By operation, those of the pages (facts, section 3.1), read here or not."""
