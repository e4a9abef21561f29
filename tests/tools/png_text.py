"""png_text.py FILE...: what a PNG says about itself: "WIDTHxHEIGHT", then a line "Keyword: text" for each tEXt and iTXt field.

Exit status 1 where a file is not a whole PNG (signature, checksums, end)."""
import struct
import sys
import zlib


def chunks(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG signature"
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert crc == zlib.crc32(kind + body), f"checksum of {kind}"
        yield kind, body
        at += 12 + length


def describe(path):
    found = list(chunks(sys.stdin.buffer.read() if path == "-" else open(path, "rb").read()))
    assert found[0][0] == b"IHDR" and found[-1][0] == b"IEND", "begin or end missing"
    assert zlib.decompress(b"".join(body for kind, body in found if kind == b"IDAT"))
    print("%dx%d" % struct.unpack(">II", found[0][1][:8]))
    for kind, body in found:
        if kind == b"tEXt":
            keyword, text = body.split(b"\0", 1)
            print(f"{keyword.decode('latin-1')}: {text.decode('latin-1')}")
        elif kind == b"iTXt":
            keyword, rest = body.split(b"\0", 1)
            print(f"{keyword.decode('latin-1')}: {rest[2:].split(bytes(1), 2)[2].decode('utf-8')}")


for name in sys.argv[1:]:
    try:
        describe(name)
    except (AssertionError, struct.error, zlib.error, OSError) as fault:
        sys.exit(f"{name}: {fault}")
