"""Loaded by a Python program that `sms-emulator run` or `env` leads here; what the user's own sitecustomize does is
done as well. Needs nothing but the standard library, of whatever version the program runs on."""

import json
import os
import sys


def _lead() -> None:
    said = json.loads(os.environ.get("SMS_INTERCEPT") or "{}")
    if said.get("hosts"):
        from sms_emulator_lookups import lead  # type: ignore[import-not-found]

        lead(said["hosts"], said.get("ports", {}))


def _users_own() -> None:
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = os.path.dirname(os.path.abspath(__file__))
    others = [path for path in sys.path if os.path.abspath(path or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_lead()
_users_own()
