"""The contract of what SMS Center does besides sending texts: calls with a code, questions about numbers, history."""

from emulator.providers.smscenter.contract.http import row

_3_5, _4, _5_1, _5_2, _5_3, _5_4, _5_5, _6, _7, _12 = (
    f"docs/providers/smscenter.md, section {n}" for n in ("3.5", "4", "5.1", "5.2", "5.3", "5.4", "5.5", "6", "7", "12")
)

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
        "Behind region, and err also where it is 0. pnet, which one client names besides, is left out: nobody says "
        "what it holds."),
    row("hlr.smpp", "elsewhere", _7, "Over SMPP the text __HLR__ or __PING__ asks; an HLR receipt has id, "
        "stat, err, imsi, msc, mcc, mnc, cn, net, rcn, rnet, urlencoded, empty ones empty (cn:Russian+Federation).",
        "By a submit_sm in one piece, in any coding, and as ASCII where GSM is read; usual TLVs. The "
        "country in English as on the page, the network as over HTTP, its octets UTF-8. A ping has the usual line, its "
        "text empty. query_sm and HTTP know both."),
    row("hlr.invented", "none", _12, "Which IMSI and exchange a number has is known to its network alone.",
        "Invented by the sandbox's seed and the number, the same whenever it is asked for; mcc, mnc, cn, net by the "
        "table of ranges; where a rule names another operator (a ported number), by that one's name. Nobody roams: rcn "
        "and rnet are empty."),
)  # fmt: skip

_WHO = {1: "error in parameters", 2: "wrong login or password, or an address that is not allowed",
        4: "the address is blocked"}  # fmt: skip
_HISTORY_CODES = {**_WHO, 3: "nothing found", 9: "too many requests"}
_INCOMING_CODES = {**_WHO, 9: "more than three identical requests within a minute"}
_OPERATOR_CODES = {**_WHO, 3: "operator not found", 9: "more than three identical requests, or any 100, within a "
                   "minute; 15 at once"}  # fmt: skip
_SENDERS_CODES = {**_WHO, 9: "too many requests"}

HISTORY = (
    row("history.answer", "elsewhere", _5_2, "get.php?get_messages=1: status, last_date, last_timestamp, err, "
        "send_date, send_timestamp, then (clients) phone, cost, sender_id, status_name, message, id, int_id, sms_cnt, "
        "format, crc, mccmnc, operator. fmt 3 is an array; fmt 0 a line a message of name = value.",
        "In this order, the newest first, without crc, of which nothing is known, and without deleted ones. fmt 1 the "
        "values, fmt 2 <list> of <sms>."),
    row("history.dates", "elsewhere", _5_2, "start and end as dd.mm.yyyy, at most half a year back; no end: from start "
        "on. No start is not said.", "By the account's clock, the day of end included; without start everything there "
        "is. From the day 184 days ago on (August to February), else error 1."),
    row("history.narrow", "elsewhere", _5_2, "phone and email lists; format 0 SMS, 8 e-mail; cnt at most 1000; "
        "prev_id: those before this int_id.", "int_id is the emulator's number of the message; format also 1 "
        "flash, 3 HLR, 6 ping, 9 call (the numbers of the mail gate); there are no e-mails: error 3. cnt 1000 when not "
        "given."),
    *(row(f"history.error-{n}", "client" if n == 3 else "elsewhere", _5_2, f"get_messages {n}: {what}.",
          "15 at once." if n == 9 else "In the form of fmt.") for n, what in _HISTORY_CODES.items()),
    row("incoming.answer", "client", _5_3, "get.php?get_answers=1: id, received, phone, message, to_phone, sent, the "
        "newest first; fmt 0 a line each of name = value, fmt 3 an array. None: [] or error 3 is not known.",
        "What POST incoming of the control API and rules let subscribers send; none is [] and an empty text. received "
        "and sent are the same moment."),
    row("incoming.narrow", "elsewhere", _5_3, "cnt at most 10000; hour at most 168; after_id: those behind; to_phone: "
        "the account's number. hour absent is not said.", "168 hours without hour."),
    *(row(f"incoming.error-{n}", "elsewhere" if n != 9 else "client", _5_3, f"get_answers {n}: {what}.",
          "In the form of fmt.") for n, what in _INCOMING_CODES.items()),
    row("senders.answer", "client", _5_4, "senders.php?get=1: an array of objects with id and sender.",
        "The account's approved senders, the other forms as of get_answers. An account without a list has none, and "
        "may use any."),
    *(row(f"senders.error-{n}", "inferred", _5_4, f"senders.php {n}: {what}.", "In the form of fmt.")
      for n, what in _SENDERS_CODES.items()),
)  # fmt: skip

OPERATORS = (
    row("operator.answer", "elsewhere", _5_1, "info.php?get_operator=1 with one phone or a list: country, operator, "
        "region, mcc, mnc, tz; in fmt 0 name = value, country at place 1 of a line whose first name was not seen.",
        "By the table of ranges. fmt 0 begins with phone; fmt 3 is an object, of a list an array with phone; fmt 1 the "
        "values. tz is hours from Moscow by country, a text (our reading; a client's live test wants it to be "
        "true in JavaScript). Nothing is charged."),
    *(row(f"operator.error-{n}", "elsewhere", _5_1, f"get_operator {n}: {what}.",
          "Of a list, when none is known." if n == 3 else "In the form of fmt.")
      for n, what in _OPERATOR_CODES.items()),
)  # fmt: skip

WAIT_CALL = (
    row("wait-call.answer", "elsewhere", _5_5, "wait_call.php with the phone from which the call will come answers the "
        "number to be dialled: phone, and (clients) all_phones, a list. fmt 0 and 1 are not known.",
        "Numbers by the account's switch, which are invented; fmt 0 and 1 have phone alone. One that is asked for "
        "again is awaited anew.", "wait-call-numbers"),
    row("wait-call.life", "none", _5_5, "How long a call is awaited is not said.", "300 s of the sandbox's clock.",
        "wait-call-seconds"),
    row("wait-call.callback", "client", _6, "When the subscriber calls, the handler is called with waitcall, phone "
        "and ts, md5 over phone:ts:secret. The value of waitcall is not known.", "waitcall=1 and sha1 too (alike, "
        "our reading); by POST calls of the control API. A call that nobody awaits brings none."),
    *(row(f"wait-call.error-{n}", "elsewhere" if n in (1, 2) else "inferred", _5_5, f"wait_call {n}: {what}.",
          "A bad phone too." if n == 1 else "In the form of fmt.") for n, what in _SENDERS_CODES.items()),
)  # fmt: skip

PRODUCTS = (*CALLS, *LOOKUPS, *HISTORY, *OPERATORS, *WAIT_CALL)
