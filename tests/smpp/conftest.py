"""What the tests of the protocol share: the golden PDUs, a tiny GSM alphabet, and a builder of bodies."""

from pathlib import Path

import pytest

from emulator.smpp import Pdu, decode, encode
from emulator.smpp.pdu_tables import LAYOUTS


def golden() -> dict[str, bytes]:
    """golden.hex: [name], then hex up to the semicolon."""
    found: dict[str, str] = {}
    name = ""
    for line in Path(__file__).with_name("golden.hex").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            found[name] = ""
        elif name:
            found[name] += line.partition(";")[0]
    return {name: bytes.fromhex(octets) for name, octets in found.items()}


GOLDEN = golden()


@pytest.fixture(scope="session")
def frames() -> dict[str, bytes]:
    return GOLDEN


ODD = {"@": 0x00, "$": 0x02, "_": 0x11, "€": 0x1B65}
BACK = {0x00: "@", 0x02: "$", 0x11: "_"}


class TinyGsm:
    """As much of the GSM alphabet as the tests need; the real one lives in another room."""

    def gsm_encode(self, text, /):
        octets = bytearray()
        for sign in text:
            code = ODD.get(sign, ord(sign))
            if code > 0x7F and sign not in ODD:
                return None
            octets += code.to_bytes(2 if code > 0x7F else 1, "big")
        return bytes(octets)

    def gsm_decode(self, octets, /):
        text = octets.replace(b"\x1b\x65", b"\xa4").decode("latin-1").replace("\xa4", "€")
        return "".join(BACK.get(ord(sign), sign) for sign in text)


@pytest.fixture(scope="session")
def gsm() -> TinyGsm:
    return TinyGsm()


SUBMIT = {
    "source_addr": b"Shop",
    "source_addr_ton": 5,
    "destination_addr": b"995555123456",
    "dest_addr_ton": 1,
}


@pytest.fixture
def submit():
    """A good submit_sm that was read, some of its fields changed, and TLVs."""

    def build(*tlvs, command_id=4, **fields):
        known = {field.name for field in LAYOUTS[command_id]}
        said = {name: value for name, value in {**SUBMIT, "short_message": b"hi", **fields}.items() if name in known}
        return decode(encode(Pdu(command_id, 0, 7, said, list(tlvs))))

    return build
