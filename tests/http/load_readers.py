"""What the load test's readers ask, and what has to hold of every answer: it is of one state, in which nothing is half-written, and which is not
older than what was acknowledged or seen by anybody when it was asked for."""

import collections
import csv
import hashlib
import io
import itertools
import json
import random
import re
import threading

import support
import whole_entries as whole
from support import SIDE, SOUTH, STEP, WEST

REFUSED = object()


# --- the model --------------------------------------------------------------------------------------------------------


class Entry:
    """What an entry may say, step after step: a number, or None where it is gone. Steps up to `floor` were acknowledged, or seen by somebody; whoever
    asks from then on must not see what was before."""

    def __init__(self, id, steps=(None,)):
        self.id, self.steps, self.floor, self.lock, self.etag = id, list(steps), len(steps) - 1, threading.Lock(), None
        self.n_acknowledged = len(steps) - 1

    def plan(self, said):
        with self.lock:
            self.steps.append(said)
            return len(self.steps) - 1

    def acknowledge(self, step):
        with self.lock:
            self.floor = max(self.floor, step)
            self.n_acknowledged += 1

    def refuse(self, step):
        with self.lock:
            assert self.floor != step, f"{self.id}: somebody saw what was refused, {self.steps[step]}"
            self.steps[step] = REFUSED

    def saw(self, floor, said):
        """Somebody who asked when the floor was there was told this."""
        with self.lock:
            may = [i for i in range(floor, len(self.steps)) if self.steps[i] == said]
            assert may, f"{self.id}: {said} was read, where {self.steps[floor]} was acknowledged or seen before and {self.steps[floor:]} may be"
            self.floor = max(self.floor, may[0])

    def now(self):
        with self.lock:
            return self.steps[self.floor]

    def before(self):
        """What it said before its last change."""
        with self.lock:
            return [step for step in self.steps[:self.floor] if step is not REFUSED][-1]


class Load:
    def __init__(self, server):
        self.server, self.chance = server, random.Random(support.seed())
        self.numbers, self.lock = itertools.count(1), threading.Lock()
        self.entries, self.batch, self.loose = {}, [], []  # {id: Entry}: whole ones; of imports; that another program edits
        self.club, self.club_of = Entry("the club"), []  # an organisation of two entries
        self.strangers = set()  # ids that somebody saw before we knew of them
        self.suggested, self.decided = {}, {}
        self.bodies, self.counts = {}, collections.Counter()
        self.failures, self.end, self.calm = [], threading.Event(), threading.Event()

    def number(self):
        return next(self.numbers)

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def tell_apart(self, path, answer):
        """One version has one body."""
        if answer.status == 200 and answer["ETag"]:
            digest = hashlib.sha256(answer.body).hexdigest()
            with self.lock:
                assert self.bodies.setdefault((path, answer["ETag"]), digest) == digest, f"two bodies of one ETag: {path}"

    def keep(self, entry):
        with self.lock:
            self.entries[entry.id] = entry

    def known(self):
        with self.lock:
            return dict(self.entries)


# --- reading ----------------------------------------------------------------------------------------------------------


def said_on_page(answer):
    return whole.one_number(re.sub(r"<form.*?</form>", "", answer.body.decode(), flags=re.S), 4)


VIEWS = {  # of one entry: address, and the number that its answer says
    "document": ("/entries/{}", lambda answer: whole.number_of_document(answer.json())),
    "coalition": ("/coalitions/{}", lambda answer: whole.number_of_feature(answer.json())),
    "item": ("/ogc/collections/coalitions/items/{}", lambda answer: whole.number_of_feature(answer.json())),
    "service": ("/hsds/services/{}?full=true", lambda answer: whole.number_of_service(answer.json())),
    "page": ("/finder/{}", said_on_page),
}


def ask(load, client, path, wanted=200):
    answer = client.get(path)
    assert answer.status == wanted, (path, answer.status, answer.body[:500])
    load.tell_apart(path, answer)
    return answer


def look_at(load, client, entry, view):
    """One entry in one view; at times only whether it is what it was."""
    path, number_of = VIEWS[view]
    path, floor = path.format(entry.id), entry.floor
    tags = client.__dict__.setdefault("tags", {})
    tag, said = tags.get(path, (None, None))
    answer = client.get(path, **({"If_None_Match": tag} if tag else {}))
    assert answer.status in (200, 304, 404), (path, answer.status, answer.body[:500])
    load.tell_apart(path, answer)
    if answer.status != 304:
        said = number_of(answer) if answer.status == 200 else None
        tags[path] = (answer["ETag"], said) if answer.status == 200 else (None, None)
    entry.saw(floor, said)
    load.count(view)


