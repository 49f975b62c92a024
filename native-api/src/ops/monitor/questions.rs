//! What PostgreSQL is asked for at a scrape: each statement with the figures that its columns are.
//!
//! What PostgreSQL tells of itself has the names of postgres_exporter, so that dashboards made for that one work. Nothing
//! here reads a table of the game; the business and the backlog come from functions and kept figures in schema `ops`.

/// A statement whose first columns are labels (`text`) and whose others are figures (`float8`); nothing is left out.
pub struct Question {
    /// The statement.
    pub sql: &'static str,
    /// The names of the labels.
    pub labels: &'static [&'static str],
    /// The figures, by name and help. A name that begins with `+` is of a figure that only grows.
    pub figures: &'static [(&'static str, &'static str)],
}

/// All questions, those of PostgreSQL itself first.
pub const QUESTIONS: &[Question] = &[
    Question {
        sql: "select current_setting('max_connections')::float8, extract(epoch from pg_postmaster_start_time())::float8,
            pg_is_in_recovery()::int::float8,
            case when pg_is_in_recovery() then coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 0) else 0 end::float8",
        labels: &[],
        figures: &[
            ("pg_settings_max_connections", "Connections that the server takes at most"),
            ("pg_postmaster_start_time_seconds", "When the server began, in seconds since 1970"),
            ("pg_replication_is_replica", "Whether the server follows another one"),
            ("pg_replication_lag_seconds", "How far a replica is behind; 0 on a primary"),
        ],
    },
    Question {
        sql: "select datname::text, numbackends::float8, xact_commit::float8, xact_rollback::float8, blks_read::float8, blks_hit::float8,
            tup_returned::float8, tup_fetched::float8, tup_inserted::float8, tup_updated::float8, tup_deleted::float8,
            conflicts::float8, temp_files::float8, temp_bytes::float8, deadlocks::float8
          from pg_stat_database where datname = current_database()",
        labels: &["datname"],
        figures: &[
            ("pg_stat_database_numbackends", "Connections to the database"),
            ("+pg_stat_database_xact_commit", "Transactions committed"),
            ("+pg_stat_database_xact_rollback", "Transactions rolled back"),
            ("+pg_stat_database_blks_read", "Blocks read from outside of the server's memory"),
            ("+pg_stat_database_blks_hit", "Blocks found in the server's memory"),
            ("+pg_stat_database_tup_returned", "Rows that were looked at"),
            ("+pg_stat_database_tup_fetched", "Rows that were fetched by an index"),
            ("+pg_stat_database_tup_inserted", "Rows inserted"),
            ("+pg_stat_database_tup_updated", "Rows updated"),
            ("+pg_stat_database_tup_deleted", "Rows deleted"),
            ("+pg_stat_database_conflicts", "Statements cancelled for recovery"),
            ("+pg_stat_database_temp_files", "Temporary files written"),
            ("+pg_stat_database_temp_bytes", "Bytes of temporary files written"),
            ("+pg_stat_database_deadlocks", "Deadlocks"),
        ],
    },
    Question {
        sql: "select datname::text, pg_database_size(oid)::float8, age(datfrozenxid)::float8 from pg_database where datname = current_database()",
        labels: &["datname"],
        figures: &[
            ("pg_database_size_bytes", "Size of the database"),
            ("pg_database_wraparound_age_datfrozenxid", "Transactions since the oldest row that is not frozen; 2 billion are the end"),
        ],
    },
    Question {
        sql: "select current_database()::text, s.state, count(a.pid)::float8,
            coalesce(max(extract(epoch from clock_timestamp() - a.xact_start)), 0)::float8
          from unnest(array['active', 'idle', 'idle in transaction', 'idle in transaction (aborted)', 'fastpath function call', 'disabled']) s (state)
          left join pg_stat_activity a on a.state = s.state and a.datname = current_database() and a.pid <> pg_backend_pid()
          group by s.state",
        labels: &["datname", "state"],
        figures: &[
            ("pg_stat_activity_count", "Connections by state"),
            ("pg_stat_activity_max_tx_duration", "Age of the oldest transaction by state, in seconds"),
        ],
    },
    Question {
        sql: "select current_database()::text, m.mode, count(l.pid)::float8
          from unnest(array['accesssharelock', 'rowsharelock', 'rowexclusivelock', 'shareupdateexclusivelock', 'sharelock',
            'sharerowexclusivelock', 'exclusivelock', 'accessexclusivelock', 'sireadlock']) m (mode)
          left join pg_locks l on lower(l.mode) = m.mode and l.database = (select oid from pg_database where datname = current_database())
          group by m.mode",
        labels: &["datname", "mode"],
        figures: &[("pg_locks_count", "Locks held or waited for, by mode")],
    },
    Question {
        sql: "select count(*)::float8, coalesce(max(extract(epoch from clock_timestamp() - coalesce(l.waitstart, a.query_start))), 0)::float8
          from pg_stat_activity a join lateral (select min(w.waitstart) as waitstart from pg_locks w where w.pid = a.pid and not w.granted) l on true
          where a.datname = current_database() and a.wait_event_type = 'Lock'",
        labels: &[],
        figures: &[
            ("equoria_locks_waiting", "Connections that wait for a lock"),
            ("equoria_locks_oldest_wait_seconds", "How long the first of them has waited"),
        ],
    },
    Question {
        sql: "select num_timed::float8, num_requested::float8, write_time::float8, sync_time::float8, buffers_written::float8 from pg_stat_checkpointer",
        labels: &[],
        figures: &[
            ("pg_stat_checkpointer_num_timed_total", "Checkpoints that came with time"),
            ("pg_stat_checkpointer_num_requested_total", "Checkpoints that were asked for, mostly by much writing"),
            ("pg_stat_checkpointer_write_time_total", "Milliseconds spent writing at checkpoints"),
            ("pg_stat_checkpointer_sync_time_total", "Milliseconds spent forcing to the disk at checkpoints"),
            ("pg_stat_checkpointer_buffers_written_total", "Blocks written at checkpoints"),
        ],
    },
    Question {
        sql: "select buffers_clean::float8, maxwritten_clean::float8, buffers_alloc::float8 from pg_stat_bgwriter",
        labels: &[],
        figures: &[
            ("pg_stat_bgwriter_buffers_clean_total", "Blocks written by the background writer"),
            ("pg_stat_bgwriter_maxwritten_clean_total", "Times that it stopped because it had written enough"),
            ("pg_stat_bgwriter_buffers_alloc_total", "Blocks given memory"),
        ],
    },
    Question {
        sql: "select archived_count::float8, failed_count::float8, extract(epoch from clock_timestamp() - last_archived_time)::float8,
            coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)::int::float8 from pg_stat_archiver",
        labels: &[],
        figures: &[
            ("+pg_stat_archiver_archived_count", "Segments archived"),
            ("+pg_stat_archiver_failed_count", "Attempts at archiving that failed"),
            ("pg_stat_archiver_last_archive_age", "Seconds since a segment was archived"),
            ("equoria_archiver_is_failing", "Whether the last attempt at archiving failed"),
        ],
    },
    Question {
        sql: "select coalesce(application_name, '')::text, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::float8,
            coalesce(extract(epoch from replay_lag), 0)::float8
          from pg_stat_replication where not pg_is_in_recovery() and state = 'streaming' order by 1 limit 10",
        labels: &["application_name"],
        figures: &[
            ("pg_stat_replication_pg_wal_lsn_diff", "Bytes that a replica is behind"),
            ("equoria_replication_replay_lag_seconds", "How far a replica is behind, as the primary sees it"),
        ],
    },
    Question {
        sql: "select schemaname::text, relname::text, seq_scan::float8, coalesce(idx_scan, 0)::float8, n_tup_ins::float8, n_tup_upd::float8,
            n_tup_del::float8, n_tup_hot_upd::float8, n_live_tup::float8, n_dead_tup::float8, n_mod_since_analyze::float8,
            extract(epoch from last_vacuum)::float8, extract(epoch from last_autovacuum)::float8,
            extract(epoch from last_analyze)::float8, extract(epoch from last_autoanalyze)::float8
          from pg_stat_user_tables where schemaname in ('public', 'ops') order by n_live_tup desc, relname limit 60",
        labels: &["schemaname", "relname"],
        figures: &[
            ("+pg_stat_user_tables_seq_scan", "Scans of the whole table"),
            ("+pg_stat_user_tables_idx_scan", "Scans by an index"),
            ("+pg_stat_user_tables_n_tup_ins", "Rows inserted"),
            ("+pg_stat_user_tables_n_tup_upd", "Rows updated"),
            ("+pg_stat_user_tables_n_tup_del", "Rows deleted"),
            ("+pg_stat_user_tables_n_tup_hot_upd", "Rows updated without touching an index"),
            ("pg_stat_user_tables_n_live_tup", "Rows, as estimated"),
            ("pg_stat_user_tables_n_dead_tup", "Dead rows, as estimated"),
            ("pg_stat_user_tables_n_mod_since_analyze", "Rows changed since the table was analysed"),
            ("pg_stat_user_tables_last_vacuum", "Last vacuum by hand, in seconds since 1970"),
            ("pg_stat_user_tables_last_autovacuum", "Last vacuum by itself, in seconds since 1970"),
            ("pg_stat_user_tables_last_analyze", "Last analysis by hand, in seconds since 1970"),
            ("pg_stat_user_tables_last_autoanalyze", "Last analysis by itself, in seconds since 1970"),
        ],
    },
    Question {
        sql: "select coalesce(max(version), 0)::float8 from ops.migrations",
        labels: &[],
        figures: &[("equoria_schema_version", "The last migration that the database has taken")],
    },
    Question {
        sql: "select job, due::float8, coalesce(oldest_s, 0) from ops.backlog()",
        labels: &["job"],
        figures: &[
            ("equoria_jobs_due", "What is due and not done, up to ten thousand"),
            ("equoria_jobs_oldest_due_seconds", "How long the oldest of it has been due"),
        ],
    },
    Question {
        sql: "with recursive names as (
            (select name from ops.job_runs order by name limit 1)
            union all
            select (select r.name from ops.job_runs r where r.name > n.name order by r.name limit 1) from names n where n.name is not null
          )
          select n.name, extract(epoch from clock_timestamp() - l.finished_at)::float8, (l.outcome in ('failed', 'found'))::int::float8,
            extract(epoch from l.finished_at - l.started_at)::float8,
            (select count(*) from ops.job_runs r where r.name = n.name and r.slot > now() - interval '1 day' and r.outcome = 'failed')::float8,
            (select count(*) from ops.job_runs r where r.name = n.name and r.slot > now() - interval '1 day' and r.outcome is not null)::float8
          from names n left join lateral (
            select r.* from ops.job_runs r where r.name = n.name and r.finished_at is not null and r.outcome <> 'missed'
            order by r.slot desc limit 1) l on true
          where n.name is not null limit 60",
        labels: &["job"],
        figures: &[
            ("equoria_job_last_age_seconds", "How long ago the last run ended"),
            ("equoria_job_last_is_bad", "Whether the last run failed, or found something that needs somebody"),
            ("equoria_job_last_duration_seconds", "How long the last run took"),
            ("equoria_job_runs_failed_1d", "Runs of the last day that failed"),
            ("equoria_job_runs_1d", "Runs of the last day that have ended"),
        ],
    },
    Question {
        sql: "with ends as (
            select 'taken' as state, interval '1 day' as patience, max(r.finished_at) as at from ops.job_runs r
              where r.name = 'backup_create' and r.outcome = 'done' and r.slot > now() - interval '40 days'
            union all
            select 'checked', interval '8 days', max(r.finished_at) from ops.job_runs r
              where r.name in ('backup_verify', 'backup_drill') and r.outcome = 'done' and r.slot > now() - interval '40 days'
            union all
            select 'proven', interval '8 days', max(r.finished_at) from ops.job_runs r
              where r.name = 'backup_drill' and r.outcome = 'done' and r.evidence ->> 'is_proven' = 'true' and r.slot > now() - interval '40 days')
          select state, extract(epoch from clock_timestamp() - at)::float8,
            (at is null and (select min(m.applied_at) from ops.migrations m) < now() - patience)::int::float8
          from ends",
        labels: &["state"],
        figures: &[
            ("equoria_backup_age_seconds", "Since the last backup was taken, checked, and proven by a restore"),
            ("equoria_backup_is_missing", "Whether there is none although the database is old enough to have one"),
        ],
    },
    Question {
        sql: "select (r.evidence ->> 'rto_s')::float8, (r.evidence ->> 'rpo_s')::float8
          from ops.job_runs r where r.name = 'backup_drill' and r.outcome = 'done' order by r.slot desc limit 1",
        labels: &[],
        figures: &[
            ("equoria_drill_rto_seconds", "How long the last drill took to have the database back"),
            ("equoria_drill_rpo_seconds", "How much time of writes the last drill lost"),
        ],
    },
    Question {
        sql: "select extract(epoch from clock_timestamp() - sealed_at)::float8, unsealed::float8 from ops.seal_state()",
        labels: &[],
        figures: &[
            ("equoria_audit_seal_age_seconds", "Since the audit log was sealed"),
            ("equoria_audit_unsealed_rows", "Rows of the audit log that wait for a seal"),
        ],
    },
    Question {
        sql: "select f.figure, f.detail, sum(f.value)::float8 from ops.business_figures f
          where f.figure <> 'active_users' group by f.figure, f.detail",
        labels: &["figure", "detail"],
        figures: &[("equoria_business_total", "What has happened in the game: trainings, entries, foals, shows, payments, and coins by cause")],
    },
    Question {
        sql: "select f.detail, f.value::float8 from ops.business_figures f
          where f.figure = 'active_users' and f.day = (now() at time zone 'UTC')::date",
        labels: &["span"],
        figures: &[("equoria_active_users", "Players who were there within the span")],
    },
    Question {
        sql: "select coalesce(extract(epoch from clock_timestamp() - min(m.counted_at)), 0)::float8 from ops.business_marks m",
        labels: &[],
        figures: &[("equoria_business_age_seconds", "Since the figures of the business were counted on")],
    },
    Question {
        sql: "select c.relname::text, greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::float8
          from pg_class c where c.oid in (to_regclass('public.horses'), to_regclass('public.users'))",
        labels: &["of"],
        figures: &[("equoria_rows_estimated", "How many there are, as PostgreSQL estimates")],
    },
];

/// The statements that take the most time; `{}` is where the extension lives.
pub const STATEMENTS: Question = Question {
    sql: "select s.queryid::text, s.calls::float8, (s.total_exec_time / 1000)::float8, s.rows::float8
      from {}.pg_stat_statements s where s.dbid = (select oid from pg_database where datname = current_database()) and s.queryid is not null
      order by s.total_exec_time desc limit 20",
    labels: &["queryid"],
    figures: &[
        ("pg_stat_statements_calls_total", "Times that a statement was carried out"),
        ("pg_stat_statements_seconds_total", "Time spent on it"),
        ("pg_stat_statements_rows_total", "Rows that it gave or touched"),
    ],
};
