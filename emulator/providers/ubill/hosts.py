"""Names under which real clients reach uBill (docs/providers/ubill.md, section 7)."""

from emulator.providers.base import Host

WRONG_HOST = "api.ubill.ge"
"""Stands in one application, with another body and Bearer keys: not the service's."""

HOSTS = (Host("api.ubill.dev", {80: "http", 443: "http"}),)  # documented; all clients by https