def look_at_all(load, said, floors):
    """A complete list {id: number} of whole entries, asked for when the floors were there."""
    for id, (entry, floor) in floors.items():
        entry.saw(floor, said.get(id))
    with load.lock:
        load.strangers |= set(said) - set(floors)


def floors_of(load):
    return {id: (entry, entry.floor) for id, entry in load.known().items()}


def check_facets(answer, features):
    """Facets, count and list are of one and the same state."""
    counted = collections.defaultdict(collections.Counter)
    for feature in features:
        said = feature["properties"]
        counted["kind"][said["kind"]] += 1
        counted["organisation"][said["organisation"]] += 1
        counted["topic"].update(said["topics"])
    for facet, values in answer["facets"].items():
        told = {one["value"]: one["count"] for one in values}
        assert len(values) < 100 and told == counted[facet] or len(values) == 100 and told.items() <= counted[facet].items(), (facet, told, counted[facet])


def read_list(load, client, chance):
    floors = floors_of(load)
    answer = ask(load, client, "/coalitions?topic=whole&limit=1000&facets=kind,topic,organisation").json()
    features = answer["features"]
    assert answer["numberMatched"] == answer["numberReturned"] == len(features), (answer["numberMatched"], len(features))
    said = {feature["id"]: whole.number_of_feature(feature) for feature in features}
    assert len(said) == len(features)
    check_facets(answer, features)
    look_at_all(load, said, floors)


def read_near(load, client, chance):
    lon, lat = WEST + chance.uniform(0.1, 0.5), SOUTH + chance.uniform(0.1, 0.5)
    west, south, east, north = round(lon - 0.2, 3), round(lat - 0.2, 3), round(lon + 0.2, 3), round(lat + 0.2, 3)
    path = f"/coalitions?bbox={west},{south},{east},{north}&topic=whole&q=whole%20w0&near={lon:.4f},{lat:.4f}&limit=4&facets=topic,kind,organisation"
    answer = ask(load, client, path).json()
    features = answer["features"]
    assert len(features) == answer["numberReturned"] == min(4, answer["numberMatched"]), answer
    for feature in features:
        x, y = feature["geometry"]["coordinates"]
        whole.number_of_feature(feature)
        assert west <= x <= east and south <= y <= north, (path, feature)
    far = [feature["properties"]["distance_m"] for feature in features]
    assert far == sorted(far), far
    assert sum(one["count"] for one in answer["facets"]["kind"]) == answer["numberMatched"], answer["facets"]
    if len(features) == answer["numberMatched"]:
        check_facets(answer, features)


def read_table(load, client, chance):
    floors = floors_of(load)
    rows = csv.DictReader(io.StringIO(ask(load, client, "/coalitions?topic=whole&limit=1000&f=csv").body.decode()))
    said = {}
    for row in rows:
        said[row["id"]] = n = whole.one_number(json.dumps(row), 6)
        assert (float(row["longitude"]), float(row["latitude"]), row["serves"]) == whole.place_of(n) and float(row["amount"]) == n, row
    look_at_all(load, said, floors)


def read_finder(load, client, chance):
    floors = floors_of(load)
    text = ask(load, client, "/finder?topic=whole&sort=name").body.decode()
    n_matched = int(re.search(r"Entries found: (\d+)", text)[1])
    items = re.findall(r'<li id="e-([0-9a-f-]{36})">(.*?)</li>', text, re.S)
    said = {id: whole.one_number(item, 4) for id, item in items}
    assert len(said) == len(items) == min(n_matched, 20) or n_matched > len(items) > 20, (n_matched, len(items))
    if n_matched == len(items):
        look_at_all(load, said, floors)
    else:
        for id in set(said) & set(floors):
            floors[id][0].saw(floors[id][1], said[id])


def read_services(load, client, chance):
    floors = floors_of(load)
    answer = ask(load, client, "/hsds/services?search=whole&full=true&per_page=1000&page=1").json()
    services = [one for one in answer["contents"] if any(a["taxonomy_term"]["name"] == "whole" for a in one["attributes"])]
    assert answer["total_items"] == answer["size"] == len(answer["contents"]), answer["total_items"]
    look_at_all(load, {one["id"]: whole.number_of_service(one) for one in services}, floors)


