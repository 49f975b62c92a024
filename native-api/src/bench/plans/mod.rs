//! `equoria bench plans`: how PostgreSQL answers every statement of the project on a database with many rows.
//!
//! Reads run with values that clients send, planned for them as at the edge. The statements of the writes are planned
//! for whatever values, as a server plans them once, and are not run. No plan may scan a table that grows with the game,
//! and none of the reads may touch more blocks or rows than a page is worth. What each plan uses is committed.

mod samples;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use reads::{QUERIES, Query};
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::dev::say::Voice;
use crate::statements;
use crate::trouble::{Because, Trouble};
use samples::Samples;

/// What the plans use, a line each (two where two plans cost the same), on a world of the standard plan with ten thousand
/// horses, and with a million.
const COMMITTED: [(i64, &str); 2] = [
    (10_000, include_str!("uses-10000.txt")),
    (1_000_000, include_str!("uses-1000000.txt")),
];

/// The most blocks that a read of one page may touch, however many rows there are. Who owns most horses has hundreds, and
/// a rare trait is looked up in every horse that has it.
const MOST_BLOCKS: i64 = 4_000;

/// Tables that are small by nature: catalogues, and what has a row for each of their rows.
const SMALL: [&str; 8] = [
    "alleles",
    "breed_diversity",
    "breeds",
    "disciplines",
    "game_clock",
    "genotypes",
    "loci",
    "migrations",
];

/// Tables of so few blocks that an index could save nothing. Nobody seeds sessions and passwords: the writes, which read
/// these, are planned as if scans were dear.
const TINY: &str = "select relname::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relpages < 100";

/// The most that a walk to all ancestors may touch: some four for each. Fifty stallions of a world of a million horses have
/// twenty thousand.
const MOST_BLOCKS_OF_ANCESTORS: i64 = 120_000;

/// The most rows that a read may give.
const MOST_ROWS: i64 = 101;

/// The three query patterns of the specification.
const FIRST: [&str; 3] = [
    "horse card",
    "horses with traits",
    "horses of a discipline, best first",
];

/// The plan of one statement.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// What is read or written.
    pub name: String,
    /// The nodes of the plan with the indexes and tables that they use.
    pub shape: String,
    /// The indexes and tables that it uses, and how: what is compared with the committed plan.
    pub uses: String,
    /// How many blocks were touched; none where it was not run.
    pub blocks: Option<i64>,
    /// How many rows it gave.
    pub rows: Option<i64>,
    /// How long it took, in microseconds.
    pub took_us: Option<i64>,
    /// What is wrong with it.
    pub breach: Option<String>,
}

/// The plans of all statements.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// How many horses the database has.
    pub horses: i64,
    /// The plans: the three patterns of the specification, the other reads, the writes.
    pub plans: Vec<Planned>,
}

impl Report {
    /// Does every statement read as little as it should?
    pub fn is_good(&self) -> bool {
        self.plans.iter().all(|it| it.breach.is_none())
    }

    /// A line for each statement and what its plan uses, as they are committed.
    pub fn uses(&self) -> String {
        let lines = self
            .plans
            .iter()
            .map(|it| format!("{} => {}\n", it.name, it.uses));
        lines.collect()
    }

