"""Who may ask: address, login, password. Wrong passwords are counted, and too many block the address for a while."""

import hashlib

from emulator.core.accounts import Account
from emulator.core.engine.checks import CheckContext
from emulator.core.outcomes import Refused
from emulator.core.reasons import Reason


def credential_given(case: CheckContext) -> Refused | None:
    """Login with psw, or apikey."""
    credential = case.command.credential
    if credential is None or (credential.kind == "login" and credential.secret is None):
        return Refused(reason=Reason.KEY_MISSING)
    return None


def account_known(case: CheckContext) -> Refused | None:
    if case.account is not None:
        return None
    credential = case.command.credential
    known = credential.kind == "login"  # a name; any other kind is a secret, and this goes into the log
    problem = f"nobody has the login {credential.name}" if known else f"nobody has this {credential.kind}"
    return Refused(reason=Reason.KEY_UNKNOWN, details={"problem": problem})


def address_open(case: CheckContext) -> Refused | None:
    """The account is not blocked by an admin command, nor the address by wrong passwords."""
    if case.owner.blocked:
        return Refused(reason=Reason.ADDRESS_BLOCKED, details={"problem": "the account is set to blocked"})
    count, window = case.limit("wrong-passwords")
    if count is not None and case.state.windows.within(_blocked(case), case.at - window):
        problem = f"{count} wrong passwords came from {case.command.peer} within a minute"
        return Refused(reason=Reason.ADDRESS_BLOCKED, details={"problem": problem})
    return None


def password_right(case: CheckContext) -> Refused | None:
    """psw is the password, its md5 or its sha1 in lower-case hex, or the apikey. A wrong one is counted."""
    credential = case.command.credential
    if credential.kind != "login" or _fits(case.owner, credential.secret or ""):
        return None
    _count_wrong(case)
    return Refused(reason=Reason.KEY_UNKNOWN, details={"problem": f"the password of {credential.name} is another"})


def address_allowed(case: CheckContext) -> Refused | None:
    allowed, peer = case.owner.allowed_ips, case.command.peer
    if not allowed or peer in allowed:
        return None
    return Refused(reason=Reason.ADDRESS_NOT_ALLOWED, details={"peer": peer, "allowed": ", ".join(allowed)})


def _fits(account: Account, said: str) -> bool:
    password = account.credentials["psw"]
    if said == password:
        return True
    octets = password.encode()
    right = (
        hashlib.md5(octets, usedforsecurity=False).hexdigest(),
        hashlib.sha1(octets, usedforsecurity=False).hexdigest(), account.credentials["apikey"],
    )  # fmt: skip
    return said in right


def _blocked(case: CheckContext) -> str:
    return f"blocked {case.profile.provider} {case.command.peer}"


def _count_wrong(case: CheckContext) -> None:
    """The limit's last wrong password within its window blocks the address for as long."""
    count, window = case.limit("wrong-passwords")
    if count is None:
        return
    key = f"wrong-passwords {case.profile.provider} {case.command.peer}"
    case.count(key)
    if case.state.windows.within(key, case.at - window) >= count:
        case.count(_blocked(case))