def read_items(load, client, chance):
    floors = floors_of(load)
    answer = ask(load, client, "/ogc/collections/coalitions/items?limit=1000").json()
    assert answer["numberMatched"] == answer["numberReturned"] == len(answer["features"])
    features = [one for one in answer["features"] if (one["properties"]["topics"] or "").startswith("whole")]
    look_at_all(load, {one["id"]: whole.number_of_feature(one) for one in features}, floors)


def read_entries(load, client, chance):
    floors = floors_of(load)
    answer = ask(load, client, "/entries?limit=1000").json()
    ids = [one["id"] for one in answer["entries"]]
    assert answer["numberMatched"] == len(ids) and ids == sorted(set(ids)), answer["numberMatched"]
    names = {one["id"]: one["name"] for one in answer["entries"]}
    look_at_all(load, {id: whole.one_number(names[id], 1) for id in floors if id in names}, floors)


def read_batch(load, client, chance):
    """What was written together is seen together."""
    for topic, entries in (("batch", load.batch), ("loose", load.loose)):
        floors = {entry.id: (entry, entry.floor) for entry in entries}
        features = ask(load, client, f"/coalitions?topic={topic}&limit=1000").json()["features"]
        number_of = whole.number_of_feature if topic == "batch" else lambda one: whole.one_number(json.dumps(one["properties"]), 5)
        said = {feature["id"]: number_of(feature) for feature in features}
        assert len(said) in (0, len(entries)) and len(set(said.values())) <= 1, f"of one change, a part: {said}"
        look_at_all(load, said, floors)


def read_club(load, client, chance):
    floor = load.club.floor
    features = ask(load, client, "/coalitions?topic=club&limit=10&facets=organisation").json()
    names = [one["properties"]["organisation"] for one in features["features"]]
    assert len(names) == 2 and len(set(names)) == 1, f"one organisation with two names: {names}"
    assert features["facets"]["organisation"] == [{"value": names[0], "count": 2}], features["facets"]
    load.club.saw(floor, whole.one_number(names[0], 1))


def read_ground(load, client, chance):
    """What no writer touches."""
    x, y = WEST + chance.randrange(SIDE) * STEP + 0.02, SOUTH + 0.02
    for path in (support.TILE, "/places?q=cell%203", f"/areas/cells?at={x:.3f},{y:.3f}", "/legend/score.cells.json"):
        answer = ask(load, client, path)
        with load.lock:
            assert load.bodies.setdefault(path, answer.body) == answer.body, path


def read_served(load, client, chance):
    """Whom an entry serves."""
    entry = chance.choice(list(load.known().values()))
    floor = entry.floor
    answer = client.get(f"/coalitions/{entry.id}/area")
    assert answer.status in (200, 404), (answer.status, answer.body)
    said = None
    if answer.status == 200:
        told = answer.json()["properties"]
        said = whole.one_number(told["name"], 1)
        assert [area["code"] for area in told["areas"]] == [whole.place_of(said)[2]], (told, said)
    entry.saw(floor, said)


def read_history(load, client, chance):
    """All that was acknowledged before is in it."""
    entry = chance.choice(list(load.known().values()))
    n_changes = entry.n_acknowledged
    answer = client.get(f"/entries/{entry.id}/history?limit=1000")
    if answer.status == 404 and n_changes == 0:
        return
    assert answer.status == 200, (answer.status, answer.body)
    lines = answer.json()["changes"]
    revisions = [line["revision"] for line in lines]
    assert revisions == sorted(revisions, reverse=True) and len(set(line["id"] for line in lines)) == len(lines), lines
    assert len(lines) >= n_changes, (entry.id, len(lines), n_changes)


READS = [read_list, read_near, read_near, read_table, read_finder, read_services, read_items, read_entries, read_batch, read_club, read_ground,
         read_served, read_history]


def read(load, client, chance):
    entries = list(load.known().values())
    if entries and chance.random() < 0.5:
        look_at(load, client, chance.choice(entries), chance.choice(list(VIEWS)))
        return
    how = chance.choice(READS)
    how(load, client, chance)
    load.count(how.__name__)
