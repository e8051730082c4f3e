#!/usr/bin/env python3
"""Derives apple_builds.tsv and apple_devices.tsv from public lists (see README.md beside this file).

    data/refresh_apple_builds.py LISTS --as-of YYYY-MM-DD

LISTS is a folder that holds ios_versions.json, device_traits.json and ipsw_db.json. The date is the
day for which the list of builds is known to be whole: the release day of its newest build, or the
day the list was taken, whichever can be stood by. It is printed in findings, so say in README.md what it rests on.
"""
import argparse
import datetime
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){0,3}")
BUILD = re.compile(r"\d{1,3}[A-Z]\d{1,5}[a-z]?")
PRODUCT = re.compile(r"(iPhone|iPad|iPod)(\d+),(\d+)")
# Names by which prototypes and virtual machines go in the lists; they make no backups.
NOT_SOLD = re.compile(r"X{3}|[Vv]irtual")


def version_key(version):
    return [int(part) for part in version.split(".")]


def build_key(build):
    number, letter, rest, suffix = re.fullmatch(r"(\d+)([A-Z])(\d+)([a-z]?)", build).groups()
    return int(number), letter, int(rest), suffix


def builds(lists):
    pairs = set()
    for entry in json.loads((lists / "ios_versions.json").read_text()):
        version, build = entry["version"], entry["build"]
        if not VERSION.fullmatch(version) or not BUILD.fullmatch(build):
            sys.exit(f"not a version and a build: {version!r} {build!r}")
        pairs.add((version, build))
    return sorted(pairs, key=lambda pair: (version_key(pair[0]), build_key(pair[1])))


def devices(lists):
    """product type -> name. Apple's own product description wins over the other list's."""
    names = {}
    for product, entry in json.loads((lists / "ipsw_db.json").read_text()).items():
        name = entry.get("desc") or entry.get("name") or ""
        if re.match(r"iPhone|iPad|iPod", name):
            names[product] = name
    for entry in json.loads((lists / "device_traits.json").read_text()):
        if entry["product_description"]:
            names[entry["product_type"]] = entry["product_description"]
    sold = {p: n for p, n in names.items() if PRODUCT.fullmatch(p) and not NOT_SOLD.search(n)}

    def order(product):
        family, generation, variant = PRODUCT.fullmatch(product).groups()
        return family, int(generation), int(variant)

    return [(product, sold[product]) for product in sorted(sold, key=order)]


def write(name, facts, columns, rows):
    for row in rows:
        if any("\t" in cell or "\n" in cell for cell in row):
            sys.exit(f"{name}: a cell holds a tab or a line end: {row!r}")
    lines = [f"# {key}: {value}" for key, value in facts]
    lines += ["\t".join(row) for row in [columns, *rows]]
    (HERE / name).write_text("\n".join(lines) + "\n")
    print(f"{name}: {len(rows)} rows")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lists", type=pathlib.Path)
    parser.add_argument("--as-of", required=True, type=datetime.date.fromisoformat)
    options = parser.parse_args()
    as_of = options.as_of.isoformat()
    write("apple_builds.tsv",
          [("as_of", as_of),
           ("source", "facts from ios_versions.json of mvt-project/mvt")],
          ("version", "build"), builds(options.lists))
    write("apple_devices.tsv",
          [("as_of", as_of),
           ("source", "facts from device_traits.json and ipsw_db.json of blacktop/ipsw (MIT)")],
          ("product_type", "name"), devices(options.lists))


if __name__ == "__main__":
    main()
