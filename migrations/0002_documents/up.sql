-- The four JSON documents of the game, as the database checks them. The rules crate holds one type for each;
-- tests feed both with the same documents and expect the same answer.
set local role equoria_owner;

create function is_flag_object(document jsonb, allowed text[]) returns boolean
  language sql immutable strict parallel safe
  return jsonb_typeof(document) = 'object'
    and (document - allowed) = '{}'::jsonb
    and not exists (select from jsonb_each(case when jsonb_typeof(document) = 'object' then document else '{}' end) as f
                    where jsonb_typeof(f.value) <> 'boolean');

-- {"darkMode": true, "notifications": {...}, "privacy": {...}}: every key may be absent, none may be unknown.
create function is_user_settings(document jsonb) returns boolean
  language sql immutable strict parallel safe
  return case
    when jsonb_typeof(document) <> 'object' then false
    when (document - array['darkMode', 'notifications', 'privacy']) <> '{}'::jsonb then false
    else jsonb_typeof(coalesce(document -> 'darkMode', 'true')) = 'boolean'
      and is_flag_object(coalesce(document -> 'notifications', '{}'), array['training', 'competitions', 'breeding'])
      and is_flag_object(coalesce(document -> 'privacy', '{}'), array['profileVisible', 'shareProgress'])
  end;

-- {"Racing": 25, ...}: whole points from 0 to 1,000,000. That the names are disciplines is a foreign key's work.
create function is_discipline_scores(document jsonb) returns boolean
  language sql immutable strict parallel safe
  return case
    when jsonb_typeof(document) <> 'object' then false
    else not exists (
      select from jsonb_each(document) as s
      where case when jsonb_typeof(s.value) = 'number' and s.value::text ~ '^[0-9]{1,7}$'
                 then s.value::text::integer > 1000000 else true end)
  end;

create function positive_traits() returns text[] language sql immutable parallel safe
  return array['resilient', 'bold', 'intelligent', 'athletic', 'calm', 'confident', 'bonded', 'presentation_boosted',
    'show_calm', 'crowd_ready', 'eager_learner', 'social', 'trainability_boost', 'legendary_bloodline'];

create function negative_traits() returns text[] language sql immutable parallel safe
  return array['nervous', 'stubborn', 'fragile', 'aggressive', 'lazy', 'antisocial', 'fearful', 'easily_overwhelmed'];

-- Pairs that never stand together in one horse, each written once in alphabetical order.
create function trait_conflicts() returns text[] language sql immutable parallel safe
  return array['fragile+resilient', 'easily_overwhelmed+resilient', 'bold+nervous', 'bold+fearful', 'intelligent+lazy',
    'athletic+fragile', 'athletic+lazy', 'calm+nervous', 'aggressive+calm', 'calm+easily_overwhelmed',
    'confident+nervous', 'confident+fearful', 'aggressive+bonded', 'antisocial+bonded', 'nervous+show_calm',
    'crowd_ready+nervous', 'eager_learner+lazy', 'eager_learner+stubborn', 'antisocial+social', 'aggressive+social',
    'stubborn+trainability_boost'];

create function is_text_array(document jsonb) returns boolean
  language sql immutable parallel safe
  return case when document is null or jsonb_typeof(document) <> 'array' then false
    else not exists (select from jsonb_array_elements(document) as e where jsonb_typeof(e.value) <> 'string') end;

-- {"positive": [...], "negative": [...], "hidden": [...]}: all three lists, each trait in one of them, no conflicting pair.
create function is_epigenetic_modifiers(document jsonb) returns boolean
  language plpgsql immutable strict parallel safe set search_path = public, pg_temp as $$
declare
  standing text[];
begin
  if jsonb_typeof(document) <> 'object' or (document - array['positive', 'negative', 'hidden']) <> '{}'::jsonb
     or not is_text_array(document -> 'positive') or not is_text_array(document -> 'negative')
     or not is_text_array(document -> 'hidden') then
    return false;
  end if;
  if exists (select from jsonb_array_elements_text(document -> 'positive') t where t <> all (positive_traits()))
     or exists (select from jsonb_array_elements_text(document -> 'negative') t where t <> all (negative_traits()))
     or exists (select from jsonb_array_elements_text(document -> 'hidden') t
                where t <> all (positive_traits() || negative_traits())) then
    return false;
  end if;
  select array_agg(t) into standing
  from jsonb_array_elements_text((document -> 'positive') || (document -> 'negative') || (document -> 'hidden')) t;
  return standing is null or (
    cardinality(standing) = (select count(distinct t) from unnest(standing) t)
    and not exists (select from unnest(trait_conflicts()) c
                    where split_part(c, '+', 1) = any (standing) and split_part(c, '+', 2) = any (standing)));
end
$$;

create function is_trait_names(document jsonb, allowed text[]) returns boolean
  language sql immutable parallel safe
  return case when jsonb_typeof(document) <> 'object' or (document - allowed) <> '{}'::jsonb then false
    else not exists (select from jsonb_each(document) as p
                     where jsonb_typeof(p.value) <> 'string' or length(p.value #>> '{}') not between 1 and 60) end;

-- {"dominant_alleles": {...}, "recessive_alleles": {...}, "inheritance_patterns": {...}, "loci": {"MC1R": "E/e", ...}}.
-- "loci" may be absent; the other three are always there and speak of the same three characters.
create function is_genetics(document jsonb) returns boolean
  language sql immutable strict parallel safe
  return case
    when jsonb_typeof(document) <> 'object' then false
    when (document - array['dominant_alleles', 'recessive_alleles', 'inheritance_patterns', 'loci']) <> '{}'::jsonb then false
    when not (document ?& array['dominant_alleles', 'recessive_alleles', 'inheritance_patterns']) then false
    when not is_trait_names(document -> 'dominant_alleles', array['coat_color', 'markings', 'size'])
      or not is_trait_names(document -> 'recessive_alleles', array['coat_color', 'markings', 'size'])
      or not is_trait_names(document -> 'inheritance_patterns', array['coat_color', 'markings', 'size']) then false
    when not ((document -> 'dominant_alleles') ?& array['coat_color', 'markings', 'size'])
      or not ((document -> 'recessive_alleles') ?& array['coat_color', 'markings', 'size'])
      or not ((document -> 'inheritance_patterns') ?& array['coat_color', 'markings', 'size']) then false
    when exists (select from jsonb_each_text(document -> 'inheritance_patterns') p
                 where p.value not in ('simple_dominant', 'recessive', 'polygenic')) then false
    when jsonb_typeof(coalesce(document -> 'loci', '{}')) <> 'object' then false
    when (select count(*) from jsonb_object_keys(coalesce(document -> 'loci', '{}'))) > 100 then false
    else not exists (select from jsonb_each(coalesce(document -> 'loci', '{}')) l
                     where l.key !~ '^[A-Za-z0-9_]{1,20}$' or jsonb_typeof(l.value) <> 'string'
                        or (l.value #>> '{}') !~ '^[A-Za-z0-9_+*.-]{1,20}/[A-Za-z0-9_+*.-]{1,20}$')
  end;
