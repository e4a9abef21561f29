#!/usr/bin/python3
"""make bench: every figure the product is held to, in one run, as ratios against a peer or a bound.

    tools/bench.py [--only SECTION,...] [--rounds N] [--record]

Sections: load, process, http, wms, seams, quality, cached, bytes, scale, areas, capabilities, sets, vector, directory, hsds,
places, writers. Needs the real data (EVENGROUND_DATA, default ../shared/data) and, for the peers' columns, the peers' harness (EVENGROUND_PEERS, default
../shared/peers) set up in PEERS_WORK; what is absent is said and left out. Mapnik's output areas are prepared here, by mapshaper (MAPSHAPER, or where npm
puts it beside PEERS_WORK). Prints tables, at the end one line a requirement: met, missed, or not measured;
build/bench/result.json holds all numbers. --record puts what was printed into docs/benchmarks.md.
"""
import argparse
import gzip
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

import bench_report
import bench_writers

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.path.abspath(os.environ.get('EVENGROUND_DATA', os.path.join(ROOT, '..', 'shared', 'data')))
PEERS = os.path.abspath(os.environ.get('EVENGROUND_PEERS', os.path.join(ROOT, '..', 'shared', 'peers')))
WORK = os.environ.get('PEERS_WORK', '')
BUILD = os.path.join(ROOT, 'build', 'bench')
PROGRAM = os.path.join(ROOT, 'build', 'release', 'evenground')
PEER_PORT = int(os.environ.get('PEERS_PORT', '18000'))
PALETTE = ['#440154', '#482878', '#3e4a89', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6dcd59', '#b4dd2c', '#fde725']
BENCH = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_tiles')
report = bench_report.Report()
say, table = report.say, report.table
results = {}


def unpack(name):
    """The file of the data folder, unpacked below build/bench."""
    source = os.path.join(DATA, name)
    if not name.endswith('.xz'):
        return source if os.path.exists(source) else None
    target = os.path.join(BUILD, name[:-3])
    if not os.path.exists(source):
        return None
    if not os.path.exists(target):
        with open(target + '.part', 'wb') as out:
            subprocess.run(['xz', '-dkc', source], stdout=out, check=True)
        os.rename(target + '.part', target)
    return target


def peers_palette():
    path = os.path.join(PEERS, 'palette.txt')
    if not os.path.exists(path):
        return PALETTE
    rows = [list(map(int, line.split())) for line in open(path) if line.strip()]
    return ['#%02x%02x%02x' % tuple(r[1:4]) for r in sorted(rows)]


def styles():
    colours = json.dumps(peers_palette())
    return f'''styles:
  - {{id: line, classification: {{method: published_decile, classes: 10}}, ramp: {{colours: {colours}, direction: forward}},
     outline: {{colour: "#3c3c3c", width: 0.3, min_zoom: 12}}}}
  - {{id: fill, classification: {{method: published_decile, classes: 10}}, ramp: {{colours: {colours}, direction: forward}}, outline: []}}
  - {{id: seam, classification: {{method: quantile, classes: 2}}, ramp: {{colours: ["#c81e1e", "#c81e1e"]}}, outline: []}}
  - {{id: viridis, classification: {{method: published_decile, classes: 10}}, ramp: viridis, outline: []}}
  - {{id: blues, classification: {{method: published_decile, classes: 10}}, ramp: YlGnBu, outline: []}}
  - {{id: diverging, classification: {{method: published_decile, classes: 10}}, ramp: RdYlBu,
     outline: {{colour: "#ffffff", width: 0.5, min_zoom: 9}}}}
  - {{id: sheer, classification: {{method: quantile, classes: 7}}, ramp: YlOrRd, opacity: 0.6, outline: []}}
  - {{id: lined, classification: {{method: quantile, classes: 5}}, ramp: PuOr, opacity: 0.6,
     outline: {{colour: "#3c3c3c80", width: 1}}}}
layers:
  - {{id: imd.area}}
'''


# The alpha of each multi-colour style's fills.
SEAM_STYLES = {'viridis': 255, 'blues': 255, 'diverging': 255, 'sheer': 153, 'lined': 153}


def atlas(name, source, layer, key, table_source, table_key, condition, value, decile, style='line'):
    path = os.path.join(BUILD, f'{name}.yaml')
    order = styles()
    if style != 'line':
        order = order.replace('  - {id: imd.area}', f'  - {{id: imd.area, style: {style}}}')
    text = f'''evenground: 1
title: Benchmark {name}
boundaries:
  - {{id: area, title: Areas, source: {source}, layer: {layer}, filter: "{condition}", key: {key}}}
tables:
  - {{id: imd, source: {table_source}, key: {table_key}, boundaries: area, period: "2019"}}
indicators:
  - {{id: imd, title: Deprivation, series: {{table: imd, value: {value}, decile: {decile}}}}}
{order}'''
    with open(path, 'w') as out:
        out.write(text)
    return path


def england(style='line'):
    source, table_source = unpack('ew_lsoa11_bgc.gpkg.xz'), unpack('imd2019_lsoa11.csv.gz')
    if not source or not table_source:
        return None
    return atlas(f'lsoa_{style}', source, 'ew_lsoa11_bgc', 'lsoa11cd', table_source, 'lsoa11cd', "lsoa11cd LIKE 'E%'",
                 'imd_score', 'imd_decile', style)


def output_areas():
    """171,372 output areas, each with its neighbourhood's decile."""
    import csv
    import gzip
    source = unpack('ew_oa11_bgc.gpkg.xz')
    if not source:
        return None
    joined = os.path.join(BUILD, 'oa.csv')
    if not os.path.exists(joined):
        read = lambda f: csv.DictReader(gzip.open(os.path.join(DATA, f), 'rt', encoding='utf-8'))
        decile = {r['lsoa11cd']: (r['imd_score'], r['imd_decile']) for r in read('imd2019_lsoa11.csv.gz')}
        with open(joined + '.part', 'w') as out:
            out.write('oa11cd,score,decile\n')
            out.writelines('%s,%s,%s\n' % ((r['oa11cd'],) + decile[r['lsoa11cd']])
                           for r in read('lookup_oa11.csv.gz') if r['lsoa11cd'] in decile)
        os.rename(joined + '.part', joined)
    return atlas('oa', source, 'ew_oa11_bgc', 'oa11cd', joined, 'oa11cd', "oa11cd LIKE 'E%'", 'score', 'decile')


def tile_list():
    for path in (os.path.join(WORK, 'tiles.txt') if WORK else '', os.path.join(PEERS, 'tiles_lsoa.txt')):
        if path and os.path.exists(path):
            return path
    return None


def figures(command):
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return {k: float(v) for k, v in (line.split('\t') for line in out.splitlines() if '\t' in line)}


class Server:
    def __init__(self, path, cache='0', threads='2'):
        self.process = subprocess.Popen(
            [PROGRAM, 'serve', path, '--listen', '127.0.0.1:0', '--cache', cache, '--threads', threads],
            stderr=subprocess.PIPE, text=True)
        self.port = None
        for line in self.process.stderr:
            found = re.search(r'serving http://127\.0\.0\.1:(\d+)/', line)
            if found:
                self.port = int(found.group(1))
                break
        if self.port is None:
            raise SystemExit(f'the server did not start with {path}')
        import threading
        threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def peers_ready():
    return bool(WORK) and os.path.exists(os.path.join(WORK, 'conf', 'ms_multifgb_z1.map'))


def peer(*arguments):
    environment = dict(os.environ, PEERS_WORK=WORK, PEERS_PORT=str(PEER_PORT))
    return subprocess.run(arguments, cwd=PEERS, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True).stdout


def section_load(rounds):
    rows = []
    listing = os.path.join(BUILD, 'one_tile.txt')
    with open(listing, 'w') as out:
        out.write('10 505 341\n')
    for key, name, path in (('neighbourhoods', '32,844 neighbourhoods', england()),
                            ('output areas', '171,372 output areas', output_areas())):
        if not path:
            say(f'load: {name}: no data in {DATA}, left out')
            continue
        seconds, peaks = [], []
        for _ in range(rounds):
            one = figures([BENCH, path, 'imd.area', listing, '1', '1'])
            seconds.append(one['load_s'])
            peaks.append(one['load_peak_bytes'] / 2**20)
        rows.append(load_row(key, name, seconds, peaks))
    if peers_ready():
        pairs = [mapnik_load() for _ in range(rounds)]
        rows.append(load_row('mapnik', 'Mapnik: neighbourhoods pre-simplified, no topology, one tile drawn', *zip(*pairs)))
    table('Files to ready', ('boundaries and table', 'median', 'range', 'peak memory'), rows)


def load_row(key, name, seconds, peaks):
    s, m = statistics.median(seconds), statistics.median(peaks)
    results.setdefault('load', {})[key] = {'seconds': s, 'seconds_range': [min(seconds), max(seconds)], 'peak_mib': m}
    return name, f'{s:.2f} s', f'{min(seconds):.2f}-{max(seconds):.2f}', f'{m:.0f} MiB'


def mapnik_load():
    """Seconds and peak MiB of a process that loads the peers' best style and draws a tile of z6."""
    style = os.path.join(WORK, 'conf', 'mk_multimem.xml')
    code = (f'import mapnik; m = mapnik.Map(256, 256); mapnik.load_map(m, {style!r}); '
            'm.zoom_to_box(mapnik.Box2d(-626172, 6887893, 0, 7514065)); mapnik.render(m, mapnik.Image(256, 256))')
    start = time.monotonic()
    process = os.posix_spawn('/usr/bin/python3', ['python3', '-c', code], os.environ)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit('Mapnik did not load the peers\' style')
    return time.monotonic() - start, usage.ru_maxrss / 1024


def section_process(rounds):
    path, tiles = england(), tile_list()
    if not path or not tiles:
        return say('process: no data or no tile list, left out')
    one = figures([BENCH, path, 'imd.area', tiles, '1', str(rounds)])
    ours, theirs = [], []
    for _ in range(3 if peers_ready() else 1):
        ours.append(figures([BENCH, path, 'imd.area', tiles, '2', str(rounds)]))
        if peers_ready():
            theirs.append(mapnik_tiles_per_s(os.path.join(WORK, 'conf', 'mk_multimem.xml'), tiles))
    two = sorted(ours, key=lambda o: o['tiles_per_s'])[len(ours) // 2]
    rows = [(f'z{z}', f"{one[f'z{z}_median_ms']:.3f}", f"{one[f'z{z}_mean_bytes']:.0f}") for z in range(5, 16)]
    table('Cold tiles in process, fill and outline from z12, PNG included', ('zoom', 'median ms, 1 thread', 'mean bytes'), rows)
    share = two['indexed'] / (two['indexed'] + two['rgba'])
    say(f"\n{one['tiles_per_s']:.0f} tiles/s on one thread, {two['tiles_per_s']:.0f} on two; {100 * share:.1f} % indexed.")
    results['process'] = {'one': one, 'two': two, 'indexed_share': share}
    if theirs:
        ratios = [o['tiles_per_s'] / m for o, m in zip(ours, theirs)]
        results['process'].update(mapnik_tiles_per_s=statistics.median(theirs), times=statistics.median(ratios),
                                  times_range=[min(ratios), max(ratios)])
        say(f'Mapnik, two processes, in turn with ours: {statistics.median(theirs):.0f} tiles/s; '
            f'ratio {statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f}).')


def mapnik_tiles_per_s(style, tiles):
    text = peer('/usr/bin/python3', 'mapnik_bench.py', style, tiles, '--png', 'png32:z=1', '--rounds', '2', '--procs', '2')
    return float(text.strip().splitlines()[-1].split()[-1])


def section_http(rounds):
    path, tiles = england(), tile_list()
    if not path or not peers_ready():
        return say('http: no data or PEERS_WORK is not set up, left out')
    peer('./servers.sh', 'start')
    time.sleep(1)
    try:
        with Server(path) as server:
            for connections in (1, 2):
                text = peer('/usr/bin/python3', 'vs.py', '-r', str(rounds), '-c', str(connections), '-l', tiles,
                            f'ours={server.port}:/tiles/imd.area/{{z}}/{{x}}/{{y}}.png',
                            f'ms={PEER_PORT + 80}:/ms/ms_multifgb_z1/{{z}}/{{x}}/{{y}}.png')
                print_pair(bench_report.parse_pair(text))
    finally:
        peer('./servers.sh', 'stop')


def print_pair(pair):
    results.setdefault('http', {})[str(pair['connections'])] = pair
    rows = [(zoom, z['tiles'], f"{z['ours_ms']:.2f}", f"{z['peer_ms']:.2f}", f"{z['times']:.1f}",
             '{:.1f}-{:.1f}'.format(*z['times_range']), f"{z['ours_bytes']:.0f}", f"{z['peer_bytes']:.0f}")
            for zoom, z in pair['zooms'].items()]
    table(f"Cold tiles over HTTP, {pair['connections']} connection(s), cache off, against MapServer; {pair['rounds']} rounds in "
          'turn', ('zoom', 'tiles', 'ours, median ms', 'MapServer', 'times', 'range', 'our bytes', 'theirs'), rows)
    say(f"\nSum of latencies {pair['ours_sum_ms']:.0f} against {pair['peer_sum_ms']:.0f} ms: {pair['times']:.1f} times "
        '({:.1f}-{:.1f}); errors {} / {}.'.format(*pair['times_range'], *pair['errors']))
    if sum(pair['errors']):
        raise SystemExit('tiles failed: the figures mean nothing')


def saved_tiles(path, listing, folder, exact=False):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return figures([BENCH, path, 'imd.area', listing, '2', '1', folder] + ['exact'] * exact)


def listed(name, keep):
    """A part of the tile list: keep(zoom, how many of that zoom came before)."""
    target, counts = os.path.join(BUILD, name), {}
    with open(target, 'w') as out:
        for line in open(tile_list()):
            z = int(line.split()[0])
            if keep(z, counts.get(z, 0)):
                out.write(line)
            counts[z] = counts.get(z, 0) + 1
    return target


def seams_of_palettes():
    """Our own pictures in many colours: alpha as served against the exact picture, by style, size and CRS."""
    path, tiles = england('fill'), tile_list()
    if not path or not tiles:
        return say('seams, many colours: no data or no tile list, left out')
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_alpha')
    listing = listed('alpha_tiles.txt', lambda z, n: n < 4)
    found = figures([bench, path, 'imd.area', listing] + [f'{style}:{alpha}' for style, alpha in SEAM_STYLES.items()])
    rows, results['seams many colours'] = bench_report.palettes_table(found)
    table('Seams of pictures in many colours: pixels whose alpha is not that of the exact picture',
          ('style', 'size or CRS', 'pictures', 'pixels as opaque as the fill', 'changed', 'worst', 'mean colour error'), rows)


def section_seams(_rounds):
    seams_of_palettes()
    path = england('seam')
    coverage = os.path.join(WORK, 'data', 'full_3857.fgb')
    if not path or not os.path.exists(coverage):
        return say('seams: no data or PEERS_WORK is not set up, left out')
    listing = listed('seam_tiles.txt', lambda z, n: n < 10)
    folders = {name: os.path.join(BUILD, name) for name in bench_report.SEAM_FOLDERS}
    for (name, folder), style in zip(folders.items(), ('seam', 'seam', 'fill')):
        saved_tiles(england(style), listing, folder, exact=name == 'seam_exact')
    text = peer('/usr/bin/python3', 'seam.py', coverage, *folders.values())
    say('\n### Pixels inside the land by samples: one opaque colour, exact and as served, and ten (where off_colour says nothing)\n\n'
        f'```\n{text}```')
    results['seams'] = bench_report.parse_folders(text)
    try:
        import bench_seams
    except ImportError as problem:
        return say(f'seams: {problem}: WHICH OF THE COUNTED PIXELS ARE SEAMS IS NOT KNOWN (python3-gdal, python3-numpy)')
    land = bench_seams.Land(unpack('ew_lsoa11_bgc.gpkg.xz'), 'ew_lsoa11_bgc', "lsoa11cd LIKE 'E%'")
    results['seams judged'] = bench_seams.prove(report, land, folders, results['seams'])


def section_quality(_rounds):
    path = england('fill')
    coverage = os.path.join(WORK, 'data', 'full_3857.fgb')
    if not path or not os.path.exists(coverage):
        return say('quality: no data or PEERS_WORK is not set up, left out')
    folder = os.path.join(BUILD, 'quality')
    saved_tiles(path, listed('quality_tiles.txt', lambda z, n: z <= 11 and n < 5), folder)
    text = peer('/usr/bin/python3', 'quality.py', coverage, folder)
    results['quality'] = bench_report.parse_zooms(text)
    rows = [(zoom, f"{z['mean']:.2f}", f"{z['p99']:.1f}", f"{z['pct>16']:.2f} %") for zoom, z in results['quality'].items()]
    table('Colour error against the area-correct picture, as served (of 255)',
          ('zoom', 'mean', '99th percentile', 'pixels off by more than 16'), rows)


def wrk(url, connections, seconds):
    threads = '1' if connections == 1 else '2'
    command = ['wrk', '-t' + threads, f'-c{connections}', f'-d{seconds}s', url]
    text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return float(re.search(r'Requests/sec:\s+([\d.]+)', text).group(1))


def section_cached(rounds):
    path = england()
    source = os.path.join(PEERS, 'mhd_limit.c')
    if not path or not os.path.exists(source) or not shutil.which('wrk'):
        return say('cached: no data, no wrk or no bare program, left out')
    bare = os.path.join(BUILD, 'mhd_limit')
    subprocess.run(['cc', '-O2', '-o', bare, source, '-lmicrohttpd', '-lpthread'], check=True)
    rows = []
    with Server(path, cache='256MiB') as server:
        url = f'http://127.0.0.1:{server.port}/tiles/imd.area/12/2018/1328.png'
        picture = os.path.join(BUILD, 'cached.png')
        with urllib.request.urlopen(url) as answer, open(picture, 'wb') as out:
            out.write(answer.read())
        port = PEER_PORT + 95
        process = subprocess.Popen([bare, str(port), picture, 'epoll', '2'])
        time.sleep(0.5)
        for connections in (1, 16, 64, 256):
            ratios, ours, theirs = [], [], []
            for _ in range(rounds):
                ours.append(wrk(url, connections, 2))
                theirs.append(wrk(f'http://127.0.0.1:{port}/', connections, 2))
                ratios.append(ours[-1] / theirs[-1])
            results.setdefault('cached', {})[str(connections)] = {
                'ours': statistics.median(ours), 'peer': statistics.median(theirs), 'ratio': statistics.median(ratios),
                'ratio_range': [min(ratios), max(ratios)]}
            rows.append((connections, f'{statistics.median(ours):.0f}', f'{statistics.median(theirs):.0f}',
                         f'{statistics.median(ratios):.2f}', f'{min(ratios):.2f}-{max(ratios):.2f}'))
        process.terminate()
    table('A cached tile, requests per second against bare libmicrohttpd (internal epoll, 2 threads)',
          ('connections', 'ours', 'bare', 'ratio', 'range'), rows)


def section_bytes(_rounds):
    path = england()
    if not path or not tile_list() or not shutil.which('zopflipng'):
        return say('bytes: no data or no zopflipng, left out')
    folder = os.path.join(BUILD, 'bytes')
    saved_tiles(path, listed('bytes_tiles.txt', lambda z, n: z in (8, 11, 13) and n < 12), folder)
    rows = []
    for z in (8, 11, 13):
        ours = floor = 0
        for name in sorted(os.listdir(folder)):
            if name.startswith(f'{z}_'):
                source = os.path.join(folder, name)
                best = os.path.join(BUILD, 'zopfli.png')
                subprocess.run(['zopflipng', '-y', source, best], stdout=subprocess.DEVNULL, check=True)
                ours += os.path.getsize(source)
                floor += os.path.getsize(best)
        rows.append((f'z{z}', ours, floor, f'{ours / floor:.3f}'))
        results.setdefault('bytes', {})[f'z{z}'] = {'ours': ours, 'peer': floor, 'ratio': ours / floor}
    table('Bytes of twelve tiles against zopflipng of the same pictures', ('zoom', 'ours', 'zopflipng', 'ratio'), rows)


def section_areas(rounds):
    path, tiles = output_areas(), tile_list()
    if not path or not tiles:
        return say('areas: no data, left out')
    one = figures([BENCH, path, 'imd.area', tiles, '1', str(rounds)])
    rows = [(f'z{z}', f"{one[f'z{z}_median_ms']:.3f}") for z in range(5, 16)]
    table('171,372 output areas, cold tiles in process, 1 thread, PNG included', ('zoom', 'median ms'), rows)
    results['areas'] = one
    areas_against_mapnik(path, rounds)


def areas_against_mapnik(path, rounds):
    style, listing = mapnik_output_areas(), listed('z5_tiles.txt', lambda z, n: z == 5)
    if not style:
        return
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(figures([BENCH, path, 'imd.area', listing, '1', '1'])['z5_median_ms'])
        text = peer('/usr/bin/python3', 'mapnik_bench.py', style, listing, '--png', 'png32:z=1')
        theirs.append(bench_report.parse_zooms(text)['z5']['med_ms'])
    ratios = [b / a for a, b in zip(ours, theirs)]
    pair = {'ours_ms': statistics.median(ours), 'peer_ms': statistics.median(theirs), 'times': statistics.median(ratios),
            'times_range': [min(ratios), max(ratios)]}
    results['areas']['z5_pair'] = pair
    say(f"\nz5 in turn with Mapnik (pre-simplified, in memory): {pair['ours_ms']:.1f} against {pair['peer_ms']:.1f} ms, "
        '{:.1f} times ({:.1f}-{:.1f}).'.format(pair['times'], *pair['times_range']))


def mapshaper():
    beside = os.path.join(WORK, '..', 'node_modules', '.bin', 'mapshaper')
    found = os.environ.get('MAPSHAPER') or shutil.which('mapshaper') or beside
    return os.path.realpath(found) if os.path.exists(found) else None


def mapnik_output_areas():
    """Mapnik's style of the output areas for z5, as the peers' harness makes it for neighbourhoods: EPSG:3857, simplified
    beforehand to half a pixel of z7, kept in memory. Half a minute, once."""
    folder = os.path.join(BUILD, 'mapnik_oa')
    target = os.path.join(folder, 'z5.xml')
    if os.path.exists(target):
        return target
    source = unpack('ew_oa11_bgc.gpkg.xz')
    if not peers_ready() or not mapshaper() or not shutil.which('ogr2ogr'):
        say('\nareas: PEERS_WORK is not set up, or no mapshaper or ogr2ogr: MAPNIK IS NOT MEASURED on output areas')
        return None
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    peer('/usr/bin/python3', 'join_real.py', source, 'oa11cd', os.path.join(BUILD, 'oa.csv'), 'oa11cd', 'decile',
         os.path.join(folder, 'joined.gpkg'))
    for command in (['ogr2ogr', '-f', 'ESRI Shapefile', 'full_3857.shp', 'joined.gpkg', '-t_srs', 'EPSG:3857', '-nln',
                     'full_3857', '-nlt', 'PROMOTE_TO_MULTI', '-select', 'decile', '-unsetFid', '-lco', 'SPATIAL_INDEX=NO'],
                    ['node', '--max-old-space-size=8000', mapshaper(), 'full_3857.shp', '-simplify', 'interval=611.5',
                     'keep-shapes', 'planar', '-o', 's7.shp', 'force'],
                    ['ogr2ogr', '-f', 'GeoJSON', '-lco', 'RFC7946=NO', '-lco', 'COORDINATE_PRECISION=2', 's7.geojson', 's7.shp']):
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peer('/usr/bin/python3', 'gen_mapnik.py', folder, folder)
    with open(os.path.join(folder, 'mk_multimem.xml'), encoding='utf-8') as sheet:
        text = re.sub(r'<Layer name="[b-d]".*?</Layer>\n?', '', sheet.read(), flags=re.DOTALL)   # z8 and up
    with open(target + '.part', 'w', encoding='utf-8') as out:
        out.write(text)
    os.rename(target + '.part', target)
    return target


def section_scale(rounds):
    """Cost grows with what is in the tile, not with what is loaded: the same zooms over counties of growing size."""
    rows = []
    for n in (1000, 10000, 100000, 1000000):
        folder = os.path.join(BUILD, f'county{n}')
        if not os.path.exists(os.path.join(folder, 'atlas.yaml')):
            subprocess.run([PROGRAM, 'sample', folder, '--areas', str(n)], check=True)
        listing = os.path.join(BUILD, f'county{n}.txt')
        with open(listing, 'w') as out:
            for z in (8, 10, 12, 14):
                x, y = int((-30 + 180) / 360 * 2**z), int(0.35978 * 2**z)   # 30 W, 45 N: the middle of every county
                for i in range(9):
                    out.write(f'{z} {x + i % 3 - 1} {y + i // 3 - 1}\n')
        one = figures([BENCH, os.path.join(folder, 'atlas.yaml'), 'deprivation.neighbourhood', listing, '1', str(rounds)])
        rows.append((f'{n:,}', f"{one['load_s']:.2f}", f"{one['load_peak_bytes'] / 2**20:.0f}") +
                    tuple(f"{one[f'z{z}_mean_ms']:.3f}" for z in (8, 10, 12, 14)))
        results.setdefault('scale', {})[str(n)] = one
    table('Fictional counties of growing size: load, and mean ms of nine tiles in the middle',
          ('areas', 'load s', 'peak MiB', 'z8', 'z10', 'z12', 'z14'), rows)


def national_set():
    """A tile matrix set in EPSG:27700 whose matrices have the ground resolution of web Mercator's zooms, in England's midst."""
    path = os.path.join(BUILD, 'even_27700.json')
    matrices = []
    for zoom in range(5, 16):
        cell = 2 * 20037508.342789244 / 256 / 2**zoom * math.cos(math.radians(52.9))
        matrices.append({'id': str(zoom), 'scaleDenominator': cell / 0.00028, 'cellSize': cell, 'pointOfOrigin': [-238375, 1376256],
                         'tileWidth': 256, 'tileHeight': 256, 'matrixWidth': 2**zoom, 'matrixHeight': 2**zoom})
    with open(path, 'w', encoding='utf-8') as out:
        json.dump({'id': 'Even27700', 'crs': 'http://www.opengis.net/def/crs/EPSG/0/27700', 'tileMatrices': matrices}, out)
    return path


def section_sets(_rounds):
    """27700 tiles against 3857 tiles at equal ground resolution, in process, by turns; the first projection apart."""
    path = england()
    if not path:
        return say('sets: no data, left out')
    ours = os.path.join(BUILD, 'lsoa_sets.yaml')
    with open(path, encoding='utf-8') as source, open(ours, 'w', encoding='utf-8') as out:
        out.write(source.read() + f'server: {{tile_matrix_sets: {national_set()}}}\n')
    found = figures([os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_sets'), ours, 'imd.area', 'Even27700'])
    rows = [(f'z{z}', f"{found[f'z{z}_3857_mean_ms']:.3f}", f"{found[f'z{z}_set_mean_ms']:.3f}", f"{found[f'z{z}_ratio']:.2f}")
            for z in range(5, 16)]
    table('Tiles in EPSG:27700 against EPSG:3857 at the same places and ground resolution, cold, PNG included',
          ('zoom', '3857, mean ms', '27700, mean ms', 'ratio'), rows)
    say(f"\n{found['3857_tiles_per_s']:.0f} against {found['set_tiles_per_s']:.0f} tiles/s on one thread: {found['ratio']:.2f} times "
        f"the cost. The first tile, for which the borders are projected, took {found['first_s']:.2f} s and is not counted.")
    results['sets'] = found


def section_directory(_rounds):
    """Questions to a directory of 100,000 made-up entries, in process, one thread."""
    found = figures([os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_directory')])
    names = [key[:-len('_p50_ms')] for key in found if key.endswith('_p50_ms')]
    rows = [(name.replace('_', ' '), f"{found[name + '_p50_ms']:.3f}", f"{found[name + '_p99_ms']:.3f}",
             f"{found[name + '_matched_mean']:,.0f}") for name in names]
    table('Questions to a directory of 100,000 entries, in process',
          ('asked', 'median, ms of processor time', '99th of 100', 'entries found'), rows)
    say(f"\nReading the entries took {found['read_100000_entries_ms']:.0f} ms, indexing them {found['index_100000_entries_ms']:.0f} ms.")
    results['directory'] = found


def section_hsds(_rounds):
    """The HSDS API's pages over 100,000 made-up entries, in process, one thread, JSON written."""
    found = figures([os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_hsds')])
    asked = [key[len('store_'):-len('_cpu_p50_ms')] for key in found if key.startswith('store_') and key.endswith('_cpu_p50_ms')]
    rows = [(name.replace('_', ' '), *(f"{found[f'{where}_{name}_cpu_p50_ms']:.2f} / {found[f'{where}_{name}_cpu_p99_ms']:.2f}"
                                       for where in ('store', 'file'))) for name in asked]
    table('The HSDS API over 100,000 entries, in process, 50 records a page: ms of processor time, median / 99th of 100',
          ('asked', 'entries in a store', 'entries from a file'), rows)
    say(f"\nMaking the lists took {found['store_lists_cpu_ms']:.0f} ms of processor time for a store, {found['file_lists_cpu_ms']:.0f} ms for a file.")
    results['hsds'] = found


def section_places(_rounds):
    """What people type, answered from the areas of England and Wales and 1.7 million made-up postcodes, in process, one thread."""
    areas = [unpack(name) for name in ('ew_lsoa11_bgc.gpkg.xz', 'ew_msoa11_bgc.gpkg.xz')]
    if not all(areas):
        return say('places: no data, left out')
    found = figures([os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_places'), *areas])
    names = [key[:-len('_p50_ms')] for key in found if key.endswith('_p50_ms')]
    rows = [(name.replace('_', ' '), f"{found[name + '_p50_ms']:.3f}", f"{found[name + '_p99_ms']:.3f}") for name in names]
    table(f"Places among {found['named']:,.0f} areas and {found['postcodes']:,.0f} postcodes, whole answers, in process",
          ('typed', 'median, ms of processor time', '99th of 100'), rows)
    say(f"\nMaking the gazetteer took {found['make_ms']:.0f} ms; it takes {found['gazetteer_mib']:.1f} MiB, the postcodes "
        f"{found['postcodes_mib']:.1f} MiB.")
    results['places'] = found


def section_writers(_rounds):
    """People who search while editors write, over HTTP."""
    if not shutil.which('wrk'):
        return say('writers: no wrk, left out')
    found = bench_writers.measure(PROGRAM, os.path.join(BUILD, 'writers'))
    together, writes, alone = found['together'], found['writes'], found['written_alone']
    rows = [(f"{found['readers']} who search for box, words and near, nobody writes", found['alone']), ('the same while one writes', together[1]),
            ('the same while two write', together[2]), ('one who writes, nobody searches', alone), ('one who writes beside those who search', writes[1]),
            ('two who write beside them', writes[2])]
    table('A store of 100,000 entries, over HTTP; a write is one from sending to acknowledged', ('who', 'per second', 'median, ms', '99th of 100, ms'),
          [(name, f"{row['per_s']:.1f}", f"{row['p50_ms']:.1f}", f"{row['p99_ms']:.1f}") for name, row in rows])
    say(f"\n{alone['n'] + writes[1]['n'] + writes[2]['n']} changes were acknowledged, and all of them are there. One change, and reading the entry "
        f"before it, takes the server {alone['cpu_ms']:.1f} ms of processor time; the HSDS API's first answer after one took "
        f"{found['first_list_ms']:.0f} ms. The store was made and filled in {found['first_start_s']:.1f} s; it is ready {found['start_s']:.1f} s "
        'after a start.')
    results['writers'] = found


FIRST_DOCUMENTS = {'WMS 1.3.0': '/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0', 'WMTS': '/wmts/1.0.0/WMTSCapabilities.xml',
                   '/ogc/collections': '/ogc/collections?f=json', '/ogc/api': '/ogc/api?f=json'}


def ask(connection, path):
    """The time to a whole answer, in ms, and its body."""
    start = time.perf_counter()
    connection.request('GET', path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f'{path}: {answer.status} {body[:300]}')
    return 1e3 * (time.perf_counter() - start), body


def first_document(atlas, path):
    """One of the documents over HTTP, from a server asked as soon as it is ready and from one that is prepared: ms of the first time in each,
    the median of twenty more, bytes, and how long the preparation took."""
    import http.client
    found = {}
    for when in ('soon', 'prepared'):
        start = time.perf_counter()
        with Server(atlas) as server:
            ready = time.perf_counter()
            connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=60)
            ask(connection, '/health/live')
            if when == 'prepared':
                while b'\nevenground_prepared 1\n' not in ask(connection, '/metrics')[1]:
                    time.sleep(0.005)
                found['preparation'] = 1e3 * (time.perf_counter() - ready)
                found['load'] = 1e3 * (ready - start)
            found[when], body = ask(connection, path)
            found['cached'] = statistics.median(ask(connection, path)[0] for _ in range(20))
            found['bytes'] = len(body)
            connection.close()
    return found


def first_documents(name, atlas, rounds):
    rows = []
    for document, path in FIRST_DOCUMENTS.items():
        runs = [first_document(atlas, path) for _ in range(min(rounds, 3))]
        one = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        results.setdefault('first documents', {}).setdefault(name, {})[document] = one
        rows.append((document, f"{one['bytes'] / 1000:.0f}", f"{one['soon']:.1f}", f"{one['prepared']:.1f}", f"{one['cached']:.1f}",
                     f"{one['preparation']:.0f}"))
    table(f'{name}: documents over HTTP, not packed, ms: asked for as soon as the server is ready; once it is prepared; again',
          ('document', 'kB', 'at once', 'prepared', 'again', 'prepared after'), rows)


def section_capabilities(rounds):
    """Capabilities and lists of 300 layers, and of England's where its files have been brought: made in process, and over HTTP."""
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_capabilities')
    england_atlas = os.path.join(ROOT, 'geodata', 'england', 'atlas.yaml')
    rows = []
    for name, atlas in (('300 layers', '-'), ('England', england_atlas)):
        if atlas != '-' and not os.path.exists(os.path.join(ROOT, 'geodata', 'england', 'data')):
            continue
        one = figures([bench, atlas])
        results.setdefault('capabilities', {})[name] = one
        rows.append((name, f"{one['layers']:.0f}", f"{one['classes_ms']:.0f}", f"{one['boxes_ms']:.0f}", f"{one['legends_ms']:.0f}",
                     f"{one['first_ms']:.1f}",
                     f"{one['1.1.1_ms']:.1f}", f"{one['1.3.0_ms']:.1f}", f"{one['1.3.0_bytes'] / 1000:.0f}",
                     f"{one['wmts_ms']:.1f}", f"{one['wmts_bytes'] / 1000:.0f}"))
    table('WMS and WMTS capabilities: what is done once after a load (classes, boxes, legends), the first document then, and the median of '
          'those made anew',
          ('atlas', 'layers', 'classes, ms', 'boxes, ms', 'legends, ms', 'first, ms', '1.1.1, ms', '1.3.0, ms', 'kB', 'WMTS, ms', 'kB'), rows)
    for name in results['capabilities']:
        layers300 = os.path.join(ROOT, 'build', 'bench', 'layers300', 'atlas.yaml')
        first_documents(name, layers300 if name == '300 layers' else england_atlas, rounds)


def section_vector(rounds):
    """All vector tiles of England at five zooms, against GDAL's MVT writer, which gets the areas joined and in web Mercator."""
    path = england('fill')
    if not path or not shutil.which('ogr2ogr'):
        return say('vector: no data or no ogr2ogr, left out')
    low, high = 7, 11
    joined = os.path.join(BUILD, 'lsoa_joined.gpkg')
    if not os.path.exists(joined):
        both, numbers = os.path.join(BUILD, 'lsoa_both.gpkg'), os.path.join(BUILD, 'imd.csv')
        with gzip.open(os.path.join(DATA, 'imd2019_lsoa11.csv.gz')) as source, open(numbers, 'wb') as out:
            shutil.copyfileobj(source, out)
        measures = ', '.join(f"CAST(b.imd_score AS REAL) AS value{p}, 'valid' AS state{p}, CAST(b.imd_decile AS INTEGER) AS class{p}"
                             for p in ('', '_2019'))
        query = f'SELECT a.geom, a.lsoa11cd AS code, a.lsoa11nm AS name, {measures} FROM a JOIN b ON a.lsoa11cd = b.lsoa11cd'
        for step in (['-overwrite', '-nln', 'a', '-t_srs', 'EPSG:3857', '-where', "lsoa11cd LIKE 'E%'", both,
                      os.path.join(BUILD, 'ew_lsoa11_bgc.gpkg')],
                     ['-update', '-nln', 'b', both, numbers],
                     ['-nln', 'areas', '-sql', query, joined + '.part.gpkg', both]):
            subprocess.run(['ogr2ogr', '-f', 'GPKG'] + step, check=True, stderr=subprocess.DEVNULL)
        os.rename(joined + '.part.gpkg', joined)
    folder = os.path.join(BUILD, 'gdal_mvt')
    ours, theirs, loads = [], [], []
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_vector_tile')
    for _ in range(min(rounds, 3)):
        one = figures([bench, path, 'imd.area', str(low), str(high), '2'])
        ours.append(one['tiles_per_s'])
        loads.append(one['tiles'] / (one['load_s'] + one['make_s']))
        shutil.rmtree(folder, ignore_errors=True)
        start = time.monotonic()
        subprocess.run(['ogr2ogr', '-f', 'MVT', folder, joined, '-dsco', f'MINZOOM={low}', '-dsco', f'MAXZOOM={high}',
                        '-dsco', 'COMPRESS=NO', '-dsco', 'MAX_SIZE=100000000', '-dsco', 'MAX_FEATURES=1000000',
                        '-dsco', 'BUFFER=64', '--config', 'GDAL_NUM_THREADS', '2'], check=True, stderr=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        n = sum(name.endswith('.pbf') for _, _, names in os.walk(folder) for name in names)
        theirs.append(n / seconds)
    a, b, c = statistics.median(ours), statistics.median(theirs), statistics.median(loads)
    table(f'Vector tiles of England, zooms {low} to {high}, two threads, not packed: tiles per second',
          ('ours, loaded', 'ours, loading counted', "GDAL's writer", 'ratio', 'ratio, loading counted'),
          [(f'{a:.0f}', f'{c:.0f}', f'{b:.1f}', f'{a / b:.0f}', f'{c / b:.0f}')])
    rows = [(f'z{z}', f"{one[f'z{z}_tiles']:.0f}", f"{one[f'z{z}_mean_ms']:.2f}", f"{one[f'z{z}_mean_bytes']:.0f}")
            for z in range(low, high + 1)]
    table('The same by zoom', ('zoom', 'tiles', 'mean ms of a thread', 'mean bytes'), rows)
    results['vector'] = {'ours': ours, 'gdal': theirs, 'with_load': loads, 'zooms': one}


# 800x600 pixels of EPSG:3857 around the middle of England, of a county and of a town: metres per pixel, and where.
WMS_SCALES = {'country': (1000, (-170000, 7000000)), 'county': (120, (-92000, 6850000)), 'town': (12, (-100000, 6850000))}


def wms_boxes(scale, n=12):
    """Boxes of a scale, each a little aside, so that nobody answers from a cache."""
    metres, (x, y) = WMS_SCALES[scale]
    for i in range(n):
        west, south = x - 400 * metres + 7 * i * metres, y - 300 * metres + 5 * i * metres
        yield f'{west},{south},{west + 800 * metres},{south + 600 * metres}'


def answer_bytes(connection, buffer):
    """Reads one answer of HTTP/1.1 into the buffer: how many bytes it has, and where its body begins."""
    view, n, head = memoryview(buffer), 0, 0
    while not head:
        got = connection.recv_into(view[n:])
        if not got:
            raise SystemExit('the connection ended within the head of an answer')
        n += got
        at = buffer.find(b'\r\n\r\n', 0, n)
        head = at + 4 if at >= 0 else 0
    length = re.search(rb'\r\n[Cc]ontent-[Ll]ength: *(\d+)', buffer[:head])
    chunked = re.search(rb'\r\n[Tt]ransfer-[Ee]ncoding: *chunked', buffer[:head])
    if not length and not chunked:
        raise SystemExit('an answer whose end cannot be told')
    end = head + int(length.group(1)) if length else None
    while n < end if length else buffer[n - 5:n] != b'0\r\n\r\n':
        got = connection.recv_into(view[n:])
        if not got:
            raise SystemExit('the connection ended within an answer')
        n += got
    return n, head


def wms_ms(url, boxes):
    """The median time of GetMap over boxes, in ms, on one connection: from the first byte of the request to the last of the
    answer, as tiles are measured; what a client makes of either is not counted."""
    import socket
    import urllib.parse
    parts = urllib.parse.urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=120)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    times, buffer = [], bytearray(8 << 20)
    for box in boxes:
        request = f'GET {parts.path}?{parts.query}&BBOX={box} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n'.encode()
        start = time.perf_counter()
        connection.sendall(request)
        n, head = answer_bytes(connection, buffer)
        times.append(1e3 * (time.perf_counter() - start))
        if not buffer.startswith(b'HTTP/1.1 200') or b'\x89PNG' not in buffer[head:head + 32]:
            raise SystemExit(f'no picture from {url} for {box}: {bytes(buffer[:min(n, 600)])}')
    connection.close()
    return statistics.median(times)


def section_wms(rounds):
    """WMS GetMap against MapServer and QGIS Server, in turn."""
    path = england()
    if not path or not peers_ready():
        return say('wms: no data or PEERS_WORK is not set up, left out')
    rounds *= 3  # a turn is short
    wms = 'SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&STYLES=&SRS=EPSG:3857&FORMAT=image/png&TRANSPARENT=true&WIDTH=800&HEIGHT=600'
    peer('./servers.sh', 'start')
    time.sleep(1)
    try:
        with Server(path) as server:
            addresses = {'ours': f'http://127.0.0.1:{server.port}/wms?{wms}&LAYERS=imd.area',
                         'MapServer': f'http://127.0.0.1:{PEER_PORT + 80}/wms/ms_multifgb_z1?{wms}&LAYERS=areas'}
            if os.path.exists('/usr/lib/cgi-bin/qgis_mapserv.fcgi') and os.path.exists(os.path.join(WORK, 'conf', 'qgis_multi.qgs')):
                addresses['QGIS Server'] = f'http://127.0.0.1:{PEER_PORT + 80}/qg/qgis_multi?{wms}&LAYERS=a,b,c,d'
            else:
                say('wms: QGIS SERVER IS NOT INSTALLED: its column is left out')
            for scale in WMS_SCALES:
                measured = {name: [] for name in addresses}
                for _ in range(1 + rounds):
                    for name, url in addresses.items():
                        measured[name].append(wms_ms(url, wms_boxes(scale)))
                # The first round warms the peers' processes and the system's page cache.
                results.setdefault('wms', {})[scale] = {
                    name: {'ms': statistics.median(ms[1:]), 'times': statistics.median([b / a for a, b in zip(measured['ours'][1:], ms[1:])])}
                    for name, ms in measured.items()}
    finally:
        peer('./servers.sh', 'stop')
    rows = [(scale, *(f"{one[name]['ms']:.1f}" if name in one else '-' for name in ('ours', 'MapServer', 'QGIS Server')),
             *(f"{one[name]['times']:.1f}" if name in one else '-' for name in ('MapServer', 'QGIS Server')))
            for scale, one in results['wms'].items()]
    table(f'WMS GetMap, 800x600 of England, one connection, {rounds} rounds in turn, median ms',
          ('scale', 'ours', 'MapServer', 'QGIS Server', 'times MapServer', 'times QGIS'), rows)


SECTIONS = {'load': section_load, 'process': section_process, 'http': section_http, 'seams': section_seams,
            'wms': section_wms, 'quality': section_quality, 'cached': section_cached, 'bytes': section_bytes, 'areas': section_areas,
            'scale': section_scale, 'capabilities': section_capabilities, 'sets': section_sets, 'vector': section_vector,
            'directory': section_directory, 'hsds': section_hsds, 'places': section_places, 'writers': section_writers}


def finish(record):
    """The verdicts, and build/bench/result.json."""
    rows = bench_report.requirements(results)
    bench_report.print_verdicts(report, rows)
    results['requirements'] = rows
    with open(os.path.join(BUILD, 'result.json'), 'w', encoding='utf-8') as out:
        json.dump(results, out, indent=1)
        out.write('\n')
    if record:
        report.record(os.path.join(ROOT, 'docs', 'benchmarks.md'))


def machine():
    cpu = next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), platform.machine())
    load = os.getloadavg()[0]
    commit = subprocess.run(['git', 'describe', '--always', '--dirty'], cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True).stdout.strip()
    results['machine'] = {'date': time.strftime('%Y-%m-%d'), 'processors': os.cpu_count(), 'cpu': cpu, 'load': load,
                          'version': commit}
    say(f'{time.strftime("%Y-%m-%d")}, {os.cpu_count()} processors, {cpu}, load average at the start {load:.1f}'
        + (f', version {commit}' if commit else '') + '.')


def main():
    parser = argparse.ArgumentParser(description='measure everything, print tables, write build/bench/result.json')
    parser.add_argument('--only', default=','.join(SECTIONS))
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--record', action='store_true', help='put what is printed into docs/benchmarks.md')
    arguments = parser.parse_args()
    names = arguments.only.split(',')
    for name in names:
        if name not in SECTIONS:
            parser.error(f'no section {name}; there are {", ".join(SECTIONS)}')
    os.makedirs(BUILD, exist_ok=True)
    machine()
    if not peers_ready():
        say('THE PEERS ARE NOT SET UP (PEERS_WORK): their columns are left out. See the peers\' README.')
    for name in names:
        start = time.monotonic()
        SECTIONS[name](arguments.rounds)
        results.setdefault('section_s', {})[name] = round(time.monotonic() - start, 1)
    finish(arguments.record)


if __name__ == '__main__':
    main()
