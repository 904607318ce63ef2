"""An Envoy in the place of the gateway's relay: the same stories and the same answers to everybody."""

from __future__ import annotations

import grpc
import pytest

from gateway.upstream import AUTH_SERVICE
from tests.e2e.bad_requests import BAD_TIMES, BODIES
from tests.e2e.test_access import (
    test_internal_rpc_is_for_other_parts_alone,
    test_public_rpc_answers_as_declared,
)
from tests.e2e.test_account_lifecycle import (
    test_deleted_account_comes_back_with_everything,
    test_export_has_everything_that_is_kept_and_no_secret,
    test_export_is_noted_in_the_log_of_the_next,
    test_receipt_that_never_was_is_not_found,
    test_report_in_hand_is_verified_and_names_nobody_who_is_hidden,
)
from tests.e2e.test_bad_input import METHODS, assert_bad_bytes_are_refused, channel, token
from tests.e2e.test_bad_input_table import (
    test_bad_input_is_answered_as_declared,
)
from tests.e2e.test_managing import (
    test_admin_keeps_the_keys_of_a_program_and_reads_the_log,
    test_banned_player_is_out_everywhere_within_five_seconds,
    test_manager_makes_a_referee_and_no_more,
)
from tests.e2e.test_reports_story import (
    asker,
    season,
    test_game_certificate_seats_everybody_in_every_file_type,
    test_hidden_player_is_named_in_no_report_and_no_verification,
    test_report_is_in_the_language_that_was_asked_for,
    test_report_is_verified_by_anybody_also_after_it_was_deleted,
    test_report_of_a_player_covers_the_season_that_was_asked_for,
    test_season_report_counts_its_season_in_every_file_type,
)
from tests.e2e.test_story import (
    test_changed_password_signs_every_other_device_out,
    test_deleted_account_is_gone_and_its_tokens_are_dead,
    test_deleted_report_is_gone,
    test_edit_or_delete_of_somebody_else_is_refused,
    test_edit_without_signing_in_is_refused,
    test_games_are_recorded_by_referees_only,
    test_own_profile_and_avatar_are_set_and_read_by_anyone,
    test_partial_update_keeps_the_other_fields,
    test_read_of_unknown_user_is_not_found,
    test_report_of_another_player_is_made_and_stays_its_askers,
    test_report_of_unknown_player_fails_with_the_reason,
    test_report_prints_the_email_when_its_owner_asks,
    test_report_shows_its_asker_what_the_player_shows_them,
    test_report_shows_name_gender_and_the_four_statistics,
    test_sign_in_of_unknown_user_is_refused,
    test_sign_in_with_wrong_password_is_refused,
    test_sign_up_signs_in_and_names_the_caller,
    test_sign_up_with_taken_username_is_refused,
    test_signed_out_session_is_dead,
)

__all__ = [
    "asker",
    "channel",
    "season",
    "test_admin_keeps_the_keys_of_a_program_and_reads_the_log",
    "test_bad_input_is_answered_as_declared",
    "test_banned_player_is_out_everywhere_within_five_seconds",
    "test_changed_password_signs_every_other_device_out",
    "test_deleted_account_comes_back_with_everything",
    "test_deleted_account_is_gone_and_its_tokens_are_dead",
    "test_deleted_report_is_gone",
    "test_edit_or_delete_of_somebody_else_is_refused",
    "test_edit_without_signing_in_is_refused",
    "test_export_has_everything_that_is_kept_and_no_secret",
    "test_export_is_noted_in_the_log_of_the_next",
    "test_game_certificate_seats_everybody_in_every_file_type",
    "test_games_are_recorded_by_referees_only",
    "test_hidden_player_is_named_in_no_report_and_no_verification",
    "test_internal_rpc_is_for_other_parts_alone",
    "test_manager_makes_a_referee_and_no_more",
    "test_own_profile_and_avatar_are_set_and_read_by_anyone",
    "test_partial_update_keeps_the_other_fields",
    "test_public_rpc_answers_as_declared",
    "test_read_of_unknown_user_is_not_found",
    "test_receipt_that_never_was_is_not_found",
    "test_report_in_hand_is_verified_and_names_nobody_who_is_hidden",
    "test_report_is_in_the_language_that_was_asked_for",
    "test_report_is_verified_by_anybody_also_after_it_was_deleted",
    "test_report_of_a_player_covers_the_season_that_was_asked_for",
    "test_report_of_another_player_is_made_and_stays_its_askers",
    "test_report_of_unknown_player_fails_with_the_reason",
    "test_report_prints_the_email_when_its_owner_asks",
    "test_report_shows_its_asker_what_the_player_shows_them",
    "test_report_shows_name_gender_and_the_four_statistics",
    "test_season_report_counts_its_season_in_every_file_type",
    "test_sign_in_of_unknown_user_is_refused",
    "test_sign_in_with_wrong_password_is_refused",
    "test_sign_up_signs_in_and_names_the_caller",
    "test_sign_up_with_taken_username_is_refused",
    "test_signed_out_session_is_dead",
    "token",
]

pytestmark = [
    pytest.mark.parametrize("installation", ["envoy"], indirect=True),
    pytest.mark.timeout(120),
]


async def test_bad_bytes_are_refused_clearly_by_every_method(channel: grpc.aio.Channel, token: str) -> None:
    """What is no request gets to the part that says so, past whatever Envoy does with calls."""
    raw = {name: body for name, body in BODIES.items() if name not in BAD_TIMES}
    # What ends the session comes last.
    for method in sorted(METHODS, key=lambda each: each.service == AUTH_SERVICE):
        await assert_bad_bytes_are_refused(channel, method, token, bodies=raw)
