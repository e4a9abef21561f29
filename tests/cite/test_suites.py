#!/usr/bin/env python3
"""OGC's executable suites from Maven Central against the running program; docs/conformance.md tells what came of it.

Each suite is asked for once a run, the newest version there is, and kept in build/cite. A suite that cannot be brought is a
skip that says so. Suites in TestNG (OGC API) are run by their own command line, with all that they depend on as Maven finds it;
those in CTL (WMS, WMTS) need TEAM Engine, which is looked for in the same way, and are not started by themselves.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from support import ROOT, Server, Skipped, run, test  # noqa: E402

CACHE = ROOT / "build/cite"
GROUP = "org.opengis.cite"
SUITES = {  # name: (controller of a TestNG suite or None, what it is pointed at)
    "ets-wms13": (None, "/wms?SERVICE=WMS&REQUEST=GetCapabilities"),
    "ets-wms11": (None, "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetCapabilities"),
    "ets-wmts10": (None, "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"),
    "ets-ogcapi-features10": ("org.opengis.cite.ogcapifeatures10.TestNGController", "/ogc"),
    "ets-ogcapi-tiles10": ("org.opengis.cite.ogcapitiles10.TestNGController", "/ogc"),
}


def maven(*arguments):
    """Returns (exit status, output); two minutes at most."""
    command = ["mvn", "-B", "-q", f"-Dmaven.repo.local={CACHE / 'repository'}", *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return 1, "Maven did not answer within two minutes"
    return done.returncode, done.stdout


def bring(name):
    """The class path of a suite with all that it needs; skips when Maven Central has it not."""
    if not shutil.which("mvn") or not shutil.which("java"):
        raise Skipped("Maven or Java is not installed")
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pom.xml").write_text(f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>evenground</groupId><artifactId>{name}</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>{GROUP}</groupId><artifactId>{name}</artifactId><version>[0,)</version></dependency>
</dependencies></project>""")
    status, text = maven("-f", str(folder / "pom.xml"), "dependency:build-classpath", f"-Dmdep.outputFile={folder / 'classpath'}")
    if status != 0:
        found = re.search(r"(No versions [^\n]{0,120}|Could not [^\n]{0,200}|Failure to [^\n]{0,200}|Maven did not [^\n]*)", text)
        raise Skipped(f"{GROUP}:{name} cannot be brought: {found[1] if found else text[-300:]}".replace("\n", " "))
    return (folder / "classpath").read_text().strip()


def run_testng(server, controller, classpath, path):
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        properties = pathlib.Path(folder) / "run.xml"
        properties.write_text(f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">
<properties version="1.0"><entry key="iut">http://{server.host}:{server.port}{path}</entry>
<entry key="noofcollections">3</entry></properties>""")
        done = subprocess.run(["java", "-cp", classpath, controller, "-o", folder, str(properties)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400, check=False)
        results = list(pathlib.Path(folder).rglob("testng-results.xml"))
        assert results, done.stdout[-3000:]
        shutil.copy(results[0], CACHE / f"{controller.split('.')[-2]}.xml")
        return ElementTree.parse(results[0]).getroot()


def one(name, controller, path):
    @test(f"{name} finds no fault")
    def _(server):
        classpath = bring(name)
        if not controller:
            raise Skipped("it is written in CTL, for TEAM Engine; start it there with the address of the capabilities")
        root = run_testng(server, controller, classpath, path)
        failed = [f"{method.get('name')}: {method.findtext('.//message', '').strip()[:200]}"
                  for method in root.iter("test-method") if method.get("status") == "FAIL"]
        print(f"# {name}: {root.get('passed')} passed, {root.get('failed')} failed, {root.get('skipped')} skipped")
        assert not failed, "\n".join(failed)


for suite, (its_controller, its_path) in SUITES.items():
    one(suite, its_controller, its_path)

os.makedirs(CACHE, exist_ok=True)
run(Server)
