set local role equoria_owner;
drop table breed_diversity;
drop trigger foal_training_history_rules on foal_training_history;
drop function foal_training_history_rules();
drop function activity_day(text);
drop index idx_foal_development_grows_at;
alter table foal_development
  drop column grows_at,
  drop constraint foal_development_foal_id_fkey,
  add constraint foal_development_foal_id_fkey foreign key (foal_id) references horses (id) on delete restrict;
drop trigger foals_rules on foals;
create or replace function foals_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from horses h where h.id = new.id and h.sire_id = new.sire_id and h.dam_id = new.dam_id) then
    perform refuse('foals_parents_check', 'a foal has the sire and the dam of its horse');
  end if;
  return new;
end
$$;
create trigger foals_rules before insert or update of id, sire_id, dam_id on foals
  for each row execute function foals_rules();

create or replace function stud_listings_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from horses h where h.id = new.horse_id and h.sex = 'male') then
    perform refuse('stud_listings_horse_check', 'only a male stands at stud');
  end if;
  return new;
end
$$;
alter table stud_listings drop column breed_id, drop column retires_at;

create or replace function pregnancies_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if old.state <> 'in_foal' or (new.id, new.mare_id, new.stallion_id, new.user_id, new.covered_at, new.due_at)
       is distinct from (old.id, old.mare_id, old.stallion_id, old.user_id, old.covered_at, old.due_at) then
      perform refuse('pregnancies_are_final', 'a pregnancy ends once, and nothing else of it changes');
    end if;
    if new.foal_id is not null and not exists (select from horses f where f.id = new.foal_id
        and f.dam_id = new.mare_id and f.sire_id = new.stallion_id) then
      perform refuse('pregnancies_foal_parents_check', 'the foal of a pregnancy has its mare and stallion as parents');
    end if;
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
  if exists (select from pregnancies p where p.mare_id = new.mare_id and p.state = 'foaled'
             and p.ended_at > new.covered_at - interval '168 hours') then
    perform refuse('pregnancies_rest_check', 'a mare rests seven days after foaling');
  end if;
  return new;
end
$$;
drop index idx_pregnancies_user_id;
create index idx_pregnancies_user_id on pregnancies (user_id);
alter table pregnancies
  drop constraint pregnancies_ended_early_check,
  drop constraint pregnancies_gestation_check,
  add constraint pregnancies_due_at_check check (due_at > covered_at),
  drop column lost_to;

drop trigger horses_born_of_pregnancy on horses;
drop function horses_born_of_pregnancy();
create or replace function horses_birth_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if (new.id, new.sex, new.born_at, new.breed_id) is distinct from (old.id, old.sex, old.born_at, old.breed_id)
       or (new.sire_id, new.dam_id) is distinct from (old.sire_id, old.dam_id) then
      perform refuse('horses_birth_is_final', 'sex, birth, breed and parents of a horse never change');
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
drop index idx_horses_dam_id;
drop index idx_horses_sire_id;
create index idx_horses_sire_id on horses (sire_id) where sire_id is not null;
create index idx_horses_dam_id on horses (dam_id) where dam_id is not null;
drop index idx_horses_unendowed;
alter table horses
  drop constraint horses_foal_genotype_check,
  drop constraint horses_both_parents_check,
  drop constraint horses_heredity_check,
  drop column height_cm,
  drop column coat,
  drop column inbreeding,
  drop column breeding_values;
revoke select on genetic_tests from equoria_edge;
