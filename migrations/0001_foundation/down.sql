-- The roles stay: they belong to the cluster, and other databases of it may use them.
drop function public.refuse(text, text);
drop function public.refuse_change();
drop function public.touch_row();
drop function public.game_age(timestamptz, timestamptz);
alter default privileges for role equoria_owner grant execute on functions to public;
