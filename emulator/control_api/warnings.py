"""What comes to nothing by what a new sandbox or a changed account says: done all the same, and told."""

from collections.abc import Iterable, Iterator

import msgspec

from emulator.core.accounts import AccountPatch
from emulator.net.allowed_targets import Targets
from emulator.sandboxes.sandbox import Sandbox
from emulator.scenarios.scenario import Scenario
from emulator.smpp.credentials import misfit


def about_callbacks(sandbox: Sandbox, providers: Iterable[str], targets: Targets) -> Iterator[str]:
    """Callbacks that will not be sent; names are looked up when they are."""
    for name in providers:
        why = targets.foreseen(sandbox.account(name).callback_url)
        if why:
            yield f"callbacks of {name} will not be sent: {why}"


def about_accounts(before: Scenario, now: Scenario) -> Iterator[str]:
    """What the scenario before has made of accounts, and this one says nothing of."""
    for provider, patch in before.accounts.items():
        said = msgspec.to_builtins(now.accounts.get(provider, AccountPatch()))
        left = [name for name in msgspec.to_builtins(patch) if name not in said]
        if left:
            yield (f"{', '.join(left)} of {provider} stay as {before.name or 'the scenario before'} has made them: "
                   "PATCH the account, or make the sandbox anew")  # fmt: skip


def about_binds(sandbox: Sandbox) -> Iterator[str]:
    """Credentials that no SMPP client can say in a bind."""
    for name, provider in sandbox.providers.items():
        face, credentials = provider.smpp, sandbox.account(name).credentials
        if face is None:
            continue
        for field, word in face.credentials.items():
            why = misfit(field, credentials[word])
            if why:
                other = provider.credential_aliases.get(word)
                same = f" (its {other})" if other and credentials[other] == credentials[word] else ""
                yield (f"nobody can bind to {name} over SMPP: accounts.{name}.{word}{same} is not valid there: {why}; "
                       f"over HTTP it serves [{face.credentials_row}]")  # fmt: skip
