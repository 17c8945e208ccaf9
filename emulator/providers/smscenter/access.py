"""Who may ask: address, login, password. Wrong passwords are counted, and too many block the address for a while."""

import hashlib

from emulator.core.accounts import Account
from emulator.core.engine import checks
from emulator.core.engine.checks import LONGEST, CheckContext
from emulator.core.outcomes import Refused
from emulator.core.reasons import Reason

_WRONG = "wrong-passwords"


def may_ask(case: CheckContext) -> Refused | None:
    """Login with psw, or apikey, of an account; its address is open; psw is the password, its md5 or its sha1 in
    lower-case hex, or the apikey, and a wrong one is counted; the address is allowed; the API is on."""
    credential, account = case.command.credential, case.owner
    if credential is None:
        fault = case.command.fault  # of a body that cannot be read it is not known what it says
        unread = fault is not None and fault.reason == Reason.BODY_UNREADABLE
        return checks.well_formed(case) if unread else Refused(reason=Reason.KEY_MISSING)
    login = credential.kind == "login"  # a name; any other kind is a secret
    if login and credential.secret is None:
        return Refused(reason=Reason.KEY_MISSING)
    if not case.known:  # this goes into the log
        problem = f"nobody has the login {credential.name}" if login else f"nobody has this {credential.kind}"
        return Refused(reason=Reason.KEY_UNKNOWN, details={"problem": problem})
    refused = address_open(case)
    if refused is not None:
        return refused
    if login and credential.secret != account.credentials["psw"] and not _fits(account, credential.secret or ""):
        _count_wrong(case)
        return Refused(reason=Reason.KEY_UNKNOWN, details={"problem": f"the password of {credential.name} is another"})
    if account.allowed_ips and (refused := address_allowed(case)) is not None:
        return refused
    return None if account.api_access else Refused(reason=Reason.API_OFF)


def address_open(case: CheckContext) -> Refused | None:
    """The account is not blocked by an admin command, nor the address by wrong passwords."""
    account = case.owner
    if account.blocked:
        return Refused(reason=Reason.ADDRESS_BLOCKED, details={"problem": "the account is set to blocked"})
    if account.limits_off:
        return None
    windows, key = case.state.windows, f"blocked smscenter {case.command.peer}"
    if key in windows.marks and windows.within(key, case.at - case.profile.limits[_WRONG].span):
        count = case.profile.limit(account, _WRONG)
        problem = f"{count} wrong passwords came from {case.command.peer} within a minute"
        return Refused(reason=Reason.ADDRESS_BLOCKED, details={"problem": problem})
    return None


def address_allowed(case: CheckContext) -> Refused | None:
    allowed, peer = case.owner.allowed_ips, case.command.peer
    if not allowed or peer in allowed:
        return None
    return Refused(reason=Reason.ADDRESS_NOT_ALLOWED, details={"peer": peer, "allowed": ", ".join(allowed)})


def _fits(account: Account, said: str) -> bool:
    octets = account.credentials["psw"].encode()
    right = (
        hashlib.md5(octets, usedforsecurity=False).hexdigest(),
        hashlib.sha1(octets, usedforsecurity=False).hexdigest(), account.credentials["apikey"],
    )  # fmt: skip
    return said in right


def _count_wrong(case: CheckContext) -> None:
    """The limit's last wrong password within its window blocks the address for as long."""
    count = case.profile.limit(case.owner, _WRONG)
    if count is None:
        return
    windows, who = case.state.windows, f"smscenter {case.command.peer}"
    key = f"{_WRONG} {who}"
    windows.mark((key,), case.at, LONGEST)
    if windows.within(key, case.at - case.profile.limits[_WRONG].span) >= count:
        windows.mark((f"blocked {who}",), case.at, LONGEST)
