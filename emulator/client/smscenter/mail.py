"""SMS Center by mail: texts to its gate, over smtplib. No mail tells of errors: give an id, and ask for its status."""

import smtplib

from emulator.client.options import check_texts
from emulator.client.references import new_reference
from emulator.client.smscenter.calls import Numbers, listed

GATE = "send@send.smsc.ru"
_FROM = "api@smsc.ru"
_SEPARATORS = ("login", "psw", "sender", "time")


class SmsCenterMail:
    """The mail gate at `host`: login with psw, or psw alone an apikey. `starttls`: encrypt, where the gate can.

    Raises what smtplib raises, and ValueError for what cannot stand in the line.
    """

    def __init__(
        self, login: str, psw: str, *, host: str = "send.smsc.ru", port: int = 25, starttls: bool = False,
        timeout: float = 30.0,
    ) -> None:  # fmt: skip
        self._who = (login, psw)
        self._at = (host, port)
        self._starttls = starttls
        self._timeout = timeout

    def send(
        self, to: Numbers, text: str, *, id: str | int | None = None, sender: str = "", time: str = "0",
        test: bool = False,
    ) -> str:  # fmt: skip
        """Send a text by mail; gives back its id, which status knows over HTTP. `test`: nothing is sent."""
        name = new_reference() if id is None else str(id)
        octets = self.mail(listed(to), text, name, sender, time, test)
        host, port = self._at
        with smtplib.SMTP(host, port, timeout=self._timeout) as gate:
            if self._starttls:
                gate.starttls()
            gate.sendmail(_FROM, GATE, octets)
        return name

    async def send_async(
        self, to: Numbers, text: str, *, id: str | int | None = None, sender: str = "", time: str = "0",
        test: bool = False,
    ) -> str:  # fmt: skip
        """`send` in a thread, for it waits."""
        import asyncio

        return await asyncio.to_thread(self.send, to, text, id=id, sender=sender, time=time, test=test)

    def mail(self, to: list[str], text: str, id: str, sender: str, time: str, test: bool) -> bytes:
        """The mail as it goes behind DATA."""
        login, psw = self._who
        said = dict(zip(_SEPARATORS, (login, psw, sender, time), strict=True))
        check_texts([("text", text), ("id", id), *said.items(), *(("to", one) for one in to)])
        for name, value in {**said, "id": id, **{f"to {one}": one for one in to}}.items():
            if ":" in value or "\n" in value:
                raise ValueError(f"{name} may have neither a colon nor a line break")
        line = f"{login}:{psw}:{id}:{time}:0,0,{sender},{int(test)}:{','.join(to)}:{text}"
        return f'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{line}\n'.encode()
