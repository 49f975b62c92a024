set local role equoria_owner;
drop table starter_horses;
drop table horse_discipline_scores;
drop table horses;
drop function horses_index_scores();
drop function horses_birth_rules();
