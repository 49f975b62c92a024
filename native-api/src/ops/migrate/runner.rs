//! Taking the steps and undoing them.

use std::time::{Duration, Instant};

use chrono::Utc;
use tokio_postgres::Client;

use super::blockers::{Blocker, Lookout};
use super::point::{self, RestorePoint};
use super::step::{self, Direction};
use super::{ALL, Migration, Standing, applied, compare_with, current_version, ledger};
use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// How long one runner waits for another.
const TURN: Duration = Duration::from_secs(60);

/// How long a step goes on trying to get its locks, unless somebody says otherwise.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Whatever schemas the migrations or somebody else have made.
const EMPTY: &str = "do $$
declare
  old text;
begin
  for old in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', old);
  end loop;
  create schema public;
end
$$";

/// Hears what the migrator does while it does it.
pub trait Progress: Send {
    /// Another runner works on this database; we wait until it is done.
    fn queues(&mut self, _holder: &str) {}
    /// A restore point was set, or why none could be.
    fn marks(&mut self, _point: &Result<RestorePoint, String>) {}
    /// A step is about to be taken or undone.
    fn begins(&mut self, _step: &Migration, _direction: Direction) {}
    /// It is done, after so long.
    fn ends(&mut self, _step: &Migration, _direction: Direction, _took: Duration) {}
    /// Somebody else stands in its way while it waits for a lock.
    fn is_blocked(&mut self, _step: &Migration, _blockers: &[Blocker]) {}
    /// It stepped back from that lock and will be tried again.
    fn waits(&mut self, _step: &Migration, _attempt: u32) {}
    /// An index was removed that an earlier attempt had left half built.
    fn clears(&mut self, _step: &Migration, _index: &str) {}
}

/// For callers who want to hear nothing.
impl Progress for () {}

/// What a runner did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The folders of the steps that were taken or undone, in that order.
    pub steps: Vec<&'static str>,
    /// The newest step that the database has taken now.
    pub version: i32,
    /// The name to which the server can be restored to be as it was before; none where it could not be set.
    pub restore_point: Option<RestorePoint>,
}

/// One who changes a database's schema: one at a time, telling what goes on.
pub struct Runner<'a> {
    client: &'a mut Client,
    steps: &'a [Migration],
    place: Option<Database>,
    progress: &'a mut dyn Progress,
    with_points: bool,
    patience: Duration,
}

impl<'a> Runner<'a> {
    /// One who works over this connection with the migrations of this binary.
    pub fn new(client: &'a mut Client, progress: &'a mut dyn Progress) -> Self {
        Self {
            client,
            steps: ALL,
            place: None,
            progress,
            with_points: true,
            patience: PATIENCE,
        }
    }

    /// The same with another list of migrations, oldest first.
    #[must_use]
    pub fn with_steps(self, steps: &'a [Migration]) -> Self {
        Self { steps, ..self }
    }

    /// The same, with a second connection to this place when a step waits for a lock, to see who holds it.
    #[must_use]
    pub fn with_lookout(self, place: &Database) -> Self {
        let place = Some(place.clone());
        Self { place, ..self }
    }

    /// The same, each step trying for so long to get its locks.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same for a database that nobody will want to restore.
    #[must_use]
    pub fn without_restore_point(self) -> Self {
        Self {
            with_points: false,
            ..self
        }
    }

    /// Takes every step that the database has not taken yet.
    ///
    /// # Errors
    /// When an applied step was edited since, when the database is newer than this binary, when another runner does not
    /// finish within a minute, or when a step fails; the failing step leaves nothing behind unless it runs outside a
    /// transaction.
    pub async fn deploy(mut self) -> Result<Done, Trouble> {
        self.lock().await?;
        let done = self.take_pending().await;
        self.unlock(done).await
    }

    /// Undoes the newest steps until `version` is the newest.
    ///
    /// # Errors
    /// Those of [`Runner::deploy`], and a step of the database that this binary does not know.
    pub async fn rollback_to(mut self, version: i32) -> Result<Done, Trouble> {
        self.lock().await?;
        let done = self.undo_above(version).await;
        self.unlock(done).await
    }

    /// Throws everything away and takes every step anew. Callers make sure that this is wanted.
    ///
    /// # Errors
    /// Those of [`Runner::deploy`].
    pub async fn reset(mut self) -> Result<Done, Trouble> {
        self.lock().await?;
        let done = self.start_over().await;
        self.unlock(done).await
    }

    async fn lock(&mut self) -> Result<(), Trouble> {
        ledger::lock(self.client, TURN, &mut |holder| {
            self.progress.queues(holder);
        })
        .await
    }

