"""Certificates: an authority of our own, made once per machine, and a server context for each name that is asked for.

Nothing here is imported before the first client speaks TLS. Knows no provider: the names come in from outside.
"""
