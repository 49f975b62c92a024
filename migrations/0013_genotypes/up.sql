-- The loci, their alleles and every genotype of each, as the rules have them; a test compares the two.
set local role equoria_owner;

create table loci (
  symbol text constraint loci_pkey primary key constraint loci_symbol_check check (symbol ~ '^[A-Za-z0-9_]{1,20}$'),
  is_x_linked boolean not null,
  is_tested boolean not null
);
comment on table loci is 'Where horses differ, by the symbol of the gene.';
comment on column loci.is_tested is 'Does a genetic test say anything about it?';

create table alleles (
  locus text not null constraint alleles_locus_fkey references loci (symbol) on delete cascade,
  symbol text not null constraint alleles_symbol_check check (symbol ~ '^[A-Za-z0-9_]{1,19}$' and symbol <> 'Y'),
  is_wild boolean not null,
  constraint alleles_pkey primary key (locus, symbol)
);
create unique index idx_alleles_wild on alleles (locus) where is_wild;

-- One row for everything that a token of a genotype may say, so that a horse's whole genotype is checked by one look-up.
create table genotypes (
  token text constraint genotypes_pkey primary key,
  locus text not null constraint genotypes_locus_fkey references loci (symbol) on delete cascade,
  of_sex text constraint genotypes_of_sex_check check (of_sex in ('male', 'female')),
  is_lethal boolean not null
);
create index idx_genotypes_locus on genotypes (locus);
comment on table genotypes is 'The pairs of alleles of each locus, in either order: MC1R=E/e, or with | where the phase is told.';
comment on column genotypes.of_sex is 'Who may have it; null for both. A male has one allele of an X-linked locus.';
comment on column genotypes.is_lethal is 'With these a foal is conceived and lost.';

with known (symbol, is_x_linked, is_tested, alleles) as (values
  ('ACAN', false, true, 'N D1 D2 D3 D4'),
  ('TRPM1', false, true, 'lp LP'),
  ('PPIB', false, true, 'N HRD'),
  ('MYO5A', false, true, 'N LFS'),
  ('SLC24A5', false, true, 'N TE1 TE2'),
  ('TOE1', false, true, 'N CA'),
  ('PLOD1', false, true, 'N WFFS'),
  ('RFWD3', false, true, 'n PATN1'),
  ('MC1R', false, true, 'E e ea'),
  ('KIT', false, true, 'n TO Rn SB1 W1 W2 W3 W4 W5 W6 W7 W8 W9 W10 W11 W12 W13 W14 W15 W16 W17 W18 W19 W20 W21 W22 W23 W24 W25 W26 W27 W28 W30 W31 W32 W33 W34 W35'),
  ('LCORL', false, true, 'T C'),
  ('PAX3', false, true, 'N SW2 SW4'),
  ('PMEL', false, true, 'N Z'),
  ('HMGA2', false, true, 'G A'),
  ('MFSD12', false, true, 'N Mu'),
  ('TBX3', false, true, 'nd2 nd1 D'),
  ('PRKDC', false, true, 'N SCID'),
  ('ZFAT', false, true, 'T C'),
  ('RYR1', false, true, 'N MH'),
  ('GYS1', false, true, 'N P1'),
  ('SCN4A', false, true, 'N H'),
  ('KRT25', false, true, 'N Cu'),
  ('LASP1', false, true, 'G A'),
  ('SP6', false, true, 'N Cu'),
  ('MYH1', false, true, 'N My'),
  ('SLC36A1', false, true, 'N Ch'),
  ('MITF', false, true, 'N SW1 SW3 SW5 SW6 SW7 SW8'),
  ('EDNRB', false, true, 'n O'),
  ('MSTN', false, true, 'T C'),
  ('SLC45A2', false, true, 'N Cr Prl Sun Sno'),
  ('ASIP', false, true, 'A a'),
  ('DMRT3', false, true, 'C A'),
  ('STX17', false, true, 'G1 G2 G3'),
  ('GBE1', false, true, 'N GBED'),
  ('FLAXEN', false, false, 'F f'),
  ('SOOTY', false, false, 'n Sty'),
  ('PANGARE', false, false, 'n P'),
  ('RABICANO', false, false, 'n Rb'),
  ('MBTPS2', true, true, 'N BR1')
), named as (
  insert into loci select symbol, is_x_linked, is_tested from known
)
insert into alleles select k.symbol, a.symbol, a.place = 1
from known k, unnest(string_to_array(k.alleles, ' ')) with ordinality a (symbol, place);

