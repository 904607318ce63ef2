"""Find a program, or install its Debian package; say in one sentence what is missing when neither works."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

INSTALL_TIMEOUT_SECONDS = 900
PROBE_TIMEOUT_SECONDS = 20
_OUTPUT_TAIL_CHARACTERS = 2000

# Keeps a package from starting its system service. The shim asks for our own variable, so that one left
# behind by a killed run refuses nothing to anybody else. Source: invoke-rc.d(8), deb-systemd-invoke(1).
_INSTALL_SCRIPT = r"""
shim=/usr/sbin/policy-rc.d
if [ ! -e "$shim" ]; then
    trap 'rm -f "$shim"' EXIT
    printf '#!/bin/sh\n[ -z "$DOSSIER_PROVISION" ] || exit 101\n' > "$shim"
    chmod 755 "$shim"
fi
options='-o DPkg::Lock::Timeout=300 -o Acquire::Retries=1 -o Acquire::http::Timeout=20'
apt-get $options update
apt-get $options install -y --no-install-recommends "$1"
"""


class ProvisionError(RuntimeError):
    """A program that the tests need is neither here nor installable; the text is one sentence to act on."""


def find(program: str, folders: Sequence[str] = ()) -> Path | None:
    """Return the executable, from the folders first (glob patterns, last match wins), then from PATH."""
    for pattern in folders:
        for candidate in sorted(glob.glob(f"{pattern}/{program}"), reverse=True):
            if os.access(candidate, os.X_OK):
                return Path(candidate)
    found = shutil.which(program)
    return Path(found) if found else None


def ensure(program: str, debian_package: str, folders: Sequence[str] = ()) -> Path:
    """Return the executable, installing its Debian package first where that is allowed.

    Several processes may call this at once: one installs, the others wait and find the result.

    Raises:
        ProvisionError: It is missing and cannot be installed; apt's last words are attached as a note.
    """
    found = find(program, folders)
    if found:
        return found
    with exclusive("install"):
        output = "" if find(program, folders) else install(debian_package)
    found = find(program, folders)
    if found:
        return found
    error = ProvisionError(
        f"{program} is missing and could not be installed: install it with your package manager, "
        f"on Debian or Ubuntu with `sudo apt-get install {debian_package}`."
    )
    error.add_note(output)
    raise error


def install(debian_package: str) -> str:
    """Install the package without starting its service; return apt's last words, or why it did not run.

    Never raises for a package that cannot be had: the caller looks for the program afterwards.
    """
    prefix = _as_root()
    if prefix is None or shutil.which("apt-get") is None:
        return "apt-get was not tried: it needs Debian or Ubuntu, and root or sudo without a password."
    settings = ["DEBIAN_FRONTEND=noninteractive", "DOSSIER_PROVISION=1", "RUNLEVEL=1"]
    command = [*prefix, "env", *settings, "sh", "-c", _INSTALL_SCRIPT, "sh", debian_package]
    # Its own session: Ctrl-C stops the tests, not dpkg in the middle of a package.
    return run(command, timeout_seconds=INSTALL_TIMEOUT_SECONDS, new_session=True)[1]


def run(
    command: Sequence[str],
    *,
    timeout_seconds: float,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    new_session: bool = False,
) -> tuple[int, str]:
    """Run to the end and return (exit code, end of its output); a timeout or a missing program is code -1."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            check=False,
            env=environ,
            cwd=folder,
            start_new_session=new_session,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return -1, str(error)
    return done.returncode, done.stdout[-_OUTPUT_TAIL_CHARACTERS:]


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Hold a lock that all test processes of this user on this machine share; it falls with the process."""
    path = Path(tempfile.gettempdir()) / f"dossier-provision-{os.getuid()}-{name}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _as_root() -> list[str] | None:
    """Return the prefix that makes a command run as root, or None where that needs a password."""
    if os.geteuid() == 0:
        return []
    may_sudo = shutil.which("sudo") and run(["sudo", "-n", "true"], timeout_seconds=PROBE_TIMEOUT_SECONDS)[0] == 0
    return ["sudo", "-n"] if may_sudo else None
