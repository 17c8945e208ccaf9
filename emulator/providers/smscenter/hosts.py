"""Names under which real clients reach SMS Center, and their ports (docs/providers/smscenter.md, section 13)."""

from emulator.providers.base import Host

_WEB, _SMPP, _SMTP = {80: "http", 443: "http"}, {3700: "smpp", 3443: "smpp_tls"}, {25: "smtp"}

HOSTS = (
    # documented: the site and its twins, with the backup www2; www3 to www5 by the official libraries; www by clients
    *(Host(name, _WEB) for name in (
        "smsc.ru", "www.smsc.ru", "www2.smsc.ru", "www3.smsc.ru", "www4.smsc.ru", "www5.smsc.ru",
        "smsc.kz", "www2.smsc.kz", "smsc.ua", "www2.smsc.ua", "smscentre.com", "www2.smscentre.com",
    )),
    # documented, all clients by 3700; those below .kz and .ua are inferred
    *(Host(f"{name}.{domain}", _SMPP)
      for domain in ("smsc.ru", "smscentre.com", "smsc.kz", "smsc.ua") for name in ("smpp", "smpp2")),
    # documented, for mail
    *(Host(f"send.{domain}", _SMTP) for domain in ("smsc.ru", "smsc.kz", "smsc.ua", "smscentre.com")),
    # resellers under their own names, with the same paths
    *(Host(name, _WEB) for name in (
        "my.smscab.ru", "billing.smstraf.ru", "smsclub24.ru", "smsteam.ru", "my.smsc.dp.ua",
    )),
)  # fmt: skip
