-- equoria: no-transaction
set role equoria_owner;

drop index concurrently if exists idx_shows_entry_fee;
drop index concurrently if exists idx_shows_prize;
drop index concurrently if exists idx_stud_listings_breed_id_created_at;
drop index concurrently if exists idx_stud_listings_created_at;
drop index concurrently if exists idx_horses_name;
drop index concurrently if exists idx_horses_breed_id_born_at;
drop index concurrently if exists idx_horses_born_at;
