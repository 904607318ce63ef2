"""Where a password comes from: standard input, the environment or a prompt that does not show it."""

from __future__ import annotations

import getpass
import os
import sys

from client.cli.failures import USAGE, CommandFailure

_TRIES = 3


def read_password(
    *,
    from_stdin: bool,
    twice: bool = False,
    prompt: str = "Password: ",
    variable: str = "DOSSIER_PASSWORD",
    option: str = "--password-stdin",
) -> str:
    """Return the password exactly as given; asked for twice when it is a new one. Raises CommandFailure."""
    if from_stdin:
        line = sys.stdin.readline()
        return line.removesuffix("\n").removesuffix("\r")
    if from_environment := os.environ.get(variable):
        return from_environment
    if not sys.stdin.isatty():
        raise CommandFailure(
            "There is no terminal to ask for the password on.",
            advice=f"Use {option}, or set {variable}.",
            exit_code=USAGE,
        )
    for _ in range(_TRIES):
        password = getpass.getpass(prompt)
        if not twice or getpass.getpass("The same again: ") == password:
            return password
        print("The two are not the same.", file=sys.stderr)
    raise CommandFailure("No password was given twice alike.", exit_code=USAGE)


def confirm(question: str) -> bool:
    """Ask a question on the terminal and return whether the answer is yes. Raises CommandFailure."""
    if not sys.stdin.isatty():
        raise CommandFailure("There is no terminal to ask on.", advice="Use --yes.", exit_code=USAGE)
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
