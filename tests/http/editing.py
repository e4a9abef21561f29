"""What tests of the directory's store share: a program that writes by REST, with a token, and an editor's browser without scripts."""

import html.parser
import http.client
import json
import subprocess
import urllib.parse

import support
from support import LAUNCHER, PROGRAM, SLOW, Server

STORE = """\
  - {id: register, title: Register, store: register.gpkg, seed: helpers, editors: editors.txt}
"""
NAME, PASSWORD = "Ann Reed", "correct horse battery"


def editor(folder, *arguments, said=""):
    """Runs `evenground editor` with that standard input; returns what it says."""
    command = LAUNCHER + [PROGRAM, "editor", arguments[0], str(folder / "editors.txt"), *arguments[1:]]
    done = subprocess.run(command, input=said, capture_output=True, text=True, timeout=60 * SLOW)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Register(Server):
    """A server of an atlas with a store, and an editor's token."""

    def __init__(self, extra=STORE, **options):
        super().__init__(extra=extra, **options)
        self.token = options["of"].token if options.get("of") else editor(self.folder, "token", "robot").split()[-1]

    def call(self, method, path, body=None, connection=None, token=None, **headers):
        own = connection or http.client.HTTPConnection(self.host, self.port, timeout=30 * SLOW)
        said = {"Accept-Encoding": "identity", "Authorization": "Bearer " + (token or self.token)}
        if body is not None:
            said["Content-Type"] = "application/json"
        said.update({name.replace("_", "-"): value for name, value in headers.items()})
        said = {name: value for name, value in said.items() if value}
        raw = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        own.request(method, path, body=raw, headers=said)
        answer = support.Answer(own.getresponse())
        if not connection:
            own.close()
        return answer

    def make(self, body=None, **more):
        """A new entry; returns (its path, its ETag)."""
        answer = self.call("POST", "/entries", body or {"name": "Swims", "kind": "hub", **more})
        assert answer.status == 201, answer.body
        return answer["Location"][len(f"http://{self.host}:{self.port}"):], answer["ETag"]

    def now(self, path):
        return self.call("GET", path)


class Page(html.parser.HTMLParser):
    """A page's forms, links, and what is wrong with it."""

    def __init__(self, text):
        super().__init__()
        self.text, self.forms, self.links, self.scripts, self.styles, self.ids = text, [], [], 0, 0, []
        self.focus = []  # the roles of what asks for the focus, in the page's order: the first has it
        self.handlers, self.described, self.heading, self._area, self._select, self._in_heading = [], [], "", None, None, False
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        values = dict(pairs)
        if "id" in values:
            self.ids.append(values["id"])
        if "autofocus" in values:
            assert values.get("tabindex") == "-1" or tag in ("input", "textarea", "select", "button"), values
            self.focus.append(values.get("role", tag))
        self.described += (values.get("aria-describedby") or "").split()
        self.handlers += [name for name in values if name.startswith("on")]
        self.styles += "style" in values or tag == "style"
        if tag == "script":
            self.scripts += 1
        elif tag == "h1":
            self._in_heading = True
        elif tag == "a":
            self.links.append(values.get("href", ""))
        elif tag == "form":
            self.forms.append({"action": values.get("action"), "method": values.get("method", "get"), "fields": {}, "buttons": []})
        elif tag == "input" and self.forms:
            if values.get("type") not in ("checkbox", "radio") or "checked" in values:
                self.forms[-1]["fields"][values.get("name")] = values.get("value", "on" if values.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._area = values.get("name")
            self.forms[-1]["fields"][self._area] = ""
        elif tag == "select":
            self._select = values.get("name")
            self.forms[-1]["fields"].setdefault(self._select, "")
        elif tag == "option" and self._select and "selected" in values:
            self.forms[-1]["fields"][self._select] = values.get("value", "")
        elif tag == "button":
            self.forms[-1]["buttons"].append((values.get("name"), values.get("value")))

    def handle_endtag(self, tag):
        self._area = None if tag == "textarea" else self._area
        self._select = None if tag == "select" else self._select
        self._in_heading = False if tag == "h1" else self._in_heading

    def handle_data(self, data):
        if self._area:
            self.forms[-1]["fields"][self._area] += data
        if self._in_heading:
            self.heading += data

    def form(self, button):
        """The form that has this button."""
        for form in self.forms:
            if any(button in (name, value) for name, value in form["buttons"]):
                return form
        raise AssertionError(f"no form with {button}: {self.forms}")


class Reader:
    """A browser without scripts: keeps the cookie, follows 303."""

    def __init__(self, server):
        self.server, self.cookie, self.path = server, None, "/admin"

    def send(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=30 * SLOW)
        said = {"Accept-Encoding": "identity"}
        if self.cookie:
            said["Cookie"] = self.cookie
        if body is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
            said["Origin"] = f"http://{self.server.host}:{self.server.port}"
        said.update({name.replace("_", "-"): value for name, value in headers.items() if value is not None})
        connection.request(method, path, body=body, headers={name: value for name, value in said.items() if value != ""})
        answer = support.Answer(connection.getresponse())
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.split(";")[0]
        self.check(answer)
        return answer

    @staticmethod
    def check(answer):
        """What holds of each page, whatever happened."""
        if answer.status in (404, 405, 415) and "json" in (answer["Content-Type"] or ""):
            return
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy, policy
        assert answer["Cache-Control"] == "no-store" and answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin" and answer["X-Frame-Options"] == "DENY"
        if answer.body:
            page = Page(answer.body.decode())
            assert page.scripts == 0 and page.styles == 0 and not page.handlers, answer.body
            assert len(page.ids) == len(set(page.ids)), sorted(page.ids)
            assert set(page.described) <= set(page.ids), set(page.described) - set(page.ids)

    def open(self, path, status=200):
        answer = self.send("GET", path)
        hops = 0
        while answer.status == 303 and hops < 5:
            path = urllib.parse.urljoin(path, answer["Location"])
            answer = self.send("GET", path)
            hops += 1
        assert answer.status == status, f"{path}: {answer.status}, not {status}: {answer.body[:600]}"
        self.path, self.page = path, Page(answer.body.decode())
        return self.page

    def submit(self, button, status=200, without=(), **fields):
        """Sends the form that has the button, as a browser does; goes where it is told to."""
        form = self.page.form(button)
        sent = {name: value for name, value in {**form["fields"], **fields}.items() if name and name not in without}
        sent.update({name: value for name, value in form["buttons"] if name and value == button})
        path = urllib.parse.urljoin(self.path, form["action"])
        answer = self.send("POST", path, urllib.parse.urlencode(sent))
        if answer.status == 303:
            return self.open(urllib.parse.urljoin(path, answer["Location"]), status)
        assert answer.status == status, f"{path}: {answer.status}, not {status}: {answer.body[:1500]}"
        self.path, self.page = path, Page(answer.body.decode())
        return self.page

    def sign_in(self, name=NAME, password=PASSWORD, status=200, path="/admin"):
        self.open(path)
        assert self.page.heading == "Sign in", self.page.text
        return self.submit(None, status, name=name, password=password)
