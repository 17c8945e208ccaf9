"""The contract of what SMS Center does besides sending texts: calls with a code, questions about numbers."""

from emulator.providers.smscenter.contract.http import row

_3, _3_5, _4, _6, _7, _12 = (f"docs/providers/smscenter.md, section {n}" for n in ("3", "3.5", "4", "6", "7", "12"))

CALLS = (
    row("call.code", "client", _3_5, "call=1 with mes=code calls the number; the answer has the code, a text of six "
        "digits, which clients ask their users for, whole or its last four. An older page has the code read out.",
        "Six digits by the sandbox's chance, the first none of 0; the message's kind is call and its text the code."),
    row("call.answer", "client", _3_5, "fmt 3: id, cnt, code, and with cost=3 cost and balance; fmt 0: "
        "OK - 1 SMS, ID - 1, CODE - and the code. fmt 1 and 2 are not known.",
        "code last in JSON, XML and fmt 1, behind the id in fmt 0. SOAP leaves it out: its WSDL has no place for it."),
    row("call.count", "client", _3_5, "cnt of a call is its seconds, 1 in mocks.", "1; price `call` of the account."),
    row("call.type", "elsewhere", _4, "type and flag of a call are 7.", "So, in status and callback."),
    row("call.errors", "client", _4, "Delivery errors of calls: 237 no answer, 240 busy, 242 answering machine.",
        "undelivered is 237 unless a rule's `error` says more."),
    row("call.voice", "elsewhere", _3_5, "Any other text with call=1 is read out.",
        "Error 1 with an explanation; with list too (smscenter.products)."),
)  # fmt: skip

LOOKUPS = (
    row("hlr.send", "client", _4, "hlr=1 or ping=1 with phones and no text: answered like a send, price by cost=1.",
        "Messages of kind hlr and ping, at the account's prices of these names (0.3 is invented). With list: error 1."),
    row("hlr.status", "client", _4, "status.php: err also where it is 0; behind it imsi, msc, mcc, mnc, cn, net, rcn, "
        "rnet of an HLR request, sender HLR, type 4; ping has type 5 and no network. Clients take 1 with err 0 for "
        "reachable, 3, 20 and any other err for not.", "So, once it is answered; a number that nobody has (err 1) gets "
        "empty ones. Statuses as of a message: delivered 1, undelivered 20 with err 6, and what a rule says."),
    row("hlr.callback", "client", _6, "The callback of an HLR request carries the same members.",
        "Behind region, and err also where it is 0."),
    row("hlr.invented", "none", _12, "Which IMSI and exchange a number has is known to its network alone.",
        "Invented by the sandbox's seed and the number, the same whenever it is asked for; mcc, mnc, cn, net by the "
        "table of ranges; where a rule names another operator (a ported number), by that one's name. Nobody roams: rcn "
        "and rnet are empty."),
)  # fmt: skip

PRODUCTS = (*CALLS, *LOOKUPS)
