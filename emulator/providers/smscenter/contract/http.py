"""The contract of SMS Center over HTTP, from copies of its pages, recorded answers and client code (facts, sections 2
to 6 and 8)."""

from emulator.core.profile import Evidence
from emulator.providers.base import Row


def row(id: str, evidence: Evidence, source: str, statement: str, emulator: str, switch: str | None = None) -> Row:
    """A row of SMS Center."""
    return Row(f"smscenter.{id}", statement, source, evidence, emulator, switch)


_2, _3, _4, _5, _6, _8, _12 = (f"docs/providers/smscenter.md, section {n}" for n in (2, 3, 4, 5, 6, 8, 12))

_SEND_CODES = {
    1: ("error in parameters", "Nothing is kept."),
    2: ("wrong login or password, or an address that is not allowed", "Nothing is kept."),
    3: ("not enough money", "The id is used up; its record has status 24."),
    4: ("the address is temporarily blocked", "access.blocked"),
    5: ("wrong date format", "time in none of its forms."),
    6: (
        "message forbidden, by its text or its sender",
        "A malformed sender, or one that is not in the account's list if it has one; a text by rule alone. The id is "
        "used up; its record has status 23 with err 254 or 253.",
    ),
    7: ("wrong format of the number", "No number of the list is a good one. The id is used up: status 22, err 249."),
    8: (
        "the message cannot be delivered to this number",
        "Stop list (err 252), flood (251), no route by rule (248, status 25). The id is used up.",
    ),
    9: (
        "more than one identical send within a minute, or 15 requests at once",
        "Identical: numbers, text and sender as written. What was refused is not counted.",
    ),
}
_STATUS_CODES = {
    1: "error in parameters", 2: "wrong login or password", 4: "the address is blocked",
    5: "a message could not be deleted", 9: "more than five requests for one message, or more than one for several, "
    "within a minute; or five at once",
}  # fmt: skip
_BALANCE_CODES = {
    1: "error in parameters", 2: "wrong login or password", 4: "the address is blocked",
    9: "more than ten requests for the balance within a minute, or 15 at once",
}  # fmt: skip

_CODES = (
    *(row(f"send.error-{n}", "elsewhere", f"{_3}.3", f"send.php {n}: {what}.", does)
      for n, (what, does) in _SEND_CODES.items()),
    *(row(f"cost.error-{n}", "elsewhere" if n in (1, 2, 9) else "inferred", f"{_3}.3",
          f"send.php with cost=1, {n}: {what if n != 9 else 'more than five identical cost requests within a minute'}.",
          "By rule alone: a price needs no money." if n == 3 else "As send answers, but no id is used up.")
      for n, (what, _) in _SEND_CODES.items()),
    *(row(f"http-status.error-{n}", "elsewhere", _4, f"status.php {n}: {what}.",
          "A list of one message counts for that message, not as a list." if n == 9 else
          f"Error {n} is answered in these cases.")
      for n, what in _STATUS_CODES.items()),
    *(row(f"balance.error-{n}", "elsewhere", _5, f"Balance {n}: {what}.",
          "Over HTTP and SOAP together.")
      for n, what in _BALANCE_CODES.items()),
)  # fmt: skip

