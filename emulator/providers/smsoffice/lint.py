"""What lint looks for in a client of smsoffice.ge, and by which rows."""

LINT = {
    "no-callback": "smsoffice.callback.reference-required",
    "asked-after-refusal": "smsoffice.send.http-200",
    "key-in-url": "smsoffice.https",
    "plain-http": "smsoffice.https",
    "ucs2-by-few": "smsoffice.send.parts",
    "encoded-twice": "smsoffice.send.double-encoding",
    "partly-rejected": "smsoffice.send.some-good",
    "unread-parameter": "smsoffice.send.unknown-parameters",
}

PARAMETERS = {
    "send": ("key", "destination", "sender", "content", "contentType", "reference", "urgent", "scheduledAt"),
    "status": ("key", "destination", "reference"),
    "balance": ("key",),
}
"""By operation, those that are read."""
