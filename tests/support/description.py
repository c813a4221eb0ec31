"""docs/openapi.yaml as the judge of what kordond answers: an answer that it does not describe is a fault of one of them."""

import copy
import re
import urllib.parse

import jsonschema
import yaml


class Undescribed(AssertionError):
    """What was answered is not what is described."""


def resolved(document, part):
    while "$ref" in part:
        found = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


class Description:
    def __init__(self, document):
        self.document = document
        self.paths = []  # the more a path says, the earlier
        for path, item in sorted(document["paths"].items(), key=lambda each: -len(re.sub(r"\{[^}]*\}", "", each[0]))):
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path).replace(re.escape("{path}"), ".+"))
            self.paths.append((re.compile(pattern), {verb.upper(): what for verb, what in item.items() if verb != "parameters"}))
        self.event = {"$ref": "#/components/schemas/Event"}
        self.validators = {}

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as stream:
            return cls(yaml.safe_load(stream))

    def changed(self, change):
        """Another one, which change(document) has made differ."""
        document = copy.deepcopy(self.document)
        change(document)
        return Description(document)

    def methods(self, target):
        """What a request's target takes: method -> operation of the path that says most; None: there is no such path."""
        path = urllib.parse.unquote(target.split("?")[0])
        fitting = [methods for pattern, methods in self.paths if pattern.fullmatch(path)]
        return {method: operation for methods in reversed(fitting) for method, operation in methods.items()} if fitting else None

    def response(self, method, target, status):
        methods = self.methods(target)
        operation = (methods or {}).get("GET" if method == "HEAD" else method)
        anywhere = self.document["x-responses-anywhere"]
        if operation is not None and str(status) in operation["responses"]:
            return resolved(self.document, operation["responses"][str(status)])
        if str(status) not in anywhere or (status in (404, 405) and operation is not None) or (status == 405 and methods is None):
            raise Undescribed(f"{method} {target}: status {status} is not described")
        return resolved(self.document, anywhere[str(status)])

    def check(self, method, target, answer):
        """Status, promised headers, type and body of one answer (kordond.Answer)."""
        response = self.response(method, target, answer.status)
        what = f"{method} {target.split('?')[0]}: {answer.status}"
        headers = {name.lower(): value for name, value in answer.headers.items()}
        for name, header in response.get("headers", {}).items():
            promised = header.get("required") or (header.get("x-with-reason") and header["x-with-reason"] == answer.reason)
            if promised and name.lower() not in headers:
                raise Undescribed(f"{what} without {name}")
        if answer.status == 405:
            self.check_allow(target, headers["allow"], what)
        kind = headers.get("content-type", "").split(";")[0]
        if kind not in response["content"]:
            raise Undescribed(f"{what} has the type {kind}")
        if kind == "application/json" and method != "HEAD":
            self.check_value(response["content"][kind]["schema"], answer.json, what)

    def check_allow(self, target, allow, what):
        said = {name.strip() for name in allow.split(",")}
        methods = set(self.methods(target))
        if said != methods | ({"HEAD"} if "GET" in methods else set()):
            raise Undescribed(f"{what} allows {allow}")

    def check_event(self, event):
        """One event of a stream: {"id", "event", "data"}."""
        self.check_value(self.event, event, f"event {event.get('event')}")

    def check_value(self, schema, value, what):
        validator = self.validators.get(id(schema))
        if validator is None:
            resolver = jsonschema.RefResolver.from_schema(self.document, id_of=lambda _: "")
            validator = self.validators[id(schema)] = jsonschema.Draft202012Validator(
                schema, resolver=resolver, format_checker=jsonschema.FormatChecker())
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        if error is not None:
            raise Undescribed(f"{what}: {error.json_path}: {error.message[:500]}")
