//! `equoria gallery`: the list, the page, the weights.

use serde_json::Value;

use crate::command_line::equoria;
use crate::desk::sentence;

fn said(arguments: &[&str]) -> String {
    let output = equoria(arguments, &[]);
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_list_tells_each_colour_with_its_genotype() {
    let list = said(&["gallery"]);
    for line in ["buckskin ", "grullo ", "white grey (born bay) "] {
        assert!(
            list.lines().any(|it| it.trim().starts_with(line)),
            "{line}: {list}"
        );
    }
    assert!(list.contains("MC1R=e/e SLC45A2=N/Cr"), "{list}");
}

#[test]
fn a_portrait_weighs_two_and_a_half_kilobytes_after_gzip_and_none_much_more() {
    let rooms: Value = serde_json::from_str(&said(&["gallery", "--json"])).unwrap();
    let rooms = rooms.as_array().unwrap();
    let pictures = rooms
        .iter()
        .flat_map(|it| it["pictures"].as_array().unwrap());
    let mut weights: Vec<u64> = pictures
        .map(|it| it["gzip_bytes"].as_u64().unwrap())
        .collect();
    weights.sort_unstable();
    let median = weights[weights.len() / 2];
    println!(
        "{} portraits, median {median}, at most {:?} bytes after gzip",
        weights.len(),
        weights.last()
    );
    assert!(weights.len() > 150, "{}", weights.len());
    assert!(
        median <= 2_560 && weights.iter().all(|it| *it <= 3_400),
        "{weights:?}"
    );
}

#[test]
fn the_page_needs_nothing_else_and_a_file_that_cannot_be_written_is_named() {
    let file = std::env::temp_dir().join(format!("equoria-{}-gallery.html", std::process::id()));
    let told = said(&["gallery", "--html", file.to_str().unwrap()]);
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(told.contains("portraits are in"), "{told}");
    assert!(page.matches("<svg ").count() > 600, "{told}");
    assert!(page.matches("role='img'").count() == page.matches("<svg ").count());
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("@import"));
    // There is no place within a file.
    let within = file.join("gallery.html");
    let within = within.to_str().unwrap();
    let output = equoria(&["gallery", "--html", within], &[]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(sentence(&said).unwrap().contains(within), "{said}");
}
