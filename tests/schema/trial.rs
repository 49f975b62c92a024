//! Trying statements on a small world, and leaving nothing of them behind.

use harness::Database;
use tokio::sync::{Mutex, OnceCell};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

/// The small world: three players, their horses, and shows in every state.
pub const WORLD: &str = include_str!("world.sql");

/// The words that stand for rows of the world in the statements of trials.
const NAMES: [(&str, &str); 24] = [
    (
        "{as_ann}",
        "set local equoria.actor = '00000000-0000-7000-8000-00000000000a'",
    ),
    (
        "{as_ben}",
        "set local equoria.actor = '00000000-0000-7000-8000-00000000000b'",
    ),
    ("{as_visitor}", "set local equoria.actor = 'nobody'"),
    ("{ann}", "'00000000-0000-7000-8000-00000000000a'::uuid"),
    ("{ben}", "'00000000-0000-7000-8000-00000000000b'::uuid"),
    ("{dan}", "'00000000-0000-7000-8000-00000000000d'::uuid"),
    ("{session}", "'00000000-0000-7000-8000-0000000000e1'::uuid"),
    ("{now}", "world.now()"),
    ("{mare}", "1001"),
    ("{stallion}", "1002"),
    ("{three}", "1003"),
    ("{twenty}", "1004"),
    ("{in_foal}", "1005"),
    ("{bens_mare}", "1006"),
    ("{bens_stallion}", "1007"),
    ("{level_six}", "1008"),
    ("{dam}", "1009"),
    ("{foal}", "1010"),
    ("{show}", "2001"),
    ("{show_2_to_5}", "2002"),
    ("{settled}", "2003"),
    ("{cancelled}", "2004"),
    ("{full}", "2005"),
    ("{due}", "2006"),
];

/// Who is refused by the rule itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The API's role and the administrator alike.
    Everyone,
    /// The administrator; the API's role has no right to try.
    Rights,
}

/// A rule of the database, with statements that it lets pass and statements that it does not.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name that the refusal carries: of a constraint, an index or a rule of a trigger.
    pub name: &'static str,
    /// Whom it stops.
    pub by: By,
    /// What it lets pass, each a transaction of its own.
    pub accepted: &'static [&'static str],
    /// What it refuses, each a transaction of its own.
    pub refused: &'static [&'static str],
}

/// Why a transaction was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// By a constraint or rule of this name.
    By(String),
    /// The role may not do that at all.
    NoRight,
    /// For another reason, which the statement was not written for.
    Else(String),
}

/// Declares rules, each with a test that holds it up: by whoever writes, and against the administrator too.
macro_rules! rules {
    ($($test:ident: $rule:literal $by:ident {
        accepted: [$($good:expr),* $(,)?],
        refused: [$($bad:expr),+ $(,)?] $(,)?
    })+) => {
        /// The rules of this part.
        pub const RULES: &[crate::trial::Rule] = &[$(crate::trial::Rule {
            name: $rule,
            by: crate::trial::By::$by,
            accepted: &[$($good),*],
            refused: &[$($bad),+],
        }),+];
        $(
            #[tokio::test]
            async fn $test() {
                let rule = RULES.iter().find(|rule| rule.name == $rule).unwrap();
                crate::trial::hold(rule).await;
            }
        )+
    };
}
pub(crate) use rules;

/// The world, made once for all trials; each is undone, so no trial sees another's rows.
pub async fn world() -> &'static Database {
    static WORLD_OF_TRIALS: OnceCell<Database> = OnceCell::const_new();
    WORLD_OF_TRIALS
        .get_or_init(|| async {
            let database = Database::fresh().await;
            populate(&database).await;
            database
        })
        .await
}

/// A database as the migrations and the catalogues leave it, for whoever only looks.
pub async fn pristine() -> &'static Database {
    static PRISTINE: OnceCell<Database> = OnceCell::const_new();
    PRISTINE.get_or_init(Database::fresh).await
}

/// Puts the small world into a database.
pub async fn populate(database: &Database) {
    database.admin().await.batch_execute(WORLD).await.unwrap();
}

/// One trial at a time: uncommitted rows of two would wait for each other.
static TURN: Mutex<()> = Mutex::const_new(());

/// Tries what a rule lets pass and what it refuses, as the API's role and as the administrator.
pub async fn hold(rule: &Rule) {
    let world = world().await;
    let (writer, administrator) = (world.as_role("equoria_writer").await, world.admin().await);
    let _turn = TURN.lock().await;
    for sql in rule.accepted {
        assert_eq!(
            attempt(&administrator, sql).await,
            Ok(()),
            "administrator: {sql}"
        );
        if rule.by == By::Everyone {
            assert_eq!(attempt(&writer, sql).await, Ok(()), "writer: {sql}");
        }
    }
    for sql in rule.refused {
        let refused = Err(Refused::By(rule.name.to_owned()));
        assert_eq!(
            attempt(&administrator, sql).await,
            refused,
            "administrator: {sql}"
        );
        let refused = if rule.by == By::Everyone {
            refused
        } else {
            Err(Refused::NoRight)
        };
        assert_eq!(attempt(&writer, sql).await, refused, "writer: {sql}");
    }
}

/// Runs statements as one transaction of the game's, with all that is checked at its commit, and takes it back.
pub async fn attempt(client: &Client, sql: &str) -> Result<(), Refused> {
    let whole = format!(
        "begin; set local equoria.actor = 'game'; {}; set constraints all immediate",
        fill(sql)
    );
    let tried = client.batch_execute(&whole).await;
    client.batch_execute("rollback").await.unwrap();
    tried.map_err(|error| reason(&error))
}

/// A connection of the writer's that acts for the game.
pub async fn game(database: &Database) -> Client {
    let writer = database.as_role("equoria_writer").await;
    let acting = "set equoria.actor = 'game'";
    writer.batch_execute(acting).await.unwrap();
    writer
}

/// Replaces the words for rows of the world.
pub fn fill(sql: &str) -> String {
    NAMES.iter().fold(sql.to_owned(), |text, (word, means)| {
        text.replace(word, means)
    })
}

/// What an error of the database means.
pub fn reason(error: &tokio_postgres::Error) -> Refused {
    let Some(told) = error.as_db_error() else {
        return Refused::Else(error.to_string());
    };
    match told.constraint() {
        Some(name) => Refused::By(name.to_owned()),
        None if *told.code() == SqlState::INSUFFICIENT_PRIVILEGE => Refused::NoRight,
        None => Refused::Else(told.to_string()),
    }
}
