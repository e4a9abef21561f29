#!/usr/bin/python3
"""MapServer: as another hand that draws the same file in the same classes, and as a client that cascades our WMS."""

from clients import BOXES, HARD, LAYER, PLAIN, SIZE, County, compare, get_map, picture, run, served, test
from mapserver_tools import hard, mapfile, own_file, theirs


def cascade(server, version, crs):
    return mapfile(server, f"""LAYER
 NAME "areas"
 TYPE RASTER
 STATUS ON
 CONNECTIONTYPE WMS
 CONNECTION "{server.address}/wms?"
 PROJECTION "init={crs.lower()}" END
 METADATA
  "wms_title" "areas"
  "wms_srs" "{crs}"
  "wms_name" "{LAYER}"
  "wms_style" "{PLAIN}"
  "wms_server_version" "{version}"
  "wms_format" "image/png"
  "wms_connectiontimeout" "30"
 END
END""")


def one_cross_check(version, crs):
    @test(f"WMS {version} in {crs} and MapServer's picture of the same file differ along borders alone, by at most a pixel")
    def _(server):
        ours = get_map(server, version, crs, BOXES[crs], style=HARD)
        wanted = hard(theirs(server, own_file(server), version, crs, BOXES[crs], times=7), 7)
        compare(f"mapserver {version} {crs}", wanted, ours, mean=1, share=0.005, shift=0.1, away=0)


for one in ("1.1.1", "1.3.0"):
    for system in ("EPSG:3857", "EPSG:4326", "EPSG:27700") + (("CRS:84",) if one == "1.3.0" else ()):
        one_cross_check(one, system)


@test("latitude first in WMS 1.3.0 and longitude first in 1.1.1 and CRS:84 name the same box of degrees")
def _(server):
    served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
    box = BOXES["EPSG:4326"]
    first = get_map(server, "1.1.1", "EPSG:4326", box)
    for version, crs in (("1.3.0", "EPSG:4326"), ("1.3.0", "CRS:84")):
        assert (get_map(server, version, crs, box) == first).all(), f"{version} {crs} differs from 1.1.1 EPSG:4326"


def one_cascade(version, crs):
    @test(f"MapServer cascades our WMS {version} in {crs}")
    def _(server):
        served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
        # MapServer asks for square pixels and resamples them itself where its own are not.
        box = (-1.15, 51.85, -0.85, 52.15) if crs == "EPSG:4326" else BOXES[crs]
        got = picture(theirs(server, cascade(server, version, crs), "1.3.0", crs, box))
        compare(f"cascade {version} {crs}", server.draw(crs, box, SIZE), got)


for one in ("1.1.1", "1.3.0"):
    for system in ("EPSG:3857", "EPSG:4326", "EPSG:27700"):
        one_cascade(one, system)

run(County)
