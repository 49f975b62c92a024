set local role equoria_owner;

alter table horses
  add column breeding_values integer[],
  add column inbreeding double precision not null default 0,
  add column coat jsonb,
  add column height_cm smallint,
  add constraint horses_breeding_values_check check (array_ndims(breeding_values) = 1 and cardinality(breeding_values) = 14
    and array_position(breeding_values, null) is null),
  add constraint horses_inbreeding_check check (inbreeding between 0 and 1 and (sire_id is not null or inbreeding = 0)),
  add constraint horses_coat_check check (jsonb_typeof(coat) = 'object' and length(coat::text) <= 4000),
  add constraint horses_height_cm_check check (height_cm between 40 and 250),
  add constraint horses_heredity_check check (num_nulls(genotype, breeding_values, coat, height_cm) in (0, 4)),
  add constraint horses_both_parents_check check (num_nulls(sire_id, dam_id) in (0, 2)),
  add constraint horses_foal_genotype_check check (sire_id is null or genotype is not null);
comment on column horses.breeding_values is 'Thousandths: the twelve stats in their fixed order, then height and white markings.';
comment on column horses.inbreeding is 'The inbreeding coefficient F: the chance that the two alleles of a locus are one of an ancestor''s.';
comment on column horses.coat is 'What anyone sees of the coat: its name, markings and description.';
comment on column horses.height_cm is 'Height at the withers of the grown horse.';

-- Horses of before breeding wait for their genotype here; whoever has parents was born with it.
create index idx_horses_unendowed on horses (id) where genotype is null;
-- Progeny are listed youngest first.
drop index idx_horses_sire_id;
drop index idx_horses_dam_id;
create index idx_horses_sire_id on horses (sire_id, id desc) where sire_id is not null;
create index idx_horses_dam_id on horses (dam_id, id desc) where dam_id is not null;

-- What a horse is born as never changes; parents are a male and a female that were born before it, so no cycle can close.
-- What it inherited is written once.
create or replace function horses_birth_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.sex, new.born_at, new.breed_id) is distinct from (old.id, old.sex, old.born_at, old.breed_id)
       or (new.sire_id, new.dam_id, new.inbreeding) is distinct from (old.sire_id, old.dam_id, old.inbreeding) then
      perform refuse('horses_birth_is_final', 'sex, birth, breed and parents of a horse never change');
    end if;
    if old.genotype is not null and (new.genotype, new.breeding_values, new.coat, new.height_cm)
       is distinct from (old.genotype, old.breeding_values, old.coat, old.height_cm) then
      perform refuse('horses_heredity_is_final', 'what a horse inherited never changes');
    end if;
    return new;
  end if;
  if new.sire_id is not null
     and not exists (select from horses h where h.id = new.sire_id and h.sex = 'male' and h.born_at < new.born_at) then
    perform refuse('horses_sire_check', 'a sire is male and older than the foal');
  end if;
  if new.dam_id is not null
     and not exists (select from horses h where h.id = new.dam_id and h.sex = 'female' and h.born_at < new.born_at) then
    perform refuse('horses_dam_check', 'a dam is female and older than the foal');
  end if;
  return new;
end
$$;

-- A horse with parents was born: at commit there is the pregnancy that ended with it.
create function horses_born_of_pregnancy() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from pregnancies p where p.foal_id = new.id) then
    perform refuse('horses_pregnancy_check', 'a horse with parents is the foal of a pregnancy');
  end if;
  return null;
end
$$;
create constraint trigger horses_born_of_pregnancy after insert on horses deferrable initially deferred
  for each row when (new.sire_id is not null) execute function horses_born_of_pregnancy();

alter table pregnancies
  add column lost_to text,
  drop constraint pregnancies_due_at_check,
  add constraint pregnancies_gestation_check check (due_at - covered_at = interval '168 hours'),
  add constraint pregnancies_ended_early_check check (ended_at >= due_at),
  add constraint pregnancies_lost_to_check check ((state = 'lost') = (lost_to is not null) and lost_to ~ '^[A-Za-z0-9_]{1,20}$');
