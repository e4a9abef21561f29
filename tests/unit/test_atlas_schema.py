#!/usr/bin/python3
"""docs/atlas.schema.json, docs/atlas.md and the program agree: about the example, about what the page shows and about every
case of atlas_cases.txt, which test_atlas_cases.c holds against the program. Prints TAP."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    sys.exit(0)


class Loader(yaml.SafeLoader):
    """Scalars as in YAML 1.2's core schema, which is what the program reads."""


CORE = [
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
]
Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in CORE:
    starts = list(first) + ([""] if tag == "null" else [])
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), starts)
# 01001 is a number of YAML 1.2, not an octal one.
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node), 10))

ADDED = {
    "evenground": "1",
    "title": "T",
    "boundaries": """
- {id: a, title: A, source: a.gpkg, key: code}
- {id: b, title: B, dissolve: {of: a, column: bcode}}
- {id: c, title: C, source: c.gpkg, key: code}""",
    "tables": """
- {id: t, source: t.csv, key: code, boundaries: a, period: 2019}
- {id: u, source: u.csv, key: code}""",
}


def complete(body):
    """The atlas with the top-level keys that it lacks."""
    for key, value in ADDED.items():
        if not re.search(rf"^{key}:", body, re.MULTILINE):
            body += f"{key}: {value}\n"
    return body


def page_examples():
    """What docs/atlas.md shows of whole sections, as cases."""
    page = (ROOT / "docs/atlas.md").read_text(encoding="utf-8")
    for number, block in enumerate(re.findall(r"^```yaml\n([a-z].*?)^```", page, re.MULTILINE | re.DOTALL), 1):
        yield f"example {number} of atlas.md fulfils the schema", False, complete(block)


def undocumented_keys(schema):
    """Keys of the schema that docs/atlas.md does not mention."""
    page = (ROOT / "docs/atlas.md").read_text(encoding="utf-8")
    keys, waiting = set(), [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict):
                keys.update(node["properties"])
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return sorted(key for key in keys if not re.search(rf"\b{key}\b", page))


def cases():
    """(name, whether the schema must refuse it, yaml) of every case."""
    text = (ROOT / "tests/unit/atlas_cases.txt").read_text(encoding="utf-8")
    for block in re.split(r"\n\n(?=#: )", text)[1:]:
        lines = block.split("\n")
        header = [line[3:] for line in lines if line.startswith("#: ")]
        body = "\n".join(line for line in lines if not line.startswith("#: ")).replace(">>", "") + "\n"
        refuses = header[1] != "ok" and "schema accepts" not in header
        yield header[0], refuses, complete(body)


def main():
    schema = json.loads((ROOT / "docs/atlas.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    example = (ROOT / "docs/atlas.example.yaml").read_text(encoding="utf-8")
    todo = [("the example fulfils the schema", False, example), *page_examples(), *cases()]
    print(f"1..{len(todo) + 1}")
    unknown = undocumented_keys(schema)
    failed = 1 if unknown else 0
    print(f"{'not ok' if unknown else 'ok'} {len(todo) + 1} - atlas.md mentions every key{': not ' if unknown else ''}"
          + ", ".join(unknown))
    for number, (name, refuses, text) in enumerate(todo, 1):
        error = next(validator.iter_errors(yaml.load(text, Loader)), None)  # Loader is a SafeLoader
        if (error is not None) == refuses:
            print(f"ok {number} - {name}")
            continue
        failed += 1
        print(f"not ok {number} - {name}")
        print(f"# {'the schema accepts it' if error is None else error.json_path + ': ' + error.message[:200]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
