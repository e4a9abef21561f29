"""What tools/bench.py measures, made into tables, numbers and verdicts.

A requirement has one or more checks (a size and a time; a zoom each): a number against the bound that must be kept and the one
to reach for. Its verdict is that of its worst check: "reached", "met", "missed", or "not measured" when any of them was not.
"""
import re

SEAM_FOLDERS = ('seam_exact', 'seam', 'seam_ten_colours')
VERDICTS = ('reached', 'met', 'missed', 'not measured')
BEGIN, END = '<!-- printed by make bench: begin -->', '<!-- printed by make bench: end -->'


class Report:
    """Prints, and keeps what was printed."""

    def __init__(self):
        self.lines = []

    def say(self, text=''):
        print(text, flush=True)
        self.lines.append(text)

    def table(self, title, head, rows):
        self.say(f'\n### {title}\n')
        self.say('| ' + ' | '.join(head) + ' |')
        self.say('|' + '---|' * len(head))
        for row in rows:
            self.say('| ' + ' | '.join(str(cell) for cell in row) + ' |')

    def record(self, path):
        """Puts what was printed between the two marks of a page."""
        with open(path, encoding='utf-8') as page:
            before, rest = page.read().split(BEGIN)
        after = rest.split(END)[1]
        with open(path, 'w', encoding='utf-8') as page:
            page.write(before + BEGIN + '\n' + '\n'.join(self.lines) + '\n' + END + after)


# What the peers' programs print.


def number(text):
    """7, 0.5, or the two ends of (0.05..0.10)."""
    if text.startswith('('):
        return [float(end) for end in text.strip('()').split('..')]
    return float(text)


def parse_zooms(text):
    """A table whose head begins with "z": {'z5': {column: number}, ..., 'all': {...}}. A row may lack its last columns."""
    head, zooms = None, {}
    for words in (line.split() for line in text.splitlines()):
        if words and words[0] == 'z':
            head = words[1:]
        elif head and words and (words[0].isdigit() or words[0] == 'all'):
            name = 'all' if words[0] == 'all' else 'z' + words[0]
            zooms[name] = dict(zip(head, map(number, words[1:])))
    if not zooms:
        raise ValueError('no table in what the peers\' harness printed:\n' + text)
    return zooms


def parse_folders(text):
    """Such a table for each folder of pictures, below a line "== FOLDER"."""
    parts = re.split(r'^== (\S+)$', text, flags=re.MULTILINE)
    if len(parts) < 3:
        raise ValueError('no folder in what the peers\' harness printed:\n' + text)
    return {name: parse_zooms(table) for name, table in zip(parts[1::2], parts[2::2])}


def parse_pair(text):
    """What vs.py prints of two servers: how many times faster the first is, by zoom and over all."""
    head = re.search(r'(\d+) rounds, (\d+) connection\(s\), (\w+) against (\w+); errors (\d+) / (\d+)', text)
    foot = re.search(r'sum of latencies: ([\d.]+) / ([\d.]+) ms, ratio ([\d.]+) \(([\d.]+)\.\.([\d.]+)\)', text)
    if not head or not foot:
        raise ValueError('vs.py printed something else:\n' + text)
    connections, a, b = int(head[2]), head[3][:6] + '_ms', head[4][:6] + '_ms'
    zooms, n = {}, 0
    for zoom, row in parse_zooms(text).items():
        n += int(row['n'])
        zooms[zoom] = {'tiles': int(row['n']), 'ours_ms': row[a], 'peer_ms': row[b], 'times': inverse(row['ratio']),
                       'times_range': inverse_range(row['ratio'], row['(min..max)']), 'ours_p95_ms': row['p95_A'],
                       'peer_p95_ms': row['p95_B'], 'ours_bytes': row['bytes_A'], 'peer_bytes': row['bytes_B']}
    ours, theirs = float(foot[1]), float(foot[2])
    return {'rounds': int(head[1]), 'connections': connections, 'errors': [int(head[5]), int(head[6])], 'zooms': zooms,
            'ours_sum_ms': ours, 'peer_sum_ms': theirs, 'ours_tiles_per_s': 1e3 * connections * n / ours,
            'peer_tiles_per_s': 1e3 * connections * n / theirs, 'times': inverse(float(foot[3])),
            'times_range': inverse_range(float(foot[3]), [float(foot[4]), float(foot[5])])}


def inverse(ratio):
    return round(1 / max(ratio, 1e-3), 2)


def inverse_range(median, ends):
    """The ends are printed with two decimals, the median with three: a range that holds it."""
    return [inverse(max(median, ends[1])), inverse(min(median, ends[0]))]


# Verdicts.


def check(label, ours, value, must, reach, **more):
    """`value` is held against the bounds; a bound is ('at least' or 'at most', number)."""
    result = {'label': label, 'ours': ours, 'value': value, 'must': must[1], 'reach': reach[1], 'sense': must[0], **more}
    result['verdict'] = judge(value, must, reach)
    return result


