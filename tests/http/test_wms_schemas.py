#!/usr/bin/env python3
"""WMS answers over the real program against published schemas that need some framing: feature info in GML 2.1.2, whose feature types
are ours, and SLD 1.1's description of layers, whose schema leans on that of WFS 1.1 for one line."""

import pathlib
import re
import shutil
import subprocess
import tempfile

from support import ROOT, SIDE, SOUTH, STEP, WEST, Server, Skipped, run, test

SCHEMAS = pathlib.Path(ROOT.parent / "shared/schemas").resolve()

# A collection as WFS 1.0 has it, and feature types with the properties that ours have. xmllint wants the schema of GML to be named once.
COLLECTION = """\
<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:gml="http://www.opengis.net/gml" targetNamespace="http://www.opengis.net/wfs">
  <import namespace="http://www.opengis.net/gml"/>
  <element name="FeatureCollection" substitutionGroup="gml:_FeatureCollection">
    <complexType><complexContent><extension base="gml:AbstractFeatureCollectionType"/></complexContent></complexType>
  </element>
</schema>
"""
TYPES = """\
<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:gml="http://www.opengis.net/gml" xmlns:eg="urn:evenground:feature-info"
    targetNamespace="urn:evenground:feature-info" elementFormDefault="qualified">
  <import namespace="http://www.opengis.net/gml" schemaLocation="{gml}"/>
  <complexType name="area"><complexContent><extension base="gml:AbstractFeatureType"><sequence>
    <element name="geometry" type="gml:MultiPolygonPropertyType" minOccurs="0"/>
    {properties}
  </sequence></extension></complexContent></complexType>
  <element name="score.cells" type="eg:area" substitutionGroup="gml:_Feature"/>
  <element name="share.cells" type="eg:area" substitutionGroup="gml:_Feature"/>
</schema>
"""
PROPERTIES = ("layer", "title", "code", "name", "within", "period", "state", "unit", "class", "source", "value", "lower", "upper", "fictional")
BOTH = """\
<schema xmlns="http://www.w3.org/2001/XMLSchema">
  <import namespace="urn:evenground:feature-info" schemaLocation="types.xsd"/>
  <import namespace="http://www.opengis.net/wfs" schemaLocation="collection.xsd"/>
</schema>
"""


def needs_schemas():
    if not shutil.which("xmllint"):
        raise Skipped("xmllint is not installed (libxml2-utils)")
    if not (SCHEMAS / "catalog.xml").is_file():
        raise Skipped("../shared/schemas is not there")


def hold_against(body, files):
    """The document against the last of the files, which may name the others."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (pathlib.Path(folder) / name).write_text(text)
        done = subprocess.run(
            ["xmllint", "--nonet", "--noout", "--schema", str(pathlib.Path(folder) / list(files)[-1]), "-"],
            input=body,
            capture_output=True,
            env={"XML_CATALOG_FILES": (SCHEMAS / "catalog.xml").as_uri(), "PATH": "/usr/bin:/bin"},
        )
    assert done.returncode == 0, done.stderr.decode()[-2000:] + body.decode()[:2000]


def info(server, layers, box, crs):
    query = f"QUERY_LAYERS={layers}&LAYERS={layers}&BBOX={','.join(map(str, box))}&{crs}&WIDTH=120&HEIGHT=120&STYLES="
    answer = server.get(f"/wms?SERVICE=WMS&REQUEST=GetFeatureInfo&{query}&I=60&J=60&X=60&Y=60&INFO_FORMAT=application/vnd.ogc.gml&FEATURE_COUNT=9")
    assert answer.status == 200 and answer["Content-Type"].startswith("application/vnd.ogc.gml"), answer.body[:400]
    return answer.body


GML = {
    "collection.xsd": COLLECTION,
    "types.xsd": TYPES.format(gml=(SCHEMAS / "ogc/gml/2.1.2/feature.xsd").as_uri(), properties="".join(f'<element name="{name}" type="string" minOccurs="0"/>' for name in PROPERTIES)),
    "both.xsd": BOTH,
}
PLACE = (WEST, SOUTH, WEST + SIDE * STEP, SOUTH + SIDE * STEP)


@test("feature info in GML is a valid collection with a box, of one layer and of two, and of nothing")
def _(server):
    needs_schemas()
    for version in ("VERSION=1.1.1&SRS=EPSG:4326", "VERSION=1.3.0&CRS=CRS:84", "VERSION=1.3.0&CRS=EPSG:27700"):
        box = PLACE if "27700" not in version else (454000, 233000, 497000, 302000)
        for layers, n in (("score.cells", 1), ("score.cells,share.cells", 2), ("score.cells,score.cells", 2)):
            body = info(server, layers, box, version)
            assert body.count(b"<gml:featureMember>") == n and body.index(b"<gml:boundedBy>") < body.index(b"<gml:featureMember>"), body[:900]
            hold_against(body, GML)
        nothing = info(server, "score.cells", (1, 1, 2, 2), version)
        assert b"<gml:null>" in nothing and b"featureMember" not in nothing, nothing
        hold_against(nothing, GML)


@test("the box of a collection is that of its features")
def _(server):
    body = info(server, "score.cells,share.cells", PLACE, "VERSION=1.3.0&CRS=CRS:84").decode()
    boxes = re.findall(r"<gml:Box[^>]*><gml:coordinates>([^<]+)<", re.sub(r">\s+<", "><", body))
    assert len(boxes) == 3 and len(set(boxes)) == 1, boxes  # the same cell in both layers


@test("layers are described by SLD 1.1 in 1.3.0 and by the old document in 1.1.1, each in the format that is announced")
def _(server):
    needs_schemas()
    old = server.get("/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=DescribeLayer&LAYERS=score.cells")
    assert old["Content-Type"].startswith("application/vnd.ogc.wms_xml") and b"<WMS_DescribeLayerResponse" in old.body
    new = server.get("/wms?SERVICE=WMS&VERSION=1.3.0&SLD_VERSION=1.1.0&REQUEST=DescribeLayer&LAYERS=score.cells,share.cells")
    assert new["Content-Type"].startswith("text/xml"), new["Content-Type"]
    assert re.findall(r"FeatureTypeName>([^<]+)<", new.body.decode()) == ["score.cells", "share.cells"], new.body
    features = re.search(r'OnlineResource xlink:type="simple" xlink:href="http://[^/]+(/[^"]+)"', new.body.decode())[1]
    assert server.get(features + "/collections/score.cells?f=json").status == 200
    # The published schema, less what it takes from WFS and OWS: the version's form.
    text = (SCHEMAS / "ogc/sld/1.1.0/DescribeLayer.xsd").read_text()
    text = re.sub(r'\s*<xsd:(import namespace="http://www.opengis.net/(gml|wfs|ows)"|include) [^>]*/>', "", text)
    text = text.replace("ows:VersionType", "xsd:string").replace("se/1.1.0/FeatureStyle.xsd", "se/1.1.0/common.xsd")
    hold_against(new.body, {"describe.xsd": text})


if __name__ == "__main__":
    run(Server)