insert into genotypes (token, locus, of_sex, is_lethal)
select l.symbol || '=' || one.symbol || separator || other.symbol, l.symbol, case when l.is_x_linked then 'female' end,
  exists (select from (values
    ('ACAN', 'D1', 'D1'), ('ACAN', 'D1', 'D2'), ('ACAN', 'D1', 'D3'), ('ACAN', 'D1', 'D4'), ('MYO5A', 'LFS', 'LFS'),
    ('PLOD1', 'WFFS', 'WFFS'), ('KIT', 'W5', 'W5'), ('KIT', 'W10', 'W10'), ('KIT', 'W13', 'W13'),
    ('KIT', 'W22', 'W22'), ('PRKDC', 'SCID', 'SCID'), ('EDNRB', 'O', 'O'), ('GBE1', 'GBED', 'GBED')
  ) d (locus, one, other) where d.locus = l.symbol
    and ((d.one, d.other) = (one.symbol, other.symbol) or (d.one, d.other) = (other.symbol, one.symbol)))
from loci l join alleles one on one.locus = l.symbol join alleles other on other.locus = l.symbol
cross join unnest(array['/', '|']) separator
union all
select l.symbol || '=' || one.symbol || '/Y', l.symbol, 'male', false
from loci l join alleles one on one.locus = l.symbol where l.is_x_linked;

-- The look-up is planned by what is known of the table, from the first horse on.
analyze genotypes;

create function horses_genotype_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
declare
  tokens text[] := string_to_array(new.genotype, ' ');
  loci_known bigint;
  is_lost boolean;
begin
  select count(distinct g.locus), bool_or(g.is_lethal) into loci_known, is_lost
  from genotypes g where g.token = any (tokens) and (g.of_sex is null or g.of_sex = new.sex);
  if loci_known < cardinality(tokens) then
    perform refuse('horses_genotype_known_check', 'a genotype names each locus once, with alleles that it has');
  end if;
  if is_lost then
    perform refuse('horses_genotype_viable_check', 'no horse lives with a lethal genotype');
  end if;
  return new;
end
$$;
create trigger horses_genotype before insert or update of genotype on horses
  for each row when (new.genotype is not null) execute function horses_genotype_rules();

-- What these two said, the rule above and the one below say better.
alter table horses drop constraint horses_genotype_check;
alter table genetic_tests drop constraint genetic_tests_locus_check, drop constraint genetic_tests_genotype_check;

create function genetic_tests_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from genotypes g join loci l on l.symbol = g.locus and l.is_tested
                 join horses h on h.id = new.horse_id and (g.of_sex is null or g.of_sex = h.sex)
                 where g.token = new.locus || '=' || new.genotype) then
    perform refuse('genetic_tests_known_check', 'a test tells alleles of a locus that laboratories test');
  end if;
  -- What a genotype does not name is wild type.
  if exists (
    select from horses h join loci l on l.symbol = new.locus join alleles wild on wild.locus = l.symbol and wild.is_wild
    cross join lateral (select coalesce(
      (select split_part(named.token, '=', 2) from unnest(string_to_array(h.genotype, ' ')) named (token)
       where split_part(named.token, '=', 1) = l.symbol),
      wild.symbol || '/' || case when l.is_x_linked and h.sex = 'male' then 'Y' else wild.symbol end) as pair) own
    cross join lateral (select string_to_array(translate(own.pair, '|', '/'), '/') as has, string_to_array(new.genotype, '/') as told) pairs
    where h.id = new.horse_id and h.genotype is not null and not (has @> told and told @> has)) then
    perform refuse('genetic_tests_true_check', 'a test tells the alleles that the horse has');
  end if;
  return new;
end
$$;
create trigger genetic_tests_rules before insert or update of locus, genotype on genetic_tests
  for each row execute function genetic_tests_rules();

-- {"MC1R": {"e": 2500}}: basis points of alleles other than the wild type, which has the rest.
create function breeds_frequencies_rules() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (
    select from jsonb_each(new.allele_frequencies) f
    where jsonb_typeof(f.value) <> 'object'
      or (select bool_or(a.symbol is null or v.value::text !~ '^[0-9]{1,5}$') from jsonb_each(f.value) v
          left join alleles a on a.locus = f.key and a.symbol = v.key and not a.is_wild)
      or (select sum(v.value::text::integer) from jsonb_each(f.value) v where v.value::text ~ '^[0-9]{1,5}$') > 10000) then
    perform refuse('breeds_allele_frequencies_known_check', 'the frequencies of a breed are basis points of known alleles');
  end if;
  return new;
end
$$;
create trigger breeds_frequencies before insert or update of allele_frequencies on breeds
  for each row when (jsonb_typeof(new.allele_frequencies) = 'object') execute function breeds_frequencies_rules();

alter table pregnancies add constraint pregnancies_lost_to_fkey foreign key (lost_to) references loci (symbol) on delete restrict;
create index idx_pregnancies_lost_to on pregnancies (lost_to) where lost_to is not null;

grant select on loci, alleles, genotypes to equoria_reader, equoria_writer, equoria_backup;
