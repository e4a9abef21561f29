"""The directory under load: people who search while editors write, over HTTP, in a store of 100,000 made-up entries.

`measure(program, folder, seconds)` returns the figures; tools/bench.py prints them. Afterwards it asks for every change that the server
acknowledged and fails when one is lost.
"""
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import threading
import time

ENTRIES = 100_000
WEST, SOUTH, EAST, NORTH = -1.5, 51.0, 1.5, 54.0
KINDS = ('coalition', 'hub', 'officer_base', 'partnership', 'training', 'service')
WORDS = ('food', 'advice', 'smoking', 'walking', 'carers', 'debt', 'youth', 'garden', 'library', 'diabetes', 'housing', 'café')

ATLAS = f'''evenground: 1
title: Directory under load
fictional: true
boundaries:
  - {{id: squares, title: Squares, source: squares.geojson, key: code, name: name}}
tables:
  - {{id: numbers, source: numbers.csv, key: code, boundaries: squares, period: "2025"}}
indicators:
  - {{id: score, title: Score, series: {{table: numbers, value: score}}}}
directories:
  - id: people
    title: People
    source: people.csv
    columns: {{key: id, name: name, description: about, kind: kind, topics: topics, longitude: lon, latitude: lat}}
  - {{id: register, title: Register, store: register.gpkg, seed: [people], editors: editors.txt}}
'''

# What wrk asks: a box, a word and a place together, another one each time.
QUESTIONS = '''local words = {%s}
function request()
  local lon, lat = %f + math.random() * %f, %f + math.random() * %f
  local word = words[math.random(#words)]
  return wrk.format("GET", string.format("/coalitions?bbox=%%.3f,%%.3f,%%.3f,%%.3f&near=%%.4f,%%.4f&q=%%s&limit=20",
                                         lon - 0.4, lat - 0.3, lon + 0.4, lat + 0.3, lon, lat, word))
end
function init() math.randomseed(7) end
''' % (', '.join(json.dumps(w) for w in WORDS if w.isascii()), WEST + 0.4, EAST - WEST - 0.8, SOUTH + 0.3, NORTH - SOUTH - 0.6)


def write_atlas(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    chance = random.Random(7)
    ring = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
    square = {'type': 'Feature', 'properties': {'code': 'S1', 'name': 'Square'}, 'geometry': {'type': 'Polygon', 'coordinates': [ring]}}
    files = {'atlas.yaml': ATLAS, 'numbers.csv': 'code,score\nS1,1\n', 'ask.lua': QUESTIONS,
             'squares.geojson': json.dumps({'type': 'FeatureCollection', 'features': [square]})}
    for name, text in files.items():
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as out:
            out.write(text)
    with open(os.path.join(folder, 'people.csv'), 'w', encoding='utf-8') as out:
        out.write('id,name,about,kind,topics,lon,lat\n')
        for i in range(ENTRIES):
            words = chance.sample(WORDS, 5)
            out.write(f'{i},{words[0].title()} group {i},For {words[1]} and {words[2]},{chance.choice(KINDS)},{words[3]};{words[4]},'
                      f'{chance.uniform(WEST, EAST):.5f},{chance.uniform(SOUTH, NORTH):.5f}\n')


class Server:
    """The program with the store; ready when the constructor returns."""

    def __init__(self, program, folder):
        began = time.perf_counter()
        self.process = subprocess.Popen([program, 'serve', os.path.join(folder, 'atlas.yaml'), '--listen', '127.0.0.1:0', '--threads', '2'],
                                        stderr=subprocess.PIPE, text=True)
        said = []
        for line in self.process.stderr:
            said.append(line)
            found = re.search(r'serving http://127\.0\.0\.1:(\d+)/', line)
            if found:
                break
        else:
            raise SystemExit('the server did not start:\n' + ''.join(said))
        self.port = int(found.group(1))
        self.ready_s = time.perf_counter() - began
        threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)


class Writer(threading.Thread):
    """An editor's program that gives one entry after the other another description, each time with the version it has seen."""

    def __init__(self, port, token, ids, until):
        super().__init__()
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
        self.headers = {'Authorization': 'Bearer ' + token, 'Content-Type': 'application/json'}
        self.ids, self.until = ids, until
        self.acknowledged, self.took_ms, self.failure = {}, [], None

    def ask(self, method, path, body=None, **headers):
        self.connection.request(method, path, body, {**self.headers, **headers})
        answer = self.connection.getresponse()
        return answer, answer.read()

    def run(self):
        number = 0
        while time.perf_counter() < self.until and not self.failure:
            path = '/entries/' + self.ids[number % len(self.ids)]
            answer, body = self.ask('GET', path)
            document = json.loads(body)
            document['description'] = f'Written as number {number}'
            began = time.perf_counter()
            done, said = self.ask('PUT', path, json.dumps(document), **{'If-Match': answer.getheader('ETag')})
            if done.status != 200:
                self.failure = f'PUT {path}: {done.status} {said[:300]}'
                return
            self.took_ms.append(1e3 * (time.perf_counter() - began))
            self.acknowledged[path] = document['description']
            number += 1

    def lost(self):
        """Acknowledged changes that are not there."""
        return [path for path, text in self.acknowledged.items() if json.loads(self.ask('GET', path)[1]).get('description') != text]