def judge(value, must, reach):
    if value is None:
        return 'not measured'
    keeps = lambda bound: value >= bound[1] if bound[0] == 'at least' else value <= bound[1]
    return 'missed' if not keeps(must) else 'reached' if keeps(reach) else 'met'


def times(label, ours, unit, peer, ratio, bounds):
    """Ours against a peer's figure of the same run, as a factor: bounds = (must, reach)."""
    return check(label, ours, ratio, ('at least', bounds[0]), ('at least', bounds[1]), unit=unit, peer=peer, ratio=ratio)


def at_most(label, value, unit, bounds, **more):
    return check(label, value, value, ('at most', bounds[0]), ('at most', bounds[1]), unit=unit, **more)


def dig(tree, *path):
    """What stands at a path of a tree of dictionaries; None when it is not there."""
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def worst_zoom(pair):
    zooms = dig(pair, 'zooms')
    return min(zooms.items(), key=lambda item: item[1]['times']) if zooms else ('', {})


def requirements(results):
    """One row for each line of the table of figures to reach: what, peer, checks, verdict."""
    two, zoom = dig(results, 'http', '2'), worst_zoom(dig(results, 'http', '1'))
    process, oa = results.get('process', {}), results.get('areas', {})
    load = lambda name, key: dig(results, 'load', name, key)
    documents = dig(results, 'first documents', '300 layers') or {}
    cached = [times(f'{n}', dig(results, 'cached', str(n), 'ours'), 'requests/s', dig(results, 'cached', str(n), 'peer'),
                    dig(results, 'cached', str(n), 'ratio'), (0.9, 0.97)) for n in (1, 16, 64, 256)]
    packed = [at_most(z, dig(results, 'bytes', z, 'ratio'), '×', (1.15, 1.05), ratio=dig(results, 'bytes', z, 'ratio'),
                      bytes=dig(results, 'bytes', z, 'ours'), peer=dig(results, 'bytes', z, 'peer'))
              for z in ('z8', 'z11', 'z13')]
    rows = [
        ('cold tiles over HTTP, 2 connections, cache off', 'MapServer',
         [times('', dig(two, 'ours_tiles_per_s'), 'tiles/s', dig(two, 'peer_tiles_per_s'), dig(two, 'times'), (6, 10))]),
        ('cold tiles in process, 2 threads', 'Mapnik, 2 processes',
         [times('', dig(process, 'two', 'tiles_per_s'), 'tiles/s', dig(process, 'mapnik_tiles_per_s'),
                dig(process, 'times'), (5, 10))]),
        *[(f'WMS GetMap 800x600, {scale} scale', 'MapServer',
           [times('', dig(results, 'wms', scale, 'ours', 'ms'), 'ms', dig(results, 'wms', scale, 'MapServer', 'ms'),
                  wms_times(results, scale), bounds)]) for scale, bounds in (('country', (10, 15)), ('county', (4, 10)), ('town', (4, 10)))],
        ('worst zoom over HTTP, 1 connection, median' + (f' ({zoom[0]})' if zoom[0] else ''), 'MapServer',
         [times(zoom[0], zoom[1].get('ours_ms'), 'ms', zoom[1].get('peer_ms'), zoom[1].get('times'), (4, 10))]),
        ('171,372 output areas, z5, in process, median', 'Mapnik',
         [times('z5', dig(oa, 'z5_pair', 'ours_ms'), 'ms', dig(oa, 'z5_pair', 'peer_ms'), dig(oa, 'z5_pair', 'times'),
                (7, 15))]),
        ('seam pixels: one opaque colour, exact / as served / ten colours / changed by a palette' + counted_by_samples(results), '',
         [*[at_most(name, dig(results, 'seams judged', name, 'seams'), 'pixels', (0, 0)) for name in SEAM_FOLDERS],
          at_most('palettes', changed_pixels(results), 'pixels', (0, 0))]),
        ('mean colour error as served, z6 / z11 (of 255)', '',
         [at_most(z, dig(results, 'quality', z, 'mean'), '', (must, 1)) for z, must in (('z6', 2), ('z11', 1))]),
        ('cached tile, 1 / 16 / 64 / 256 connections', 'bare libmicrohttpd', cached),
        ('bytes per tile, z8 / z11 / z13', 'zopflipng', packed),
        ('neighbourhoods and IMD table to ready / peak memory', 'Mapnik, no topology',
         [at_most('time', load('neighbourhoods', 'seconds'), 's', (1.0, 0.5), peer=load('mapnik', 'seconds')),
          at_most('memory', load('neighbourhoods', 'peak_mib'), 'MiB', (220, 150), peer=load('mapnik', 'peak_mib'))]),
        ('171,372 output areas to ready / peak memory', '',
         [at_most('time', load('output areas', 'seconds'), 's', (3.5, 2)),
          at_most('memory', load('output areas', 'peak_mib'), 'MiB', (800, 500))]),
        ('a tile in EPSG:27700 against one in EPSG:3857, same ground resolution', '',
         [at_most('27700', dig(results, 'sets', 'ratio'), '×', (1.3, 1.1))]),
        ('100,000 entries: box, words and near together, 99th of 100 / with facets / and open now', '',
         [at_most(name, dig(results, 'directory', key + '_p99_ms'), 'ms', (10, 2))
          for name, key in (('', 'box_words_near'), ('facets', 'box_words_near_facets'), ('open', 'box_words_near_facets_open'))]),
        ('100,000 entries in a store over HTTP: box, words and near together, 99th of 100: nobody writes / one writes all the time', '',
         [at_most('alone', dig(results, 'writers', 'alone', 'p99_ms'), 'ms', (10, 5)),
          at_most('together', dig(results, 'writers', 'together', 1, 'p99_ms'), 'ms', (10, 5))]),
        ('a change of one of 100,000 entries, processor time of the server', '',
         [at_most('change', dig(results, 'writers', 'written_alone', 'cpu_ms'), 'ms', (100, 30))]),
        *[(f'capabilities and lists of 300 layers, {words}: {" / ".join(documents) or "not measured"}', '',
           [at_most(name, one.get(key), 'ms', (20, 5)) for name, one in documents.items()] or [at_most('', None, 'ms', (20, 5))])
          for key, words in (('prepared', 'first time after a load'), ('cached', 'again'))],
    ]
    return [{'what': what, 'peer': peer, 'checks': checks,
             'verdict': max((c['verdict'] for c in checks), key=VERDICTS.index)} for what, peer, checks in rows]


