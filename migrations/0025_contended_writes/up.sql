-- Writes on rows that many want at once: a show that everybody enters, a stallion whom everybody's mares go to. The API reads
-- and decides without a lock and then calls one of these in one packet with its commit, so that the rows are held while the
-- server works and for no round trip. What may have changed since the API looked is refused by name; it then looks again.
-- They act with the caller's rights, and lock as every write does: show, horses, players, accounts.
--
-- Before the row they stand in line for a number of their own. Whoever waits for a row that is updated again and again follows
-- it from version to version, all who wait at each commit, in no order; of a line only the next one wakes.
set local role equoria_owner;

create function enter_show(show bigint, horse bigint, seen bigint, player uuid, frozen jsonb, at timestamptz,
  out id bigint, out money bigint, out entries bigint)
  language plpgsql set search_path = public, pg_temp as $$
declare
  fee bigint;
begin
  perform pg_advisory_xact_lock('shows'::regclass::oid::integer, (show % 2147483647)::integer);
  -- The rules of entries hold the show and then the horse.
  insert into show_entries as e (show_id, horse_id, user_id, snapshot, entered_at) values (show, horse, player, frozen, at)
  returning e.id into id;
  if not exists (select from horses h where h.id = horse and h.version = seen) then
    perform refuse('show_entries_seen_check', 'a snapshot is of the horse as it is at its entry');
  end if;
  perform from users u where u.id = player for no key update;
  select s.entry_fee into fee from shows s where s.id = show;
  if fee > 0 then
    perform ledger_post(at, player, array['entry_fee:' || id], array['entry_fee'], array[purse_of(player)], array[escrow_of(show)],
      array[fee], array[show], array[horse]);
  end if;
  select u.money into money from users u where u.id = player;
  select count(*) into entries from show_entries e where e.show_id = show;
end
$$;
comment on function enter_show(bigint, bigint, bigint, uuid, jsonb, timestamptz) is
  'Enters a horse whose version was seen, and pays the fee: tells the entry, what is left in the purse, and how many entries there are.';

create function withdraw_entry(show bigint, horse bigint, player uuid, at timestamptz, out refund bigint, out money bigint)
  language plpgsql set search_path = public, pg_temp as $$
declare
  gone show_entries%rowtype;
begin
  perform pg_advisory_xact_lock('shows'::regclass::oid::integer, (show % 2147483647)::integer);
  select s.entry_fee into refund from shows s where s.id = show for no key update;
  delete from show_entries e where e.show_id = show and e.horse_id = horse returning * into gone;
  if gone.id is null then
    perform refuse('show_entries_standing_check', 'an entry is withdrawn while it stands');
  end if;
  perform from users u where u.id in (player, gone.user_id) order by u.id for no key update;
  if refund > 0 then
    perform ledger_post(at, player, array['entry_refund:' || gone.id], array['entry_refund'], array[escrow_of(show)],
      array[purse_of(gone.user_id)], array[refund], array[show], array[horse]);
  end if;
  select u.money into money from users u where u.id = player;
end
$$;
comment on function withdraw_entry(bigint, bigint, uuid, timestamptz) is
  'Withdraws a horse and pays the fee back to whoever paid it: tells the fee, and what the player''s purse holds.';

create function cover_mare(mare bigint, stallion bigint, player uuid, fee bigint, registration bigint, at timestamptz,
  due timestamptz, out id bigint, out money bigint)
  language plpgsql set search_path = public, pg_temp as $$
declare
  owner uuid;
begin
  perform pg_advisory_xact_lock('horses'::regclass::oid::integer, (stallion % 2147483647)::integer);
  perform from horses h where h.id in (mare, stallion) order by h.id for no key update;
  select h.user_id into owner from horses h where h.id = stallion;
  insert into pregnancies as p (mare_id, stallion_id, user_id, covered_at, due_at, created_at)
  values (mare, stallion, player, at, due, at) returning p.id into id;
  if owner <> player and not exists (select from stud_listings l where l.horse_id = stallion and l.fee = cover_mare.fee) then
    perform refuse('pregnancies_fee_check', 'another player''s stallion covers for the fee that he stands at stud for');
  end if;
  perform from users u where u.id in (player, owner) order by u.id for no key update;
  perform ledger_post(at, player, array_agg(m.cause || ':' || cover_mare.id order by m.ord), array_agg(m.cause order by m.ord),
      array_agg(purse_of(player)), array_agg(m.target order by m.ord), array_agg(m.amount order by m.ord),
      array_agg(null::bigint), array_agg(mare))
  from (values (1, 'stud_fee', purse_of(owner), fee), (2, 'covering_registration', sink(), registration)) m (ord, cause, target, amount)
  where m.amount > 0
  having count(*) > 0;
  select u.money into money from users u where u.id = player;
end
$$;
comment on function cover_mare(bigint, bigint, uuid, bigint, bigint, timestamptz, timestamptz) is
  'Has a mare covered for the fee that was agreed to, and pays it and the registration: tells the pregnancy and what is left in the purse.';

grant execute on function enter_show(bigint, bigint, bigint, uuid, jsonb, timestamptz),
  withdraw_entry(bigint, bigint, uuid, timestamptz),
  cover_mare(bigint, bigint, uuid, bigint, bigint, timestamptz, timestamptz) to equoria_writer;