def ids_of(port, n):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
    found = []
    while len(found) < n:
        connection.request('GET', f'/coalitions?limit=100&offset={len(found)}')
        found += [feature['id'] for feature in json.loads(connection.getresponse().read())['features']]
    return found[:n]


def milliseconds(text):
    number, unit = re.fullmatch(r'([\d.]+)(us|ms|s|m)', text).groups()
    return float(number) * {'us': 1e-3, 'ms': 1, 's': 1e3, 'm': 6e4}[unit]


def read(port, folder, connections, seconds):
    command = ['wrk', '-t1', f'-c{connections}', f'-d{seconds}s', '--latency', '-s', os.path.join(folder, 'ask.lua'), f'http://127.0.0.1:{port}/']
    text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    if 'Non-2xx' in text or 'Socket errors' in text:
        raise SystemExit('wrong answers while reading:\n' + text)
    return {'per_s': float(re.search(r'Requests/sec:\s+([\d.]+)', text).group(1)),
            'p50_ms': milliseconds(re.search(r'^ +50%\s+(\S+)', text, re.M).group(1)),
            'p99_ms': milliseconds(re.search(r'^ +99%\s+(\S+)', text, re.M).group(1))}


def worked_ms(process):
    """Processor time of the server so far."""
    with open(f'/proc/{process.pid}/stat', encoding='ascii') as file:
        ticks = file.read().rsplit(')', 1)[1].split()[11:13]
    return 1e3 * sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK')


def write(server, token, ids, n_writers, seconds, meanwhile):
    """Editors at work for some seconds, and what `meanwhile()` returns."""
    until = time.perf_counter() + seconds
    editing = [Writer(server.port, token, ids[i::n_writers], until) for i in range(n_writers)]
    for writer in editing:
        writer.start()
    found = meanwhile()
    for writer in editing:
        writer.join()
    took = sorted(ms for writer in editing for ms in writer.took_ms)
    wrong = [writer.failure for writer in editing if writer.failure] + [path for writer in editing for path in writer.lost()]
    if wrong or not took:
        raise SystemExit(f'writers failed, or what was acknowledged is lost: {wrong[:5]}')
    return {'n': len(took), 'per_s': len(took) / seconds, 'p50_ms': took[len(took) // 2], 'p99_ms': took[len(took) * 99 // 100]}, found


def first_list_ms(server, token, ids):
    """The HSDS API's first answer after a write, for which its lists are made."""
    write(server, token, ids[:1], 1, 0.001, lambda: None)
    connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=60)
    began = time.perf_counter()
    connection.request('GET', '/hsds/services?page=1')
    connection.getresponse().read()
    return 1e3 * (time.perf_counter() - began)


def measure(program, folder, seconds=15, readers=4):
    write_atlas(folder)
    editors = os.path.join(folder, 'editors.txt')
    token = subprocess.run([program, 'editor', 'token', editors, 'load'], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    figures = {'entries': ENTRIES, 'readers': readers, 'seconds': seconds, 'together': {}, 'writes': {}}
    with Server(program, folder) as server:
        figures['first_start_s'] = server.ready_s
    with Server(program, folder) as server:
        figures['start_s'] = server.ready_s
        figures['alone'] = read(server.port, folder, readers, seconds)
        ids = ids_of(server.port, 200)
        began_ms = worked_ms(server.process)
        figures['written_alone'], _ = write(server, token, ids, 1, seconds, lambda: None)
        figures['written_alone']['cpu_ms'] = (worked_ms(server.process) - began_ms) / figures['written_alone']['n']
        for writers in (1, 2):
            figures['writes'][writers], figures['together'][writers] = write(server, token, ids, writers, seconds,
                                                                             lambda: read(server.port, folder, readers, seconds))
        figures['first_list_ms'] = first_list_ms(server, token, ids)
    return figures


if __name__ == '__main__':
    import sys
    print(json.dumps(measure(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:4])), indent=1))
