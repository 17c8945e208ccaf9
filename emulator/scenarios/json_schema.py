"""The JSON Schema of a scenario file, for editors."""

from typing import Any

from emulator.scenarios.scenario import Scenario
from emulator.scenarios.vocabulary import Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(vocabulary: Vocabulary | None = None) -> dict[str, Any]:
    """The schema, as data; with a vocabulary it also knows the names of the providers."""
    from msgspec.json import schema as of

    made = {"$schema": DIALECT, "title": "A scenario of sms-emulator", **of(Scenario)}
    if vocabulary is not None:
        names = list(vocabulary.providers)
        made["$defs"]["When"]["properties"]["provider"] = {"enum": [*names, None], "default": None}
        made["$defs"]["Scenario"]["properties"]["accounts"]["propertyNames"] = {"enum": names}
    return made
