"""Keeps a data directory in one file while it is served, and brings it back.

First the rows of the profile service, then those of the report service, then the files that they name. So a restored
installation may have an account whose reports were purged since, and purges it again; the other way round, reports of a
purged account would stay.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from client.cli.progress import CountProgress
from runtime.data_directory import UNFINISHED, hold
from runtime.sqlite_snapshots import snapshot, stored_files
from runtime.stored import StoredUnusable
from standalone.archives import Archive, Digest, extract
from standalone.greeting import say
from standalone.kept import kept_in, require_installation

FORMAT = 1
MANIFEST = "manifest.json"
# What a restore brings back, in this order.
_FOLDERS = ("secrets", "report", "profile")
_STEP = 250
# Each finds the files that came after the last; one that comes and goes within the seconds between two is rare.
COPIES = 5
_MEMBER = re.compile(r"(profile|report|secrets)(/(?!\.)[\w.-]+)+", re.ASCII)


def back_up(data: Path, target: Path, *, whose: str = "") -> None:
    """Write all of a data directory, secrets too, into the new file `target`, which its owner alone reads.

    Args:
        whose: what people are told that the file holds, instead of the directory.

    Raises:
        StoredUnusable: there is no installation in the directory, or something at the target already.
    """
    require_installation(data)
    require_new(target)
    partial = target.with_name(f"{target.name}.partial")
    try:
        with _private(partial) as file, TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
            with tarfile.open(fileobj=file, mode="w") as tar:
                lost = _write(data, Path(scratch), Archive(tar))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    whose = whose or str(data)
    say(f"{target} holds all of {whose}; whoever has it can do everything, so keep it as you keep passwords.")
    if lost:
        say(f"{len(lost)} files that rows name are missing or damaged in {whose}, or just deleted: {', '.join(lost)}")


def require_new(target: Path) -> None:
    """Raises StoredUnusable when there is something at the target already."""
    if target.exists():
        raise StoredUnusable(f"there is a file {target} already; name another")


def _write(data: Path, scratch: Path, archive: Archive) -> list[str]:
    """Fill the archive; return the files that were lost before."""
    files, lost = _consistent(data, scratch, archive)
    for stored, settings in kept_in(data):
        name = f"{settings.data_dir.name}/{stored.database}"
        files[name] = archive.add(scratch / stored.database, name)
    for path in sorted((data / "secrets").iterdir()):
        if path.suffix in (".key", ".pem"):
            files[f"secrets/{path.name}"] = archive.add(path, f"secrets/{path.name}")
    manifest = {
        "format": FORMAT,
        "version": version("dossier"),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": {name: list(digest) for name, digest in files.items()},
    }
    archive.add_bytes(json.dumps(manifest, indent=1).encode(), MANIFEST)
    return lost


def _consistent(data: Path, scratch: Path, archive: Archive) -> tuple[dict[str, Digest], list[str]]:
    """Take snapshots until all files that their rows name could be copied; return these, and those that are lost.

    What is deleted between a snapshot and the copy is named by no later snapshot, unlike what is lost. Most files are
    in the archive by then.
    """
    lost: list[str] | None = None
    for _ in range(COPIES):
        files, missing = _copy_named(data, scratch, archive)
        if missing in ([], lost):
            break
        lost = missing
    damaged = [name for name, (expected, found) in files.items() if expected != found]
    return {name: found for name, (_, found) in files.items()}, missing + damaged


def _copy_named(data: Path, scratch: Path, archive: Archive) -> tuple[dict[str, tuple[Digest, Digest]], list[str]]:
    """Take a snapshot of each database and copy the files that rows name.

    Returns what the rows and the files say of each that is there, and the names of the others.
    """
    kept = kept_in(data)
    for stored, settings in kept:
        (scratch / stored.database).unlink(missing_ok=True)
        snapshot(settings.data_dir / stored.database, scratch / stored.database)
    files: dict[str, tuple[Digest, Digest]] = {}
    missing: list[str] = []
    for stored, settings in kept:
        named = stored_files(scratch / stored.database, stored.files_table)
        with CountProgress(f"{stored.name} files", len(named)) as progress:
            for number, file in enumerate(named, 1):
                name = f"{settings.data_dir.name}/{stored.files}/{file.key}"
                try:
                    found = archive.add(settings.data_dir / stored.files / file.key, name)
                    files[name] = (Digest(file.size_bytes, file.sha256), found)
                except FileNotFoundError:
                    missing.append(name)
                if number % _STEP == 0 or number == len(named):
                    progress.add((number - 1) % _STEP + 1)
    return files, missing


def restore(source: Path, data: Path) -> None:
    """Bring a backup back into a directory that is empty or not there, once all of it was found to be whole.

    Whenever it is killed, nobody can use the directory before it was run again, which begins anew.

    Raises:
        StoredUnusable: the file is no backup, or damaged, or the directory has something in it.
        DataDirectoryUnusable: the directory cannot be written to, or a server holds it.
    """
    with hold(data, unfinished=True):
        unpacked = data / UNFINISHED
        ours = {"lock", UNFINISHED, *(_FOLDERS if unpacked.exists() else ())}
        others = sorted({path.name for path in data.iterdir()} - ours)
        if others:
            raise StoredUnusable(f"{data} is not empty: it has {others[0]}; name another folder")
        _clear(data)
        try:
            time = _unpack(source, unpacked)
            os.sync()
            for folder in _FOLDERS:
                (unpacked / folder).rename(data / folder)
            unpacked.rmdir()
        except BaseException:
            _clear(data)
            raise
    say(f"{data} is as it was at {time}. Start it with: dossier up --data {data}")


def _clear(data: Path) -> None:
    """Delete what an unfinished restore has brought, and that it is unfinished last."""
    for folder in (*_FOLDERS, UNFINISHED):
        if (data / folder).exists():
            shutil.rmtree(data / folder)


def _unpack(source: Path, folder: Path) -> str:
    """Unpack a whole backup; return the time of it. Raises StoredUnusable."""
    try:
        with tarfile.open(source, "r:") as tar:
            manifest = _manifest(tar)
            files: dict[str, Any] = manifest["files"]
            for name, digest in files.items():
                if not _MEMBER.fullmatch(name) or extract(tar, name, folder / name) != tuple(digest):
                    raise StoredUnusable(f"{source} is damaged: {name} is not what it was; use another backup")
            return str(manifest["time"])
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError) as error:
        raise StoredUnusable(f"{source} is no backup of Dossier, or not all of one; use another") from error


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    """Return what the backup says of itself. Raises KeyError, ValueError or StoredUnusable."""
    content = tar.extractfile(MANIFEST)
    manifest: dict[str, Any] = json.load(content) if content else {}
    if manifest["format"] != FORMAT:
        raise StoredUnusable(f"the backup is of a later version of Dossier, {manifest['version']}; use that one")
    needed = {f"{settings.data_dir.name}/{stored.database}" for stored, settings in kept_in(Path())}
    if not {*needed, "secrets/deletions.key"} <= manifest["files"].keys():
        raise ValueError
    return manifest


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    """Open a new file that its owner alone reads."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        yield file
