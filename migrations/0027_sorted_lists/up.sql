-- equoria: no-transaction
-- The orders of the public lists that no index served: horses by birth, of all breeds and of one, and by name; stallions by
-- how long they have stood at stud; open shows by what can be won and what they cost. What is indexed of a horse, but
-- for its name, never changes, so updates stay as cheap as they were; and shows leave the last two as they end.
set role equoria_owner;

create index concurrently if not exists idx_horses_born_at on horses (born_at, id);
create index concurrently if not exists idx_horses_breed_id_born_at on horses (breed_id, born_at, id);
create index concurrently if not exists idx_horses_name on horses (lower(name) collate "C", id);
create index concurrently if not exists idx_stud_listings_created_at on stud_listings (created_at, horse_id);
create index concurrently if not exists idx_stud_listings_breed_id_created_at on stud_listings (breed_id, created_at, horse_id);
create index concurrently if not exists idx_shows_prize on shows (prize, id) where state = 'open';
create index concurrently if not exists idx_shows_entry_fee on shows (entry_fee, id) where state = 'open';