comment on column pregnancies.lost_to is 'The locus whose genotype no foal lives with; set where the pregnancy is lost.';
drop index idx_pregnancies_user_id;
create index idx_pregnancies_user_id on pregnancies (user_id, id desc);

create or replace function pregnancies_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' and (old.state <> 'in_foal' or (new.id, new.mare_id, new.stallion_id, new.user_id, new.covered_at, new.due_at)
     is distinct from (old.id, old.mare_id, old.stallion_id, old.user_id, old.covered_at, old.due_at)) then
    perform refuse('pregnancies_are_final', 'a pregnancy ends once, and nothing else of it changes');
  end if;
  if new.foal_id is not null and not exists (select from horses f where f.id = new.foal_id
      and f.dam_id = new.mare_id and f.sire_id = new.stallion_id and f.born_at = new.ended_at) then
    perform refuse('pregnancies_foal_parents_check', 'the foal of a pregnancy has its mare and stallion as parents, and is born as it ends');
  end if;
  if tg_op = 'UPDATE' then
    return new;
  end if;
  perform from horses h where h.id = new.mare_id for no key update;
  if not exists (select from horses h where h.id = new.mare_id and h.sex = 'female' and h.user_id = new.user_id
                 and game_age(h.born_at, new.covered_at) between 3 and 20) then
    perform refuse('pregnancies_mare_check', 'a mare in foal is a female of 3 to 20 years that the owner of the foal owns');
  end if;
  if not exists (select from horses h where h.id = new.stallion_id and h.sex = 'male'
                 and game_age(h.born_at, new.covered_at) between 3 and 20) then
    perform refuse('pregnancies_stallion_check', 'a covering stallion is a male of 3 to 20 years');
  end if;
  if not exists (select from horses h where h.id = new.stallion_id and (h.user_id = new.user_id
                 or exists (select from stud_listings l where l.horse_id = h.id))) then
    perform refuse('pregnancies_stud_check', 'another player''s stallion covers only while he stands at stud');
  end if;
  if exists (select from pregnancies p where p.mare_id = new.mare_id and p.state = 'foaled'
             and p.ended_at > new.covered_at - interval '168 hours') then
    perform refuse('pregnancies_rest_check', 'a mare rests seven days after foaling');
  end if;
  return new;
end
$$;

-- The breed and the birth of a listed stallion never change, so the listing carries them: one index answers "studs of a breed by
-- fee", another which of them have grown too old to cover.
alter table stud_listings
  add column breed_id bigint constraint stud_listings_breed_id_fkey references breeds (id) on delete restrict,
  add column retires_at timestamptz;
update stud_listings l set breed_id = h.breed_id, retires_at = h.born_at + interval '147 days' from horses h where h.id = l.horse_id;
alter table stud_listings alter column breed_id set not null, alter column retires_at set not null;
create index idx_stud_listings_breed_id on stud_listings (breed_id, fee, horse_id);
create index idx_stud_listings_retires_at on stud_listings (retires_at);
comment on column stud_listings.retires_at is 'When the stallion is twenty-one, and covers no more.';

create or replace function stud_listings_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  select h.breed_id, h.born_at + interval '147 days' into new.breed_id, new.retires_at
  from horses h where h.id = new.horse_id and h.sex = 'male';
  if not found then
    perform refuse('stud_listings_horse_check', 'only a male stands at stud');
  end if;
  return new;
end
$$;

-- What was born of a covering grows up, and nothing else does.
create or replace function foals_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
declare
  stages constant text[] := array['newborn', 'weanling', 'yearling', 'two_year_old', 'adult'];
begin
  if not exists (select from horses h where h.id = new.id and h.sire_id = new.sire_id and h.dam_id = new.dam_id) then
    perform refuse('foals_parents_check', 'a foal has the sire and the dam of its horse');
  end if;
  if tg_op = 'UPDATE' and array_position(stages, new.development_stage) < array_position(stages, old.development_stage) then
    perform refuse('foals_growth_check', 'a foal never goes back to an earlier stage');
  end if;
  return new;
