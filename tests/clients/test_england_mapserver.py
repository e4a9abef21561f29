#!/usr/bin/python3
"""MapServer on England's own file against our pictures of it, in four reference systems. Skips where the data are not there."""

from clients import HARD, compare, get_map, run, test
from england import ENGLAND, England, skip_where_lacking
from mapserver_tools import hard, own_file, theirs

skip_where_lacking()
# Around Northampton: the town's small areas and large ones around it.
BOXES = {"EPSG:3857": (-130000.0, 6820000.0, -78800.0, 6871200.0), "EPSG:27700": (460000.0, 245000.0, 490720.0, 275720.0),
         "EPSG:4326": (-1.15, 52.1, -0.7, 52.4), "CRS:84": (-1.15, 52.1, -0.7, 52.4)}


def one_cross_check(crs):
    @test(f"England in {crs} and MapServer's picture of the same file differ along borders alone, by at most a pixel")
    def _(server):
        if not server.data.exists():
            server.write_data((-1.6, 51.8, -0.2, 52.8))
        wanted = hard(theirs(server, own_file(server), "1.3.0", crs, BOXES[crs], times=7), 7)
        ours = get_map(server, "1.3.0", crs, BOXES[crs], style=HARD, layer=ENGLAND)
        compare(f"england mapserver {crs}", wanted, ours, mean=1, share=0.01, shift=0.1, away=0)


for one in BOXES:
    one_cross_check(one)

run(England)
