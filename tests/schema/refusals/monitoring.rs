//! What is kept for those who watch: sizes, and the business in figures.

use crate::trial::rules;

rules! {
    a_heap_is_never_negative: "storage_samples_heap_bytes_check" Rights {
        accepted: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, 0, 1, 1, 1)"],
        refused: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, -1, 1, 1, 1)"],
    }
    an_index_is_never_negative: "storage_samples_index_bytes_check" Rights {
        accepted: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, 1, 0, 1, 1)"],
        refused: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, 1, -1, 1, 1)"],
    }
    what_is_toasted_is_never_negative: "storage_samples_toast_bytes_check" Rights {
        accepted: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, 1, 1, 0, 1)"],
        refused: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, 1, 1, -1, 1)"],
    }
    a_number_of_rows_is_never_negative: "storage_samples_live_rows_check" Rights {
        accepted: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, 1, 1, 1, 0)"],
        refused: ["insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
            values ('public.horses', {now}, 1, 1, 1, -1)"],
    }
    a_business_figure_is_one_of_those_known: "business_figures_figure_check" Rights {
        accepted: ["insert into ops.business_figures (figure, day, value) values ('trainings', '2026-01-05', 1)"],
        refused: ["insert into ops.business_figures (figure, day, value) values ('profit', '2026-01-05', 1)"],
    }
    what_is_counted_is_one_of_the_tables_known: "business_marks_source_check" Rights {
        accepted: ["update ops.business_marks set counted_to = 0, pending_to = 5 where source = 'horses'"],
        refused: ["insert into ops.business_marks (source) values ('users')"],
    }
    what_is_pending_has_not_been_counted: "business_marks_pending_to_check" Rights {
        accepted: ["update ops.business_marks set counted_to = 5, pending_to = 5 where source = 'horses'"],
        refused: ["update ops.business_marks set counted_to = 6, pending_to = 5 where source = 'horses'"],
    }
}
