"""The contract of SMS Center's mail gate (facts, section 11)."""

from emulator.providers.smscenter.contract.http import row

_11 = "docs/providers/smscenter.md, section 11"

MAIL = (
    row("mail.receiver", "elsewhere", _11, "Mails go to send@send.<host>, or straight to the server send.<host>, which "
        "asks for no authorisation; its port is not said.", "With --smtp-port; send@send. of any host, 550 for other "
        "mailboxes. AUTH is not offered, STARTTLS is, by the emulator's authority. No header is asked for."),
    row("mail.line", "elsewhere", _11, "The text is one line: login:psw:id:time,tz:translit,format,sender,test:phones:"
        "mes, or ::list in the place of phones and mes. An empty login makes psw the apikey.",
        "Cut from the left at the first six colons; fields at the end of when and how may be missing. The line break "
        "at the end of the mail is not text."),
    row("mail.format", "client", _11, "format: 0 SMS, 1 flash, 2 WAP push, 3 HLR, 4 and 5 binary, 6 ping, 7 MMS, 8 "
        "e-mail, 9 call, 10 Viber, 11 social networks.", "0, 1, 3, 6 and 9 (with the text code) as over HTTP; what is "
        "left out there is refused here."),
    row("mail.test", "elsewhere", _11, "test=1: a test; what it does is known from its name and one user.",
        "Nothing is sent or charged; the journal says what it would have cost."),
    row("mail.charset", "elsewhere", _11, "The charset is that of Content-Type; without one koi8-r.",
        "So; a name that is no charset counts as none. UTF-8 that names none makes a finding, as do "
        "octets that the charset cannot read. base64 and quoted-printable are undone."),
    row("mail.marked", "elsewhere", _11, "Where plain text cannot be sent the line stands between [text] and [/text].",
        "Looked for in every text of the mail that is not attached; of HTML without its tags."),
    row("mail.size", "elsewhere", _11, "A mail has at most 100 KB.", "102,400 octets; more is 552, and journalled."),
    row("mail.answer", "inferred", _11, "What the gate says of errors is not known: clients read nothing but the 250 "
        "behind DATA.", "250 for every mail; what is wrong with it stands in the journal."),
    row("mail.like-http", "inferred", _11, "Whether limits, money, statuses and callbacks are those of HTTP is not "
        "said.", "They are; an id that the mail does not give is told to nobody. The protocol is smtp."),
)  # fmt: skip
