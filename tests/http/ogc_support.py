"""What the tests of OGC API share: a server whose atlas has more CRSs and styles, following links, and looking at pictures."""

import struct
import zlib

from support import Server

EXTRA = """
server: {crs: ["EPSG:4326", "EPSG:27700"]}
"""
LAYER = "/ogc/collections/score.cells"


class OgcServer(Server):
    def __init__(self, extra=EXTRA, **more):
        super().__init__(extra, **more)

    @property
    def base(self):
        return f"http://{self.host}:{self.port}"

    def path_of(self, href):
        assert href.startswith(self.base + "/"), href
        return href[len(self.base):]

    def document(self, path, headers=None):
        answer = self.get(path, headers)
        assert answer.status == 200, (path, answer.status, answer.body[:300])
        return answer.json()


def links_of(value):
    """Every link object in a document."""
    if isinstance(value, dict):
        for link in value.get("links", []):
            yield link
        for member in value.values():
            yield from links_of(member)
    elif isinstance(value, list):
        for item in value:
            yield from links_of(item)


def rel(document, name, media_type=None):
    """The one link with that relation (and type)."""
    found = [link for link in document["links"] if link["rel"] == name and media_type in (None, link["type"])]
    assert len(found) == 1, (name, found)
    return found[0]


def png_size(body):
    assert body[:8] == b"\x89PNG\r\n\x1a\n", body[:16]
    return struct.unpack(">II", body[16:24])


def jpeg_size(body):
    assert body[:2] == b"\xff\xd8", body[:4]
    at = 2
    while at < len(body):
        marker, length = body[at + 1], struct.unpack(">H", body[at + 2:at + 4])[0]
        if 0xC0 <= marker <= 0xC2:
            height, width = struct.unpack(">HH", body[at + 5:at + 9])
            return width, height
        at += 2 + length
    raise AssertionError("a JPEG without a frame")


def png_rgba(body):
    """Pixels of an 8-bit PNG as rows of (r, g, b, a): indexed, RGB or RGBA; filters too."""
    width, height = png_size(body)
    depth, kind = body[24], body[25]
    palette, alpha, data, at = [], b"", b"", 8
    while at < len(body):
        length, name = struct.unpack(">I4s", body[at:at + 8])
        chunk = body[at + 8:at + 8 + length]
        if name == b"PLTE":
            palette = [tuple(chunk[i:i + 3]) for i in range(0, length, 3)]
        elif name == b"tRNS":
            alpha = chunk
        elif name == b"IDAT":
            data += chunk
        at += 12 + length
    raw = zlib.decompress(data)
    samples = {2: 3, 3: 1, 6: 4}[kind]
    stride = (width * samples * depth + 7) // 8
    rows, before, step = [], bytes(stride), max(1, samples * depth // 8)
    for y in range(height):
        kind_of_filter, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            left = line[i - step] if i >= step else 0
            up, corner = before[i], before[i - step] if i >= step else 0
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda v: abs(guess - v))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, paeth)[kind_of_filter]) & 255
        before = bytes(line)
        if kind == 3:
            per = 8 // depth
            numbers = [line[i // per] >> (8 - depth * (i % per + 1)) & ((1 << depth) - 1) for i in range(width)]
            rows.append([palette[n] + (alpha[n] if n < len(alpha) else 255,) for n in numbers])
        elif kind == 2:
            rows.append([tuple(line[i:i + 3]) + (255,) for i in range(0, stride, 3)])
        else:
            rows.append([tuple(line[i:i + 4]) for i in range(0, stride, 4)])
    return rows
