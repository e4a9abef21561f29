"""GDAL's programs, for the tests: they succeed and report no error."""

import os
import subprocess

from clients import LAYER, PLAIN, SIZE, picture, tool

tool("gdalinfo"), tool("gdal_translate"), tool("ogrinfo")
QUIET = dict(os.environ, GDAL_HTTP_TIMEOUT="60", CPL_CURL_GZIP="YES", GDAL_PAM_ENABLED="NO", GDAL_ENABLE_WMS_CACHE="NO")


def call(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=QUIET, timeout=120, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    assert "ERROR" not in done.stderr, f"{' '.join(command)}: {done.stderr[-2000:]}"
    return done.stdout


def translated(server, source, box, size=SIZE, more=()):
    west, south, east, north = box
    target = server.folder / "gdal.png"
    call("gdal_translate", "-q", "-of", "PNG", "-projwin", *map(repr, (west, north, east, south)), "-outsize", *map(str, size), *more,
         source, str(target))
    return picture(target)


def wms_file(server, version, crs, box, layer=LAYER):
    """GDAL's description of a WMS: one block of the very box."""
    order = "<BBoxOrder>yxYX</BBoxOrder>" if version == "1.3.0" and crs == "EPSG:4326" else ""
    tag = "CRS" if version == "1.3.0" else "SRS"
    path = server.folder / "wms.xml"
    path.write_text(f"""<GDAL_WMS><Service name="WMS"><Version>{version}</Version><ServerUrl>{server.address}/wms?</ServerUrl>
<{tag}>{crs}</{tag}><ImageFormat>image/png</ImageFormat><Layers>{layer}</Layers><Styles>{PLAIN}</Styles>
<Transparent>TRUE</Transparent>{order}</Service>
<DataWindow><UpperLeftX>{box[0]!r}</UpperLeftX><UpperLeftY>{box[3]!r}</UpperLeftY><LowerRightX>{box[2]!r}</LowerRightX>
<LowerRightY>{box[1]!r}</LowerRightY><SizeX>{SIZE[0]}</SizeX><SizeY>{SIZE[1]}</SizeY></DataWindow>
<BlockSizeX>{SIZE[0]}</BlockSizeX><BlockSizeY>{SIZE[1]}</BlockSizeY><Projection>{crs}</Projection><BandsCount>4</BandsCount></GDAL_WMS>""")
    return str(path)
