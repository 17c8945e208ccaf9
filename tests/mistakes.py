"""What people write that no rule or scenario can say, and what they are told: at all of these the checker and the JSON
Schema look."""

import math
from typing import Any

from emulator.core.commands import OPERATIONS
from emulator.core.rules.actions import FAULTS
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.core.rules.smpp_actions import SMPP_FAULTS

OF_RULES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"provider": "ubill", "protocol": "soap"}, {},
     "at when.protocol: this provider does not speak it: found 'soap'; may be http"),
    ({"protocol": "ftp"}, {},
     "at when.protocol: no provider speaks it: found 'ftp'; may be http, smtp, soap, smpp, v1"),
    ({}, {"reports": {"signed": True}}, "at then.reports.signed: goes with with: found true"),
    ({"operation": "balance", "contains": "x"}, {},
     "at when.contains: a call of balance has none, so that this rule never holds; with it goes send or cost"),
    ({"operation": "status", "parts": 2}, {},
     "at when.parts: a call of status has none, so that this rule never holds; with it goes send or cost"),
    ({"operation": "status"}, {"steps": []},
     "at then.steps: only a send makes a message; with it goes operation: send"),
    ({"operation": "balance"}, {"opt_out": True},
     "at then.opt_out: only a send makes a message; with it goes operation: send"),
    ({"provider": "ubill"}, {"incoming": {"text": "x"}},
     "at then.incoming: this provider passes no messages of subscribers on; those that do: smscenter"),
    ({}, {"account": {"switches": {"retry": []}}},
     "at then.account.switches: switches differ from provider to provider; say which with when.provider"),
    ({"provider": "ubill"}, {"account": {"balance": -1}},
     "at then.account.balance: found -1; may be a number, 0 to 1000000000000"),
    ({}, {"reports": {"to": "http://a b"}},
     "at then.reports.to: found 'http://a b'; may be an http:// or https:// URL"),
    ({}, {"reports": {"to": "ftp://x"}}, "at then.reports.to: found 'ftp://x'; may be an http:// or https:// URL"),
    ({"after": "noon"}, {}, "at when.after: no time with its zone, such as 2026-11-21T12:00:00Z: found 'noon'"),
    ({"parts": {"form": 1}}, {}, "at when.parts.form: no such key: found 'form'; may be from, to; did you mean from?"),
    ({}, {"reports": {"late": {"from": 2, "to": 1}}}, "at then.reports.late: from is more than to"),
    ({"provider": "smsc"}, {},
     "at when.provider: no such provider: found 'smsc'; may be smscenter, smsoffice, ubill; did you mean smscenter?"),
    ({}, {"incoming": "STOP"},
     "at then.incoming: found 'STOP'; may be a mapping with text, after; write {text: 'STOP'}"),
    ({}, {"incoming": {"text": "Ответ" * 3418}},
     "at then.incoming.text: it would have 256 parts, and a message has at most 255"),
    ({}, {"retries": 3}, "at then.retries: found 3; may be a list, at most 50 long; write [3]"),
    ({}, {"steps": "delivered"},
     "at then.steps: found 'delivered'; may be a list; write [{status: delivered, after: ...}]"),
    ({"rate": 5}, {}, "at when.rate: found 5; may be a mapping with over, within; write {over: 5, within: ...}"),
    ({"time_of_day": {"from": "9:00", "to": "10:00"}}, {},
     "at when.time_of_day.from: found '9:00'; may be text, such as \"21:00\""),
    ({"nth": 5, "first": 2}, {}, "at when.nth: never comes: the rule holds for the first 2 alone: found 5"),
    ({"every": 3, "first": 2}, {}, "at when.every: never comes: the rule holds for the first 2 alone: found 3"),
    ({"nth": 5, "every": 2}, {}, "at when.nth: never comes: the rule holds for every 2 of them: found 5"),
    ({"after": 10, "before": 5}, {}, "at when.before: never comes: the rule holds after 10: found 5"),
    ({}, {"reports": {"never": True, "twice": True}}, "at then.reports.twice: no report goes out: never is true"),
    ({"provider": "ubill"}, {"reply": {"fault": "doubled"}},
     "at then.reply.fault: only SMPP has it, and ubill speaks http: found 'doubled'; "
     "with it goes protocol: smpp, of a provider that speaks it"),
    ({"protocol": "soap"}, {"reply": {"command_status": 8}},
     "at then.reply.command_status: only SMPP has it, and the rule's calls come over soap; "
     "with it goes protocol: smpp, of a provider that speaks it"),
    ({"provider": "smsoffice"}, {"reports": {"form": ["id-hex"]}},
     "at then.reports.form: only SMPP has it, and smsoffice speaks http, v1; "
     "with it goes protocol: smpp, of a provider that speaks it"),
    ({}, {"reports": {"fault": "half"}}, "at then.reports.fault: found 'half'; may be slow, cut, reset"),
    ({"protocol": "smpp"}, {"reports": {"fault": "cut"}},
     "at then.reports.fault: only HTTP has it, and the rule's calls come over smpp: found 'cut'"),
    ({"protocol": "smpp"}, {"reply": {"fault": "bom"}},
     "at then.reply.fault: only HTTP has it, and the rule's calls come over smpp: found 'bom'"),
    ({"operation": "send", "asked": "delivered"}, {},
     "at when.asked: a call of send has none, so that this rule never holds; "
     "with it goes status or cancel or replace"),
]  # fmt: skip
"""when, then, the one line."""

