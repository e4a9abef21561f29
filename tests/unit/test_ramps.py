#!/usr/bin/python3
"""Checks styles/ramps.yaml without a YAML library, in the few forms that its head allows. Prints TAP."""
import re

PATH = "styles/ramps.yaml"
SEQUENTIAL = ("Blues BuGn BuPu GnBu Greens Greys OrRd Oranges PuBu PuBuGn PuRd Purples RdPu Reds YlGn YlGnBu YlOrBr "
              "YlOrRd").split()
DIVERGING = "BrBG PRGn PiYG PuOr RdBu RdGy RdYlBu RdYlGn Spectral".split()
EVEN = "viridis cividis magma inferno plasma".split()


def read(path):
    """name -> {"type": ..., "lists": {n: [colour, ...]}}; raises on any line of another form."""
    ramps = {}
    text = re.sub(r",\n +", ", ", open(path, encoding="utf-8").read())  # a list on two lines becomes one
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if found := re.fullmatch(r"([A-Za-z]+):", line):
            if found[1] in ramps:
                raise ValueError(f"{found[1]} stands there twice")
            ramp = ramps[found[1]] = {"type": None, "lists": {}}
        elif found := re.fullmatch(r"  type: (sequential|diverging)", line):
            ramp["type"] = found[1]
        elif found := re.fullmatch(r'    (\d+): \[("#[0-9a-f]{6}"(?:, "#[0-9a-f]{6}")*)\]', line):
            ramp["lists"][int(found[1])] = re.findall(r"#[0-9a-f]{6}", found[2])
        elif line != "  colours:":
            raise ValueError(f"line {number} after joining: {line}")
    return ramps


def lightness(colour):
    """CIE L* of an sRGB colour."""
    linear = [(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
              for v in (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


RAMPS = read(PATH)


def all_named_ramps_are_there():
    assert sorted(RAMPS) == sorted(SEQUENTIAL + DIVERGING + EVEN), sorted(RAMPS)


def every_list_has_as_many_colours_as_it_says():
    for name, ramp in RAMPS.items():
        for n, colours in ramp["lists"].items():
            assert len(colours) == n and len(set(colours)) == n, (name, n)


def colorbrewer_ramps_have_every_size():
    for name in SEQUENTIAL:
        assert RAMPS[name]["type"] == "sequential" and list(RAMPS[name]["lists"]) == list(range(3, 10)), name
    for name in DIVERGING:
        assert RAMPS[name]["type"] == "diverging" and list(RAMPS[name]["lists"]) == list(range(3, 12)), name


def sequential_ramps_go_from_light_to_dark_and_the_even_ones_back():
    for name in SEQUENTIAL + EVEN:
        for n, colours in RAMPS[name]["lists"].items():
            steps = [lightness(b) - lightness(a) for a, b in zip(colours, colours[1:])]
            assert all(step > 0 for step in steps) if name in EVEN else all(step < 0 for step in steps), (name, n)


def diverging_ramps_are_lightest_in_the_middle():
    for name in DIVERGING:
        for n, colours in RAMPS[name]["lists"].items():
            light = [lightness(colour) for colour in colours]
            assert max(light) == max(light[(n - 1) // 2:n // 2 + 1]), (name, n)
            assert light[0] < light[n // 2] and light[-1] < light[(n - 1) // 2], (name, n)


def the_makers_are_named():
    notice, head = open("NOTICE", encoding="utf-8").read(), open(PATH, encoding="utf-8").read()
    for text in (notice, head):
        assert "developed by" in text and "Cynthia Brewer" in text and "Ryan S. Renslow" in text


TESTS = [all_named_ramps_are_there, every_list_has_as_many_colours_as_it_says, colorbrewer_ramps_have_every_size,
         sequential_ramps_go_from_light_to_dark_and_the_even_ones_back, diverging_ramps_are_lightest_in_the_middle,
         the_makers_are_named]
print(f"1..{len(TESTS)}")
for i, test in enumerate(TESTS, 1):
    try:
        test()
        print(f"ok {i} - {test.__name__}")
    except AssertionError as error:
        print(f"not ok {i} - {test.__name__}\n# {error}")
