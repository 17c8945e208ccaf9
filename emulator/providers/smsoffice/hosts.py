"""Names under which real clients reach smsoffice.ge (docs/providers/smsoffice.md, section 8)."""

from emulator.providers.base import Host

_WEB = {80: "http", 443: "http"}

WRONG_HOST = "api.smsoffice.ge"
"""Stands in two files that never ran: no such host is documented."""

HOSTS = (Host("smsoffice.ge", _WEB), Host("www.smsoffice.ge", _WEB))  # both documented