    async fn unlock(self, done: Result<Done, Trouble>) -> Result<Done, Trouble> {
        let unlocked = ledger::unlock(self.client).await;
        let mut done = done?;
        done.version = current_version(self.client).await?.unwrap_or(0);
        unlocked.map(|()| done)
    }

    async fn start_over(&mut self) -> Result<Done, Trouble> {
        let restore_point = self.mark("reset").await;
        empty(self.client).await?;
        self.with_points = false;
        let done = self.take_pending().await?;
        Ok(Done {
            restore_point,
            ..done
        })
    }

    async fn take_pending(&mut self) -> Result<Done, Trouble> {
        ledger::create(self.client).await?;
        let history = compare_with(self.steps, &applied(self.client).await?);
        refuse_the_strange(&history)?;
        let pending: Vec<Migration> = self
            .steps
            .iter()
            .filter(|step| {
                let standing = history.iter().find(|(folder, _)| folder == step.folder);
                matches!(standing, Some((_, Standing::Pending)))
            })
            .copied()
            .collect();
        let mut done = Done::default();
        if let Some(first) = pending.first() {
            done.restore_point = self.mark(first.folder).await;
        }
        self.walk(&pending, Direction::Up, &mut done).await?;
        Ok(done)
    }

    async fn undo_above(&mut self, version: i32) -> Result<Done, Trouble> {
        let mut undone = Vec::new();
        for done in applied(self.client).await?.iter().rev() {
            if done.version > version {
                undone.push(*known(self.steps, done.version)?);
            }
        }
        let mut done = Done::default();
        if let Some(first) = undone.first() {
            done.restore_point = self.mark(&format!("undoing {first}")).await;
        }
        self.walk(&undone, Direction::Down, &mut done).await?;
        Ok(done)
    }

    async fn walk(
        &mut self,
        steps: &[Migration],
        direction: Direction,
        done: &mut Done,
    ) -> Result<(), Trouble> {
        let mut lookout = Lookout::of(self.client, self.place.clone()).await?;
        for step in steps {
            self.progress.begins(step, direction);
            let began = Instant::now();
            step::walk(
                self.client,
                step,
                direction,
                self.patience,
                &mut lookout,
                self.progress,
            )
            .await?;
            self.progress.ends(step, direction, began.elapsed());
            done.steps.push(step.folder);
        }
        Ok(())
    }

    async fn mark(&mut self, what_follows: &str) -> Option<RestorePoint> {
        if !self.with_points {
            return None;
        }
        let marked = point::mark(self.client, what_follows, Utc::now()).await;
        self.progress.marks(&marked);
        marked.ok()
    }
}

/// Throws away every schema with all that is in it. Callers make sure that this is wanted.
///
/// # Errors
/// When something is not ours to drop.
pub async fn empty(client: &Client) -> Result<(), Trouble> {
    client
        .batch_execute(EMPTY)
        .await
        .because(|| "could not empty the database")
}

/// Takes every step that the database has not taken yet, and answers how many those were.
///
/// # Errors
/// Those of [`Runner::deploy`].
pub async fn deploy(client: &mut Client) -> Result<usize, Trouble> {
    let done = Runner::new(client, &mut ()).deploy().await?;
    Ok(done.steps.len())
}

/// Undoes the newest steps until `version` is the newest, and answers how many those were.
///
/// # Errors
/// Those of [`Runner::rollback_to`].
pub async fn rollback_to(client: &mut Client, version: i32) -> Result<usize, Trouble> {
    let done = Runner::new(client, &mut ()).rollback_to(version).await?;
    Ok(done.steps.len())
}

fn known(steps: &[Migration], version: i32) -> Result<&Migration, Trouble> {
    let found = steps.iter().find(|step| step.version() == version);
    found.ok_or_else(|| {
        Trouble::new(format!(
            "this program does not know migration {version} and cannot undo it"
        ))
    })
}

fn refuse_the_strange(history: &[(String, Standing)]) -> Result<(), Trouble> {
    let mut gap = None;
    for (folder, standing) in history {
        match standing {
            Standing::Edited(done) => return Err(done.edited(folder)),
            Standing::Unknown(_) => {
                return Err(Trouble::new(format!(
                    "the database has {folder}, which this program does not know: use a newer program"
                )));
            }
            Standing::Pending => gap = Some(folder),
            Standing::Applied(_) => {
                if let Some(earlier) = gap {
                    return Err(Trouble::new(format!(
                        "{earlier} was never applied, but {folder} after it was: the ledger has a gap"
                    )));
                }
            }
        }
    }
    Ok(())
}
