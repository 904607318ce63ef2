"""Places for calls: what is too much is refused at once."""

from __future__ import annotations

import pytest

from runtime.admission import Places
from runtime.errors import Exhausted


def test_places_beyond_the_total_are_refused_until_one_is_left() -> None:
    """A full house refuses with a delay, and takes the next as soon as somebody leaves."""
    places = Places("streams", 2)
    places.take("anna")
    places.take("boris")
    with pytest.raises(Exhausted) as refused:
        places.take("clara")
    assert refused.value.retry_after_seconds
    places.leave("anna")
    places.take("clara")


def test_one_callers_share_leaves_room_for_others() -> None:
    """A caller who has their share is refused, and others are not."""
    places = Places("streams", 10, per_caller=2)
    places.take("anna")
    places.take("anna")
    with pytest.raises(Exhausted):
        places.take("anna")
    places.take("boris")
    places.leave("anna")
    places.take("anna")
