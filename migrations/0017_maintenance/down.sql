-- Rights on the server's own views and memberships belong to the cluster and stay.
set local role equoria_owner;

drop function ops.drop_leftover_index(regclass);
drop function ops.password_costs();
revoke select (show_id) on show_entries from equoria_maintainer;
revoke select (id, state, prize, entry_fee) on shows from equoria_maintainer;
revoke select (id, discipline_scores) on horses from equoria_maintainer;
revoke select (id, money) on users from equoria_maintainer;
revoke select on accounts, transfers, postings, horse_discipline_scores from equoria_maintainer;
