#!/usr/bin/env python3
"""Metadata records (ISO 19139): where they are named, how they are kept, and that elements come as the schema has them.

The schemas of ISO 19139 themselves are not among those that the tests have (../shared/schemas), so the order of elements is held against
what is written down here."""

import sys
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
from ogc_support import LAYER, OgcServer, rel
from support import run, test

GMD, GCO, GML = ("http://www.isotc211.org/2005/gmd", "http://www.isotc211.org/2005/gco", "http://www.opengis.net/gml/3.2")
RECORD = "/metadata/score.cells.xml"

# What follows what in the types that we use: the sequences of ISO 19139:2007, shortened to what may occur here.
ORDER = {
    "MD_Metadata": "fileIdentifier language characterSet hierarchyLevel contact dateStamp metadataStandardName metadataStandardVersion"
                   " referenceSystemInfo identificationInfo distributionInfo dataQualityInfo",
    "MD_DataIdentification": "citation abstract credit pointOfContact graphicOverview descriptiveKeywords resourceConstraints"
                             " spatialRepresentationType language characterSet topicCategory extent",
    "CI_Citation": "title date edition identifier",
    "CI_ResponsibleParty": "organisationName contactInfo role",
    "CI_Contact": "address onlineResource",
    "CI_OnlineResource": "linkage protocol name description function",
    "MD_BrowseGraphic": "fileName fileType",
    "MD_Keywords": "keyword type",
    "MD_LegalConstraints": "useLimitation useConstraints otherConstraints",
    "EX_Extent": "geographicElement temporalElement",
    "EX_GeographicBoundingBox": "westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude",
    "TimePeriod": "description beginPosition endPosition",
    "MD_Distribution": "distributionFormat transferOptions",
    "MD_Format": "name version",
    "DQ_DataQuality": "scope lineage",
    "LI_Lineage": "statement processStep source",
}
REQUIRED = {
    "MD_Metadata": {"contact", "dateStamp", "identificationInfo"},
    "MD_DataIdentification": {"citation", "abstract", "language"},
    "CI_Citation": {"title", "date"},
    "CI_ResponsibleParty": {"role"},
    "CI_OnlineResource": {"linkage"},
    "MD_Keywords": {"keyword"},
    "MD_BrowseGraphic": {"fileName"},
    "MD_Format": {"name", "version"},
    "DQ_DataQuality": {"scope"},
    "EX_GeographicBoundingBox": set(ORDER["EX_GeographicBoundingBox"].split()),
}


def local(element):
    return element.tag.split("}")[1]


def record(server, path=RECORD):
    answer = server.get(path)
    assert answer.status == 200 and answer["Content-Type"] == "text/xml", (answer.status, answer["Content-Type"])
    return ET.fromstring(answer.body)


@test("every element stands where the schema has it, and none that it wants is missing")
def _(server):
    root = record(server)
    assert root.tag == f"{{{GMD}}}MD_Metadata"
    for element in root.iter():
        names = [local(child) for child in element]
        if local(element) not in ORDER:
            assert len(names) <= 1 or local(element) == "MD_DigitalTransferOptions", (local(element), names)
            continue
        order = ORDER[local(element)].split()
        assert [order.index(name) for name in names] == sorted(order.index(name) for name in names), (local(element), names)
        assert REQUIRED.get(local(element), set()) <= set(names), (local(element), names)
    ids = [element.get(f"{{{GML}}}id") for element in root.iter(f"{{{GML}}}TimePeriod")]
    assert len(ids) == 3 and len(set(ids)) == 3, ids


@test("the record says the box, the periods, the terms and the ways to the data, and its links work")
def _(server):
    root = record(server)
    text = {local(e): float(e[0].text) for e in root.iter() if local(e).endswith(("Longitude", "Latitude"))}
    assert abs(text["westBoundLongitude"] + 1.2) < 1e-5 and abs(text["northBoundLatitude"] - 52.6) < 1e-5, text
    begins = [element.text for element in root.iter(f"{{{GML}}}beginPosition")]
    assert begins == ["2020-01-01", "2020-01-01", "2021-01-01"], begins
    terms = [e[0].text for e in root.iter(f"{{{GMD}}}otherConstraints")]
    assert terms == [f"Licence of the {of}: not stated" for of in ("figures", "boundaries", "atlas")], terms
    links = [element.text for element in root.iter(f"{{{GMD}}}URL")]
    assert len(links) == 9, links
    for link in links:
        path = server.path_of(link)
        answer = server.get(path + "request=GetCapabilities&service=WMS" if path.endswith("?") else path)
        assert answer.status == 200, (link, answer.status)
    preview = root.find(f".//{{{GMD}}}fileName")[0].text
    assert server.get(server.path_of(preview))["Content-Type"] == "image/png"
    systems = [e[0].text for e in root.iter(f"{{{GMD}}}code") if e[0].text.startswith("http")]
    assert systems[0] == "http://www.opengis.net/def/crs/EPSG/0/4326" and len(set(systems)) == len(systems) >= 4, systems


@test("WMS, WMTS and OGC API name the record, and each address is that of the record")
def _(server):
    record_of = f"{server.base}{RECORD}"
    for version, kind in (("1.1.1", "TC211"), ("1.3.0", "ISO19115:2003")):
        body = server.get(f"/wms?service=WMS&version={version}&request=GetCapabilities").body.decode()
        assert f'<MetadataURL type="{kind}"><Format>text/xml</Format>' in body, version
        assert f'xlink:href="{record_of}"' in body, version
    body = server.get("/wmts/1.0.0/WMTSCapabilities.xml").body.decode()
    assert f'<ows:Metadata xlink:type="simple" xlink:href="{record_of}"/>' in body
    assert rel(server.document(LAYER + "?f=json"), "describedby", "text/xml")["href"] == record_of


@test("a record is kept like other documents: entity tag, 304, packed; an unknown layer is 404")
def _(server):
    answer = server.get(RECORD)
    assert answer["Cache-Control"] == "public, max-age=60" and answer["Access-Control-Allow-Origin"] == "*"
    assert server.get(RECORD, {"If-None-Match": answer["ETag"]}).status == 304
    assert server.get(RECORD, {"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"
    server.get("/metadata/nothing.xml").problem(404, "layer")
    assert server.get("/metadata/score.cells.json").status == 404


run(OgcServer)
