#!/usr/bin/python3
"""Checks docs/atlas.schema.json itself, and every atlas.yaml and yaml example of the project against it.

Scalars stay what the program makes of them: a date is text here, as in the program.
"""
import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Loader(yaml.SafeLoader):
    """SafeLoader that leaves dates alone and remembers the line of every mapping."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def line_of(node, path):
    """The line of the node at `path`, or of the innermost one on the way that exists."""
    for key in path:
        if isinstance(node, yaml.MappingNode):
            found = [value for name, value in node.value if name.value == str(key)]
            if not found:
                break
            node = found[0]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = node.value[key]
    return node.start_mark.line + 1


def problems(validator, path):
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    try:
        tree = yaml.compose(text, Loader)
        value = yaml.load(text, Loader)  # Loader is a SafeLoader
    except yaml.YAMLError as error:
        yield f"{name}: {error}"
        return
    for error in sorted(validator.iter_errors(value), key=lambda e: list(map(str, e.path))):
        place = "/".join(map(str, error.path)) or "the document"
        yield f"{name}:{line_of(tree, error.path)}: {place}: {error.message[:300]}"


def main():
    schema_path = ROOT / "docs/atlas.schema.json"
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        print(f"docs/atlas.schema.json: {'/'.join(map(str, error.path))}: {error.message}")
        return 1
    atlases = sorted([*ROOT.glob("geodata/*/atlas.yaml"), *ROOT.glob("docs/**/*atlas*.yaml")])
    found = [line for path in atlases for line in problems(kind(schema), path)]
    print("\n".join(found))
    if found:
        print("remedy: mend the atlas, or the schema where the program accepts more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