OF_SCENARIOS: list[tuple[Any, str]] = [
    # types, from the top to the bottom
    (5, "found 5; may be a mapping with name, comment, extends, seed, accounts, rules"),
    ({"seed": "x"}, "at seed: found 'x'; may be a whole number"),
    ({"rules": {}}, "at rules: found a mapping; may be a list"),
    ({"rules": [3]}, "at rules[0]: found 3; may be a mapping with then, when, times, comment, name"),
    (
        {"rules": [{"then": {"refuse": "no credit"}}]},
        "at rules[0].then.refuse: found 'no credit'; may be a mapping with code, reason; write {reason: no-credit}",
    ),
    ({"rules": [{}]}, "at rules[0]: the key then is missing; then is a mapping with steps, refuse, reply, reports, "
     "accept, retries, account, incoming, opt_out, unknown_for"),
    ({"rulez": []},
     "at rulez: no such key: found 'rulez'; may be name, comment, extends, seed, accounts, rules; did you mean rules?"),
    ({"rules": [{"then": {}, "times": 0}]}, "at rules[0].times: found 0; may be a whole number, 1 or more"),
    ({"rules": [{"then": {"steps": [{"after": -1, "status": "sent"}]}}]},
     "at rules[0].then.steps[0].after: found -1; may be a number, 0 to 3153600000"),
    ({"rules": [{"then": {"steps": [{"after": 1, "status": "deliverd"}]}}]},
     "at rules[0].then.steps[0].status: found 'deliverd'; may be scheduled, pending, sent, delivered, read, "
     "undelivered, expired, rejected, deleted, error, unknown; did you mean delivered?"),
    ({"rules": [{"then": {"reply": {"status": 99}}}]},
     "at rules[0].then.reply.status: found 99; may be a whole number, 200 to 599"),
    ({"rules": [{"then": {"reply": {"fault": "lots"}}}]},
     f"at rules[0].then.reply.fault: found 'lots'; may be {', '.join(FAULTS)}, or {', '.join(HTTP_FAULTS)}, or "
     f"{', '.join(SMPP_FAULTS)}; did you mean lost?"),
    ({"rules": [{"then": {"reports": {"twice": "yes"}}}]},
     "at rules[0].then.reports.twice: found 'yes'; may be true or false"),
    ({"rules": [{"then": {}, "when": {"operation": "sned"}}]},
     f"at rules[0].when.operation: found 'sned'; may be {', '.join(OPERATIONS)}; did you mean send?"),
    ({"rules": [{"then": {}, "when": {"to": 995}}]},
     'at rules[0].when.to: found 995; may be text; a number or word to be read as text goes in quotes: "995"'),
    # wholes of which every part is right
    ({"rules": [{"then": {"refuse": {}}}]}, "at rules[0].then.refuse: refuse takes either code or reason"),
    ({"rules": [{"then": {"reply": {"fault": "lost", "status": 503}}}]},
     "at rules[0].then.reply: reply takes either fault or status or command_status"),
    *(({"rules": [{"then": {"reply": reply}}]},
       "at rules[0].then.reply: reply takes taken only with status or command_status: without them the call is done, "
       "and what a fault does is in its name")
      for reply in ({"fault": "lost", "taken": True}, {"body": "x", "taken": False})),
    ({"rules": [{"then": {"unknown_for": -1}}]},
     "at rules[0].then.unknown_for: found -1; may be a number, 0 to 3153600000"),
    ({"rules": [{"then": {}, "when": {"matches": "("}}]},
     "at rules[0].when.matches: not a regular expression: a ( without its ) at character 1: found '('"),
    ({"rules": [{"then": {}, "when": {"matches": "a{99999999999999999999}"}}]},
     "at rules[0].when.matches: not a regular expression: the expression is too large: very many pieces so far, and "
     "250 "
     "are the most, at character 23: found 'a{99999999999999999999}'"),
    # the words of rules
    ({"rules": [{"then": {}, "when": {"provider": "smsofice"}}]},
     "at rules[0].when.provider: no such provider: found 'smsofice'; may be smsoffice, ubill, smscenter; "
     "did you mean smsoffice?"),
    ({"rules": [{"then": {}, "when": {"provider": "ubill", "operation": "cost"}}]},
     "at rules[0].when.operation: this provider does not serve it: found 'cost'; may be send, brands"),
    ({"rules": [{"then": {}, "when": {"operation": "bind"}}]},
     "at rules[0].when.operation: no provider serves it: found 'bind'; may be send, status, balance, brands, cost"),
    ({"rules": [{"then": {"refuse": {"code": 20}}}]},
     "at rules[0].then.refuse.code: codes differ from provider to provider: found 20; say which with when.provider, "
     "or refuse with a neutral reason"),
    ({"rules": [{"then": {"refuse": {"code": 404}}, "when": {"provider": "smsoffice", "operation": "send"}}]},
     "at rules[0].then.refuse.code: no code of smsoffice in send: found 404; may be 20, 150, -100"),
    ({"rules": [{"then": {"refuse": {"code": 1}}, "when": {"provider": "smsoffice"}}]},
     "at rules[0].then.refuse.code: no code of smsoffice: found 1; may be 20, 150, -100, 404"),
    ({"rules": [{"then": {"refuse": {"code": 1}}, "when": {"provider": "smsoffice", "operation": "balance"}}]},
     "at rules[0].then.refuse.code: no code of smsoffice in balance: found 1; may be nothing: there is none"),
    # the words of accounts
    ({"accounts": {"smsofice": {}}},
     "at accounts.smsofice: no such provider: found 'smsofice'; may be smsoffice, ubill, smscenter; "
     "did you mean smsoffice?"),
    ({"accounts": {"smsoffice": {"switches": {"number": "strict"}}}},
     "at accounts.smsoffice.switches.number: no such switch: found 'number'; may be numbers, report-pending, retry; "
     "did you mean numbers?"),
    ({"accounts": {"smsoffice": {"switches": {"numbers": "loose"}}}},
     "at accounts.smsoffice.switches.numbers: found 'loose'; may be 'strict', 'lenient'"),
    ({"accounts": {"smsoffice": {"switches": {"retry": [1, -1]}}}},
     "at accounts.smsoffice.switches.retry: found a list; "
     "may be a list of at most 50 delays in seconds, each at most a week"),
    ({"accounts": {"smsoffice": {"limits": {"flood": 1}}}},
     "at accounts.smsoffice.limits.flood: no such limit: found 'flood'; may be nothing: there is none"),
    ({"accounts": {"smscenter": {"limits": {"send-per-second": -1}}}},
     "at accounts.smscenter.limits.send-per-second: found -1; may be a whole number, 0 to 2147483647"),
    ({"accounts": {"smscenter": {"limits": "of"}}},
     "at accounts.smscenter.limits: found 'of'; may be off, or a mapping of names to a whole number, 0 to 2147483647; "
     "did you mean off?"),
    ({"accounts": {"smscenter": {"prices": {"parts": 1}}}},
     "at accounts.smscenter.prices.parts: no such price: found 'parts'; may be part, hlr; did you mean part?"),
    ({"accounts": {"ubill": {"balance": -0.5}}},
     "at accounts.ubill.balance: found -0.5; may be a number, 0 to 1000000000000"),
    ({"accounts": {"ubill": {"senders": [{"name": "shop\n"}]}}},
     "at accounts.ubill.senders[0].name: found 'shop\\n'; may be text, 1 to 100 characters, none a control one"),
    ({"accounts": {"ubill": {"senders": ["shop", ""]}}},
     "at accounts.ubill.senders[1]: found ''; may be text, 1 to 100 characters, none a control one, or a mapping with "
     "name, state"),
    ({"accounts": {"ubill": {"callback_url": "ftp://x/"}}},
     'at accounts.ubill.callback_url: found \'ftp://x/\'; may be an http:// or https:// URL, "" for no callbacks, '
     "null for the built-in sink"),
    ({"accounts": {"ubill": {"allowed_ips": ["::1", "localhost"]}}},
     "at accounts.ubill.allowed_ips[1]: found 'localhost'; may be an address such as 127.0.0.1 or ::1"),
    ({"accounts": {"ubill": {"stoplist": ["995577000001", "*0001"]}}},
     "at accounts.ubill.stoplist[1]: found '*0001'; may be a number in full; "
     "for a pattern, use a rule that refuses with the reason stop-listed"),
    ({"accounts": {"ubill": {"senders": [{"name": "a", "state": "on"}]}}},
     "at accounts.ubill.senders[0].state: found 'on'; may be active, pending, refused"),
    ({"accounts": {"ubill": {"senders": [7]}}},
     "at accounts.ubill.senders[0]: found 7; may be text, 1 to 100 characters, none a control one, or a mapping with "
     "name, state; "
     'a number or word to be read as text goes in quotes: "7"'),
    # what could never be kept
    ({"rules": [{"then": {"steps": [{"after": math.inf, "status": "sent"}]}}]},
     "at rules[0].then.steps[0].after: found inf; may be a finite number"),
    ({"seed": 2**63}, "at seed: the number does not fit into 64 bits"),
    ({"comment": "\ud83d"}, "at comment: half of a surrogate pair is not text: found '\\ud83d'"),
]  # fmt: skip
"""A scenario, the one line."""
