#!/usr/bin/python3
"""GDAL's WMS, WMTS, TMS, OAPIF, OGCAPI and MVT drivers, by its programs."""

import json

import newer_gdal
from clients import BOXES, LAYER, OUT, PLAIN, SIZE, County, ROOT, Skipped, compare, fetch, grid_box, picture, run, served, test
from gdal_tools import call, translated, wms_file


@test("gdalinfo lists every layer of the WMS from its capabilities")
def _(server):
    served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
    for version in ("1.1.1", "1.3.0"):
        found = json.loads(call("gdalinfo", "-json", f"WMS:{server.address}/wms?VERSION={version}"))
        text = json.dumps(found["metadata"]["SUBDATASETS"])
        for layer in (LAYER, "deprivation.district", "smoking.neighbourhood", "type.neighbourhood"):
            assert layer in text, f"{version}: {layer} is not among {text[:2000]}"


def one_wms(version, crs):
    @test(f"gdal_translate draws WMS {version} in {crs} as the program does")
    def _(server):
        served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
        got = translated(server, wms_file(server, version, crs, BOXES[crs]), BOXES[crs])
        compare(f"gdal wms {version} {crs}", server.draw(crs, BOXES[crs], SIZE), got)


for one in ("1.1.1", "1.3.0"):
    for system in ("EPSG:3857", "EPSG:4326", "EPSG:27700"):
        one_wms(one, system)


