//! Coverings, births and what becomes of foals.

use crate::trial::rules;

rules! {
    a_mare_carries_one_foal_at_a_time: "idx_pregnancies_in_foal" Everyone {
        accepted: ["select world.cover(9, {mare}, {stallion}, {ann})"],
        refused: ["select world.cover(9, {in_foal}, {stallion}, {ann})"],
    }
    a_mare_in_foal_is_a_grown_female_of_the_foals_owner: "pregnancies_mare_check" Everyone {
        accepted: ["select world.cover(9, {three}, {stallion}, {ann})"],
        refused: [
            "select world.cover(9, {level_six}, {stallion}, {ann})",
            "select world.cover(9, {mare}, {stallion}, {ben})",
            "select world.cover(9, {three}, {stallion}, {ann}, {now} - interval '1 microsecond')",
            "select world.cover(9, {mare}, {stallion}, {ann}, {now} + interval '1000 days')",
        ],
    }
    a_covering_stallion_is_a_grown_male: "pregnancies_stallion_check" Everyone {
        accepted: [
            "select world.cover(9, {mare}, {twenty}, {ann})",
            "select world.cover(9, {bens_mare}, {bens_stallion}, {ben})",
        ],
        refused: [
            "select world.cover(9, {mare}, {bens_mare}, {ann})",
            "select world.cover(9, {mare}, {twenty}, {ann}, {now} + interval '1 microsecond')",
            "select world.cover(9, {mare}, 12345678, {ann})",
        ],
    }
    another_players_stallion_stands_at_stud: "pregnancies_stud_check" Everyone {
        accepted: [
            "insert into stud_listings (horse_id, fee) values ({bens_stallion}, 0); select world.cover(9, {mare}, {bens_stallion}, {ann})",
            "delete from stud_listings where horse_id = {stallion}; select world.cover(9, {mare}, {stallion}, {ann})",
        ],
        refused: [
            "select world.cover(9, {mare}, {bens_stallion}, {ann})",
            "delete from stud_listings where horse_id = {stallion}; select world.cover(9, {bens_mare}, {stallion}, {ben})",
        ],
    }
    another_players_stallion_covers_for_his_fee: "pregnancies_fee_check" Everyone {
        accepted: [
            "select cover_mare({bens_mare}, {stallion}, {ben}, 50, 50, {now}, {now} + interval '168 hours')",
            "select cover_mare({mare}, {stallion}, {ann}, 0, 50, {now}, {now} + interval '168 hours')",
        ],
        refused: [
            "select cover_mare({bens_mare}, {stallion}, {ben}, 49, 50, {now}, {now} + interval '168 hours')",
            "update stud_listings set fee = 60 where horse_id = {stallion};
             select cover_mare({bens_mare}, {stallion}, {ben}, 50, 50, {now}, {now} + interval '168 hours')",
        ],
    }
    a_mare_rests_seven_days_after_foaling: "pregnancies_rest_check" Everyone {
        accepted: ["select world.cover(9, {dam}, {stallion}, {ann}, {now})"],
        refused: ["select world.cover(9, {dam}, {stallion}, {ann}, {now} - interval '1 microsecond')"],
    }
    a_foal_is_due_seven_days_after_the_covering: "pregnancies_gestation_check" Everyone {
        accepted: ["insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at)
            values ({mare}, {stallion}, {ann}, {now}, {now} + interval '168 hours')"],
        refused: [
            "insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at)
             values ({mare}, {stallion}, {ann}, {now}, {now} + interval '168 hours 1 microsecond')",
            "insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at)
             values ({mare}, {stallion}, {ann}, {now}, {now} + interval '168 hours -1 microsecond')",
            "insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at)
             values ({mare}, {stallion}, {ann}, {now}, {now})",
        ],
    }
    a_pregnancy_does_not_end_before_its_foal_is_due: "pregnancies_ended_early_check" Everyone {
        accepted: [
            "update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = due_at where id = 601",
            "update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = due_at + interval '1 hour' where id = 601",
        ],
        refused: [
            "update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = due_at - interval '1 microsecond' where id = 601",
            "select world.horse(9, 'male', {now} - interval '168 hours', {ann}, {stallion}, {in_foal});
             update pregnancies set state = 'foaled', ended_at = covered_at, foal_id = 9 where id = 601",
        ],
    }
    a_pregnancy_is_in_foal_foaled_or_lost: "pregnancies_state_check" Everyone {
        accepted: ["update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = {now} where id = 601"],
        refused: ["update pregnancies set state = 'paused', ended_at = {now} where id = 601"],
    }
    a_pregnancy_that_ended_says_when: "pregnancies_ended_at_check" Everyone {
        accepted: ["update pregnancies set ended_at = null where id = 601"],
        refused: [
            "update pregnancies set state = 'lost', lost_to = 'EDNRB' where id = 601",
            "update pregnancies set ended_at = {now} where id = 601",
        ],
    }
    a_mare_foaled_if_there_is_a_foal: "pregnancies_foal_check" Everyone {
        accepted: ["select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal});
            update pregnancies set state = 'foaled', ended_at = {now}, foal_id = 9 where id = 601"],
        refused: [
            "update pregnancies set state = 'foaled', ended_at = {now} where id = 601",
            "select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal});
             update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = {now}, foal_id = 9 where id = 601",
        ],
    }
    a_pregnancys_foal_has_its_parents: "pregnancies_foal_parents_check" Everyone {
        accepted: ["select world.horse(9, 'female', {now}, {ann}, {stallion}, {in_foal});
            update pregnancies set state = 'foaled', ended_at = {now}, foal_id = 9 where id = 601"],
        refused: [
            "update pregnancies set state = 'foaled', ended_at = {now}, foal_id = {three} where id = 601",
            "select world.horse(9, 'male', {now}, {ann}, {bens_stallion}, {in_foal});
             update pregnancies set state = 'foaled', ended_at = {now}, foal_id = 9 where id = 601",
            "select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal});
             update pregnancies set state = 'foaled', ended_at = {now} + interval '1 microsecond', foal_id = 9 where id = 601",
            "select world.horse(9, 'male', {now}, {ann}, {bens_stallion}, {mare});
             insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at, state, ended_at, foal_id)
             values ({mare}, {stallion}, {ann}, {now} - interval '168 hours', {now}, 'foaled', {now}, 9)",
        ],
    }
    one_foal_is_born_of_one_pregnancy: "pregnancies_foal_id_key" Everyone {
        accepted: ["select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal});
            update pregnancies set state = 'foaled', ended_at = {now}, foal_id = 9 where id = 601"],
        refused: ["select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal});
            insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at, state, ended_at, foal_id)
            values ({in_foal}, {stallion}, {ann}, {now} - interval '168 hours', {now}, 'foaled', {now}, 9);
            update pregnancies set state = 'foaled', ended_at = {now}, foal_id = 9 where id = 601"],
    }
    a_pregnancy_ends_once: "pregnancies_are_final" Everyone {
        accepted: ["update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = {now} where id = 601"],
        refused: [
            "update pregnancies set state = 'in_foal', ended_at = null, foal_id = null where id = 602",
            "update pregnancies set state = 'lost', lost_to = 'EDNRB', foal_id = null where id = 602",
            "update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = {now} where id = 601;
             update pregnancies set state = 'foaled', foal_id = {foal} where id = 601",
        ],
    }
    a_lost_pregnancy_names_its_locus: "pregnancies_lost_to_check" Everyone {
        accepted: ["update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = {now} where id = 601"],
        refused: [
            "update pregnancies set state = 'lost', ended_at = {now} where id = 601",
            "update pregnancies set lost_to = 'EDNRB' where id = 601",
        ],
    }
    a_stud_fee_is_at_most_a_million: "stud_listings_fee_check" Everyone {
        accepted: ["update stud_listings set fee = 1000000 where horse_id = {stallion}"],
        refused: [
            "update stud_listings set fee = 1000001 where horse_id = {stallion}",
            "update stud_listings set fee = -1 where horse_id = {stallion}",
        ],
    }
    only_males_stand_at_stud: "stud_listings_horse_check" Everyone {
        accepted: ["insert into stud_listings (horse_id, fee) values ({bens_stallion}, 0)"],
        refused: ["insert into stud_listings (horse_id, fee) values ({mare}, 0)"],
    }
    a_foal_has_the_parents_of_its_horse: "foals_parents_check" Everyone {
        accepted: ["select world.born(9, 'male', {now}, {ann}, {stallion}, {mare}), world.foal(9, {stallion}, {mare})"],
        refused: [
            "select world.born(9, 'male', {now}, {ann}, {stallion}, {mare}), world.foal(9, {bens_stallion}, {mare})",
            "select world.born(9, 'male', {now}, {ann}, {stallion}, {mare}), world.foal(9, {stallion}, {dam})",
            "select world.foal({three}, {stallion}, {mare})",
        ],
    }
    a_foals_genetics_are_a_genetics_document: "foals_genetics_check" Rights {
        accepted: [r#"update foals set genetics = genetics || '{"loci": {"MC1R": "E/e"}}' where id = {foal}"#],
        refused: [
            "update foals set genetics = '{}' where id = {foal}",
            "update foals set genetics = genetics - 'recessive_alleles' where id = {foal}",
            r#"update foals set genetics = genetics || '{"loci": {"MC1R": "E"}}' where id = {foal}"#,
            r#"update foals set genetics = genetics || '{"spots": true}' where id = {foal}"#,
        ],
    }
    a_foals_traits_are_a_traits_document: "foals_traits_check" Rights {
        accepted: [r#"update foals set traits = '{"positive": ["bold"], "negative": [], "hidden": []}' where id = {foal}"#],
        refused: [r#"update foals set traits = '{"positive": ["bold"]}' where id = {foal}"#],
    }
    a_foals_bond_lies_between_0_and_100: "foals_bond_score_check" Rights {
        accepted: ["update foals set bond_score = 100 where id = {foal}"],
        refused: ["update foals set bond_score = 101 where id = {foal}", "update foals set bond_score = -1 where id = {foal}"],
    }
    a_foals_stress_lies_between_0_and_100: "foals_stress_level_check" Rights {
        accepted: ["update foals set stress_level = 0 where id = {foal}"],
        refused: ["update foals set stress_level = 101 where id = {foal}", "update foals set stress_level = -1 where id = {foal}"],
    }
    a_foal_is_in_one_of_five_stages: "foals_development_stage_check" Everyone {
        accepted: ["update foals set development_stage = 'two_year_old' where id = {foal}"],
        refused: ["update foals set development_stage = 'teenager' where id = {foal}"],
    }
    a_foal_never_grows_younger: "foals_growth_check" Everyone {
        accepted: ["update foals set development_stage = 'weanling' where id = {foal};
            update foals set development_stage = 'weanling' where id = {foal};
            update foals set development_stage = 'two_year_old' where id = {foal};
            update foals set development_stage = 'adult' where id = {foal}"],
        refused: [
            "update foals set development_stage = 'weanling' where id = {foal};
             update foals set development_stage = 'newborn' where id = {foal}",
            "update foals set development_stage = 'adult' where id = {foal};
             update foals set development_stage = 'two_year_old' where id = {foal}",
        ],
    }
    only_foals_develop: "foal_development_foal_id_fkey" Everyone {
        accepted: ["select world.born(9, 'male', {now}, {ann}, {stallion}, {mare}), world.foal(9, {stallion}, {mare});
            insert into foal_development (foal_id) values (9)"],
        refused: ["insert into foal_development (foal_id) values ({three})"],
    }
    a_foals_development_takes_seven_days: "foal_development_current_day_check" Everyone {
        accepted: ["update foal_development set current_day = 7 where foal_id = {foal}"],
        refused: [
            "update foal_development set current_day = 8 where foal_id = {foal}",
            "update foal_development set current_day = 0 where foal_id = {foal}",
        ],
    }
    completed_activities_are_a_list: "foal_development_activities_check" Everyone {
        accepted: [r#"update foal_development set activities_completed = '["soft_voice", {"day": 2}]' where foal_id = {foal}"#],
        refused: [
            "update foal_development set activities_completed = '{}' where foal_id = {foal}",
            "update foal_development set activities_completed = '[1]' where foal_id = {foal}",
            "update foal_development set activities_completed = (select jsonb_agg('x'::text) from generate_series(1, 101)) where foal_id = {foal}",
        ],
    }
    reached_milestones_are_a_list: "foal_development_milestones_check" Everyone {
        accepted: [r#"update foal_development set milestones_reached = '["stands"]' where foal_id = {foal}"#],
        refused: ["update foal_development set milestones_reached = '[null]' where foal_id = {foal}"],
    }
    a_foal_develops_once: "foal_development_foal_id_key" Everyone {
        accepted: ["select world.born(9, 'male', {now}, {ann}, {stallion}, {mare}), world.foal(9, {stallion}, {mare});
            insert into foal_development (foal_id) values (9)"],
        refused: ["insert into foal_development (foal_id) values ({foal})"],
    }
    a_foals_activity_is_a_known_one: "foal_training_history_activity_check" Everyone {
        accepted: ["insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'gentle_touch', {now} - interval '6 days')"],
        refused: ["insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'shouting', {now} - interval '6 days')"],
    }
    an_activity_is_done_once: "foal_training_history_once_key" Everyone {
        accepted: ["insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'quiet_presence', {now} - interval '6 days')"],
        refused: ["insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'soft_voice', {now} - interval '6 days')"],
    }
    an_activity_moves_the_bond_by_at_most_100: "foal_training_history_bonding_impact_check" Everyone {
        accepted: ["insert into foal_training_history (horse_id, activity, bonding_impact, created_at) values ({foal}, 'gentle_touch', -100, {now} - interval '6 days')"],
        refused: ["insert into foal_training_history (horse_id, activity, bonding_impact, created_at) values ({foal}, 'gentle_touch', 101, {now} - interval '6 days')"],
    }
    an_activity_moves_stress_by_at_most_100: "foal_training_history_stress_impact_check" Everyone {
        accepted: ["insert into foal_training_history (horse_id, activity, stress_impact, created_at) values ({foal}, 'gentle_touch', 100, {now} - interval '6 days')"],
        refused: ["insert into foal_training_history (horse_id, activity, stress_impact, created_at) values ({foal}, 'gentle_touch', -101, {now} - interval '6 days')"],
    }
    an_activity_is_for_foals_from_its_day_on_and_in_their_first_week: "foal_training_history_age_check" Everyone {
        accepted: [
            "insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'gentle_touch', {now} - interval '7 days')",
            "insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'future_planning', {now} - interval '1 microsecond')",
            "insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'play_interaction', {now} - interval '6 days')",
        ],
        refused: [
            "insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'gentle_touch', {now} - interval '7 days 1 microsecond')",
            "insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'future_planning', {now})",
            "insert into foal_training_history (horse_id, activity, created_at) values ({foal}, 'play_interaction', {now} - interval '6 days 1 microsecond')",
            "insert into foal_training_history (horse_id, activity, created_at) values ({mare}, 'gentle_touch', {now} - interval '35 days')",
        ],
    }
}
