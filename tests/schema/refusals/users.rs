//! Players, what guards their accounts, and their stables; disciplines and breeds.

use crate::trial::rules;

rules! {
    a_name_has_one_to_sixty_characters_and_no_space_around_it: "users_name_check" Everyone {
        accepted: ["update users set name = repeat('é', 60) where id = {ann}", "update users set name = 'A' where id = {ann}"],
        refused: [
            "update users set name = repeat('é', 61) where id = {ann}",
            "update users set name = '' where id = {ann}",
            "update users set name = ' Ann' where id = {ann}",
        ],
    }
    xp_is_never_negative: "users_xp_check" Everyone {
        accepted: ["update users set xp = 0 where id = {ann}"],
        refused: ["update users set xp = -1 where id = {ann}"],
    }
    a_players_money_is_never_negative: "users_money_check" Rights {
        accepted: ["update users set money = 1000 where id = {ben}"],
        refused: ["update users set money = -1 where id = {ben}"],
    }
    an_address_is_kept_in_lower_case_and_looks_like_one: "users_email_check" Everyone {
        accepted: ["update users set email = 'ann@new.example' where id = {ann}"],
        refused: [
            "update users set email = 'Ann@new.example' where id = {ann}",
            "update users set email = ' ann@new.example' where id = {ann}",
            "update users set email = 'ann.new.example' where id = {ann}",
            "update users set email = '@' where id = {ann}",
            "update users set email = repeat('a', 250) || '@b.cd' where id = {ann}",
        ],
    }
    two_players_never_share_an_address: "idx_users_email" Everyone {
        accepted: ["insert into users (name, email) values ('Eve', 'eve@example.org')"],
        refused: [
            "insert into users (name, email) values ('Eve', 'ann@example.org')",
            "update users set email = 'ben@example.org' where id = {ann}",
            "insert into users (name, email) values ('Eve', lower('ANN@example.org'))",
        ],
    }
    settings_are_a_document_of_known_switches: "users_settings_check" Everyone {
        accepted: [
            r#"update users set settings = '{"darkMode": true,
                "notifications": {"training": true, "competitions": true, "breeding": false},
                "privacy": {"profileVisible": true, "shareProgress": false}}' where id = {ann}"#,
            "update users set settings = '{}' where id = {ann}",
        ],
        refused: [
            r#"update users set settings = '{"darkMode": "yes"}' where id = {ann}"#,
            r#"update users set settings = '{"lightMode": true}' where id = {ann}"#,
            r#"update users set settings = '{"privacy": {"profileVisible": null}}' where id = {ann}"#,
            "update users set settings = '[]' where id = {ann}",
        ],
    }
    passwords_are_kept_as_argon2id_hashes: "user_passwords_hash_check" Everyone {
        accepted: ["{as_visitor}; insert into user_passwords (user_id, hash) values ({ben}, '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')"],
        refused: ["{as_visitor}; insert into user_passwords (user_id, hash) values ({ben}, 'correct horse')"],
    }
    a_session_expires_after_it_began: "sessions_expires_at_check" Everyone {
        accepted: ["{as_visitor}; insert into sessions (id, user_id, created_at, expires_at)
            values (gen_random_uuid(), {ann}, {now}, {now} + interval '1 second')"],
        refused: ["{as_visitor}; insert into sessions (id, user_id, created_at, expires_at) values (gen_random_uuid(), {ann}, {now}, {now})"],
    }
    tokens_are_kept_as_hashes: "refresh_tokens_token_hash_check" Everyone {
        accepted: ["{as_visitor}; insert into refresh_tokens (token_hash, session_id, used_at) values (sha256('next'), {session}, {now})"],
        refused: ["{as_visitor}; insert into refresh_tokens (token_hash, session_id, used_at) values ('token', {session}, {now})"],
    }
    a_session_has_one_token_that_was_not_used: "idx_refresh_tokens_current" Everyone {
        accepted: ["{as_visitor}; update refresh_tokens set used_at = {now} where session_id = {session};
            insert into refresh_tokens (token_hash, session_id) values (sha256('next'), {session})"],
        refused: ["{as_visitor}; insert into refresh_tokens (token_hash, session_id) values (sha256('next'), {session})"],
    }
    a_stables_name_has_one_to_sixty_characters: "stables_name_check" Everyone {
        accepted: ["update stables set name = repeat('x', 60) where id = 501"],
        refused: ["update stables set name = repeat('x', 61) where id = 501", "update stables set name = 'Home ' where id = 501"],
    }
    a_stables_place_has_one_to_sixty_characters: "stables_location_check" Everyone {
        accepted: ["update stables set location = 'Hill' where id = 501", "update stables set location = null where id = 501"],
        refused: ["update stables set location = '' where id = 501"],
    }
    a_player_has_one_stable_of_a_name: "idx_stables_user_id_name" Everyone {
        accepted: [
            "insert into stables (user_id, name) values ({ann}, 'Meadow')",
            "insert into stables (user_id, name) values ({ben}, 'Home')",
        ],
        refused: ["insert into stables (user_id, name) values ({ann}, 'HOME')"],
    }
    a_disciplines_name_has_one_to_forty_characters: "disciplines_name_check" Everyone {
        accepted: ["insert into disciplines values (repeat('x', 40), 'speed', 'focus', 'agility')"],
        refused: ["insert into disciplines values ('', 'speed', 'focus', 'agility')"],
    }
    a_disciplines_first_stat_is_a_stat: "disciplines_first_stat_check" Everyone {
        accepted: ["insert into disciplines values ('Sledding', 'speed', 'focus', 'agility')"],
        refused: ["insert into disciplines values ('Sledding', 'luck', 'focus', 'agility')"],
    }
    a_disciplines_second_stat_is_a_stat: "disciplines_second_stat_check" Everyone {
        accepted: ["insert into disciplines values ('Sledding', 'agility', 'speed', 'focus')"],
        refused: ["insert into disciplines values ('Sledding', 'agility', 'luck', 'focus')"],
    }
    a_disciplines_third_stat_is_a_stat: "disciplines_third_stat_check" Everyone {
        accepted: ["insert into disciplines values ('Sledding', 'agility', 'focus', 'speed')"],
        refused: ["insert into disciplines values ('Sledding', 'agility', 'focus', 'luck')"],
    }
    a_disciplines_stats_are_three_different_ones: "disciplines_stats_check" Everyone {
        accepted: ["insert into disciplines values ('Sledding', 'strength', 'stamina', 'balance')"],
        refused: [
            "insert into disciplines values ('Sledding', 'strength', 'strength', 'balance')",
            "insert into disciplines values ('Sledding', 'strength', 'balance', 'balance')",
            "insert into disciplines values ('Sledding', 'balance', 'strength', 'balance')",
        ],
    }
    a_breeds_name_has_one_to_sixty_characters: "breeds_name_check" Everyone {
        accepted: ["update breeds set name = repeat('x', 60) where id = 9001"],
        refused: ["update breeds set name = repeat('x', 61) where id = 9001"],
    }
    two_breeds_never_share_a_name: "breeds_name_key" Everyone {
        accepted: ["insert into breeds select (jsonb_populate_record(b, '{\"id\": 9002, \"name\": \"Other\"}')).* from breeds b where id = 9001"],
        refused: ["insert into breeds select (jsonb_populate_record(b, '{\"id\": 9002}')).* from breeds b where id = 9001"],
    }
    a_breeds_means_lie_between_nine_and_twenty: "breeds_means_check" Everyone {
        accepted: ["update breeds set speed_mean = 20, focus_mean = 9 where id = 9001"],
        refused: ["update breeds set speed_mean = 21 where id = 9001", "update breeds set focus_mean = 8 where id = 9001"],
    }
    a_breed_has_a_weight_for_each_temperament: "breeds_temperament_weights_check" Everyone {
        accepted: ["update breeds set temperament_weights = '{10000,0,0,0,0,0,0,0,0,0,0}' where id = 9001"],
        refused: [
            "update breeds set temperament_weights = '{10000}' where id = 9001",
            "update breeds set temperament_weights = '{10001,-1,0,0,0,0,0,0,0,0,0}' where id = 9001",
        ],
    }
    a_breeds_frequencies_are_an_object: "breeds_allele_frequencies_check" Everyone {
        accepted: [r#"update breeds set allele_frequencies = '{"MC1R": {"e": 1}}' where id = 9001"#],
        refused: ["update breeds set allele_frequencies = '[]' where id = 9001"],
    }
}
