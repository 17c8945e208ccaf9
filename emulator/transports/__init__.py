"""Bytes only: HTTP in, callbacks out, and the faults of a reply. What they mean is the providers' trade."""
