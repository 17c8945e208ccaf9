"""HLR and ping (facts, 4): questions to the network about a number. What no source can know of a made-up subscriber
(IMSI, exchange) is invented: by the sandbox's seed and the number alone, so that it stays the same."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote_plus

import msgspec

from emulator.core.engine.checks import CheckContext
from emulator.core.messages import MessageKind
from emulator.core.statuses import Status
from emulator.providers.number_ranges import COUNTRIES, IN_ENGLISH, OPERATORS
from emulator.providers.smscenter.parameters import Parameters
from emulator.providers.smscenter.phone_numbers import place_of

LOOKUPS = ("hlr", "ping")
BY_TEXT: dict[str, MessageKind] = {"__HLR__": "hlr", "__PING__": "ping", "§§HLR§§": "hlr", "§§PING§§": "ping"}
"""The texts that ask for them over SMPP (facts, 7). ASCII's underscore is § to who reads it as GSM: many clients put
ASCII there as it is."""
SENDER = "HLR"
"""What stands as the sender of an HLR request."""
NO_SUBSCRIBER = 1
"""The delivery error of a number that nobody has: then there is no network to tell of."""
_NAMES = ("imsi", "msc", "mcc", "mnc", "cn", "net", "rcn", "rnet")
_BEFORE: tuple[Status, ...] = ("scheduled", "pending", "sent")
_SALT = "salt"


def problem(parameters: Parameters) -> str:
    """Why such a question cannot be asked, or ""."""
    return "hlr and ping go with phones, not with list [smscenter.hlr.send]" if parameters.get("list") else ""


def keep_salt(case: CheckContext) -> None:
    """The message keeps what its invented values are made of."""
    command = case.command
    salt = format(int(case.state.chance.lot("lookups") * 2**48), "x")
    case.command = msgspec.structs.replace(command, extra={**command.extra, _SALT: salt})


def sender_of(kind: MessageKind, sender: str) -> str:
    """What is told as a message's sender."""
    return SENDER if kind == "hlr" else sender


def network(
    kind: MessageKind, to: str, operator: str, status: Status, error: int, extra: Mapping[str, str]
) -> dict[str, str]:  # fmt: skip
    """What an HLR request found out: nothing before it is answered; of a number that nobody has, empty texts.
    `operator`: the network that a rule named, to which the number was ported."""
    if kind != "hlr" or status in _BEFORE:
        return {}
    if error == NO_SUBSCRIBER:
        return dict.fromkeys(_NAMES, "")
    return dict(_subscriber(to, operator, extra.get(_SALT, "")))


@lru_cache(maxsize=512)
def _subscriber(to: str, operator: str, salt: str) -> dict[str, str]:
    place = place_of(to)
    net = operator or place.operator
    mccmnc = _code_of(net, to) or place.mccmnc
    mcc, mnc = mccmnc[:3], mccmnc[3:]
    digits = str(int.from_bytes(blake2b(f"{salt} {to}".encode(), digest_size=8).digest())).rjust(20, "0")
    exchange = str(int.from_bytes(blake2b(f"{salt} {net}".encode(), digest_size=8).digest())).rjust(20, "0")
    prefix = next((code for code in sorted(COUNTRIES, key=len, reverse=True) if to.startswith(code)), to[:1])
    imsi = f"{mccmnc}{digits}"[:15] if mccmnc else ""
    msc = f"{prefix}9{exchange}"[:11] if mccmnc else ""
    return dict(zip(_NAMES, (imsi, msc, mcc, mnc, place.country, net, "", ""), strict=True))


def line_of(found: Mapping[str, str]) -> str:
    """What `network` found as the receipt of an HLR request has it over SMPP: urlencoded, what is not known empty."""
    said = {**found, "cn": IN_ENGLISH.get(found.get("cn", ""), "")}
    return " ".join(f"{name}:{quote_plus(said.get(name, ''))}" for name in _NAMES)


def _code_of(net: str, to: str) -> str:
    """The network code of an operator in the number's country, by its name."""
    return next(
        (one.mcc + one.mnc for code, one, _ in OPERATORS if one.name.lower() == net.lower() and to.startswith(code)), ""
    )
