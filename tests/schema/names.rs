//! The names by which the program knows the database's refusals are names that the database uses.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use equoria::db::fault::{RACES, REFUSALS};

use crate::trial::pristine;

/// Constraints, unique indexes and what triggers raise.
const NAMES: &str = r"
    select conname::text from pg_constraint
    union select i.indexrelid::regclass::text from pg_index i where i.indisunique
    union select m[1] from pg_proc p, regexp_matches(p.prosrc, 'refuse\(''([a-z_]+)''', 'g') m";

async fn standing() -> BTreeSet<String> {
    let rows = pristine()
        .await
        .admin()
        .await
        .query(NAMES, &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_refusal_that_the_program_translates_is_one_of_the_database() {
    let standing = standing().await;
    let translated = REFUSALS
        .iter()
        .map(|(name, _)| *name)
        .chain(RACES.iter().copied());
    let strange: Vec<&str> = translated
        .filter(|name| !standing.contains(*name))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[tokio::test]
async fn every_refusal_that_the_program_looks_for_is_one_of_the_database() {
    let standing = standing().await;
    let mut names = Vec::new();
    looked_for(
        &harness::program::checkout().join("native-api/src"),
        &mut names,
    );
    let strange: Vec<&String> = names
        .iter()
        .filter(|name| !standing.contains(*name))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// Every word in a program's text that looks like the name of a constraint.
fn looked_for(folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            looked_for(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let quoted = text
                .split('"')
                .skip(1)
                .step_by(2)
                .filter(|word| is_name(word));
            names.extend(quoted.map(str::to_owned));
        }
    }
}

fn is_name(word: &str) -> bool {
    let ends = ["_pkey", "_fkey", "_key", "_check"];
    let is_plain = word
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_plain
        && (word.starts_with("idx_")
            || ends.iter().any(|end| word.ends_with(end)) && word.matches('_').count() > 1)
}
