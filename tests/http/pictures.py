"""PNGs as pixels, and web Mercator and the British National Grid worked out here, so that they check the server's."""

import math
import struct
import zlib

from support import SIDE, SOUTH, STEP, WEST

EAST, NORTH = WEST + SIDE * STEP, SOUTH + SIDE * STEP


def _unfilter(kind, line, above, step):
    out = bytearray(line)
    for i, value in enumerate(line):
        left = out[i - step] if i >= step else 0
        up, corner = above[i], above[i - step] if i >= step else 0
        near = left + up - corner
        paeth = min((abs(near - left), 0, left), (abs(near - up), 1, up), (abs(near - corner), 2, corner))[2]
        out[i] = (value + (0, left, up, (left + up) // 2, paeth)[kind]) & 255
    return bytes(out)


class Picture:
    """A PNG of 8 bits or fewer, as (r, g, b, a) a pixel."""

    def __init__(self, answer):
        body = answer.body
        assert body[:8] == b"\x89PNG\r\n\x1a\n", body[:200]
        chunks, at = {}, 8
        while at < len(body):
            (size,), name = struct.unpack(">I", body[at : at + 4]), body[at + 4 : at + 8]
            chunks[name] = chunks.get(name, b"") + body[at + 8 : at + 8 + size]
            at += 12 + size
        self.width, self.height, self.bits, self.kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
        self.palette, self.faint = chunks.get(b"PLTE", b""), chunks.get(b"tRNS", b"")
        channels = {2: 3, 3: 1, 6: 4}[self.kind]
        length, data = (self.width * channels * self.bits + 7) // 8, zlib.decompress(chunks[b"IDAT"])
        self.rows, above = [], bytes(length)
        for y in range(self.height):
            line = data[y * (length + 1) : (y + 1) * (length + 1)]
            above = line[1:] if line[0] == 0 else _unfilter(line[0], line[1:], above, max(1, channels * self.bits // 8))
            self.rows.append(above)

    def at(self, x, y):
        row = self.rows[y]
        if self.kind == 2:
            return (*row[3 * x : 3 * x + 3], 255)
        if self.kind == 6:
            return tuple(row[4 * x : 4 * x + 4])
        per_byte = 8 // self.bits
        index = row[x // per_byte] >> (8 - self.bits * (x % per_byte + 1)) & (1 << self.bits) - 1
        alpha = self.faint[index] if index < len(self.faint) else 255
        return (*self.palette[3 * index : 3 * index + 3], alpha)


def mercator(lon, lat):
    r = 6378137.0
    return r * math.radians(lon), r * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def british(lon, lat):
    """Longitude and latitude on WGS 84 to easting and northing: Helmert's shift of 7 parameters, then Transverse Mercator."""
    a, b = 6378137.0, 6356752.314245
    e2 = 1 - b * b / (a * a)
    p, q = math.radians(lat), math.radians(lon)
    v = a / math.sqrt(1 - e2 * math.sin(p) ** 2)
    x, y, z = v * math.cos(p) * math.cos(q), v * math.cos(p) * math.sin(q), (1 - e2) * v * math.sin(p)
    s, sec = 1 + 20.4894e-6, math.pi / 180 / 3600
    rx, ry, rz = -0.1502 * sec, -0.2470 * sec, -0.8421 * sec
    x, y, z = (
        -446.448 + s * x - rz * y + ry * z,
        125.157 + rz * x + s * y - rx * z,
        -542.060 - ry * x + rx * y + s * z,
    )
    a, b = 6377563.396, 6356256.909
    e2, n = 1 - b * b / (a * a), (a - b) / (a + b)
    h = math.hypot(x, y)
    p, q = math.atan2(z, h * (1 - e2)), math.atan2(y, x)
    for _ in range(6):
        v = a / math.sqrt(1 - e2 * math.sin(p) ** 2)
        p = math.atan2(z + e2 * v * math.sin(p), h)
    f0, p0, q0 = 0.9996012717, math.radians(49), math.radians(-2)
    v = a * f0 / math.sqrt(1 - e2 * math.sin(p) ** 2)
    rho = a * f0 * (1 - e2) / (1 - e2 * math.sin(p) ** 2) ** 1.5
    eta, d, c, t = v / rho - 1, p - p0, math.cos(p), math.tan(p)
    m = b * f0 * (
        (1 + n + 1.25 * n**2 + 1.25 * n**3) * d
        - (3 * n + 3 * n**2 + 2.625 * n**3) * math.sin(d) * math.cos(p + p0)
        + (1.875 * n**2 + 1.875 * n**3) * math.sin(2 * d) * math.cos(2 * (p + p0))
        - 35 / 24 * n**3 * math.sin(3 * d) * math.cos(3 * (p + p0))
    )
    w = q - q0
    northing = m - 100000 + v / 2 * math.sin(p) * c * w**2 + v / 24 * math.sin(p) * c**3 * (5 - t**2 + 9 * eta) * w**4
    easting = 400000 + v * c * w + v / 6 * c**3 * (v / rho - t**2) * w**3
    return easting, northing
