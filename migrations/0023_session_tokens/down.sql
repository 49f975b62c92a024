set local role equoria_owner;

revoke select (xmin) on users, horses, foals, pregnancies from equoria_edge;
drop function horizons();