def wms_times(results, scale):
    """How often the fastest peer's time holds ours, by the median of the rounds; None when not measured."""
    one = dig(results, 'wms', scale)
    return one and min(peer['times'] for name, peer in one.items() if name != 'ours')


def counted_by_samples(results):
    """What the harness's samples count, and how much of it is wholly land: beside the number of seams, never instead of it."""
    judged = results.get('seams judged')
    if not judged:
        return ''
    list_of = lambda key: ' / '.join(str(judged[name][key]) for name in SEAM_FOLDERS)
    return f" (samples count {list_of('counted')} pixels not opaque, wholly land {list_of('wholly_land')})"


def palettes_table(found):
    """What bench_alpha prints, as rows of a table and as a tree: {'STYLE|WAY': {figure: number}}."""
    tree = {key: {k: found[f'{key}|{k}'] for k in ('pictures', 'pixels', 'changed', 'worst', 'error')}
            for key in (k[:-len('|pictures')] for k in found if k.endswith('|pictures'))}
    rows = [(*key.split('|'), f"{one['pictures']:.0f}", f"{one['pixels']:,.0f}", f"{one['changed']:.0f}", f"{one['worst']:.0f}",
             f"{one['error']:.2f}") for key, one in tree.items()]
    return rows, tree


def changed_pixels(results):
    styles = results.get('seams many colours')
    return int(sum(style['changed'] for style in styles.values())) if styles else None


def figure(value):
    if value is None:
        return '-'
    if value >= 100 or value == int(value):
        return f'{value:,.0f}'
    return f'{value:.2f}' if value < 10 else f'{value:.1f}'


def several(values, unit):
    """0.97 / 0.33 ×; one unit for all, or one each."""
    if all(v is None for v in values):
        return '-'
    texts = [figure(v) for v in values]
    units = unit if isinstance(unit, list) else [unit] * len(texts)
    if len(set(units)) == 1:
        return ' / '.join(texts) + (f' {units[0]}' if units[0] else '')
    return ' / '.join(f'{t} {u}' for t, u in zip(texts, units))


def verdict_row(row):
    checks = row['checks']
    units = [c['unit'] for c in checks]
    is_ratio = all('ratio' in c for c in checks)
    bound = lambda key: several([c[key] for c in checks], '×' if is_ratio else units)
    ours = several([c['bytes'] for c in checks], 'bytes') if 'bytes' in checks[0] else several([c['ours'] for c in checks], units)
    peer = '-'
    if any(c.get('peer') is not None for c in checks):
        peer = f"{row['peer']}: " + several([c['peer'] for c in checks], 'bytes' if 'bytes' in checks[0] else units)
    ratio = several([c['ratio'] for c in checks], '×') if is_ratio else '-'
    same = lambda key: len({c[key] for c in checks}) == 1
    first = lambda key: several([checks[0][key]], '×' if is_ratio else units[0])
    return (row['what'], ours, peer, ratio, first('must') if same('must') and is_ratio else bound('must'),
            first('reach') if same('reach') and is_ratio else bound('reach'), row['verdict'])


def print_verdicts(report, rows):
    report.table('Figures to reach', ('what', 'ours', 'peer in the same run', 'ratio', 'must', 'reach for', 'verdict'),
                 [verdict_row(row) for row in rows])
    count = {name: sum(row['verdict'] == name for row in rows) for name in VERDICTS}
    report.say('\n' + ', '.join(f'{n} {name}' for name, n in count.items()) + '. "Reached" is met, and what was to be reached '
               'for as well; a line with several figures has the verdict of its worst.')
