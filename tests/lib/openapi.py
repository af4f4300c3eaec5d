"""proto/openapi.yaml, and whether what is answered is what it says: by jsonschema, for OpenAPI 3.1's schemas are JSON Schema 2020-12."""
import os
import re
import warnings
from datetime import datetime

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from ombud import TOP, check

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # Debian 12's jsonschema has no other resolver
    from jsonschema import RefResolver

PATH = os.path.join(TOP, "proto/openapi.yaml")
formats = FormatChecker()


@formats.checks("date-time", raises=ValueError)
def is_instant(value):
    """RFC 3339, with its offset."""
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", value):
            raise ValueError(value)
        datetime.fromisoformat(value[:19])
    return True


class Description:
    def __init__(self, text=None):
        with open(PATH, encoding="utf-8") as f:
            self.document = yaml.safe_load(text or f.read())
        self.resolver = RefResolver("", self.document)

    def resolve(self, value):
        """The value, or what its $ref names."""
        while isinstance(value, dict) and "$ref" in value:
            value = self.resolver.resolve(value["$ref"])[1]
        return value

    def faults(self, schema, value):
        """What is wrong with the value, each as one line."""
        validator = Draft202012Validator(schema, resolver=self.resolver, format_checker=formats)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(value)]

    def operations(self):
        """(path, method, operation, parameters)"""
        for path, item in self.document["paths"].items():
            for method in ("get", "post"):
                if method in item:
                    yield path, method, item[method], [self.resolve(parameter) for parameter in item[method].get("parameters", [])]

    def content(self, part, media_type):
        found = self.resolve(part).get("content", {})
        check(media_type in found, f"{media_type} is not among {list(found)}")
        return found[media_type]

    def check_answer(self, operation, what, status, media_type, body):
        """An answer that the operation has, of a media type that it has, in its schema's form."""
        responses = operation["responses"]
        check(str(status) in responses, f"{what}: {status} is not among {list(responses)}: {str(body)[:300]}")
        content = self.content(responses[str(status)], media_type.split(";")[0])
        faults = self.faults(content["schema"], body)
        check(not faults, f"{what}: {status}: {faults[:5]}")

    def examples(self):
        """(where, schema, value) of everything that stands as an example."""
        yield from self.examples_below(self.document, "")

    def examples_below(self, value, where):
        if isinstance(value, dict):
            if "schema" in value:
                if "example" in value:
                    yield where, value["schema"], value["example"]
                for name, example in value.get("examples", {}).items():
                    yield f"{where}/{name}", value["schema"], example["value"]
            for name, member in value.items():
                yield from self.examples_below(member, f"{where}/{name}")
        elif isinstance(value, list):
            for place, element in enumerate(value):
                yield from self.examples_below(element, f"{where}/{place}")
