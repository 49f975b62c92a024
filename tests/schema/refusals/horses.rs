//! Horses: what they are, who their parents are, and the documents that they carry.

use crate::trial::rules;

rules! {
    a_horses_name_has_one_to_sixty_characters: "horses_name_check" Everyone {
        accepted: ["update horses set name = repeat('x', 60) where id = {mare}"],
        refused: ["update horses set name = '' where id = {mare}", "update horses set name = 'Star ' where id = {mare}"],
    }
    a_horse_is_male_or_female: "horses_sex_check" Everyone {
        accepted: ["select world.horse(9, 'male', {now}, {ann})", "select world.horse(9, 'female', {now}, {ann})"],
        refused: ["select world.horse(9, 'Male', {now}, {ann})", "select world.horse(9, 'stallion', {now}, {ann})"],
    }
    a_temperament_is_one_of_eleven: "horses_temperament_check" Rights {
        accepted: ["update horses set temperament = 'Spirited' where id = {mare}"],
        refused: ["update horses set temperament = 'spirited' where id = {mare}"],
    }
    a_bond_lies_between_0_and_100: "horses_bond_score_check" Everyone {
        accepted: ["update horses set bond_score = 100 where id = {mare}", "update horses set bond_score = 0 where id = {mare}"],
        refused: ["update horses set bond_score = 101 where id = {mare}", "update horses set bond_score = -1 where id = {mare}"],
    }
    stress_lies_between_0_and_100: "horses_stress_level_check" Everyone {
        accepted: ["update horses set stress_level = 100 where id = {mare}"],
        refused: ["update horses set stress_level = 101 where id = {mare}", "update horses set stress_level = -1 where id = {mare}"],
    }
    a_horses_xp_is_never_negative: "horses_xp_check" Everyone {
        accepted: ["update horses set xp = 0 where id = {mare}"],
        refused: ["update horses set xp = -1 where id = {mare}"],
    }
    every_stat_lies_between_0_and_100: "horses_stats_check" Everyone {
        accepted: ["update horses set speed = 100, focus = 0 where id = {mare}"],
        refused: ["update horses set speed = 101 where id = {mare}", "update horses set focus = -1 where id = {mare}"],
    }
    scores_are_whole_points_up_to_a_million: "horses_discipline_scores_check" Everyone {
        accepted: [
            r#"update horses set discipline_scores = '{"Racing": 1000000}' where id = {mare}"#,
            r#"update horses set discipline_scores = '{"Racing": 0}' where id = {mare}"#,
        ],
        refused: [
            r#"update horses set discipline_scores = '{"Racing": 1000001}' where id = {mare}"#,
            r#"update horses set discipline_scores = '{"Racing": -1}' where id = {mare}"#,
            r#"update horses set discipline_scores = '{"Racing": 2.5}' where id = {mare}"#,
            r#"update horses set discipline_scores = '{"Racing": "25"}' where id = {mare}"#,
            r#"update horses set discipline_scores = '{"Racing": null}' where id = {mare}"#,
            "update horses set discipline_scores = '[]' where id = {mare}",
        ],
    }
    scores_are_in_disciplines_that_exist: "horse_discipline_scores_discipline_fkey" Everyone {
        accepted: [r#"update horses set discipline_scores = '{"Racing": 25}' where id = {mare}"#],
        refused: [
            r#"update horses set discipline_scores = '{"racing": 25}' where id = {mare}"#,
            r#"update horses set discipline_scores = '{"Racing": 25, "Chess": 1}' where id = {mare}"#,
        ],
    }
    the_index_of_scores_holds_the_same_range: "horse_discipline_scores_score_check" Rights {
        accepted: ["insert into horse_discipline_scores values ({mare}, 'Racing', 1000000)"],
        refused: [
            "insert into horse_discipline_scores values ({mare}, 'Racing', -1)",
            "insert into horse_discipline_scores values ({mare}, 'Racing', 1000001)",
        ],
    }
    traits_stand_once_on_their_side_without_conflict: "horses_epigenetic_modifiers_check" Everyone {
        accepted: [
            r#"update horses set epigenetic_modifiers = '{"positive": ["resilient", "bold", "intelligent"],
                "negative": ["stubborn"], "hidden": ["athletic", "calm"]}' where id = {mare}"#,
        ],
        refused: [
            r#"update horses set epigenetic_modifiers = '{"positive": ["bold"], "negative": ["nervous"], "hidden": []}' where id = {mare}"#,
            r#"update horses set epigenetic_modifiers = '{"positive": ["bold"], "negative": [], "hidden": ["bold"]}' where id = {mare}"#,
            r#"update horses set epigenetic_modifiers = '{"positive": ["lazy"], "negative": [], "hidden": []}' where id = {mare}"#,
            r#"update horses set epigenetic_modifiers = '{"positive": [], "negative": []}' where id = {mare}"#,
            r#"update horses set epigenetic_modifiers = '{}' where id = {mare}"#,
        ],
    }
    what_a_horse_is_born_as_never_changes: "horses_birth_is_final" Rights {
        accepted: ["update horses set sex = sex, born_at = born_at, sire_id = sire_id where id = {foal}"],
        refused: [
            "update horses set sex = 'male' where id = {mare}",
            "update horses set born_at = born_at - interval '1 microsecond' where id = {mare}",
            "update horses set breed_id = (select min(id) from breeds) - 1 where id = {mare}",
            "update horses set sire_id = {bens_stallion} where id = {foal}",
            "update horses set dam_id = null where id = {foal}",
            "update horses set sire_id = {stallion} where id = {mare}",
            "update horses set id = 9 where id = {three}",
        ],
    }
    a_sire_is_male_and_older: "horses_sire_check" Everyone {
        accepted: ["select world.born(9, 'male', {now}, {ann}, {stallion}, {mare})"],
        refused: [
            "select world.horse(9, 'male', {now}, {ann}, {mare}, {three})",
            "select world.horse(9, 'male', {now} - interval '35 days', {ann}, {stallion}, {dam})",
            "select world.horse(9, 'male', {now} - interval '350 days', {ann}, {stallion}, null)",
            "select world.horse(9, 'male', {now}, {ann}, 9, {mare})",
            "select world.horse(9, 'male', {now}, {ann}, 12345678, {mare})",
        ],
    }
    a_dam_is_female_and_older: "horses_dam_check" Everyone {
        accepted: ["select world.born(9, 'female', {now}, {ben}, {stallion}, {bens_mare})"],
        refused: [
            "select world.horse(9, 'male', {now}, {ann}, {bens_stallion}, {stallion})",
            "select world.horse(9, 'male', {now}, {ann}, {stallion}, {stallion})",
            "select world.horse(9, 'male', {now} - interval '21 days', {ann}, {stallion}, {three})",
            "select world.horse(9, 'female', {now}, {ann}, {stallion}, 9)",
        ],
    }
    nobody_is_both_parents_or_their_own_even_without_triggers: "horses_parents_check" Rights {
        accepted: ["set local session_replication_role = replica; select world.horse(9, 'male', {now}, {ann}, {mare}, {stallion})"],
        refused: [
            "set local session_replication_role = replica; select world.horse(9, 'male', {now}, {ann}, {mare}, {mare})",
            "set local session_replication_role = replica; select world.horse(9, 'male', {now}, {ann}, 9, {mare})",
            "set local session_replication_role = replica; select world.horse(9, 'male', {now}, {ann}, {stallion}, 9)",
        ],
    }
    a_horse_has_both_parents_or_none: "horses_both_parents_check" Everyone {
        accepted: ["select world.born(9, 'male', {now}, {ann}, {stallion}, {mare})", "select world.horse(9, 'male', {now}, {ann})"],
        refused: [
            "select world.horse(9, 'male', {now}, {ann}, {stallion}, null)",
            "select world.horse(9, 'male', {now}, {ann}, null, {mare})",
        ],
    }
    a_horse_with_parents_is_born_with_a_genotype: "horses_foal_genotype_check" Everyone {
        accepted: ["select world.born(9, 'male', {now}, {ann}, {stallion}, {mare})", "select world.horse(9, 'male', {now}, {ann})"],
        refused: ["insert into horses (name, sex, born_at, breed_id, user_id, sire_id, dam_id, temperament, precision, strength, speed,
              agility, endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus)
            values ('Blank', 'male', {now}, 9001, {ann}, {stallion}, {in_foal}, 'Calm', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)"],
    }
    a_horse_with_parents_is_the_foal_of_a_pregnancy: "horses_pregnancy_check" Everyone {
        accepted: ["select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal});
            update pregnancies set state = 'foaled', ended_at = {now}, foal_id = 9 where id = 601"],
        refused: [
            "select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal})",
            "select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal}), world.horse(10, 'male', {now}, {ann}, {stallion}, {in_foal});
             update pregnancies set state = 'foaled', ended_at = {now}, foal_id = 9 where id = 601",
        ],
    }
    a_horse_stands_in_a_stable_of_its_owner: "horses_stable_id_fkey" Everyone {
        accepted: ["update horses set stable_id = 501 where id = {mare}"],
        refused: [
            "update horses set stable_id = 502 where id = {mare}",
            "update horses set stable_id = 12345678 where id = {mare}",
        ],
    }
    a_player_gets_one_starter: "starter_horses_pkey" Everyone {
        accepted: ["insert into starter_horses (user_id, horse_id) values ({ben}, {bens_mare})"],
        refused: ["insert into starter_horses (user_id, horse_id) values ({ann}, {three})"],
    }
    a_horse_is_the_starter_of_one_player: "starter_horses_horse_id_key" Everyone {
        accepted: ["insert into starter_horses (user_id, horse_id) values ({dan}, {bens_mare})"],
        refused: ["insert into starter_horses (user_id, horse_id) values ({dan}, {mare})"],
    }
}
