//! Sessions that hold everything back: long transactions, idle ones, prepared ones, and slots that keep WAL.

use std::time::Duration;

use tokio_postgres::{Client, Row};

use super::{At, Told};
use crate::config::Environment;
use crate::dev::say::human;
use crate::trouble::{Because, Trouble};

/// From when on a transaction is told of, and from when on an idle one is ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// One that is open for longer keeps dead rows from going.
    pub long: Duration,
    /// One that has had nothing to do for longer was forgotten.
    pub idle: Duration,
    /// One that has been idle for longer is ended; none where nothing was asked for.
    pub end_idle: Option<Duration>,
}

/// A replication slot that keeps more than this fills the disk one day.
const RETAINED_BYTES: i64 = 1 << 30;

/// No idle transaction is ended that has been idle for less, whatever is asked for.
const LEAST_IDLE_S: u64 = 60;

/// A transaction that is open for long, or idle for long.
#[derive(Clone, Debug, PartialEq)]
struct Open {
    pid: i32,
    who: String,
    is_idle: bool,
    open_s: f64,
    idle_s: f64,
}

// The statement itself may carry what is private: whose it is and since when is enough to find it.
const OPEN: &str = "select pid, format('%s of %s%s', pid, coalesce(usename, '?'), coalesce(' (' || nullif(application_name, '') || ')', '')) as who,
      state like 'idle in transaction%' as is_idle,
      extract(epoch from clock_timestamp() - xact_start)::float8 as open_s,
      extract(epoch from clock_timestamp() - state_change)::float8 as idle_s
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and xact_start is not null
      and (xact_start < clock_timestamp() - $1 * interval '1 s'
        or state like 'idle in transaction%' and state_change < clock_timestamp() - $2 * interval '1 s')
    order by xact_start";

const END: &str = "select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and datname = current_database()
    and state like 'idle in transaction%' and state_change < clock_timestamp() - $2 * interval '1 s'";

const PREPARED: &str = "select gid, extract(epoch from clock_timestamp() - prepared)::float8 as age_s from pg_prepared_xacts
    where database = current_database() and prepared < clock_timestamp() - $1 * interval '1 s' order by prepared";

const SLOTS: &str = "select slot_name::text as name, active, coalesce(wal_status, '') as standing,
      coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint as retained_bytes
    from pg_replication_slots";

/// Looks with the limits that the environment asks for.
pub(super) async fn look(at: &At<'_>) -> Result<Told, Trouble> {
    look_with(
        at.client,
        &Limits::from_environment(&at.keeper.environment)?,
    )
    .await
}

/// Tells what is open for too long, and ends idle transactions where that is asked for.
///
/// # Errors
/// When the database refuses.
pub async fn look_with(client: &Client, limits: &Limits) -> Result<Told, Trouble> {
    let mut told = Told::default();
    let mut ended = 0;
    let open = open(client, limits).await?;
    for it in &open {
        match limits
            .end_idle
            .filter(|limit| it.is_idle && it.idle_s >= limit.as_secs_f64())
        {
            Some(limit) if is_ended(client, it, limit).await? => {
                ended += 1;
                told.note(format!("ended process {}: {}", it.who, it.in_words()));
            }
            _ => told.warn(format!("process {}: {}", it.who, it.in_words())),
        }
    }
    told.put("long_or_idle_transactions", open.len());
    told.put("ended_transactions", ended);
    prepared(client, limits, &mut told).await?;
    slots(client, &mut told).await?;
    Ok(told)
}

impl Limits {
    /// Fifteen minutes, five minutes, and what `EQUORIA_MAINTAIN_END_IDLE_S` asks for.
    ///
    /// # Errors
    /// When that is no whole number of seconds from a minute on.
    pub fn from_environment(of: &Environment) -> Result<Self, Trouble> {
        let asked = of.get("EQUORIA_MAINTAIN_END_IDLE_S")?;
        let end_idle = asked.map(|text| {
            let seconds = text.parse().ok().filter(|seconds| *seconds >= LEAST_IDLE_S);
            seconds.map(Duration::from_secs).ok_or_else(|| {
                Trouble::new(format!(
                    "EQUORIA_MAINTAIN_END_IDLE_S is `{text}`, but it must be a whole number of seconds, {LEAST_IDLE_S} or more"
                ))
            })
        });
        let end_idle = end_idle.transpose()?;
        let idle = Duration::from_secs(300);
        Ok(Self {
            long: Duration::from_secs(900),
            idle: end_idle.map_or(idle, |end| end.min(idle)),
            end_idle,
        })
    }
}

