"""The schemas of the YAML files as JSON Schema, for editors that complete and check as one types.

`# yaml-language-server: $schema=vendor.schema.json` at the head of a file names it.
"""

from __future__ import annotations

from typing import Any

from handoff.policy.config import ConfigSchema
from handoff.policy.matters import MatterSchema
from handoff.policy.profiles import ProfileSchema
from handoff.policy.vendors import VendorSchema
from handoff.policy.yamlfile import StrictModel

SCHEMAS: dict[str, type[StrictModel]] = {
    "config": ConfigSchema,
    "matter": MatterSchema,
    "profile": ProfileSchema,
    "vendor": VendorSchema,
}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the kind of file called `name` in `SCHEMAS`.

    Short forms that a validator takes (`- age1...` for `- key: age1...`) are admitted too.
    """
    made = SCHEMAS[name].model_json_schema()
    for field, short in _SHORT.get(name, {}).items():
        wanted = made["properties"][field]
        if "items" in wanted:
            wanted["items"] = {"anyOf": [{"type": short}, wanted["items"]]}
        for key, inner in wanted.get("patternProperties", {}).items():
            wanted["patternProperties"][key] = {"anyOf": [{"type": short}, inner]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


_SHORT: dict[str, dict[str, str]] = {
    "matter": {"parties": "string", "clients": "string"},
    "profile": {"entities": "string"},
    "vendor": {"recipients": "string", "signers": "string"},
}
