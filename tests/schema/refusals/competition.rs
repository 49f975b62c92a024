//! Shows, entries, results.

use crate::trial::rules;

rules! {
    a_shows_name_has_three_to_sixty_characters: "shows_name_check" Everyone {
        accepted: ["update shows set name = 'Cup' where id = {show}"],
        refused: [
            "update shows set name = 'Cu' where id = {show}",
            "update shows set name = ' Cup' where id = {show}",
            "update shows set name = repeat('x', 61) where id = {show}",
        ],
    }
    two_shows_never_share_a_name: "shows_name_key" Everyone {
        accepted: ["update shows set name = 'Spring Cup' where id = {show}"],
        refused: ["update shows set name = 'SHOW 2003' where id = {show}"],
    }
    a_show_is_in_a_discipline_that_exists: "shows_discipline_fkey" Everyone {
        accepted: ["select world.show(9, 0, 0)"],
        refused: ["insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
            values ('Mate in Two', 'Chess', 0, 0, {now}, sha256(world.secret()), 1)"],
    }
    the_least_level_is_at_least_one: "shows_level_min_check" Everyone {
        accepted: ["select world.show(9, 0, 0, null, {now}, 1)"],
        refused: ["select world.show(9, 0, 0, null, {now}, 0)"],
    }
    the_greatest_level_is_at_least_one: "shows_level_max_check" Everyone {
        accepted: ["select world.show(9, 0, 0, null, {now}, null, 1)"],
        refused: ["select world.show(9, 0, 0, null, {now}, null, 0)"],
    }
    a_bracket_is_not_reversed: "shows_levels_check" Everyone {
        accepted: ["select world.show(9, 0, 0, null, {now}, 3, 3)"],
        refused: ["select world.show(9, 0, 0, null, {now}, 4, 3)"],
    }
    a_fee_is_at_most_a_million: "shows_entry_fee_check" Everyone {
        accepted: ["select world.show(9, 1000000, 0)"],
        refused: ["select world.show(9, 1000001, 0)", "select world.show(9, -1, 0)"],
    }
    a_prize_is_at_most_a_million: "shows_prize_check" Everyone {
        accepted: ["select world.show(9, 0, 1000000)"],
        refused: ["select world.show(9, 0, 1000001)", "select world.show(9, 0, -1)"],
    }
    the_prize_lies_in_escrow_from_the_opening: "shows_prize_in_escrow" Everyone {
        accepted: ["select world.show(9, 0, 100, {ann})"],
        refused: [
            "insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
             values ('Empty Promise', 'Racing', 0, 100, {now}, sha256(world.secret()), 1)",
            "insert into shows (id, name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
             values (9, 'Empty Promise', 'Racing', 0, 100, {now}, sha256(world.secret()), 1);
             select world.pay('show_prize:9', purse_of({ann}), escrow_of(9), 99, 9)",
            "update shows set name = 'Emptied' where id = {show};
             select world.pay('prize:x', escrow_of({show}), purse_of({ann}), 100, {show})",
        ],
    }
    the_promised_secret_is_promised_by_its_sha256: "shows_secret_hash_check" Everyone {
        accepted: ["select world.show(9, 0, 0)"],
        refused: ["insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
            values ('Short Promise', 'Racing', 0, 0, {now}, 'secret', 1)"],
    }
    a_show_names_the_version_of_its_rules: "shows_rules_version_check" Everyone {
        accepted: ["select world.show(9, 0, 0)"],
        refused: ["insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
            values ('No Rules', 'Racing', 0, 0, {now}, sha256(world.secret()), 0)"],
    }
    a_show_is_open_settled_or_cancelled: "shows_state_check" Everyone {
        accepted: ["update shows set state = 'cancelled', ended_at = {now} where id = {due}"],
        refused: ["update shows set state = 'closed', ended_at = {now} where id = {due}"],
    }
    a_show_that_ended_says_when: "shows_ended_at_check" Everyone {
        accepted: ["update shows set state = 'cancelled', ended_at = {now} where id = {due}"],
        refused: [
            "update shows set state = 'cancelled' where id = {due}",
            "update shows set ended_at = {now} where id = {due}",
        ],
    }
    the_secret_that_is_revealed_is_the_one_that_was_promised: "shows_revealed_secret_check" Everyone {
        accepted: ["select world.place(4005, 1), world.place(4006, 2); select world.settle({due})"],
        refused: ["select world.place(4005, 1), world.place(4006, 2);
            update shows set state = 'settled', revealed_secret = 'another', result_digest = sha256('x'), ended_at = {now}
            where id = {due}"],
    }
    a_result_is_proven_by_a_sha256: "shows_result_digest_check" Everyone {
        accepted: ["select world.place(4005, 1), world.place(4006, 2); select world.settle({due})"],
        refused: ["select world.place(4005, 1), world.place(4006, 2);
            update shows set state = 'settled', revealed_secret = world.secret(), result_digest = 'x', ended_at = {now}
            where id = {due}"],
    }
    a_settled_show_and_no_other_reveals_its_secret: "shows_proof_check" Everyone {
        accepted: ["select world.place(4005, 1), world.place(4006, 2); select world.settle({due})"],
        refused: [
            "update shows set state = 'settled', ended_at = {now} where id = {due}",
            "update shows set state = 'settled', revealed_secret = world.secret(), ended_at = {now} where id = {due}",
            "update shows set revealed_secret = world.secret(), result_digest = sha256('x') where id = {show}",
            "update shows set revealed_secret = world.secret() where id = {show}",
            "update shows set result_digest = sha256('x') where id = {show}",
        ],
    }
    the_terms_of_a_show_stand_from_its_opening: "shows_terms_are_final" Rights {
        accepted: ["update shows set name = 'Another Name' where id = {show}"],
        refused: [
            "update shows set run_date = run_date + interval '1 second' where id = {show}",
            "update shows set entry_fee = 11 where id = {show}",
            "update shows set prize = 99 where id = {show}",
            "update shows set level_max = 5 where id = {show}",
            "update shows set level_min = 2 where id = {show}",
            "update shows set host_id = {ben} where id = {show}",
            "update shows set secret_hash = sha256('another') where id = {show}",
            "update shows set rules_version = 2 where id = {show}",
            "insert into disciplines values ('Sledding', 'speed', 'focus', 'agility') on conflict do nothing;
             update shows set discipline = 'Sledding', secret_hash = secret_hash where id = {show}",
        ],
    }
    a_show_is_settled_at_its_run_date: "shows_settled_after_run_check" Everyone {
        accepted: ["select world.place(4005, 1), world.place(4006, 2); select world.settle({due})"],
        refused: [
            "select world.place(4005, 1), world.place(4006, 2);
             update shows set state = 'settled', revealed_secret = world.secret(), result_digest = sha256('x'),
               ended_at = run_date - interval '1 microsecond' where id = {due}",
            "update shows set state = 'settled', revealed_secret = world.secret(), result_digest = sha256('x'), ended_at = {now}
             where id = {full}",
        ],
    }
    an_ended_show_never_changes: "shows_end_is_final" Everyone {
        accepted: ["update shows set name = 'Another Name' where id = {show}"],
        refused: [
            "update shows set name = 'Another Name' where id = {settled}",
            "update shows set name = 'Another Name' where id = {cancelled}",
            "update shows set state = 'open', ended_at = null where id = {cancelled}",
            "update shows set state = 'cancelled', revealed_secret = null, result_digest = null where id = {settled}",
            "select world.settle({settled})",
        ],
    }
    an_ended_show_holds_no_coins: "shows_escrow_empty" Everyone {
        accepted: ["select world.pay('entry_refund:4001', escrow_of({show}), purse_of({ann}), 10, {show}),
              world.pay('prize_return:x', escrow_of({show}), purse_of({ann}), 100, {show});
            update shows set state = 'cancelled', ended_at = {now} where id = {show}"],
        refused: [
            "update shows set state = 'cancelled', ended_at = {now} where id = {show}",
            "select world.pay('prize_return:x', escrow_of({show}), purse_of({ann}), 109, {show});
             update shows set state = 'cancelled', ended_at = {now} where id = {show}",
        ],
    }
    every_entry_of_a_settled_show_has_a_result: "shows_results_complete" Everyone {
        accepted: ["select world.place(4005, 2), world.place(4006, 1); select world.settle({due})"],
        refused: ["select world.place(4005, 1); select world.settle({due})", "select world.settle({due})"],
    }
    shows_are_never_removed: "shows_append_only" Rights {
        accepted: ["update shows set state = 'cancelled', ended_at = {now} where id = {due}"],
        refused: ["delete from shows where id = {cancelled}", "delete from shows"],
    }
    a_shows_secret_has_32_bytes: "show_secrets_secret_check" Everyone {
        accepted: ["insert into show_secrets values ({show}, world.secret())"],
        refused: ["insert into show_secrets values ({show}, 'short')"],
    }
    entries_come_and_go_while_a_show_is_open: "show_entries_open_check" Everyone {
        accepted: [
            "select world.enter(9, {full}, {mare}, {ann})",
            "delete from show_entries where id = 5001",
        ],
        refused: [
            "select world.enter(9, {settled}, {three}, {ann}, {now} - interval '1 hour')",
            "select world.enter(9, {cancelled}, {three}, {ann})",
            "select world.enter(9, 12345678, {three}, {ann})",
            "delete from show_entries where id = 4003",
        ],
    }
    entries_close_at_the_run_date: "show_entries_before_run_check" Everyone {
        accepted: ["select world.enter(9, {due}, {level_six}, {ann}, {now} - interval '1 microsecond')"],
        refused: [
            "select world.enter(9, {due}, {level_six}, {ann}, {now})",
            "select world.enter(9, {full}, {mare}, {ann}, {now} + interval '8 days')",
        ],
    }
    a_horse_is_entered_by_its_owner: "show_entries_owner_check" Everyone {
        accepted: ["select world.enter(9, {full}, {bens_mare}, {ben})"],
        refused: ["select world.enter(9, {full}, {bens_mare}, {ann})", "select world.enter(9, {full}, 12345678, {ann})"],
    }
    a_horse_is_shown_from_three_to_twenty: "show_entries_age_check" Everyone {
        accepted: ["select world.enter(9, {full}, {three}, {ann})", "select world.enter(9, {full}, {twenty}, {ann})"],
        refused: [
            "select world.enter(9, {full}, {three}, {ann}, {now} - interval '1 microsecond')",
            "select world.enter(9, {full}, {twenty}, {ann}, {now} + interval '1 microsecond')",
            "select world.enter(9, {full}, {foal}, {ann})",
        ],
    }
    a_horse_is_shown_in_its_bracket: "show_entries_level_check" Everyone {
        accepted: [
            "update horses set xp = 100 where id = {mare}; select world.enter(9, {show_2_to_5}, {mare}, {ann})",
            "update horses set xp = 499 where id = {mare}; select world.enter(9, {show_2_to_5}, {mare}, {ann})",
        ],
        refused: [
            "update horses set xp = 99 where id = {mare}; select world.enter(9, {show_2_to_5}, {mare}, {ann})",
            "update horses set xp = 500 where id = {mare}; select world.enter(9, {show_2_to_5}, {mare}, {ann})",
            "select world.enter(9, {show_2_to_5}, {level_six}, {ann})",
        ],
    }
    a_mare_in_foal_is_not_shown: "show_entries_in_foal_check" Everyone {
        accepted: ["update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = {now} where id = 601;
            select world.enter(9, {full}, {in_foal}, {ann})"],
        refused: ["select world.enter(9, {full}, {in_foal}, {ann})"],
    }
    a_show_takes_a_hundred_entries: "show_entries_room_check" Everyone {
        accepted: ["select world.enter(9, {full}, {mare}, {ann})"],
        refused: ["select world.enter(9, {full}, {mare}, {ann}), world.enter(10, {full}, {three}, {ann})"],
    }
    a_horse_is_entered_once: "show_entries_show_id_horse_id_key" Everyone {
        accepted: ["select world.enter(9, {due}, {level_six}, {ann}, {now} - interval '1 hour')"],
        refused: ["select world.enter(9, {due}, {mare}, {ann}, {now} - interval '1 hour')"],
    }
    an_entry_never_changes: "show_entries_are_frozen" Rights {
        accepted: ["select world.enter(9, {full}, {mare}, {ann})"],
        refused: [
            r#"update show_entries set snapshot = '{"score": 1000000}' where id = 4001"#,
            "update show_entries set entered_at = entered_at where id = 4001",
        ],
    }
    a_snapshot_is_of_the_horse_as_it_is: "show_entries_seen_check" Everyone {
        accepted: [
            "select enter_show({full}, {mare}, h.version, {ann}, '{}', {now}) from horses h where h.id = {mare}",
            "select enter_show({show}, {three}, h.version, {ann}, '{}', {now}) from horses h where h.id = {three}",
        ],
        refused: ["update horses set xp = xp where id = {mare};
            select enter_show({full}, {mare}, h.version - 1, {ann}, '{}', {now}) from horses h where h.id = {mare}"],
    }
    an_entry_is_withdrawn_while_it_stands: "show_entries_standing_check" Everyone {
        accepted: ["select withdraw_entry({show}, {mare}, {ann}, {now})"],
        refused: [
            "select withdraw_entry({show}, {three}, {ann}, {now})",
            "select withdraw_entry({show}, {mare}, {ann}, {now}); select withdraw_entry({show}, {mare}, {ann}, {now})",
        ],
    }
    an_entrys_snapshot_is_an_object: "show_entries_snapshot_check" Everyone {
        accepted: ["select world.enter(9, {full}, {mare}, {ann})"],
        refused: ["insert into show_entries (show_id, horse_id, user_id, snapshot, entered_at) values ({full}, {mare}, {ann}, '[]', {now})"],
    }
    the_fee_of_an_entry_is_paid_with_it: "show_entries_fee_paid" Everyone {
        accepted: ["select world.enter(9, {show}, {three}, {ann}), world.pay('entry_fee:9', purse_of({ann}), escrow_of({show}), 10, {show})"],
        refused: [
            "select world.enter(9, {show}, {three}, {ann})",
            "select world.enter(9, {show}, {three}, {ann}), world.pay('entry_fee:9', purse_of({ann}), escrow_of({show}), 9, {show})",
            "select world.enter(9, {show}, {three}, {ann}), world.pay('entry_fee:9', purse_of({ann}), escrow_of({full}), 10, {full})",
            "select world.enter(9, {show}, {three}, {ann}), world.pay('entry_fee:9', purse_of({ben}), escrow_of({show}), 10, {show})",
            "select world.enter(9, {show}, {three}, {ann}), world.pay('entry_fee:8', purse_of({ann}), escrow_of({show}), 10, {show})",
        ],
    }
    the_fee_of_a_withdrawn_entry_is_paid_back: "show_entries_fee_returned" Everyone {
        accepted: ["select world.pay('entry_refund:4001', escrow_of({show}), purse_of({ann}), 10, {show}); delete from show_entries where id = 4001"],
        refused: [
            "delete from show_entries where id = 4001",
            "select world.pay('entry_refund:4001', escrow_of({show}), purse_of({ann}), 9, {show}); delete from show_entries where id = 4001",
            "select world.pay('entry_refund:4001', escrow_of({show}), purse_of({ben}), 10, {show}); delete from show_entries where id = 4001",
        ],
    }
    a_place_is_first_or_later: "competition_results_placement_check" Everyone {
        accepted: ["select world.place(4005, 1)"],
        refused: ["select world.place(4005, 0)"],
    }
    a_place_is_taken_by_one_horse: "competition_results_show_id_placement_key" Everyone {
        accepted: ["select world.place(4005, 1), world.place(4006, 2)"],
        refused: ["select world.place(4005, 1), world.place(4006, 1)"],
    }
    an_entry_has_one_result: "competition_results_entry_id_key" Everyone {
        accepted: ["select world.place(4005, 1)"],
        refused: ["select world.place(4005, 1);
            insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date)
            values ({three}, {due}, 4005, {ann}, 1, 1, 2, 'Racing', {now})"],
    }
    a_horse_has_one_result_in_a_show: "competition_results_show_id_horse_id_key" Everyone {
        accepted: ["select world.place(4005, 1)"],
        refused: ["select world.place(4005, 1);
            insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date)
            values ({mare}, {due}, 4006, {ann}, 1, 1, 2, 'Racing', {now})"],
    }
    a_won_prize_is_never_negative: "competition_results_prize_check" Everyone {
        accepted: ["insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, prize)
            values ({mare}, {due}, 4005, {ann}, 1, 1, 1, 'Racing', {now}, 0)"],
        refused: ["insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, prize)
            values ({mare}, {due}, 4005, {ann}, 1, 1, 1, 'Racing', {now}, -1)"],
    }
    a_horses_won_xp_is_never_negative: "competition_results_horse_xp_check" Everyone {
        accepted: ["select world.place(4005, 1)"],
        refused: ["insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, horse_xp)
            values ({mare}, {due}, 4005, {ann}, 1, 1, 1, 'Racing', {now}, -1)"],
    }
    a_players_won_xp_is_never_negative: "competition_results_user_xp_check" Everyone {
        accepted: ["select world.place(4005, 1)"],
        refused: ["insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, user_xp)
            values ({mare}, {due}, 4005, {ann}, 1, 1, 1, 'Racing', {now}, -1)"],
    }
    a_show_raises_a_stat: "competition_results_stat_check" Everyone {
        accepted: ["insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, stat)
            values ({mare}, {due}, 4005, {ann}, 1, 1, 1, 'Racing', {now}, 'speed')"],
        refused: ["insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, stat)
            values ({mare}, {due}, 4005, {ann}, 1, 1, 1, 'Racing', {now}, 'luck')"],
    }
    results_are_only_added_to: "competition_results_append_only" Rights {
        accepted: ["select world.place(4005, 1)"],
        refused: [
            "update competition_results set placement = 3 where entry_id = 4003",
            "update competition_results set score = score + 1",
            "delete from competition_results where entry_id = 4003",
            "truncate competition_results",
        ],
    }
}