end
$$;
drop trigger foals_rules on foals;
create trigger foals_rules before insert or update of id, sire_id, dam_id, development_stage on foals
  for each row execute function foals_rules();
alter table foal_development
  drop constraint foal_development_foal_id_fkey,
  add constraint foal_development_foal_id_fkey foreign key (foal_id) references foals (id) on delete restrict;

-- When a foal's stage, day or a milestone changes next; null once it is grown. New rows are looked at soon.
alter table foal_development add column grows_at timestamptz default now();
create index idx_foal_development_grows_at on foal_development (grows_at) where grows_at is not null;

-- The day of a foal's life from which on an activity is open, as the rules have it; a test compares the two.
create function activity_day(activity text) returns integer
  language sql immutable strict parallel safe
  return case
    when activity in ('gentle_touch', 'quiet_presence', 'soft_voice') then 1
    when activity in ('feeding_assistance', 'grooming_introduction', 'play_interaction') then 2
    when activity in ('walking_practice', 'environment_exploration', 'social_introduction') then 3
    when activity in ('halter_introduction', 'leading_practice', 'handling_exercises', 'trailer_exposure') then 4
    when activity in ('obstacle_course', 'advanced_grooming', 'training_games') then 5
    when activity in ('confidence_building', 'new_experiences', 'independence_training') then 6
    when activity in ('final_assessment', 'graduation_ceremony', 'future_planning') then 7 end;

-- An activity that is none is refused by its own check.
create function foal_training_history_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from horses h where h.id = new.horse_id and h.sire_id is not null
                 and new.created_at >= h.born_at + interval '24 hours' * (coalesce(activity_day(new.activity), 1) - 1)
                 and new.created_at < h.born_at + interval '168 hours') then
    perform refuse('foal_training_history_age_check', 'an activity is for foals, from its day on and within their first seven');
  end if;
  return new;
end
$$;
create trigger foal_training_history_rules before insert on foal_training_history
  for each row execute function foal_training_history_rules();

create table breed_diversity (
  breed_id bigint constraint breed_diversity_pkey primary key
    constraint breed_diversity_breed_id_fkey references breeds (id) on delete cascade,
  computed_at timestamptz not null,
  horses integer not null constraint breed_diversity_horses_check check (horses >= 0),
  founders integer not null constraint breed_diversity_founders_check check (founders >= 0),
  mean_inbreeding double precision not null constraint breed_diversity_mean_inbreeding_check check (mean_inbreeding between 0 and 1),
  mean_kinship double precision not null constraint breed_diversity_mean_kinship_check check (mean_kinship between 0 and 1),
  fe double precision not null constraint breed_diversity_fe_check check (fe between 0 and 1e9),
  fa double precision not null constraint breed_diversity_fa_check check (fa between 0 and 1e9),
  fg double precision not null constraint breed_diversity_fg_check check (fg between 0 and 1e9),
  ne double precision constraint breed_diversity_ne_check check (ne between 0 and 1e12),
  generation_interval double precision
    constraint breed_diversity_generation_interval_check check (generation_interval between 0 and 1000)
);
comment on table breed_diversity is 'How much of its founders a breed has kept, as last computed over all its horses.';
comment on column breed_diversity.ne is 'Effective size from the rate of inbreeding; null where nothing is inbred yet.';
comment on column breed_diversity.generation_interval is 'Mean age of parents at birth, in game-years; null without births.';

grant select (coat, height_cm, inbreeding) on horses to equoria_edge;
grant select (lost_to) on pregnancies to equoria_edge;
grant select on genetic_tests, breed_diversity to equoria_edge;
grant select on breed_diversity to equoria_reader, equoria_writer, equoria_backup;
grant insert, update on breed_diversity to equoria_writer;
grant update (breeding_values, coat, height_cm) on horses to equoria_writer;
grant update (lost_to) on pregnancies to equoria_writer;
grant update (grows_at) on foal_development to equoria_writer;
grant execute on function activity_day(text) to equoria_writer;
