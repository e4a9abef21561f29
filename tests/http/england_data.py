"""The 32,844 neighbourhoods of England with their deprivation, for tests on real data (EVENGROUND_DATA, default ../shared/data)."""

import lzma
import os
import pathlib
import shutil

from support import ROOT

DATA = pathlib.Path(os.environ.get("EVENGROUND_DATA", ROOT.parent / "shared/data"))
BORDERS, NUMBERS = "ew_lsoa11_bsc.gpkg", "imd2019_lsoa11.csv.gz"
N_AREAS = 32844

ATLAS = """\
evenground: 1
title: England
attribution: Office for National Statistics
boundaries:
  - {{id: lsoa11, title: Neighbourhoods, source: "{borders}", filter: "lsoa11cd LIKE 'E%'", key: lsoa11cd, name: lsoa11nm}}
  - {{id: lad19, title: Districts, dissolve: {{of: lsoa11, lookups: [{{source: "{lookup}", key: lsoa11cd, code: lad19cd, name: lad19nm}}]}}}}
tables:
  - {{id: imd, source: "{numbers}", key: lsoa11cd, boundaries: lsoa11, period: "2019"}}
indicators:
  - {{id: imd, title: Deprivation, polarity: high_is_worse, series: {{table: imd, value: imd_score, rank: imd_rank, decile: imd_decile}}}}
server: {{crs: ["EPSG:4326", "EPSG:27700"]}}
"""


def borders():
    """The unpacked file, kept in build/data; None where there is none."""
    kept = ROOT / "build/data" / BORDERS
    packed = DATA / (BORDERS + ".xz")
    if (DATA / BORDERS).exists():
        return DATA / BORDERS
    if not kept.exists() and packed.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}.part")
        with lzma.open(packed) as source, open(part, "wb") as target:
            shutil.copyfileobj(source, target)
        part.rename(kept)
    return kept if kept.exists() else None


def atlas():
    """The text of an atlas; it has full paths, and may be written anywhere."""
    return ATLAS.format(borders=borders(), lookup=DATA / "lookup_lsoa11.csv.gz", numbers=DATA / NUMBERS)


def lacking():
    """Why there is no England here, or None."""
    if borders() is None or not (DATA / NUMBERS).exists():
        return f"the data are not there ({DATA}/{BORDERS}.xz, {NUMBERS})"
    return None
