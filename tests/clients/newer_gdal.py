"""A newer GDAL than the system's, for drivers that have grown since: the library inside a Python package of PyPI, by its C interface.

As a program it is gdalinfo, gdal_translate and ogrinfo in one, for a process of its own (the system's GDAL and this one do not go
together in one): newer_gdal.py FOLDER info|translate|vector SOURCE [-to TARGET] [OPTION ...]; options of opening as -oo NAME=VALUE.
"""

import ctypes
import fcntl
import hashlib
import os
import pathlib
import platform
import subprocess
import sys
import zipfile

PACKAGE, WHEEL = "pyogrio==0.13.0", "pyogrio-0.13.0-cp311-abi3-manylinux_2_28_x86_64.whl"
SHA256 = "220a988ce2a26591d6db5c775b07289d4f54cabdf274cc048f0e17a0b9d5be14"
RASTER, VECTOR, VERBOSE = 0x02, 0x04, 0x40


def bring(folder):
    """Puts the library and its tables into the folder, once; returns None, or why it cannot be brought."""
    if platform.machine() != "x86_64" or sys.platform != "linux":
        return f"the package is for Linux on x86_64, this is {sys.platform} on {platform.machine()}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".installing", "w", encoding="ascii") as lock:  # tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "whole").exists():
            return None
        done = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--retries", "1",
                               "--python-version", "3.11", "--implementation", "cp", "--platform", "manylinux_2_28_x86_64",
                               "--disable-pip-version-check", "--dest", str(folder), PACKAGE], capture_output=True, text=True, check=False)
        wheel = folder / WHEEL
        if done.returncode != 0 or not wheel.exists():
            return f"pip does not bring {PACKAGE}: {done.stderr.strip()[-300:] or 'another file came'}"
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
            return f"{WHEEL} is not the file that it was"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist()
                                        if name.startswith(("pyogrio.libs/", "pyogrio/gdal_data/", "pyogrio/proj_data/"))])
        wheel.unlink()
        (folder / "whole").touch()
    return None


def run(folder, *arguments):
    """The program below in a process of its own: what it prints. An error of GDAL's is an error."""
    done = subprocess.run([sys.executable, __file__, str(folder), *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and "ERROR" not in done.stderr, f"{arguments}: {done.stdout[-1500:]}{done.stderr[-2500:]}"
    return done.stdout


# --- the program ------------------------------------------------------------------------------------------------------


def words(items):
    encoded = [str(item).encode() for item in items]
    return (ctypes.c_char_p * (len(encoded) + 1))(*encoded, None)


def load(folder):
    tables = folder / "pyogrio"
    os.environ.update(GDAL_DATA=str(tables / "gdal_data"), PROJ_DATA=str(tables / "proj_data"), GDAL_PAM_ENABLED="NO",
                      GDAL_ENABLE_WMS_CACHE="NO", GDAL_HTTP_TIMEOUT="60")
    lib = ctypes.CDLL(str(next((folder / "pyogrio.libs").glob("libgdal*"))))
    for name in ("GDALOpenEx", "GDALTranslate", "GDALTranslateOptionsNew", "GDALInfoOptionsNew", "GDALVectorInfoOptionsNew"):
        getattr(lib, name).restype = ctypes.c_void_p
    for name in ("GDALInfo", "GDALVectorInfo"):
        getattr(lib, name).restype = ctypes.c_char_p
    lib.GDALAllRegister()
    return lib


def pointer(value):
    return ctypes.c_void_p(value)


def main(folder, what, source, *options):
    lib, rest, opening, target = load(pathlib.Path(folder)), list(options), [], None
    while "-oo" in rest:
        at = rest.index("-oo")
        opening.append(rest[at + 1])
        del rest[at:at + 2]
    if "-to" in rest:
        at = rest.index("-to")
        target = rest[at + 1]
        del rest[at:at + 2]
    flags = VERBOSE | (VECTOR if what == "vector" else RASTER)
    dataset = lib.GDALOpenEx(source.encode(), flags, None, words(opening), None)
    if not dataset:
        sys.exit(f"ERROR: {source} cannot be opened")
    if what == "info":
        print(lib.GDALInfo(pointer(dataset), pointer(lib.GDALInfoOptionsNew(words(rest), None))).decode())
    elif what == "vector":
        print(lib.GDALVectorInfo(pointer(dataset), pointer(lib.GDALVectorInfoOptionsNew(words(rest), None))).decode())
    else:
        failed = ctypes.c_int(0)
        made = lib.GDALTranslate(target.encode(), pointer(dataset), pointer(lib.GDALTranslateOptionsNew(words(rest), None)),
                                 ctypes.byref(failed))
        if not made or failed.value:
            sys.exit("ERROR: nothing was written")
        lib.GDALClose(pointer(made))
    lib.GDALClose(pointer(dataset))


if __name__ == "__main__":
    main(*sys.argv[1:])
