"""What lint looks for in a client of uBill, and by which rows."""

LINT = {
    "asked-after-refusal": "ubill.auth.200",
    "key-in-url": "ubill.auth.query",
    "plain-http": "ubill.https",
    "ucs2-by-few": "ubill.send.charge",
    "encoded-twice": "ubill.send.encoding",
    "partly-rejected": "ubill.send.numbers-mixed",
    "unread-parameter": "ubill.send.names",
}

PARAMETERS = {
    "send": ("key", "brandID", "numbers", "text", "stopList", "otp", "sendTime"),
    "status": ("key",),
    "balance": ("key",),
    "brands": ("key", "brandName"),
}
"""By operation, those that are read."""
