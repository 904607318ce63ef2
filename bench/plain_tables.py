"""Tables for people on a terminal, and lines of fields between tabs in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table whose first column is text and whose others are numbers."""
    if not sys.stdout.isatty():
        print(f"# {title}", "\t".join(columns), *("\t".join(row) for row in rows), sep="\n")
        return
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False)
    console.print(f"\n[bold]{title}[/bold]")
    console.print(table)


def print_remark(text: str) -> None:
    """Print a sentence; in a pipe it begins with a `#`, as titles do."""
    print(text if sys.stdout.isatty() else f"# {text}")
