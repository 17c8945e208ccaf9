"""The formats of services for a team or for CI, by the schemas that their owners publish."""

import json
from importlib import resources

import jsonschema
import yaml

SCHEMAS = (("compose-spec", "compose"), ("github-workflows", "github-actions"), ("gitlab-ci", "gitlab"))
"""The schema of a format, and the kind of snippet that is written in it."""


def hold_against(schema: str, text: str) -> None:
    """Raises ValidationError for a text that its format would not take."""
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{schema}.json"
    rules = json.loads(vendored.read_text(encoding="utf-8"))
    quoted = text.replace("\non:", "\n'on':")  # YAML 1.1 reads a bare `on` as true
    jsonschema.validators.validator_for(rules)(rules).validate(yaml.safe_load(quoted))
