"""The page for people: what Mailpit is for mail, this is for SMS.

    front ─► routes ─► a page's data ─► templates ─► HTML
                         (messages, panel, requests …)      ▲
    sandbox.feed ─► live ──────────────────────────────────┘  the same parts again, as server-sent events

Pages read a sandbox's world and journal, and change it by the calls of the control API (api_calls.py), nothing else.
Until somebody asks for a page only site.py is loaded: Jinja2 comes with the first.
"""
