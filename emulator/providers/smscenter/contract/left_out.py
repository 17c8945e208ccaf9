"""What of SMS Center is left out on purpose."""

from emulator.core.profile import Evidence
from emulator.providers.base import Row


def _out(id: str, statement: str, emulator: str, source: str = "section 2") -> Row:
    """`source`: page 001, or a section of docs/providers/smscenter.md."""
    held = source.startswith("page")
    where = source if held else f"docs/providers/smscenter.md, {source}"
    evidence: Evidence = "documented" if held else "elsewhere"
    return Row(f"smscenter.left-out.{id}", statement, where, evidence, emulator, left_out=True)


_ERROR = "Error 1 in the form of fmt once login and address are right; the journal's explanation names the page."

LEFT_OUT = (
    _out("get", "get.php: get_stat, get_price, get_mega_accounts; senders.php but for get.", _ERROR, "section 5"),
    _out("other-products", "Voice, MMS, e-mail, Viber, social networks, Telegram, WhatsApp, WAP push, binary.",
         "Error 1 with an explanation.", "section 3.1"),
    _out("pages", "jobs, phones, templates, op_templates, users, documents, tinyurls, receive_phones, "
         "ping, get_mnp.", _ERROR),
    _out("groups", "phones may name a contact group (G12), an e-mail address, a Telegram nick.", "Malformed: error 7.",
         "section 3.1"),
    _out("commands", "Sending by SMS commands, OMS.", "Not served.", "page 001"),
    _out("contract", "Advertising needs a contract (error 6, err 243); daily limits (err 247, 251); templates (238).",
         "By rule alone.", "section 3.3"),
)  # fmt: skip