async fn open(client: &Client, limits: &Limits) -> Result<Vec<Open>, Trouble> {
    let (long, idle) = (limits.long.as_secs_f64(), limits.idle.as_secs_f64());
    let rows = client
        .query(OPEN, &[&long, &idle])
        .await
        .because(|| "could not look for long transactions")?;
    Ok(rows.iter().map(Open::of).collect())
}

impl Open {
    fn of(row: &Row) -> Self {
        Self {
            pid: row.get("pid"),
            who: row.get("who"),
            is_idle: row.get("is_idle"),
            open_s: row.get("open_s"),
            idle_s: row.get("idle_s"),
        }
    }

    fn in_words(&self) -> String {
        let open = human(seconds(self.open_s));
        match self.is_idle {
            true => format!(
                "its transaction is open for {open} and has been idle for {}",
                human(seconds(self.idle_s))
            ),
            false => format!("its transaction is open for {open}"),
        }
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()
}

async fn is_ended(client: &Client, open: &Open, limit: Duration) -> Result<bool, Trouble> {
    let row = client
        .query_opt(END, &[&open.pid, &limit.as_secs_f64()])
        .await
        .because(|| format!("could not end process {}", open.who))?;
    Ok(row.is_some_and(|row| row.get(0)))
}

async fn prepared(client: &Client, limits: &Limits, told: &mut Told) -> Result<(), Trouble> {
    let rows = client
        .query(PREPARED, &[&limits.long.as_secs_f64()])
        .await
        .because(|| "could not look for prepared transactions")?;
    for row in &rows {
        let (gid, age_s): (String, f64) = (row.get("gid"), row.get("age_s"));
        told.warn(format!(
            "the prepared transaction {gid} has been open for {}: end it with COMMIT PREPARED or ROLLBACK PREPARED",
            human(seconds(age_s))
        ));
    }
    told.put("old_prepared_transactions", rows.len());
    Ok(())
}

async fn slots(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let rows = client
        .query(SLOTS, &[])
        .await
        .because(|| "could not look at the replication slots")?;
    let mut most = 0;
    for row in &rows {
        let (name, standing): (String, String) = (row.get("name"), row.get("standing"));
        let (is_active, bytes): (bool, i64) = (row.get("active"), row.get("retained_bytes"));
        most = most.max(bytes);
        if standing == "lost" {
            told.alarm(format!(
                "the replication slot {name} has lost WAL that its reader needs: make its replica anew"
            ));
        } else if !is_active && bytes > RETAINED_BYTES {
            told.warn(format!(
                "nobody reads the replication slot {name}, which keeps {} MB of WAL: drop it or bring its reader back",
                bytes / 1_000_000
            ));
        }
    }
    told.put("replication_slots", rows.len());
    told.put("most_retained_bytes", most);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_transactions_are_ended_only_where_a_whole_limit_asks_for_it() {
        let usual = Limits::from_environment(&Environment::default()).unwrap();
        assert_eq!(usual.end_idle, None);
        let of = |text: &str| Environment::of([("EQUORIA_MAINTAIN_END_IDLE_S", text)]);
        let asked = Limits::from_environment(&of("120")).unwrap();
        let two_minutes = Duration::from_secs(120);
        assert_eq!(
            (asked.idle, asked.end_idle),
            (two_minutes, Some(two_minutes))
        );
        for text in ["59", "ten", "-600", "600.5"] {
            let said = Limits::from_environment(&of(text)).unwrap_err().to_string();
            assert!(said.contains("EQUORIA_MAINTAIN_END_IDLE_S"), "{said}");
        }
    }
}
