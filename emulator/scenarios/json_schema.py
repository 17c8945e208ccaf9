"""The JSON Schema of a scenario file, for editors: what the checker (validation.py) refuses it refuses too, as far as a
schema can: it compares no two values, reads no regular expression, no URL and no address, and follows no `extends`."""

from collections.abc import Iterable
from typing import Any

from emulator.core.profile import Switch
from emulator.scenarios.contradictions import OF_HTTP, OF_SMPP
from emulator.scenarios.rule_validation import BY_PROVIDER, HOLDS_FOR, OF_A_MESSAGE
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.vocabulary import ProviderWords, Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Json = dict[str, Any]

_ABSENT: Json = {"enum": [None, False]}
_COUNTS = ("nth", "first", "every", "rate", "probability")
_BY_CHOICES: dict[str, Json] = {
    "seconds": {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 604_800}, "maxItems": 50},
    "number": {"type": "integer", "minimum": 0, "maximum": 86_400},
    "text": {"type": "string", "maxLength": 1000},
    "hours": {"type": "number", "minimum": -12, "maximum": 14},
    "zone": {"anyOf": [{"type": "number", "minimum": -12, "maximum": 14}, {"const": "host"}]},
}  # fmt: skip


def schema(vocabulary: Vocabulary | None = None) -> Json:
    """The schema, as data; with a vocabulary it also knows providers, protocols, operations, codes, switches."""
    from msgspec.json import schema as of

    made: Json = {"$schema": DIALECT, "title": "A scenario of sms-emulator", **of(Scenario)}
    _within_one_value(made["$defs"])
    if vocabulary is not None:
        _with_words(made["$defs"], vocabulary)
    return made


def _within_one_value(parts: Json) -> None:
    """What excludes one another in a single mapping."""
    parts["Refuse"]["oneOf"] = [_given("code"), _given("reason")]
    parts["Plan"]["not"] = {**_given("refuse"), "properties": {"accept": {"const": True}, "refuse": {"not": _ABSENT}},
                            "required": ["accept", "refuse"]}  # fmt: skip
    parts["Reply"]["allOf"] = [
        *(_not_both(one, other) for one, other in (("fault", "status"), ("fault", "command_status"),
                                                   ("status", "command_status"), ("fault", "body"))),
        {"not": {"properties": {"fault": {"not": _ABSENT}, "headers": {"type": "object", "minProperties": 1}},
                 "required": ["fault", "headers"]}},
        {"if": _given("taken"),
         "then": {"anyOf": [_given("status"), _given("command_status")]}},
    ]  # fmt: skip
    reports = parts["Reports"]
    reports["allOf"] = [
        {"if": {"properties": {"signed": {"const": True}}, "required": ["signed"]},
         "then": {"properties": {"with": {"minProperties": 1}}, "required": ["with"]}},
        {"not": {"properties": {"twice": {"const": True}, "times": {"type": "integer"}},
                 "required": ["twice", "times"]}},
        {"if": {"properties": {"never": {"const": True}}, "required": ["never"]},
         "then": {"properties": {name: {"enum": [None, False, 0, [], {}, "normal"]} for name in reports["properties"]
                                 if name != "never"}}},
    ]  # fmt: skip
    when = parts["When"]
    when["if"] = _given("per")
    when["then"] = {"anyOf": [_given(name) for name in _COUNTS]}
    parts["Amounts"]["anyOf"] = [_given("from"), _given("to")]
    parts["AccountPatch"]["properties"]["stoplist"] = {
        "type": "array", "items": {"type": "string", "pattern": "^[^*]*[0-9][^*]*$"}
    }  # fmt: skip


def _with_words(parts: Json, vocabulary: Vocabulary) -> None:
    names = list(vocabulary.providers)
    keys = parts["When"]["properties"]
    keys["provider"] = {"enum": [*names, None], "default": None}
    keys["protocol"] = {"enum": [*vocabulary.protocols, None], "default": None}
    keys["operation"] = {"enum": [*vocabulary.operations, None], "default": None}
    for name, words in vocabulary.providers.items():
        parts[f"Account_{name}"] = {
            "allOf": [{"$ref": "#/$defs/AccountPatch"}, {"properties": _names(words)}]
        }  # fmt: skip
    parts["Scenario"]["properties"]["accounts"] = {
        "type": "object", "properties": {name: {"$ref": f"#/$defs/Account_{name}"} for name in names},
        "additionalProperties": False,
    }  # fmt: skip
    parts["RuleSpec"]["allOf"] = [*_of_rules(vocabulary)]


