//! What serves the operation: keys of requests, runs of jobs, the audit, the clock.

use crate::trial::rules;

rules! {
    a_requests_key_has_one_to_200_characters: "idempotency_keys_key_check" Everyone {
        accepted: ["{as_ann}; insert into idempotency_keys (user_id, key, request_hash) values ({ann}, repeat('x', 200), sha256('body'))"],
        refused: [
            "{as_ann}; insert into idempotency_keys (user_id, key, request_hash) values ({ann}, '', sha256('body'))",
            "{as_ann}; insert into idempotency_keys (user_id, key, request_hash) values ({ann}, repeat('x', 201), sha256('body'))",
        ],
    }
    a_requests_key_is_used_once_by_a_player: "idempotency_keys_pkey" Everyone {
        accepted: ["{as_ben}; insert into idempotency_keys (user_id, key, request_hash) values ({ben}, 'first', sha256('body'))"],
        refused: ["{as_ann}; insert into idempotency_keys (user_id, key, request_hash) values ({ann}, 'first', sha256('other'))"],
    }
    a_request_is_known_by_its_sha256: "idempotency_keys_request_hash_check" Everyone {
        accepted: ["{as_ann}; insert into idempotency_keys (user_id, key, request_hash) values ({ann}, 'x', sha256('body'))"],
        refused: ["{as_ann}; insert into idempotency_keys (user_id, key, request_hash) values ({ann}, 'x', 'body')"],
    }
    a_kept_answer_has_a_status: "idempotency_keys_status_check" Everyone {
        accepted: ["{as_ann}; insert into idempotency_keys (user_id, key, request_hash, status) values ({ann}, 'x', sha256('body'), 201)"],
        refused: ["{as_ann}; insert into idempotency_keys (user_id, key, request_hash, status) values ({ann}, 'x', sha256('body'), 20)"],
    }
    a_job_has_a_plain_name: "job_runs_name_check" Everyone {
        accepted: ["insert into ops.job_runs (name, slot, worker, lease_until) values ('birth', {now}, 'one', {now})"],
        refused: ["insert into ops.job_runs (name, slot, worker, lease_until) values ('Birth Day', {now}, 'one', {now})"],
    }
    a_job_runs_once_in_a_slot: "job_runs_name_slot_key" Everyone {
        accepted: ["insert into ops.job_runs (name, slot, worker, lease_until) values ('settlement', {now} + interval '1 minute', 'two', {now})"],
        refused: ["insert into ops.job_runs (name, slot, worker, lease_until) values ('settlement', {now}, 'two', {now})"],
    }
    a_run_is_done_or_failed: "job_runs_outcome_check" Everyone {
        accepted: ["update ops.job_runs set outcome = 'failed', finished_at = {now}"],
        refused: ["update ops.job_runs set outcome = 'maybe', finished_at = {now}"],
    }
    a_run_that_finished_has_an_outcome: "job_runs_outcome_whole_check" Everyone {
        accepted: ["update ops.job_runs set outcome = 'done', finished_at = {now}"],
        refused: ["update ops.job_runs set outcome = 'done'", "update ops.job_runs set finished_at = {now}"],
    }
    a_run_was_begun: "job_runs_attempts_check" Everyone {
        accepted: ["update ops.job_runs set attempts = 2"],
        refused: ["update ops.job_runs set attempts = 0"],
    }
    the_audit_knows_four_verbs: "audit_log_verb_check" Rights {
        accepted: ["insert into ops.audit_log (actor, table_name, row_key, verb) values ('x', 'horses', '1', 'DELETE')"],
        refused: ["insert into ops.audit_log (actor, table_name, row_key, verb) values ('x', 'horses', '1', 'SELECT')"],
    }
    the_audit_is_only_added_to: "audit_log_append_only" Rights {
        accepted: ["insert into ops.audit_log (actor, table_name, row_key, verb) values ('x', 'horses', '1', 'DELETE')"],
        refused: ["update ops.audit_log set actor = 'nobody'", "delete from ops.audit_log", "truncate ops.audit_log"],
    }
    seals_are_only_added_to: "audit_seals_append_only" Rights {
        accepted: ["select world.seal()"],
        refused: ["update ops.audit_seals set signature = 'forged'", "delete from ops.audit_seals", "truncate ops.audit_seals"],
    }
    a_seal_continues_a_hash: "audit_seals_previous_hash_check" Rights {
        accepted: ["select world.seal(previous => sha256('x'))"],
        refused: ["select world.seal(previous => 'a')"],
    }
    a_seal_is_continued_once: "audit_seals_previous_hash_key" Rights {
        accepted: ["select world.seal()"],
        refused: ["select world.seal(), world.seal(4, 5)"],
    }
    a_seal_is_a_hash: "audit_seals_hash_check" Rights {
        accepted: ["select world.seal(hash => sha256('x'))"],
        refused: ["select world.seal(hash => 'b')"],
    }
    a_seal_is_signed: "audit_seals_signature_check" Rights {
        accepted: ["select world.seal()"],
        refused: ["select world.seal(signature => 'signed')"],
    }
    a_seal_tells_each_of_its_rows: "audit_seals_digests_check" Rights {
        accepted: ["select world.seal(sealed => 2, digests => repeat('d', 32)::bytea)"],
        refused: ["select world.seal(sealed => 2)"],
    }
    a_seal_has_rows: "audit_seals_row_count_check" Rights {
        accepted: ["select world.seal()"],
        refused: ["select world.seal(sealed => 0, digests => '')"],
    }
    a_seal_covers_transactions_in_order: "audit_seals_tx_check" Rights {
        accepted: ["select world.seal(to_tx => '4')"],
        refused: ["select world.seal(to_tx => '3')"],
    }
    a_seal_covers_rows_in_order: "audit_seals_range_check" Rights {
        accepted: ["select world.seal(2, 2)"],
        refused: ["select world.seal(3, 2)"],
    }
    rows_are_sealed_once: "audit_seals_last_id_key" Rights {
        accepted: ["select world.seal(2, 2)"],
        refused: ["select world.seal(1, 1)"],
    }
    an_operator_has_a_plain_name: "operators_name_check" Rights {
        accepted: ["insert into ops.operators (name, hash) values ('ann.2', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')"],
        refused: [
            "insert into ops.operators (name, hash) values ('Ann', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')",
            "insert into ops.operators (name, hash) values ('a', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')",
        ],
    }
    operators_passwords_are_kept_as_argon2id_hashes: "operators_hash_check" Rights {
        accepted: ["insert into ops.operators (name, hash) values ('ann', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')"],
        refused: ["insert into ops.operators (name, hash) values ('ann', 'correct horse')"],
    }
    an_operators_token_is_kept_as_a_hash: "operator_sessions_token_hash_check" Rights {
        accepted: ["insert into ops.operator_sessions (operator, token_hash) values ('olga', sha256('next'))"],
        refused: ["insert into ops.operator_sessions (operator, token_hash) values ('olga', 'token')"],
    }
    an_operators_token_is_of_one_session: "operator_sessions_token_hash_key" Rights {
        accepted: ["insert into ops.operator_sessions (operator, token_hash) values ('olga', sha256('next'))"],
        refused: ["insert into ops.operator_sessions (operator, token_hash) values ('olga', sha256('token'))"],
    }
    there_is_one_clock: "game_clock_single_check" Rights {
        accepted: ["update ops.game_clock set single = true"],
        refused: ["insert into ops.game_clock (single) values (false)"],
    }
    the_clock_is_never_behind: "game_clock_ahead_ms_check" Everyone {
        accepted: ["update ops.game_clock set ahead_ms = 604800000"],
        refused: ["update ops.game_clock set ahead_ms = -1"],
    }
}
