"""veraPDF, the validator of PDF/UA and PDF/A: its jars by Maven, with pinned digests, and our class that runs it."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from tests.provision import programs
from tests.provision.programs import ProvisionError

_SOURCES = Path(__file__).parent / "java"
_JAVA_PACKAGE = "default-jdk-headless"
_BUILD_TIMEOUT_SECONDS = 600
# A run is over before the optimising compiler or a second collector thread would pay.
_JVM_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def command() -> list[str]:
    """Return the command that takes profiles, joined by commas, and files, and prints a line of JSON for each pair.

    The first call on a machine downloads 16 MB and compiles; it and all others keep what they made in the user's cache.

    Raises:
        ProvisionError: There is no Java or no Maven and neither can be installed, or the jars cannot be had.
    """
    java = programs.ensure("java", _JAVA_PACKAGE)
    folder = _folder()
    if not folder.is_dir():
        with programs.exclusive("verapdf"):
            if not folder.is_dir():
                _build(folder)
    return [str(java), *_JVM_FLAGS, "-cp", f"{folder}/*:{folder}", "Validate"]


def _folder() -> Path:
    """Return where this version is kept: another pom, digest or class of ours is another folder."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(_SOURCES.iterdir()))).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "dossier" / f"verapdf-{digest[:12]}"


def _build(folder: Path) -> None:
    """Make the folder, whole or not at all."""
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    _download(making)
    _compare(making)
    javac = programs.ensure("javac", _JAVA_PACKAGE)
    source = str(_SOURCES / "Validate.java")
    code, output = programs.run(
        [str(javac), "-cp", f"{making}/*", "-d", str(making), source], timeout_seconds=_BUILD_TIMEOUT_SECONDS
    )
    if code != 0:
        raise _failure("Validate.java does not compile: see javac's words below.", output)
    making.rename(folder)


def _download(folder: Path) -> None:
    """Have Maven put veraPDF and all that it needs into the folder."""
    maven = programs.ensure("mvn", "maven")
    # Maven may write beside the pom.
    shutil.copy(_SOURCES / "pom.xml", folder)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    code, output = programs.run(
        [str(maven), "-B", "-q", "-f", str(folder / "pom.xml"), *goal], timeout_seconds=_BUILD_TIMEOUT_SECONDS
    )
    if code != 0:
        raise _failure("veraPDF could not be downloaded: make Maven Central reachable for mvn and try again.", output)


def _compare(folder: Path) -> None:
    """Refuse jars that are not, byte for byte, those that were pinned."""
    wanted = (_SOURCES / "jars.sha256").read_text(encoding="utf-8").splitlines()
    got = [f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}" for jar in folder.glob("*.jar")]
    different = {line.split()[1] for line in set(wanted) ^ set(got)}
    if different:
        raise ProvisionError(
            f"These jars in {folder} are not the pinned ones, so veraPDF was not run: {', '.join(sorted(different))}."
        )


def _failure(sentence: str, output: str) -> ProvisionError:
    error = ProvisionError(sentence)
    error.add_note(output)
    return error
