//! Training: of age, rested, not in foal, one's own.

use crate::trial::rules;

rules! {
    a_horse_rests_seven_days_over_all_disciplines: "training_logs_rest_check" Everyone {
        accepted: [
            "select world.train({mare}, {ann}, {now} - interval '168 hours'), world.train({mare}, {ann}, {now})",
            "select world.train({mare}, {ann}), world.train({three}, {ann})",
        ],
        refused: [
            "select world.train({mare}, {ann}, {now} - interval '168 hours' + interval '1 microsecond'), world.train({mare}, {ann}, {now})",
            "select world.train({mare}, {ann}), world.train({mare}, {ann})",
            "select world.train({mare}, {ann}, {now}), world.train({mare}, {ann}, {now} - interval '1 hour')",
            "select world.train({mare}, {ann}); insert into disciplines values ('Sledding', 'speed', 'focus', 'agility');
             insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
             values ({mare}, {ann}, 'Sledding', {now} + interval '1 hour', 5, 5)",
        ],
    }
    a_horse_trains_from_three_to_twenty: "training_logs_age_check" Everyone {
        accepted: ["select world.train({three}, {ann}, {now})", "select world.train({twenty}, {ann}, {now})"],
        refused: [
            "select world.train({three}, {ann}, {now} - interval '1 microsecond')",
            "select world.train({twenty}, {ann}, {now} + interval '1 microsecond')",
            "select world.train({foal}, {ann}, {now})",
        ],
    }
    a_mare_in_foal_does_not_train: "training_logs_in_foal_check" Everyone {
        accepted: ["update pregnancies set state = 'lost', lost_to = 'EDNRB', ended_at = {now} where id = 601; select world.train({in_foal}, {ann})"],
        refused: ["select world.train({in_foal}, {ann})"],
    }
    a_horse_is_trained_by_its_owner: "training_logs_owner_check" Everyone {
        accepted: ["select world.train({bens_mare}, {ben})"],
        refused: ["select world.train({bens_mare}, {ann})", "select world.train(12345678, {ann})"],
    }
    a_horse_is_trained_in_a_discipline_that_exists: "training_logs_discipline_fkey" Everyone {
        accepted: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
            values ({mare}, {ann}, 'Racing', {now}, 5, 5)"],
        refused: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
            values ({mare}, {ann}, 'Chess', {now}, 5, 5)"],
    }
    a_session_gains_at_most_a_thousand_points_and_loses_none: "training_logs_score_gain_check" Everyone {
        accepted: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
            values ({mare}, {ann}, 'Racing', {now}, 0, 5)"],
        refused: [
            "insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
             values ({mare}, {ann}, 'Racing', {now}, -1, 5)",
            "insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
             values ({mare}, {ann}, 'Racing', {now}, 1001, 5)",
        ],
    }
    a_session_gives_one_to_a_thousand_xp: "training_logs_user_xp_check" Everyone {
        accepted: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
            values ({mare}, {ann}, 'Racing', {now}, 5, 1000)"],
        refused: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
            values ({mare}, {ann}, 'Racing', {now}, 5, 0)"],
    }
    a_session_raises_a_stat: "training_logs_stat_check" Everyone {
        accepted: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp, stat, stat_gain)
            values ({mare}, {ann}, 'Racing', {now}, 5, 5, 'speed', 1)"],
        refused: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp, stat, stat_gain)
            values ({mare}, {ann}, 'Racing', {now}, 5, 5, 'luck', 1)"],
    }
    a_session_raises_a_stat_by_one_to_three: "training_logs_stat_gain_check" Everyone {
        accepted: ["insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp, stat, stat_gain)
            values ({mare}, {ann}, 'Racing', {now}, 5, 5, 'speed', 3)"],
        refused: [
            "insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp, stat, stat_gain)
             values ({mare}, {ann}, 'Racing', {now}, 5, 5, 'speed', 4)",
            "insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp, stat, stat_gain)
             values ({mare}, {ann}, 'Racing', {now}, 5, 5, 'speed', 0)",
        ],
    }
    a_stat_and_its_gain_come_together: "training_logs_stat_gain_whole_check" Everyone {
        accepted: ["select world.train({mare}, {ann})"],
        refused: [
            "insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp, stat)
             values ({mare}, {ann}, 'Racing', {now}, 5, 5, 'speed')",
            "insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp, stat_gain)
             values ({mare}, {ann}, 'Racing', {now}, 5, 5, 1)",
        ],
    }
    training_is_only_added_to: "training_logs_append_only" Rights {
        accepted: ["select world.train({mare}, {ann})"],
        refused: [
            "update training_logs set trained_at = trained_at - interval '7 days'",
            "delete from training_logs",
            "truncate training_logs",
        ],
    }
}
