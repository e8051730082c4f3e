#!/usr/bin/env python3
"""Reads an iTunes/Finder backup, plain or encrypted, without any code of this project.

Prints one line a stored file: domain, relative path, SHA-256 of the content, separated by tabs and
sorted. The other opinion on what our writers write: python3-cryptography, plistlib and sqlite3.

usage: decrypt_backup.py BACKUP [PASSWORD]     exit status 77: python3-cryptography is missing
"""

import hashlib
import os
import plistlib
import sqlite3
import struct
import sys
import tempfile

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
except ImportError:
    sys.exit(77)

WRAPPED_BY_PASSCODE = 2


def decrypted(key, data):
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    return cipher.update(data) + cipher.finalize()


def unpadded(data):
    count = data[-1]
    if not 1 <= count <= 16 or data[-count:] != bytes([count]) * count:
        raise ValueError("bad padding")
    return data[:-count]


def records(bag):
    at = 0
    while at < len(bag):
        tag, size = struct.unpack_from(">4sL", bag, at)
        yield tag.decode(), bag[at + 8 : at + 8 + size]
        at += 8 + size
    if at != len(bag):
        raise ValueError("the key bag ends within a record")


def class_keys(bag, password):
    header, classes = {}, []
    for tag, value in records(bag):
        if tag == "UUID" and "UUID" in header:
            classes.append({})
        (classes[-1] if classes else header)[tag] = value
    number = lambda value: int.from_bytes(value, "big")
    secret = password.encode()
    if "DPIC" in header:
        secret = hashlib.pbkdf2_hmac("sha256", secret, header["DPSL"], number(header["DPIC"]), 32)
    key = hashlib.pbkdf2_hmac("sha1", secret, header["SALT"], number(header["ITER"]), 32)
    return {
        number(c["CLAS"]): aes_key_unwrap(key, c["WPKY"])
        for c in classes
        if number(c["WRAP"]) & WRAPPED_BY_PASSCODE
    }


def unwrapped(keys, blob):
    return aes_key_unwrap(keys[int.from_bytes(blob[:4], "little")], blob[4:])


def file_key(keys, archive):
    archive = plistlib.loads(archive)
    objects = archive["$objects"]
    record = objects[archive["$top"]["root"].data]
    if objects[record["$class"].data]["$classname"] != "MBFile":
        raise ValueError("not an MBFile")
    if "EncryptionKey" not in record:
        return None
    return unwrapped(keys, objects[record["EncryptionKey"].data]["NS.data"])


def main(folder, password):
    with open(os.path.join(folder, "Manifest.plist"), "rb") as file:
        properties = plistlib.load(file)
    for name in ("Info.plist", "Status.plist"):
        with open(os.path.join(folder, name), "rb") as file:
            plistlib.load(file)
    with open(os.path.join(folder, "Manifest.db"), "rb") as file:
        manifest = file.read()
    keys = {}
    if properties["IsEncrypted"]:
        keys = class_keys(properties["BackupKeyBag"], password)
        manifest = decrypted(unwrapped(keys, properties["ManifestKey"]), manifest)
    lines = []
    with tempfile.NamedTemporaryFile(suffix=".db") as clear:
        clear.write(manifest)
        clear.flush()
        database = sqlite3.connect(clear.name)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = database.execute("SELECT fileID, domain, relativePath, flags, file FROM Files")
        for file_id, domain, path, flags, archive in rows:
            assert file_id == hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()
            key = file_key(keys, archive)
            if flags != 1:
                continue
            with open(os.path.join(folder, file_id[:2], file_id), "rb") as file:
                content = file.read()
            if key:
                content = unpadded(decrypted(key, content))
            lines.append(f"{domain}\t{path}\t{hashlib.sha256(content).hexdigest()}")
        database.close()
    print("\n".join(sorted(lines)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
