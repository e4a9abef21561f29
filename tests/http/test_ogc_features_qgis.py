#!/usr/bin/env python3
"""QGIS as a client of OGC API - Features: all features over its pages, those in a box, fields and their types. PyQGIS runs without a
screen, in a Python of its own; skips where it is not installed."""

import json
import os
import subprocess
import sys
import textwrap

sys.dont_write_bytecode = True
from support import SIDE, SLOW, SOUTH, STEP, WEST, Server, run, test

PYTHON = "/usr/bin/python3"
ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": "/tmp"}

SCRIPT = """
import json, sys
from qgis.core import *
application = QgsApplication([], False)
application.initQgis()
base, collection, page = sys.argv[1:4]
layer = QgsVectorLayer(f"url='{base}/ogc' typename='{collection}' pageSize='{page}'", "layer", "OAPIF")
found = {"valid": layer.isValid(), "fields": {f.name(): f.typeName() for f in layer.fields()}, "crs": layer.crs().authid()}
found["codes"] = sorted(f.attribute("code") for f in layer.getFeatures()) if "code" in found["fields"] else []
found["n"] = sum(1 for f in layer.getFeatures())
box = QgsRectangle(*[float(number) for number in sys.argv[4].split(",")])
layer = QgsVectorLayer(f"url='{base}/ogc' typename='{collection}' pageSize='{page}'", "layer", "OAPIF")
found["in_box"] = sorted(f.id() for f in layer.getFeatures(QgsFeatureRequest().setFilterRect(box)))
found["n_in_box"] = len(found["in_box"])
layer = QgsVectorLayer(f"url='{base}/ogc' typename='{collection}' pageSize='{page}'", "layer", "OAPIF")
if len(sys.argv) > 5:
    found["filtered"] = layer.setSubsetString(sys.argv[5]) and sorted(f.attribute("code") for f in layer.getFeatures())
print(json.dumps(found))
"""


def has_qgis():
    try:
        return subprocess.run([PYTHON, "-c", "import qgis.core"], env=ENVIRONMENT, capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def ask(server, collection, page, box, *filters):
    path = server.folder / "script.py"
    path.write_text(textwrap.dedent(SCRIPT))
    arguments = [f"http://127.0.0.1:{server.port}", collection, str(page), ",".join(str(number) for number in box), *filters]
    done = subprocess.run([PYTHON, path, *arguments], env=ENVIRONMENT, timeout=120 * SLOW, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stdout + done.stderr[-2000:]
    return json.loads(lines[-1])


@test("QGIS reads every area over several pages, with codes, values and states")
def _(server):
    middle = WEST + 2.5 * STEP, SOUTH + 3.5 * STEP
    found = ask(server, "score.cells", 13, (*middle, middle[0] + STEP, middle[1] + STEP))
    assert found["valid"], found
    assert found["codes"] == [f"C{i:02}{j:02}" for i in range(SIDE) for j in range(SIDE)], len(found["codes"])
    assert found["fields"]["value"] == "Real" and found["fields"]["state"] == "String", found["fields"]
    assert found["n_in_box"] == 4, found


@test("a filter of QGIS's dialogue leaves the areas that it means, over several pages")
def _(server):
    found = ask(server, "score.cells", 13, (WEST, SOUTH, WEST + STEP, SOUTH + STEP), '"value" > 60 AND "name" LIKE \'Cell 1%\'')
    numbers = {f"C{n // SIDE:02}{n % SIDE:02}": n * 53 % 100 for n in range(SIDE * SIDE)}  # of the latest period
    wanted = [code for code, number in numbers.items() if number > 60 and f"{int(code[1:3])}".startswith("1")]
    assert found["filtered"] == wanted and wanted, found["filtered"]


@test("QGIS reads the directory's entries")
def _(server):
    found = ask(server, "coalitions", 7, (WEST, SOUTH, WEST + 0.1, SOUTH + 0.1))
    assert found["valid"] and found["n"] == 40 and found["n_in_box"] == 2, found


if has_qgis():
    run(Server)
else:
    print("1..0 # SKIP PyQGIS is not installed (python3-qgis)")
