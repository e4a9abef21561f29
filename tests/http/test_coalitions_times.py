#!/usr/bin/python3
"""What is open and what takes place next, by the clocks of the atlas's time zone."""

import csv
import io
import sys

sys.dont_write_bytecode = True
from support import Server, run, test

ENTRIES = """\
id,name,kind,hours,start,end,day,money,funder
office,Office,hub,Mo-Fr 09:00-17:00,,,2026-01-02,,
night,Night shelter,service,Mo-Su 21:00-07:00,,,2025-06-30,,
always,Always,service,24/7,,,,,
ask,Ask us,hub,by appointment,,,,,
club,=Club,training,We[2] 18:30-20:00,,,,-5,Fund
once,Course,training,,2026-10-25T01:30,2026-10-25T03:00,,250,Fund
days,Fair,training,,2026-12-01,2026-12-03,,1000,Other
grant,Grant,grant,,2026-12-01,2026-12-03,,1000,Other
"""

EXTRA = """\
  - id: timed
    title: Timed
    source: timed.csv
    columns: {key: id, name: name, kind: kind, hours: hours, start: start, end: end, last_reviewed: day, amount: money, funder: funder}
time_zone: Europe/London
"""


class TimedServer(Server):
    def __init__(self):
        super().__init__(extra=EXTRA)
        (self.folder / "timed.csv").write_text(ENTRIES)


def keys(server, query):
    answer = server.get("/coalitions?limit=1000&" + query)
    assert answer.status == 200, (query, answer.body[:300])
    assert answer.json()["time_zone"] == "Europe/London"
    return "".join(sorted(f["properties"]["source"]["key"] + " " for f in answer.json()["features"])).split()


@test("what is open is told by the clocks of the place, in summer and in winter")
def _(server):
    assert keys(server, "open=2026-11-18T09:00:00Z") == ["always", "office"]
    assert keys(server, "open=2026-11-18T08:59:59Z") == ["always"]
    assert keys(server, "open=2026-07-15T08:00:00Z") == ["always", "office"]  # nine in the morning in London
    assert keys(server, "open=2026-07-15T12:00:00%2B05:00") == ["always"]
    assert keys(server, "open=2026-11-21T12:00:00Z") == ["always"]  # a Saturday
    assert keys(server, "open=2026-11-11T18:30:00Z") == ["always", "club"]


@test("a night's hours go on in the morning, on the nights when clocks change too")
def _(server):
    for time, is_open in (("2026-10-24T23:30:00Z", True), ("2026-10-25T06:59:00Z", True), ("2026-10-25T07:00:00Z", False),
                          ("2026-03-29T05:59:00Z", True), ("2026-03-29T06:00:00Z", False)):
        assert ("night" in keys(server, "open=" + time)) == is_open, time


@test("now is a time like any other")
def _(server):
    answer = server.get("/coalitions?open=now")
    assert "always" in keys(server, "open=now") and "ask" not in keys(server, "open=now")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert server.get("/coalitions?open=now", {"If-None-Match": answer["ETag"]}).status in (200, 304)


@test("training in a span of time says when it begins next")
def _(server):
    def starts(query):
        answer = server.get("/coalitions?" + query).json()
        return {f["properties"]["source"]["key"]: f["properties"]["next_start"] for f in answer["features"]}

    assert starts("from=2026-10-14&until=2026-10-31") == {"club": "2026-10-14T18:30:00+01:00", "once": "2026-10-25T01:30:00+01:00"}
    assert starts("from=2026-10-15&until=2026-11-30") == {"club": "2026-11-11T18:30:00Z", "once": "2026-10-25T01:30:00+01:00"}
    assert starts("from=2026-12-02T12:00:00Z") == {"club": "2026-12-09T18:30:00Z", "days": "2026-12-02"}
    assert starts("from=2026-11-11T18:30:00Z&until=2026-11-11T18:30:00Z") == {"club": "2026-11-11T18:30:00Z"}
    assert starts("from=2026-11-11T18:31:00Z&until=2026-11-30") == {}
    assert "club" in starts("from=now")
    assert starts("from=2026-12-01&until=2026-12-05&funder=OTHER") == {"days": "2026-12-01"}


@test("a table has the next time, and no cell that is a formula")
def _(server):
    table = server.get("/coalitions?f=csv&from=2026-11-01&until=2026-11-30&sort=name")
    rows = list(csv.DictReader(io.StringIO(table.body.decode(), newline="")))
    assert [(row["name"], row["amount"], row["next_start"]) for row in rows] == [("'=Club", "-5", "2026-11-11T18:30:00Z")], rows


@test("amounts and reviews are filters")
def _(server):
    def found(query):
        return sorted(f["properties"]["source"]["key"] for f in server.get("/coalitions?" + query).json()["features"])

    assert found("amount_min=250") == ["days", "once"]
    assert found("amount_max=0") == ["club"]
    assert found("amount_min=250&amount_max=999&kind=grant,training") == ["once"]
    assert found("reviewed_since=2025-07-01") == ["office"]
    assert found("reviewed_since=2025-06-30") == ["night", "office"]


@test("hours that only people can read are shown and counted")
def _(server):
    features = server.get("/coalitions?q=ask").json()["features"]
    assert features[0]["properties"]["hours"] == "by appointment"
    reports = {report["id"]: report for report in server.get("/report").json()["directories"]}
    assert reports["timed"]["doubtful_hours"] == 1, reports


run(TimedServer)
