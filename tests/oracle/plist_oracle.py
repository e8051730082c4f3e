"""Python's plistlib as the second opinion on property lists.

describe FOLDER       reads NAME.plist of every name in order and prints a line for each
make FOLDER N         writes N random lists, each as N.binary, N.xml and its line as N.line

A line spells every value: b1, i5 (modulo 2^64), r<bits>, t<Unix seconds>, d<hex>, s<hex of UTF-8>,
u5 (a UID), [a,b], {s<key>=a,...}.
"""

import calendar
import datetime
import pathlib
import plistlib
import random
import struct
import sys


def line(value):
    if isinstance(value, bool):
        return "b%d" % value
    if isinstance(value, int):
        return "i%d" % (value % 2**64)
    if isinstance(value, float):
        return "r" + struct.pack(">d", value).hex()
    if isinstance(value, datetime.datetime):
        return "t%d" % calendar.timegm(value.timetuple())
    if isinstance(value, bytes):
        return "d" + value.hex()
    if isinstance(value, str):
        return "s" + value.encode().hex()
    if isinstance(value, plistlib.UID):
        return "u%d" % value.data
    if isinstance(value, list):
        return "[" + ",".join(map(line, value)) + "]"
    return "{" + ",".join(line(k) + "=" + line(v) for k, v in value.items()) + "}"


def text(rng):
    alphabet = "abcXYZ 0123456789&<>\"'/-_.\u00e9\u00df\u20ac\u4e2d\U0001f600"
    return "".join(rng.choice(alphabet) for _ in range(rng.choice((0, 1, 5, 14, 15, 16, 300))))


def scalar(rng):
    # No -0.0: plistlib stores equal values once, and takes it for 0.0.
    return rng.choice((
        lambda: rng.random() < 0.5,
        lambda: rng.choice((0, 1, 255, 256, 65535, 65536, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1,
                            -1, -128, -2**31, -2**63, rng.randrange(-2**63, 2**64))),
        lambda: rng.choice((0.0, 1.5, 1e300, -2.5e-300, rng.uniform(-1e6, 1e6))),
        lambda: datetime.datetime(1970, 1, 1) + datetime.timedelta(0, rng.randrange(4 * 10**9)),
        lambda: rng.randbytes(rng.choice((0, 1, 2, 3, 14, 15, 16, 300))),
        lambda: text(rng),
    ))()


def tree(rng, depth):
    kind = rng.randrange(3) if depth > 0 else 2
    size = rng.choice((0, 1, 3, 14, 15, 20))
    if kind == 0:
        return [tree(rng, depth - 1) for _ in range(size)]
    if kind == 1:
        return {text(rng) + str(i): tree(rng, depth - 1) for i in range(size)}
    return scalar(rng)


def make(folder, count):
    rng = random.Random(20240601)
    for i in range(count):
        value = [tree(rng, 3)]
        (folder / f"{i}.binary").write_bytes(
            plistlib.dumps(value, fmt=plistlib.FMT_BINARY, sort_keys=False))
        (folder / f"{i}.xml").write_bytes(
            plistlib.dumps(value, fmt=plistlib.FMT_XML, sort_keys=False))
        (folder / f"{i}.line").write_text(line(value))


def describe(folder):
    for path in sorted(folder.glob("*.plist")):
        print(line(plistlib.loads(path.read_bytes())))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]), int(sys.argv[3]))
    else:
        describe(pathlib.Path(sys.argv[2]))
