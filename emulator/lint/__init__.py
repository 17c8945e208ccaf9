"""Lint: what a client does that a real provider lets pass or punishes later, found in the journal.

Nothing of it runs while a request is answered: somebody who asks for the findings has the exchanges looked at that came
since the last time. One small function a finding (checks.py); a provider names the contract row of each that concerns
it. What an adapter notices by itself while reading (`notes` of a command) joins them.
"""
