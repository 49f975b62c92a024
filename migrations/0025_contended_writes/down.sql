set local role equoria_owner;

drop function cover_mare(bigint, bigint, uuid, bigint, bigint, timestamptz, timestamptz);
drop function withdraw_entry(bigint, bigint, uuid, timestamptz);
drop function enter_show(bigint, bigint, bigint, uuid, jsonb, timestamptz);
