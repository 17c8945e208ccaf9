"""The decisions: pure values and rules. No I/O, no clock, no chance of its own.

values, statuses, reasons     the words
text                          GSM-7 and UCS-2, parts
commands, outcomes            what was said, what may be answered
accounts, messages, scheduler    what a sandbox's state consists of
plans, rules                  what shall happen to a message
profile, checks, limits       a provider's habits as data
world, engine                 the state, and the judge over it
"""
