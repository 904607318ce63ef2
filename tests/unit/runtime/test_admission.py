"""Places for calls: what is too much is refused at once."""

from __future__ import annotations

import pytest

from runtime import contract
from runtime.admission import Admission, Places
from runtime.errors import Exhausted


def test_places_beyond_the_total_are_refused_until_one_is_left() -> None:
    """A full house refuses with a delay, and takes the next as soon as somebody leaves."""
    places = Places("streams", 2)
    with places.held_by("anna"):
        with places.held_by("boris"), pytest.raises(Exhausted) as refused, places.held_by("clara"):
            pass
        assert refused.value.retry_after_seconds
        with places.held_by("clara"):
            pass


def test_one_callers_share_leaves_room_for_others() -> None:
    """A caller who has their share is refused, and others are not; who has no name has no share."""
    places = Places("streams", 10, per_caller=2)
    with places.held_by("anna"):
        with places.held_by("anna"):
            with pytest.raises(Exhausted), places.held_by("anna"):
                pass
            with places.held_by("boris"), places.held_by(""), places.held_by(""), places.held_by(""):
                pass
        with places.held_by("anna"):
            pass


def test_place_is_given_back_when_its_holder_fails() -> None:
    """An error does not keep a place."""
    places = Places("calls", 1)
    with pytest.raises(ZeroDivisionError), places.held_by("anna"):
        raise ZeroDivisionError
    places.require_room()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/dossier.profile.v1.ProfileService/GetUser", "unary"),
        ("/dossier.auth.v1.AuthService/SignIn", "credentials"),
        ("/dossier.auth.v1.AuthService/SignUp", "credentials"),
        ("/dossier.auth.v1.AuthService/RefreshTokens", "unary"),
        ("/dossier.profile.v1.AccountService/DeleteAccount", "credentials"),
        ("/dossier.profile.v1.CredentialsService/OpenSession", "credentials"),
        ("/dossier.profile.v1.AvatarService/UploadAvatar", "uploads"),
        ("/dossier.report.v1.ReportService/WatchReport", "streams"),
    ],
)
def test_kind_of_a_call_is_what_the_contract_declares(path: str, kind: str) -> None:
    """Shape and rule of a method say which places its calls share."""
    admission = Admission()
    assert admission.places_for(contract.methods()[path]) is getattr(admission, kind)