    /// Marks the plans that are others than the committed ones for as many horses, if there are any for that number.
    fn compare(&mut self) {
        let committed = COMMITTED.iter().find(|(horses, _)| *horses == self.horses);
        let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let lines = committed.into_iter().flat_map(|(_, text)| text.lines());
        for (name, used) in lines.filter_map(|it| it.split_once(" => ")) {
            uses.entry(name).or_default().push(used);
        }
        if uses.is_empty() {
            return;
        }
        for plan in self.plans.iter_mut().filter(|it| it.breach.is_none()) {
            match uses.get(plan.name.as_str()) {
                Some(uses) if uses.contains(&plan.uses.as_str()) => {}
                Some(uses) => {
                    let uses = uses.join("; or ");
                    plan.breach = Some(format!("the committed plan uses {uses}"));
                }
                None => plan.breach = Some("no plan is committed for it".to_owned()),
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} horses", self.horses)?;
        let head = ["statement", "blocks", "rows", "ms"];
        writeln!(
            out,
            "{:<44}{:>8}{:>6}{:>9}  plan",
            head[0], head[1], head[2], head[3]
        )?;
        for plan in &self.plans {
            let number = |it: Option<i64>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
            let took = plan.took_us.map(|us| format!("{:.2}", us as f64 / 1_000.0));
            let took = took.unwrap_or_else(|| "-".to_owned());
            let (blocks, rows) = (number(plan.blocks), number(plan.rows));
            let Planned { name, shape, .. } = plan;
            writeln!(out, "{name:<44}{blocks:>8}{rows:>6}{took:>9}  {shape}")?;
            if let Some(breach) = &plan.breach {
                writeln!(out, "  WRONG: {breach}")?;
            }
        }
        let wrong = self.plans.iter().filter(|it| it.breach.is_some()).count();
        write!(
            out,
            "{} statements, {wrong} of them wrong",
            self.plans.len()
        )
    }
}

/// Looks at the plans of all statements; they are compared with the committed ones if `is_compared`.
///
/// # Errors
/// When the database cannot be asked, or has too little in it to ask about.
pub async fn run(client: &Client, voice: &Voice, is_compared: bool) -> Result<Report, Trouble> {
    let step = voice.step("looking for usual values");
    let samples = Samples::take(client).await?;
    step.done("usual values found");
    let bar = voice.bar("explaining statements", QUERIES.len() as u64);
    let mut small: BTreeSet<String> = SMALL.iter().map(|it| (*it).to_owned()).collect();
    let mut plans = Vec::new();
    for (name, sql) in statements::all() {
        plans.push(write(client, name, sql, &small).await?);
    }
    small.extend(tiny(client).await?);
    let mut reads = Vec::new();
    for query in QUERIES.iter().filter(|it| FIRST.contains(&it.name)) {
        read(client, query, &samples, &small, &mut reads).await?;
        bar.add(1);
    }
    for query in QUERIES.iter().filter(|it| !FIRST.contains(&it.name)) {
        read(client, query, &samples, &small, &mut reads).await?;
        bar.add(1);
    }
    bar.done();
    reads.append(&mut plans);
    let mut report = Report {
        horses: samples.horses,
        plans: reads,
    };
    if is_compared {
        report.compare();
    }
    Ok(report)
}

/// Runs a read with each list of its usual values.
async fn read(
    client: &Client,
    query: &Query,
    samples: &Samples,
    small: &BTreeSet<String>,
    plans: &mut Vec<Planned>,
) -> Result<(), Trouble> {
    let because = || format!("could not explain \"{}\"", query.name);
    let types: Vec<&str> = query.takes.iter().map(|it| it.name()).collect();
    let types = if types.is_empty() {
        String::new()
    } else {
        format!("({})", types.join(", "))
    };
    let prepare = format!(
        "deallocate all; reset enable_seqscan; set plan_cache_mode = force_custom_plan; prepare read{types} as {}",
        query.sql
    );
    client.batch_execute(&prepare).await.because(because)?;
    let usual = samples.of(query.name)?;
    for (nth, values) in (1..).zip(&usual) {
        let values = if values.is_empty() {
            String::new()
        } else {
            format!("({values})")
        };
        let sql = format!("explain (analyze, buffers, format json) execute read{values}");
        let plan = explained(client, &sql).await.because(because)?;
        let name = if usual.len() > 1 {
            format!("{} #{nth}", query.name)
        } else {
            query.name.to_owned()
        };
        plans.push(ran(name, query, &plan, small));
    }
    Ok(())
}

fn ran(name: String, query: &Query, plan: &Value, small: &BTreeSet<String>) -> Planned {
    let node = &plan["Plan"];
    let number = |key: &str| node[key].as_f64().unwrap_or(0.0) as i64;
    let blocks = number("Shared Hit Blocks") + number("Shared Read Blocks");
    let rows = number("Actual Rows");
    let most = if query.sql.contains("ancestors") {
        MOST_BLOCKS_OF_ANCESTORS
    } else {
        MOST_BLOCKS
    };
    let is_walk = most > MOST_BLOCKS;
    let breach = shape::scanned(node, small).or_else(|| {
        if blocks > most {
            Some(format!("it touches {blocks} blocks, more than {most}"))
        } else {
            (rows > MOST_ROWS && !is_walk).then(|| format!("it gives {rows} rows"))
        }
    });
    Planned {
        name,
        shape: shape::of(node),
        uses: shape::access(node, &SMALL),
        blocks: Some(blocks),
        rows: Some(rows),
        took_us: plan["Execution Time"]
            .as_f64()
            .map(|ms| (ms * 1_000.0) as i64),
        breach,
    }
}

/// Plans a statement of the writes for whatever values.
async fn write(
    client: &Client,
    name: &str,
    sql: &str,
    small: &BTreeSet<String>,
) -> Result<Planned, Trouble> {
    let because = || format!("could not explain \"{name}\"");
    client
        .batch_execute("set enable_seqscan = off")
        .await
        .because(because)?;
    let sql = format!("explain (generic_plan, format json) {sql}");
    let plan = explained(client, &sql).await.because(because)?;
    Ok(Planned {
        name: name.to_owned(),
        shape: shape::of(&plan["Plan"]),
        uses: shape::access(&plan["Plan"], &SMALL),
        blocks: None,
        rows: None,
        took_us: None,
        breach: shape::scanned(&plan["Plan"], small),
    })
}

/// The tables that are so small here that a scan of them costs nothing.
async fn tiny(client: &Client) -> Result<Vec<String>, Trouble> {
    let because = || "could not measure the tables";
    let rows = client.query(TINY, &[]).await.because(because)?;
    let names: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get("name")).collect();
    names.because(because)
}

async fn explained(
    client: &Client,
    sql: &str,
) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    let rows = client.simple_query(sql).await?;
    let text = rows.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let plans: Value = serde_json::from_str(text.unwrap_or("null"))?;
    Ok(plans[0].clone())
}
