//! README's table of settings and the code name the same variables.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness::program;

/// Names in the code that nobody sets: those of a checkout's build, of the Worker, and the system's own.
const OTHERS: &[&str] = &["CARGO", "EQUORIA_PROGRAM", "HOME", "NATIVE_URL", "PATH"];

#[test]
fn every_setting_that_the_code_reads_is_in_the_readme_and_no_other() {
    let mut read = BTreeSet::new();
    collect(&program::checkout().join("native-api/src"), &mut read);
    assert!(read.len() > 30, "the code was not searched: {read:?}");
    let readme = fs::read_to_string(program::checkout().join("README.md")).unwrap();
    let table = readme.split_once("<!-- environment -->").unwrap().1;
    let table = table.split_once("<!-- /environment -->").unwrap().0;
    let told: BTreeSet<String> = table.lines().flat_map(names_of_row).collect();
    let missing: Vec<_> = read.difference(&told).collect();
    let unknown: Vec<_> = told.difference(&read).collect();
    assert!(
        missing.is_empty(),
        "not in README's table of settings: {missing:?}"
    );
    assert!(unknown.is_empty(), "read nowhere in the code: {unknown:?}");
}

/// The names in backquotes in the first column.
fn names_of_row(row: &str) -> Vec<String> {
    let first = row.split('|').nth(1).unwrap_or_default();
    let names = first.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

fn collect(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.extend(settings(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The literals of a source, without its tests, that name a setting: what begins with our name, what is a URL of the
/// database, and whatever is asked for by a literal.
fn settings(source: &str) -> Vec<String> {
    let product = source.split("#[cfg(test)]").next().unwrap_or_default();
    let parts: Vec<&str> = product.split('"').collect();
    let pairs = parts.windows(2).filter_map(|pair| match pair {
        [before, literal] => Some((*before, *literal)),
        _ => None,
    });
    pairs
        .filter(|(before, literal)| is_setting(before, literal))
        .map(|(_, literal)| literal.trim_end_matches("_FILE").to_owned())
        .filter(|name| !OTHERS.contains(&name.as_str()))
        .collect()
}

fn is_setting(before: &str, literal: &str) -> bool {
    let is_name = literal.len() > 3
        && literal.starts_with(|letter: char| letter.is_ascii_uppercase())
        && literal
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    let is_url = literal.contains("DATABASE") && literal.ends_with("_URL");
    let is_asked_for = [".get(", ".read(", "var_os(", "var("]
        .iter()
        .any(|asking| before.ends_with(asking));
    is_name && (literal.starts_with("EQUORIA_") || is_url || is_asked_for)
}

#[test]
fn settings_are_found_in_a_source_and_nothing_else_is() {
    let source = "let a = of.get(\"LOG_LEVEL\")?; f(\"EQUORIA_X_FILE\", \"SELECT\"); // \"x\"\n#[cfg(test)] \"EQUORIA_Y\"";
    assert_eq!(settings(source), ["LOG_LEVEL", "EQUORIA_X"]);
}
