//! `equoria pedigree`: a breeder's file, from the command line.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::command_line::equoria;

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("equoria-{}-{name}", std::process::id()));
    fs::write(&path, text).unwrap();
    path
}

fn run(name: &str, text: &str, options: &[&str]) -> (Option<i32>, String, String) {
    let path = file(name, text);
    let arguments = [&["pedigree", path.to_str().unwrap()], options].concat();
    let output = equoria(&arguments, &[]);
    fs::remove_file(path).unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Full sibs and their foal, the youngest line first; the grandparents have no line.
const SIBS: &str = "id;sire;dam\n\nfoal;colt;filly\ncolt;bold;beauty\nfilly;bold;beauty\n";

#[test]
fn a_file_in_any_order_gives_the_inbreeding_of_every_line() {
    let (status, said, _) = run("csv", SIBS, &["--csv"]);
    assert_eq!(
        (status, &*said),
        (Some(0), "id,f\nfoal,0.25\ncolt,0\nfilly,0\n")
    );
    let (_, said, _) = run(
        "json",
        SIBS,
        &["--json", "--population", "--mating", "colt", "filly"],
    );
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(answer["inbreeding"][0]["f"], 0.25);
    assert_eq!(answer["inbreeding"][0]["generations"], 2.0);
    assert_eq!(answer["inbreeding"][0]["ancestral_f"], 0.0);
    assert_eq!(answer["without_a_line"], 2);
    assert_eq!(answer["mating"]["foal"]["f"], 0.25);
    assert_eq!(answer["population"]["figures"]["effective_founders"], 2.0);
}

#[test]
fn who_should_breed_is_told_by_sex() {
    // The colt and the stranger share the sires' half by how much they are kin to the only mare.
    let text = "id,sire,dam,sex\nbold,,,\nbeauty,,,\ncolt,bold,beauty,M\nstranger,,,M\nmare,bold,beauty,F\n";
    let asked = [
        "--json",
        "--population",
        "--contributions",
        "--reference",
        "colt,stranger,mare",
    ];
    let (_, said, _) = run("optimum", text, &asked);
    let answer: Value = serde_json::from_str(&said).unwrap();
    let optimum = &answer["population"]["optimal_contributions"];
    // c'Kc of mare 1/2, colt c and stranger 1/2 - c: 1/8 + c^2/2 + (1/2 - c)^2/2 + c/4 is least at c = 1/8.
    let near = |found: &Value, expected: f64| (found.as_f64().unwrap() - expected).abs() < 1e-9;
    let animals = optimum["animals"].as_array().unwrap();
    for (at, (id, share)) in [("mare", 0.5), ("stranger", 0.375), ("colt", 0.125)]
        .into_iter()
        .enumerate()
    {
        assert_eq!(animals[at]["id"], id);
        assert!(near(&animals[at]["share"], share), "{said}");
    }
    assert!(near(&optimum["mean_kinship"], 0.234_375), "{said}");
    let sexless = "a,,\nb,,\n";
    let (status, _, said) = run("sexless", sexless, &["--population", "--contributions"]);
    assert!(
        status == Some(2) && said.contains("a column named sex"),
        "{said}"
    );
}

#[test]
fn what_is_impossible_is_refused_with_its_line() {
    for (name, text, line) in [
        ("twice", "a,,\nb,,\na,b,\n", "line 3: "),
        ("own", "a,,\nb,b,\n", "line 2: "),
        ("selfed", "a,,\nb,a,a\n", "line 2: "),
        ("cycle", "\na,b,\nc,,\nb,a,\n", "line 2: "),
        ("narrow", "a,b,c\nd,e\n", "line 2: "),
        ("nameless", "a,,\n0,a,\n", "line 2: "),
    ] {
        let (status, _, said) = run(name, text, &[]);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains(line) && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn a_parent_of_both_sexes_is_odd_and_refused_when_strict() {
    let text = "a,,\nb,,\nc,a,b\nd,c,a\n";
    let (status, said, odd) = run("odd", text, &["--csv"]);
    assert_eq!(status, Some(0));
    assert!(
        said.contains("d,0.25") && odd.contains("line 4: \"a\""),
        "{said}{odd}"
    );
    assert_eq!(run("strict", text, &["--strict"]).0, Some(2));
}
