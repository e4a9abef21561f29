#!/usr/bin/python3
"""What holds screenshots against each other can fail: every kept screenshot, moved by half a pixel, with one class in another
colour, mirrored or with its axes exchanged, is refused; edges smoothed a little otherwise are not."""

import pathlib
import tempfile

import numpy
from clients import COLOURS, OUT, Golden, compare, picture, run, test

KEPT = sorted(path.stem for path in Golden.FOLDER.glob("*.png"))


def half_a_pixel(pixels, axis):
    return (pixels + numpy.roll(pixels, 1, axis)) / 2


def recoloured(pixels):
    """The most frequent class of the picture 40 of 255 darker in one channel."""
    classes = [tuple(int(colour[i:i + 2], 16) for i in (1, 3, 5)) for colour in COLOURS]
    masks = [(numpy.abs(pixels[:, :, :3] - colour) < 6).all(axis=2) for colour in classes]
    most, result = max(masks, key=numpy.sum), pixels.copy()
    result[most, 1] = numpy.where(result[most, 1] > 100, result[most, 1] - 40, result[most, 1] + 40)
    return result


def refused(action):
    try:
        action()
    except AssertionError as error:
        return str(error)
    return None


def every(name, change, wanted):
    @test(name)
    def _():
        assert KEPT, "no screenshots are kept"
        for one in KEPT:
            share = Golden(one).differs(change(picture(Golden(one).path)))
            assert (share >= Golden.SHARE) == wanted, f"{one}: {100 * share:.2f} % differ"


every("every kept screenshot is the same as itself", lambda pixels: pixels, False)
every("half a pixel to the right is refused", lambda pixels: half_a_pixel(pixels, 1), True)
every("half a pixel down is refused", lambda pixels: half_a_pixel(pixels, 0), True)
every("one class in another colour is refused", recoloured, True)
every("a mirrored map is refused", lambda pixels: pixels[:, ::-1], True)
every("another size is refused", lambda pixels: pixels[:-1], True)
every("colours 12 of 255 away are taken", lambda pixels: numpy.clip(pixels + numpy.where(numpy.indices(pixels.shape).sum(axis=0) % 2, 12, -12), 0, 255), False)


def against(change):
    """What compare() says, with the bounds that clients are held to, of a picture and the same one changed."""
    pixels = picture(Golden(KEPT[0]).path)[:, 50:350]
    return refused(lambda: compare("comparer", pixels, change(pixels)))


@test("the comparison with the program's own picture refuses half a pixel, another colour and exchanged axes")
def _():
    assert against(lambda pixels: pixels) is None
    for what, change in (("right", lambda pixels: half_a_pixel(pixels, 1)), ("down", lambda pixels: half_a_pixel(pixels, 0)),
                         ("colour", recoloured), ("axes", lambda pixels: pixels.transpose(1, 0, 2)), ("turned", lambda pixels: pixels[::-1])):
        assert against(change), f"{what}: taken"


@test("it measures by how much a picture lies off")
def _():
    pixels = picture(Golden(KEPT[0]).path)
    said = refused(lambda: compare("comparer", pixels, numpy.roll(half_a_pixel(pixels, 1), (3, 2), (0, 1))))
    right, down = (float(part.rstrip(";")) for part in said.split("shift ")[1].split("; see")[0].split(", "))
    assert abs(right - 2.5) < 0.1 and abs(down - 3) < 0.1, said


@test("a screenshot that is missing is refused, and one that differs leaves what was wanted, what came and the difference")
def _():
    pixels = picture(Golden(KEPT[0]).path)
    with tempfile.TemporaryDirectory() as folder:
        one = Golden("comparer")
        one.path = pathlib.Path(folder) / "comparer.png"
        assert "missing" in (refused(lambda: one.check(pixels)) or "")
    one = Golden(KEPT[0])
    one.name = "comparer"
    parts = [OUT / f"comparer.golden.{part}.png" for part in ("wanted", "got", "difference")]
    for part in parts:
        part.unlink(missing_ok=True)
    said = refused(lambda: one.check(recoloured(pixels)))
    assert said and str(OUT) in said, said
    wanted, got, difference = (picture(part) for part in parts)
    assert (wanted == pixels).all() and (got == recoloured(pixels)).all()
    assert ((difference[:, :, 0] < 255) == (wanted != got).any(axis=2)).all(), "the difference shows what differs"


run()
