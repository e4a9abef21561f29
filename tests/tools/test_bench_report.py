#!/usr/bin/python3
"""tools/bench_report.py: reads what the peers' programs print, and judges figures against their bounds."""
import os
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, 'tools'))
import bench_report as br  # noqa: E402

PAIR = '''5 rounds, 2 connection(s), ours against ms; errors 0 / 1
   z     n   ours_ms     ms_ms    ratio      (min..max)     p95_A     p95_B   bytes_A   bytes_B
   5     2     4.136    25.534    0.250    (0.20..0.50)     6.592    40.062     25030     27698
  10    50     0.395     5.794    0.100    (0.05..0.10)     1.255    10.773      8585     27100
 sum of latencies: 104.0 / 1040.0 ms, ratio 0.100 (0.08..0.20); wall tiles/s 1506 / 171
'''
SEAMS = '''== seam
   z  tiles   interior   not_opaq  percent min_alpha mean_alpha off_colour
   5      2      14251          1    0.007       248     255.00          0
 all     72    4751075         16    0.000
'''
results = []


def a_table_of_zooms_is_read():
    zooms = br.parse_zooms(SEAMS)
    assert zooms['z5'] == {'tiles': 2, 'interior': 14251, 'not_opaq': 1, 'percent': 0.007, 'min_alpha': 248,
                           'mean_alpha': 255, 'off_colour': 0}


def a_table_for_each_folder_is_read():
    folders = br.parse_folders(SEAMS + SEAMS.replace('seam', 'other').replace(' 16 ', ' 17 '))
    assert folders['seam']['all']['not_opaq'] == 16 and folders['other']['all']['not_opaq'] == 17


def what_is_no_table_is_an_error():
    for parse in (br.parse_zooms, br.parse_folders, br.parse_pair):
        try:
            parse('connection refused\n')
        except ValueError:
            continue
        raise AssertionError(parse)


def two_servers_are_read_as_how_many_times_faster():
    pair = br.parse_pair(PAIR)
    assert pair['zooms']['z5']['times'] == 4 and pair['zooms']['z5']['times_range'] == [2, 5]
    assert pair['times'] == 10 and pair['times_range'] == [5, 12.5]
    assert pair['ours_tiles_per_s'] == 1000 and pair['errors'] == [0, 1]
    assert br.worst_zoom(pair)[0] == 'z5'


def a_figure_is_missed_met_or_reached():
    assert [br.at_most('', v, 's', (1.0, 0.5))['verdict'] for v in (0.5, 0.51, 1.0, 1.01, None)] == \
        ['reached', 'met', 'met', 'missed', 'not measured']
    assert [br.times('', 1, 'ms', 9, v, (6, 10))['verdict'] for v in (5.9, 6, 10)] == ['missed', 'met', 'reached']


def a_row_has_the_verdict_of_its_worst_figure():
    rows = br.requirements({'bytes': {z: {'ours': 10, 'peer': 9, 'ratio': r}
                                      for z, r in (('z8', 1.01), ('z11', 1.1), ('z13', 1.2))}})
    row = next(r for r in rows if r['what'].startswith('bytes'))
    assert row['verdict'] == 'missed' and [c['verdict'] for c in row['checks']] == ['reached', 'met', 'missed']
    assert br.verdict_row(row) == ('bytes per tile, z8 / z11 / z13', '10 / 10 / 10 bytes', 'zopflipng: 9 / 9 / 9 bytes',
                                   '1.01 / 1.10 / 1.20 ×', '1.15 ×', '1.05 ×', 'missed')


def seams_are_what_was_judged_and_what_the_samples_count_stands_beside_it():
    judged = {name: {'counted': 16, 'wholly_land': 0, 'seams': 0} for name in br.SEAM_FOLDERS}
    results_of = {'seams judged': judged, 'seams many colours': {'viridis|256': {'changed': 0}, 'viridis|@2x': {'changed': 0}}}
    row = lambda: next(r for r in br.requirements(results_of) if r['what'].startswith('seam'))
    assert row()['verdict'] == 'reached' and row()['what'].endswith('(samples count 16 / 16 / 16 pixels not opaque, wholly land 0 / 0 / 0)')
    judged['seam']['seams'] = 1
    assert row()['verdict'] == 'missed'
    judged['seam']['seams'] = None
    assert row()['verdict'] == 'not measured'


def what_bench_alpha_prints_becomes_a_table():
    found = {f'viridis|@2x|{key}': n for n, key in enumerate(('pictures', 'pixels', 'changed', 'worst', 'error'))}
    rows, tree = br.palettes_table(found)
    assert rows == [('viridis', '@2x', '0', '1', '2', '3', '4.00')] and tree['viridis|@2x']['changed'] == 2


def what_was_not_measured_is_said_for_every_requirement():
    rows = br.requirements({})
    assert len(rows) == 19 and {row['verdict'] for row in rows} == {'not measured'}
    assert all(br.verdict_row(row)[1] == '-' for row in rows)


def a_half_measured_requirement_is_not_measured():
    rows = br.requirements({'quality': {'z6': {'mean': 0.7}}})
    assert next(r for r in rows if 'colour' in r['what'])['verdict'] == 'not measured'


def what_was_printed_goes_between_the_marks_of_the_page():
    report = br.Report()
    report.lines.append('| new |')
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'page.md')
        with open(path, 'w', encoding='utf-8') as page:
            page.write(f'# Page\n{br.BEGIN}\n| old |\n{br.END}\nafter\n')
        report.record(path)
        with open(path, encoding='utf-8') as page:
            assert page.read() == f'# Page\n{br.BEGIN}\n| new |\n{br.END}\nafter\n'
    with open(os.path.join(ROOT, 'docs', 'benchmarks.md'), encoding='utf-8') as page:
        text = page.read()
    assert text.count(br.BEGIN) == 1 and text.count(br.END) == 1


TESTS = [a_table_of_zooms_is_read, a_table_for_each_folder_is_read, what_is_no_table_is_an_error, two_servers_are_read_as_how_many_times_faster,
         a_figure_is_missed_met_or_reached, seams_are_what_was_judged_and_what_the_samples_count_stands_beside_it,
         what_bench_alpha_prints_becomes_a_table, a_row_has_the_verdict_of_its_worst_figure,
         what_was_not_measured_is_said_for_every_requirement, a_half_measured_requirement_is_not_measured,
         what_was_printed_goes_between_the_marks_of_the_page]
print(f'1..{len(TESTS)}')
failed = 0
for number, test in enumerate(TESTS, 1):
    try:
        test()
        print(f'ok {number} - {test.__name__.replace("_", " ")}')
    except Exception as problem:  # pylint: disable=broad-except
        failed += 1
        print(f'not ok {number} - {test.__name__.replace("_", " ")}\n# {problem!r}')
sys.exit(failed > 0)
