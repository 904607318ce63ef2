"""The one rule by which figures are rounded: halves go away from zero, as everybody reckons by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

Number = float | Decimal


def rounded(value: Number, digits: int = 0) -> Decimal:
    """Return a figure with so many decimals."""
    # Whatever a sum of tenths is off by, 0.285 being 0.28499999999999998, is no part of the figure.
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.9f}")
    return exact.quantize(smallest(digits), ROUND_HALF_UP)


def smallest(digits: int) -> Decimal:
    """Return the least figure above zero with so many decimals."""
    return Decimal(1).scaleb(-digits)