HTTP = (
    # who asks
    row("access.hashes", "elsewhere", _2, "psw may be the password or its md5 in lower-case hex.",
        "sha1 and the apikey in psw are taken too: clients send them."),
    row("access.empty-login", "client", _2, "The official libraries with an empty login send the key as apikey; others "
        "send login and apikey.", "apikey goes first; psw with an empty login is taken for an apikey."),
    row("access.blocked", "elsewhere", _8, "Many erroneous requests from an address block it for a time (error 4).",
        "Ten wrong passwords within 60 s for one sandbox block the address there for 60 s; unknown logins never count. "
        "The threshold is ours."),
    row("access.at-once", "elsewhere", _8, "15 requests at once under one login, or five for a status, get error 9.",
        "Counted by account, from headers read until the reply has gone; status requests for themselves."),
    # parameters
    row("http.get-post", "elsewhere", _2, "GET and POST.", "Parameters in query, form, multipart or several of them; "
        "the body's go before the query's."),
    row("http.fmt", "elsewhere", _2, "fmt: 0 text (default), 1 numbers, 2 XML, 3 JSON.", "So; anything else is text."),
    row("http.charset", "elsewhere", _2, "charset: utf-8 or koi8-r; windows-1251 when it is not given, for what comes "
        "and what is answered.", "So. A letter that the charset lacks becomes a question mark, in XML answers a "
        "character reference. Octets of a text that it cannot read become U+FFFD, with a finding."),
    row("http.content-type", "recorded", _2, "Content-Type of send names windows-1251 even with charset=utf-8.",
        "So for send and balance, whose answers are ASCII; status names what its text is in. Server: nginx, on every "
        "reply."),
    row("http.json", "recorded", _2, "JSON has one member a line, without indentation or a line break at the end; "
        "money is a text, ids and counts are numbers.",
        "Letters beyond ASCII stand as they are, in the charset asked."),
    row("http.200", "recorded", _2, "HTTP 200 for errors too.", "So, but for a SOAP fault."),
    row("send.raw-octets", "inferred", _2, "Octets beyond ASCII in the request line.", "Read; a finding."),
    row("http.charset-unknown", "client", _2, "Clients send names that are no charset (UTF=8, koi-8r).",
        "Taken for not given, with a finding."),
    row("send.charset-missing", "client", _2, "A text in UTF-8 without charset=utf-8: the page says windows-1251, at "
        "least six published clients rely on more.", "Read as windows-1251: unreadable, with a finding; or guessed.",
        "utf8-without-charset"),
    row("http.values", "inferred", _3, "What other values than the pages' do in fmt, cost, all, translit, op, err, "
        "flash, del, cur, nl is not said.", "As if it were not there (op, err, flash, nl: anything but 0 is on); a "
        "finding."),
    row("http.query-escaped", "inferred", _2, "A query whose = and & are escaped too has no parameters.",
        "Error 1, with a finding."),
    row("http.repeated", "client", _2, "A Go client says phones once for each number: phones=a&phones=b. What a "
        "parameter that is said twice means is not known.", "The last one counts, as PHP has it, the body's before "
        "the query's; where they differ, a finding."),
    row("http.body-unread", "inferred", _2, "What becomes of a body of another kind, JSON sent to send.php or as a "
        "form (`curl -d` calls it one), is not said.", "It is not read, as PHP has it; a finding."),
    row("order", "inferred", _2, "The order of checks is not said.", "Blocked address (4), login and allowed address "
        "(2), then parameters and products (1), date (5), sender (6), identical requests (9), numbers (7, 8), money "
        "(3)."),
    row("send.unknown-parameters", "inferred", _3, "What a parameter does that the pages do not have is not said.",
        "It is ignored; one with a name close to a known one makes a finding."),
    # send
    row("send.phones", "elsewhere", f"{_3}.1", "phones: numbers separated by comma or semicolon.",
        "Line breaks separate too. One id for all of them."),
    row("send.numbers", "elsewhere", f"{_3}.1", "International numbers with or without +; without it they may be "
        "corrected, such as 8 9xx to 7 9xx.", "10 to 15 digits that do not begin with 0; spaces, brackets, dashes and "
        "dots are dropped; ten digits from 9 on get a 7.", "correct-numbers"),
    row("send.repeated-number", "inferred", f"{_3}.1", "One number twice in phones.", "Sent once, or refused "
        "once; in a list another text or sender makes another message.", "repeated-number"),
    row("send.list", "elsewhere", f"{_3}.1", "list: lines of numbers and text with : or ; between them.",
        "One id for all lines; each text is charged by its own parts, and what a number is refused keeps its own text. "
        "Only the first : or ; counts."),
    row("send.list-alone", "inferred", f"{_3}.1", "list beside phones or mes: which counts is not said.",
        "list alone, with a finding."),
    row("send.past-time", "elsewhere", f"{_3}.1", "A time that has passed is now.", "So, with a finding."),
    row("send.list-breaks", "client", f"{_3}.1", "A line break inside a text of list is written as a backslash and n; "
        "with nl=1 texts may hold real ones.", "So; with nl=1 a line that begins with ten digits or more and a colon "
        "or semicolon opens the next item (our reading). Without it a line that is no item is error 1, and the "
        "explanation names both ways."),
    row("send.list-senders", "client", f"{_3}.1", "An item of list may be sender|phones:text or sender,tz|phones:text.",
        "Its own sender, and its own zone for time. One that is not allowed is refused for its numbers alone: status "
        "23, err 254."),
    row("send.mes-max-1000", "elsewhere", f"{_3}.1", "mes has at most 1000 characters (older pages: 800).",
        "A longer one is error 1.", "long-text"),
    row("send.parts", "elsewhere", f"{_3}.1", "160 characters or 70 in one part, 153 or 67 in each of several.",
        "Charged by parts and recipients."),
    row("send.id", "elsewhere", f"{_3}.1", "id: the client's own, 1 to 2147483647, or up to 40 Latin letters, digits, "
        "dots, dashes, underscores; it need not be unique; 0 or none: the service makes one.",
        "Anything else is error 1. One of digits is a number: 007 is 7. An id that is there twice means the newest "
        "message."),
    row("send.sender", "elsewhere", f"{_3}.1", "sender: 11 characters or 15 digits; empty or a dot for none.",
        "Longer ones are error 6. Any name may be used unless the account has a list.", "malformed-sender"),
    row("send.translit", "elsewhere", f"{_3}.1", "translit: 0, 1, 2.", "1 by sound, 2 by shape; our tables."),
    row("send.time", "elsewhere", f"{_3}.1", "time: DDMMYYhhmm, DD.MM.YY hh:mm, h1-h2, 0 and Unix seconds, + and "
        "minutes; 0 or the past is now.", "Moscow time, tz hours from it; else error 5."),
    row("send.valid", "elsewhere", f"{_3}.1", "valid: how long it is tried, hours or hh:mm, 1 to 24 h.",
        "00:01 to 24:00 from when it goes, each of a mailing by itself; then status 3. Else error 1."),
    row("send.maxsms", "client", f"{_3}.1", "maxsms: the most parts; a text that would need more is cut.",
        "Cut where its parts are full."),
    row("send.flash", "elsewhere", f"{_3}.1", "flash=1: a flash message.", "type and flag are 1."),
    row("products", "elsewhere", f"{_3}.1", "push, hlr, bin, ping, mms, mail, call, viber, soc, bot, tg, whatsapp ask "
        "for other products.", "call, hlr and ping are served (call.code, hlr.send); others, and two at once, are "
        "error 1; the journal's explanation names the parameter. 0 or empty is let pass."),
    row("send.cost", "elsewhere", f"{_3}.1", "cost: 1 the price alone, nothing is sent; 2 and 3 send and add the "
        "cost, 3 the new balance.", "All three are answered so; any other value counts as not given."),
    row("send.answer", "elsewhere", f"{_3}.2", "fmt 0: OK - 1 SMS, ID - 1234; fmt 1: 1234,1 and with cost 2 and 3 "
        "1234,1,1.40 and 1234,1,1.40,100.50; with cost 1 1.40,1.", "Byte for byte."),
    row("send.json", "recorded", f"{_3}.2", "fmt 3: id, cnt, and with cost=3 cost and balance.", "In this order."),
    row("send.money", "recorded", f"{_3}.2", "Money in JSON answers of send is written short: 3.8.",
        "So, over SOAP too; in the other formats with two digits, as documented.", "money-json"),
    row("send.text-cost", "inferred", f"{_3}.2", "fmt 0 with cost=2 and 3 and fmt 2 with a cost are not known; fmt 0 "
        "with cost=1 is 1.00 (1 SMS) in a client.",
        "OK - 1 SMS, ID - 1, cost - 1.40, balance - 98.60; 1.40 (1 SMS); <result> with a child a line."),
    row("send.err", "elsewhere", f"{_3}.1", "err=1: the bad numbers with their statuses.",
        "errors with phone and status, in fmt 2, 3 and over SOAP; the names are SOAP's."),
    row("send.op", "client", f"{_3}.2", "op=1: phones with phone, mccmnc, cost, and status and error for bad ones; "
        "with cost=1 as well. phone as it was given; the costs add up to the whole.", "In fmt 2 and 3."),
    row("send.lists-unseen", "inferred", f"{_3}.2", "Where the lists of op=1 and err=1 stand in fmt 0 and 1 is not "
        "known.", "Nowhere, with a finding."),
    row("send.period", "client", f"{_3}.1", "period (0.1 to 720 hours, 24 usually) and freq (1 to 1440 minutes, 60 "
        "usually, nothing without period) spread a mailing.", "Equal portions of the numbers, in their order, one each "
        "freq minutes (our reading); anything else is error 1."),
    row("send.test-mode", "client", f"{_3}.4", "Virtual sending is switched on in the account: nothing is charged, err "
        "is 200; cost is zero, and missing in the list of op=1. Whether the status goes on is not known.",
        "By switch. Statuses go on as usual, with err 200; over SMPP too.", "test-mode"),
    row("send.rest", "recorded", f"{_3}.2", "/rest/send/ takes JSON and answers JSON without fmt.",
        "A form too. phones may be an array of numbers, list one of its lines (our reading); any other array or "
        "object is error 1 under a name that is read."),
    row("send.errors", "elsewhere", f"{_3}.3", "Errors: ERROR = 7 (invalid number), ID - 1000; 1000,-7 or 0,-9; "
        "<result> with error and error_code; JSON with error, error_code and id.", "Byte for byte."),
    row("send.keeps-id", "elsewhere", f"{_3}.3", "Errors 3, 6, 7 and 8 have an id, the others have none.",
        "A record is made that costs nothing and can be asked for."),
    row("send.some-bad", "recorded", f"{_3}.3", "If only some numbers are bad the send succeeds, and the bad ones get "
        "statuses of their own under the same id.", "They cost nothing; their callbacks go out."),
    row("send.flood", "elsewhere", _8, "More than 50 messages to one number with gaps under 30 s are blocked. What "
        "ends a block is not said.", "Error 8, or a status 23 with err 251 among other numbers; on the sandbox clock. "
        "Those of one list count one by one, a question for the price does not. It is our choice that blocked "
        "attempts belong to the run, so that only a pause of 30 s ends it.", "flood"),
    row("send.ignored", "inferred", f"{_3}.1", "tinyurl, pp, userip, imgcode, smsreq, subj, fileurl, param, "
        "voice.", "Taken and left out of account, with a finding."),
    # status
    row("http-status.form", "elsewhere", _4, "fmt 0: Status = 1, check_time = .., err = 0; fmt 1: status, timestamp, "
        "err; fmt 2: <sms> with a child a line; fmt 3: status, last_date, last_timestamp, flag, err.",
        "These names, in this order, in each of the four."),
    row("http-status.flag", "recorded", _4, "flag is in answers of 2023 and not in those of 2016; err is left out of "
        "JSON where nothing is wrong.", "flag is sent: the type, 0, 1 for flash, 4 HLR, 5 ping, 7 call.", "flag"),
    row("http-status.all", "client", _4, "all=1 and all=2 add members in the documented order; country, operator and "
        "region stand behind phone.", "So; operator_orig (not in fmt 0 and 1) and mccmnc come with all=2. By switch as "
        "a whole answer of 2018 was.", "status-members"),
    row("http-status.many", "elsewhere", _4, "Lists in phone and id; a comma at the end makes one message a list.",
        "In the order asked, with id, and with phone as it was asked, found or not. Lists of different length are "
        "error 1."),
    row("http-status.many-form", "inferred", _4, "The XML and text forms of a list are not known.",
        "<list> of <sms>; a line a message, with id, and phone where the line has none yet."),
    row("http-status.not-found", "recorded", _4, "A message that is not there is no error: status -3, without dates.",
        "So, with id and phone."),
    row("http-status.delete", "elsewhere", _4, "del=1 deletes; the answer is OK in every format.",
        "It cannot be found any more (-3); what was due for it does not come; nothing is paid back."),
    row("status.codes", "client", _4, "Status codes -3 to 25 and delivery errors 0 to 255, with Russian names.",
        "From our states, and a rule's `error`: undelivered 20 (6), expired 3, rejected 23 (252; 22 with 249, 25 with "
        "248, 24 for money), error 20 (255), unknown 20 (245)."),
    row("dates.moscow", "recorded", _4, "Dates of smsc.ru are Moscow time: 18.10.2016 15:34:12 is 1476794052. Those of "
        "smsc.kz were UTC+6 in 2018.", "By the host asked: smsc.kz Almaty's time (UTC+5 since March 2024), all others "
        "UTC+3; or by the account's switch, which callbacks go by too.", "timezone"),
    row("numbers.ranges", "inferred", _12, "Operator, region and network of a number.", "A table of "
        "mobile prefixes of Georgia, Russia, Kazakhstan, Ukraine and Belarus by the operator that they were given to; "
        "regions for some Russian codes. Ported numbers are not known."),
    # balance
    row("balance.answer", "elsewhere", _5, "The bare number in fmt 0 and 1, <balance>, {\"balance\"}; "
        "two digits behind the point.", "Byte for byte."),
    row("balance.currency", "client", _5, "cur=1 adds currency: RUR at smsc.ru, KZT at smsc.kz.",
        "By the host asked (UAH for .ua), or by the account's switch; no credit.", "currency"),
    # callbacks
    row("callback.fields", "client", _6, "POST, form-encoded: id, phone, status, time, ts, err where there is one, "
        "cnt, type, flag, cost, sender, mccmnc, message, country, operator, operator_orig, region, signatures.",
        "In this order."),
    row("callback.form", "elsewhere", _6, "The handler's URL may carry charset (utf-8, koi8-r, windows-1251, which is "
        "the default) and fmt: 2 for XML, 3 for JSON, with which koi8-r is not used.", "So. JSON has all as texts (a "
        "client); XML is <sms> with a child a line (our choice: its names are not known)."),
    row("callback.signatures", "client", _6, "md5 or sha1 of id:phone:status:secret in lower-case hex; the page says "
        "any of several. Some receivers check sha1 alone.", "Both, with the account's callback_secret, over the octets "
        "that are sent. crc32, seen by name alone, by switch: unsigned decimal.", "callback-signatures"),
    row("callback.incoming", "client", _6, "A subscriber's message comes by the same callback: phone, mes, to; signed "
        "over phone:mes:to:secret.", "POST incoming of the control API sends it, with time and ts besides, where there "
        "is a callback_url and no SMPP receiver is bound; a rule's incoming where its message came by HTTP or SOAP. "
        "Numbers are told as digits, however the control API was told them."),
    row("callback.account", "elsewhere", _6, "The handler's URL is set in the account.", "callback_url."),
    row("callback.url-letters", "inferred", _6, "Which letters the handler's URL may have is not known.",
        "Those beyond ASCII go out as escaped octets of UTF-8, those of the host in Punycode."),
    row("callback.which", "inferred", _6, "Which statuses are called back is not known.",
        "Final ones; 0 by switch; one call for a change of the status number.", "report-sent"),
    row("callback.answer", "inferred", _6, "What must be answered is not known; clients answer OK or nothing.",
        "Any 2xx is taken."),
    row("callback.retry", "inferred", _6, "Retries are not known.", "None.", "retry"),
    *_CODES,
)  # fmt: skip
