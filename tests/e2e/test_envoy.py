"""An Envoy in the place of the gateway's relay: the same story and the same answers to everybody."""

from __future__ import annotations

import pytest

from tests.e2e.test_access import (
    test_internal_rpc_is_for_other_parts_alone,
    test_public_rpc_answers_as_declared,
)
from tests.e2e.test_story import (
    test_changed_password_signs_every_other_device_out,
    test_deleted_account_is_gone_and_its_tokens_are_dead,
    test_games_are_recorded_by_referees_only,
    test_own_profile_and_avatar_are_set_and_read_by_anyone,
    test_report_shows_name_gender_and_the_four_statistics,
)

__all__ = [
    "test_changed_password_signs_every_other_device_out",
    "test_deleted_account_is_gone_and_its_tokens_are_dead",
    "test_games_are_recorded_by_referees_only",
    "test_internal_rpc_is_for_other_parts_alone",
    "test_own_profile_and_avatar_are_set_and_read_by_anyone",
    "test_public_rpc_answers_as_declared",
    "test_report_shows_name_gender_and_the_four_statistics",
]

pytestmark = [
    pytest.mark.parametrize("installation", ["envoy"], indirect=True),
    pytest.mark.timeout(120),
]
