#!/usr/bin/python3
"""make bench: every figure the product is held to, in one run, as ratios against a peer or a bound.

    tools/bench.py [--only SECTION,...] [--rounds N]

Sections: load, process, http, seams, quality, cached, bytes, scale, areas. Needs the real data (EVENGROUND_DATA, default
../shared/data) and, for the peers' columns, the peers' harness (EVENGROUND_PEERS, default ../shared/peers) set up in
PEERS_WORK; what is absent is said and left out. Prints tables; build/bench/result.json holds the numbers.
"""
import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.path.abspath(os.environ.get('EVENGROUND_DATA', os.path.join(ROOT, '..', 'shared', 'data')))
PEERS = os.path.abspath(os.environ.get('EVENGROUND_PEERS', os.path.join(ROOT, '..', 'shared', 'peers')))
WORK = os.environ.get('PEERS_WORK', '')
BUILD = os.path.join(ROOT, 'build', 'bench')
PROGRAM = os.path.join(ROOT, 'build', 'release', 'evenground')
PEER_PORT = int(os.environ.get('PEERS_PORT', '18000'))
PALETTE = ['#440154', '#482878', '#3e4a89', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6dcd59', '#b4dd2c', '#fde725']
results = {}


def say(text=''):
    print(text, flush=True)


def table(title, head, rows):
    say(f'\n### {title}\n')
    say('| ' + ' | '.join(head) + ' |')
    say('|' + '---|' * len(head))
    for row in rows:
        say('| ' + ' | '.join(str(cell) for cell in row) + ' |')


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
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_tiles')
    listing = os.path.join(BUILD, 'one_tile.txt')
    with open(listing, 'w') as out:
        out.write('10 505 341\n')
    for name, path, second_bound, memory_bound in (('32,844 neighbourhoods', england(), 1.0, 220),
                                                   ('171,372 output areas', output_areas(), 3.5, 800)):
        if not path:
            say(f'load: {name}: no data in {DATA}, left out')
            continue
        seconds, peaks = [], []
        for _ in range(rounds):
            one = figures([bench, path, 'imd.area', listing, '1', '1'])
            seconds.append(one['load_s'])
            peaks.append(one['load_peak_bytes'] / 2**20)
        s, m = statistics.median(seconds), statistics.median(peaks)
        rows.append((name, f'{s:.2f} s', f'{min(seconds):.2f}-{max(seconds):.2f}', f'{second_bound} s', f'{m:.0f} MiB',
                     f'{memory_bound} MiB'))
        results[f'load {name}'] = {'seconds': s, 'peak_mib': m}
    table('Files to ready', ('boundaries and table', 'median', 'range', 'bound', 'peak memory', 'bound'), rows)


def section_process(rounds):
    path, tiles = england(), tile_list()
    if not path or not tiles:
        return say('process: no data or no tile list, left out')
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_tiles')
    one = figures([bench, path, 'imd.area', tiles, '1', str(rounds)])
    two = figures([bench, path, 'imd.area', tiles, '2', str(rounds)])
    rows = [(f'z{z}', f"{one[f'z{z}_median_ms']:.3f}", f"{one[f'z{z}_mean_bytes']:.0f}") for z in range(5, 16)]
    table('Cold tiles in process, fill and outline from z12, PNG included', ('zoom', 'median ms, 1 thread', 'mean bytes'), rows)
    share = two['indexed'] / (two['indexed'] + two['rgba'])
    say(f"\n{one['tiles_per_s']:.0f} tiles/s on one thread, {two['tiles_per_s']:.0f} on two; {100 * share:.1f} % indexed.")
    results['process'] = {'one': one, 'two': two}
    if peers_ready():
        text = peer('/usr/bin/python3', 'mapnik_bench.py', os.path.join(WORK, 'conf', 'mk_multimem.xml'), tiles, '--png',
                    'png32:z=1', '--rounds', '2', '--procs', '2')
        mapnik = float(text.strip().splitlines()[-1].split()[-1])
        say(f"Mapnik, two processes, in the same run: {mapnik:.0f} tiles/s; ratio {two['tiles_per_s'] / mapnik:.1f}.")
        results['process']['mapnik'] = mapnik


def section_http(rounds):
    path, tiles = england(), tile_list()
    if not path or not peers_ready():
        return say('http: no data or PEERS_WORK is not set up, left out')
    peer('./servers.sh', 'start')
    time.sleep(1)
    with Server(path) as server:
        for connections in (1, 2):
            text = peer('/usr/bin/python3', 'vs.py', '-r', str(rounds), '-c', str(connections), '-l', tiles,
                        f'ours={server.port}:/tiles/imd.area/{{z}}/{{x}}/{{y}}.png',
                        f'ms={PEER_PORT + 80}:/ms/ms_multifgb_z1/{{z}}/{{x}}/{{y}}.png')
            say(f'\n### Cold tiles over HTTP, {connections} connection(s), cache off, against MapServer\n\n```\n{text}```')
            results[f'http {connections}'] = text
    peer('./servers.sh', 'stop')


def saved_tiles(path, listing, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_tiles')
    return figures([bench, path, 'imd.area', listing, '2', '1', folder])


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
    rows, result = [], {}
    for key in [k[:-len('|pictures')] for k in found if k.endswith('|pictures')]:
        style, way = key.split('|')
        one = {k: found[f'{key}|{k}'] for k in ('pictures', 'pixels', 'changed', 'worst', 'error')}
        result[key] = one
        rows.append((style, way, f"{one['pictures']:.0f}", f"{one['pixels']:,.0f}", f"{one['changed']:.0f}",
                     f"{one['worst']:.0f}", f"{one['error']:.2f}"))
    table('Seams of pictures in many colours: pixels whose alpha is not that of the exact picture',
          ('style', 'size or CRS', 'pictures', 'pixels as opaque as the fill', 'changed', 'worst', 'mean colour error'), rows)
    results['seams many colours'] = result


def section_seams(_rounds):
    seams_of_palettes()
    path = england('seam')
    coverage = os.path.join(WORK, 'data', 'full_3857.fgb')
    if not path or not os.path.exists(coverage):
        return say('seams: no data or PEERS_WORK is not set up, left out')
    folders = []
    for style in ('seam', 'fill'):
        folders.append(os.path.join(BUILD, 'seam' if style == 'seam' else 'seam_ten_colours'))
        saved_tiles(england(style), listed('seam_tiles.txt', lambda z, n: n < 10), folders[-1])
    text = peer('/usr/bin/python3', 'seam.py', coverage, *folders)
    say(f'\n### Seam pixels: one opaque colour, and ten (where off_colour says nothing), pixels inside the land\n\n'
        f'```\n{text}```')
    results['seams'] = text


def section_quality(_rounds):
    path = england('fill')
    coverage = os.path.join(WORK, 'data', 'full_3857.fgb')
    if not path or not os.path.exists(coverage):
        return say('quality: no data or PEERS_WORK is not set up, left out')
    folder = os.path.join(BUILD, 'quality')
    saved_tiles(path, listed('quality_tiles.txt', lambda z, n: z <= 11 and n < 5), folder)
    text = peer('/usr/bin/python3', 'quality.py', coverage, folder)
    say(f'\n### Colour error against the area-correct picture, as served\n\n```\n{text}```')
    results['quality'] = text


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
            rows.append((connections, f'{statistics.median(ours):.0f}', f'{statistics.median(theirs):.0f}',
                         f'{statistics.median(ratios):.2f}', f'{min(ratios):.2f}-{max(ratios):.2f}'))
        process.terminate()
    table('A cached tile, requests per second against bare libmicrohttpd (internal epoll, 2 threads)',
          ('connections', 'ours', 'bare', 'ratio', 'range'), rows)
    results['cached'] = rows


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
    table('Bytes of twelve tiles against zopflipng of the same pictures', ('zoom', 'ours', 'zopflipng', 'ratio'), rows)
    results['bytes'] = rows


def section_areas(rounds):
    path, tiles = output_areas(), tile_list()
    if not path or not tiles:
        return say('areas: no data, left out')
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_tiles')
    one = figures([bench, path, 'imd.area', tiles, '1', str(rounds)])
    rows = [(f'z{z}', f"{one[f'z{z}_median_ms']:.3f}") for z in range(5, 16)]
    table('171,372 output areas, cold tiles in process, 1 thread, PNG included', ('zoom', 'median ms'), rows)
    results['areas'] = one


def section_scale(rounds):
    """Cost grows with what is in the tile, not with what is loaded: the same zooms over counties of growing size."""
    rows = []
    bench = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'bench_tiles')
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
        one = figures([bench, os.path.join(folder, 'atlas.yaml'), 'deprivation.neighbourhood', listing, '1', str(rounds)])
        rows.append((f'{n:,}', f"{one['load_s']:.2f}", f"{one['load_peak_bytes'] / 2**20:.0f}") +
                    tuple(f"{one[f'z{z}_mean_ms']:.3f}" for z in (8, 10, 12, 14)))
        results[f'scale {n}'] = one
    table('Fictional counties of growing size: load, and mean ms of nine tiles in the middle',
          ('areas', 'load s', 'peak MiB', 'z8', 'z10', 'z12', 'z14'), rows)


SECTIONS = {'load': section_load, 'process': section_process, 'http': section_http, 'seams': section_seams,
            'quality': section_quality, 'cached': section_cached, 'bytes': section_bytes, 'areas': section_areas,
            'scale': section_scale}


def main():
    parser = argparse.ArgumentParser(description='measure everything, print tables, write build/bench/result.json')
    parser.add_argument('--only', default=','.join(SECTIONS))
    parser.add_argument('--rounds', type=int, default=5)
    arguments = parser.parse_args()
    os.makedirs(BUILD, exist_ok=True)
    cpu = next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), platform.machine())
    say(f'{time.strftime("%Y-%m-%d")}, {os.cpu_count()} processors, {cpu}')
    if not peers_ready():
        say('The peers are not set up (PEERS_WORK): their columns are left out. See the peers\' README.')
    for name in arguments.only.split(','):
        if name not in SECTIONS:
            sys.exit(f'no section {name}; there are {", ".join(SECTIONS)}')
        SECTIONS[name](arguments.rounds)
    with open(os.path.join(BUILD, 'result.json'), 'w') as out:
        json.dump(results, out, indent=1)


if __name__ == '__main__':
    main()