def _of_rules(vocabulary: Vocabulary) -> Iterable[Json]:
    """What may stand in a rule where its `when` says which calls it speaks of."""
    unnamed = {key: {"not": {"type": "object"}} for key in BY_PROVIDER}
    yield {"if": {"not": _when(provider=None)},
           "then": _then(refuse={"not": _given("code")}, account={"properties": unnamed})}  # fmt: skip
    yield {"if": _when(protocol=["smpp"]),
           "then": {"allOf": [_fault_is_none_of(OF_HTTP), _then(reports={"properties": {"fault": {"type": "null"}}})]}}
    yield {"if": _when(protocol=[one for one in vocabulary.protocols if one != "smpp"]), "then": _NO_SMPP}
    for operation in vocabulary.operations:
        keys = {key: {"enum": [None]} for key, holds in HOLDS_FOR.items() if operation not in holds}
        bare: Json = {"properties": {"when": {"properties": keys}}}
        if operation != "send":
            bare["properties"]["then"] = {"properties": dict.fromkeys(OF_A_MESSAGE, _ABSENT)}
        said = vocabulary.said(operation)
        yield {"if": _when(operation=[operation]), "then": bare}
        if said:
            yield {"if": {**_when(operation=[operation]), "not": _when(provider=None)},
                   "then": _then(refuse={"properties": {"reason": {"enum": [*said, None]}}})}  # fmt: skip
    for name, words in vocabulary.providers.items():
        yield {"if": _when(provider=[name]), "then": {"allOf": [*_of_provider(name, words)]}}


def _of_provider(name: str, words: ProviderWords) -> Iterable[Json]:
    yield {"properties": {"when": {"properties": {"operation": {"enum": [*words.operations, None]}}}}}
    if words.protocols:
        yield {"properties": {"when": {"properties": {"protocol": {"enum": [*words.protocols, None]}}}}}
        if "smpp" not in words.protocols:
            yield _NO_SMPP
    yield _then(account={"$ref": f"#/$defs/Account_{name}"})
    if not words.incoming:
        yield _then(incoming={"type": "null"})
    yield {"if": {"not": _when(operation=None)}, "then": _refuses(words, None)}
    for operation in words.operations:
        yield {"if": _when(operation=[operation]), "then": _refuses(words, operation)}


def _refuses(words: ProviderWords, operation: str | None) -> Json:
    """With what a provider may refuse."""
    may: Json = {"code": {"enum": [*words.codes(operation), None]}}
    if words.said(operation):
        may["reason"] = {"enum": [*words.said(operation), None]}
    return _then(refuse={"properties": may})


def _names(words: ProviderWords) -> Json:
    """Of an account: its switches, limits and prices."""
    limits = {"type": "object", "propertyNames": {"enum": list(words.limits)}}
    return {
        "switches": {
            "properties": {name: _choices(switch) for name, switch in words.switches.items()},
            "additionalProperties": False,
        },
        "limits": {"anyOf": [{"const": "off"}, limits]},
        "prices": {"propertyNames": {"enum": list(words.prices)}},
    }


def _choices(switch: Switch) -> Json:
    if isinstance(switch.choices, tuple):
        return {"enum": list(switch.choices)}
    return _BY_CHOICES[switch.choices]


def _given(name: str) -> Json:
    """The key is there, and not null."""
    return {"properties": {name: {"not": {"type": "null"}}}, "required": [name]}


def _not_both(one: str, other: str) -> Json:
    return {"not": {"allOf": [_given(one), _given(other)]}}


def _when(**keys: Iterable[str] | None) -> Json:
    """The rule's `when` has these keys, with one of these values (None: any)."""
    wanted = {name: {"not": {"type": "null"}} if values is None else {"enum": list(values)}
              for name, values in keys.items()}  # fmt: skip
    return {"properties": {"when": {"properties": wanted, "required": list(keys)}}, "required": ["when"]}


def _then(**keys: Json) -> Json:
    """What stands under these keys of the rule's `then`, where it is a mapping."""
    return {"properties": {"then": {"properties": keys}}}


def _fault_is_none_of(words: Iterable[str]) -> Json:
    return _then(reply={"properties": {"fault": {"not": {"enum": list(words)}}}})


_NO_SMPP: Json = {"allOf": [
    _fault_is_none_of(OF_SMPP),
    _then(reply={"properties": {"command_status": {"type": "null"}}}),
    _then(reports={"properties": {"form": {"maxItems": 0}}}),
]}  # fmt: skip