@test("gdalinfo opens the WMTS and lists every layer in every tile matrix set")
def _(server):
    served(server, "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
    found = json.loads(call("gdalinfo", "-json", f"WMTS:{server.address}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"))
    text = json.dumps(found["metadata"]["SUBDATASETS"])
    for part in (LAYER, "smoking.neighbourhood", "WebMercatorQuad", "WorldCRS84Quad"):
        assert part in text, f"{part} is not in {text[:2000]}"


def one_wmts(kind, path):
    @test(f"gdal_translate draws the WMTS ({kind}) as the program does")
    def _(server):
        served(server, path)
        source = f"WMTS:{server.address}{path},layer={LAYER},style={PLAIN},tilematrixset=WebMercatorQuad,tilematrix=11"
        got = translated(server, source, grid_box())
        compare(f"gdal wmts {kind}", server.draw("EPSG:3857", grid_box(), SIZE), got)


one_wmts("KVP", "/wmts?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetCapabilities")
one_wmts("REST", "/wmts/1.0.0/WMTSCapabilities.xml")


@test("gdal_translate draws the WMTS in the British grid without a shift")
def _(server):
    served(server, "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
    matrices = json.loads((ROOT / "tiles/BritishNationalGrid.json").read_text())["tileMatrices"]
    matrix = next(one for one in matrices if one["cellSize"] < 80)
    pixel, (left, top) = matrix["cellSize"], matrix["pointOfOrigin"]
    west, north = left + round((450000 - left) / pixel) * pixel, top - round((top - 253000) / pixel) * pixel
    box = (west, north - SIZE[1] * pixel, west + SIZE[0] * pixel, north)
    source = (f"WMTS:{server.address}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities,layer={LAYER},style={PLAIN},"
              f"tilematrixset=BritishNationalGrid,tilematrix={matrix['id']}")
    compare("gdal wmts 27700", server.draw("EPSG:27700", box, SIZE), translated(server, source, box))


@test("gdal_translate draws the TMS as the program does")
def _(server):
    served(server, "/tms/1.0.0/")
    resource = served(server, "/tms/1.0.0").decode()
    addresses = [part.split('"')[0] for part in resource.split('href="')[1:] if LAYER in part.split('"')[0]]
    assert addresses, resource[:1500]
    path = server.folder / "tms.xml"
    path.write_text(f"""<GDAL_WMS><Service name="TMS"><ServerUrl>{addresses[0]}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>
<DataWindow><UpperLeftX>-20037508.342789244</UpperLeftX><UpperLeftY>20037508.342789244</UpperLeftY>
<LowerRightX>20037508.342789244</LowerRightX><LowerRightY>-20037508.342789244</LowerRightY><TileLevel>11</TileLevel>
<TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>bottom</YOrigin></DataWindow>
<Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount></GDAL_WMS>""")
    got = translated(server, str(path), grid_box())
    compare("gdal tms", server.draw("EPSG:3857", grid_box(), SIZE), got)


def collections(server):
    body = json.loads(served(server, "/ogc/collections?f=json"))
    return [one["id"] for one in body["collections"]]


@test("ogrinfo reads the neighbourhoods by OGC API Features: all, their names and their shapes")
def _(server):
    served(server, "/ogc?f=json")
    text = call("ogrinfo", "-so", f"OAPIF:{server.address}/ogc")
    assert "neighbourhood" in text, text
    summary = call("ogrinfo", "-so", f"OAPIF:{server.address}/ogc", "neighbourhood")
    assert "Feature Count: 400" in summary, summary
    assert "name: String" in summary and "Polygon" in summary, summary
    one = call("ogrinfo", "-al", f"OAPIF:{server.address}/ogc/collections/neighbourhood", "-where", "code='N0000198'")
    assert one.count("OGRFeature(") == 1 and "N0000198" in one, one[:2000]


@test("ogrinfo pages through all neighbourhoods and finds each once")
def _(server):
    served(server, "/ogc?f=json")
    text = call("ogrinfo", "-al", "-geom=NO", "-oo", "PAGE_SIZE=37", f"OAPIF:{server.address}/ogc", "neighbourhood")
    codes = [line.split("=")[1].strip() for line in text.splitlines() if line.strip().startswith("code (String)")]
    assert len(codes) == 400 and len(set(codes)) == 400, f"{len(codes)} features, {len(set(codes))} codes"


@test("ogrinfo asks OGC API Features for a box alone")
def _(server):
    served(server, "/ogc?f=json")
    west, south, east, north = BOXES["EPSG:4326"]
    inside = call("ogrinfo", "-so", "-spat", *map(repr, (west, south, east, north)), f"OAPIF:{server.address}/ogc", "neighbourhood")
    count = int(inside.split("Feature Count: ")[1].split()[0])
    assert 50 < count < 400, inside


@test("ogrinfo reads the coalitions by OGC API Features")
def _(server):
    served(server, "/ogc?f=json")
    directory = [one for one in collections(server) if "coalition" in one or "director" in one]
    assert directory, collections(server)
    text = call("ogrinfo", "-so", f"OAPIF:{server.address}/ogc", directory[0])
    assert int(text.split("Feature Count: ")[1].split()[0]) > 10 and "Point" in text, text


def tiled(server):
    """The collections that have map tiles."""
    for one in collections(server):
        status, _, body = fetch(f"{server.address}/ogc/collections/{one}?f=json")
        if status == 200 and b"map" in body and LAYER in one:
            return one
    raise AssertionError(f"no collection for {LAYER} in {collections(server)}")


@test("the OGCAPI driver draws a collection by OGC API Maps")
def _(server):
    served(server, "/ogc?f=json")
    one, box = tiled(server), BOXES["CRS:84"]
    got = translated(server, f"OGCAPI:{server.address}/ogc/collections/{one}", box, more=("-oo", "API=MAP"))
    assert got[:, :, :3].min() < 200, "the picture is empty"


def newer(server, *arguments):
    """What a GDAL of today says: Debian's reads tile matrix sets of version 1 alone, and takes ours for the name of a file."""
    folder = OUT / "newer-gdal"
    reason = newer_gdal.bring(folder)
    if reason:
        raise Skipped(reason)
    return newer_gdal.run(folder, *arguments)


def one_newer(matrix_set, crs, box):
    @test(f"a newer GDAL's OGCAPI driver draws map tiles of {matrix_set} as the program does")
    def _(server):
        served(server, "/ogc?f=json")
        target = server.folder / "tiles.png"
        west, south, east, north = map(repr, box)
        newer(server, "translate", f"OGCAPI:{server.address}/ogc/collections/{tiled(server)}", "-oo", "API=TILES", "-oo",
              f"TILEMATRIXSET={matrix_set}", "-to", str(target), "-of", "PNG", "-projwin", west, north, east, south,
              "-outsize", *map(str, SIZE))
        compare(f"newer gdal {matrix_set}", server.draw(crs, box, SIZE), picture(target))


def degrees_box(pixel=360 / 512 / 2**11):
    west, north = round(-1.1 / pixel) * pixel, round(52.07 / pixel) * pixel
    return (west, north - SIZE[1] * pixel, west + SIZE[0] * pixel, north)


one_newer("WebMercatorQuad", "EPSG:3857", grid_box())
one_newer("WorldCRS84Quad", "OGC:CRS84", degrees_box())


@test("a newer GDAL's OGCAPI driver reads vector tiles: areas with their codes and values")
def _(server):
    served(server, "/ogc?f=json")
    text = newer(server, "vector", f"OGCAPI:{server.address}/ogc/collections/{tiled(server)}", "-oo", "API=TILES", "-features", "-sql",
                 'SELECT * FROM "Zoom level 9"')
    codes = {line.split("=")[1].strip() for line in text.splitlines() if line.strip().startswith("code (String)")}
    assert len(codes) == 400 and text.count("value (Real)") > 300 and text.count("POLYGON (") >= 400, (len(codes), text[:1500])


def vector_tile(z):
    half = 20037508.342789244
    west, south, east, north = grid_box()
    x, y = int((((west + east) / 2) + half) / (2 * half) * 2**z), int((half - (south + north) / 2) / (2 * half) * 2**z)
    return z, x, y


@test("ogrinfo reads a vector tile: areas with their codes, names and values, where the source has them")
def _(server):
    z, x, y = vector_tile(10)
    served(server, f"/tiles/{LAYER}/{z}/{x}/{y}.mvt")
    text = call("ogrinfo", "-al", f"MVT:{server.address}/tiles/{LAYER}/{z}/{x}/{y}.mvt")
    shapes = text.count("OGRFeature(")
    assert shapes > 50, text[:1500]
    assert "code (String) = N0" in text and "name (String) =" in text, text[:1500]
    # Within a unit of the tile (9.6 m at zoom 10 with an extent of 4096), the tile's areas cover what the source's do.
    check_shapes(server, z, x, y)


def check_shapes(server, z, x, y):
    from osgeo import gdal, ogr, osr

    gdal.UseExceptions()
    half = 20037508.342789244
    side = 2 * half / 2**z
    west, north = x * side - half, half - y * side
    tiles, areas = ogr.Open(f"MVT:{server.address}/tiles/{LAYER}/{z}/{x}/{y}.mvt"), ogr.Open(str(server.data))
    tile, source = tiles.GetLayer(0), areas.GetLayer(0)
    degrees, metres = osr.SpatialReference(), osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    metres.ImportFromEPSG(3857)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    metres.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    project = osr.CoordinateTransformation(degrees, metres)
    square = ogr.CreateGeometryFromWkt(f"POLYGON(({west} {north},{west + side} {north},{west + side} {north - side},"
                                       f"{west} {north - side},{west} {north}))")
    wanted = {}
    for feature in source:
        shape = feature.geometry().Clone()
        shape.Transform(project)
        wanted[feature["code"]] = shape
    seen = 0
    for feature in tile:
        got, whole = feature.geometry().Intersection(square), wanted[feature["code"]].Intersection(square)
        gap = got.SymDifference(whole).GetArea()
        allowed = 12 * (whole.Boundary().Length() + side / 100)
        assert gap <= allowed, f"{feature['code']}: {gap:.0f} square metres differ, {allowed:.0f} are allowed"
        seen += whole.GetArea() > 0
    assert seen > 50, seen


run(County)
