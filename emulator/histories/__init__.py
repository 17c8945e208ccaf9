"""Delivery histories: everything that a provider may tell of a message, in any order, as often as it likes.

`history` (a history as a value, its words, its token), `kinds` (their names, one of each) and `laying` (a history as
rules) are pure; `search` lets hypothesis look for the shortest one that fails; `hearing` and `rerunning` are pytest's
part; `trying` and `showing` run histories at a callback endpoint.
"""
