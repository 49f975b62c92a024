//! `equoria genotype`: what an animal carries, given its family; for any species and any loci.

mod document;
mod known;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, stdin};

use clap::Args;
use rules::genetics::inference::{Diplotype, Failure, Family, MOST_MEMBERS, Member, Site};
use rules::horse::Sex;
use serde_json::{Value, json};

use super::{Finding, print_json};
use crate::trouble::{Because, Trouble};
use document::{Animal, Document, Fractions, SexGiven};
use known::{Known, known};

/// The help's account of the file, with an example that is also a test.
pub(super) const FORMAT: &str = r#"The file is a JSON object:

  {
    "loci": [
      {"name": "PLOD1", "alleles": {"N": 0.95, "WFFS": 0.05}}
    ],
    "animals": [
      {"id": "Bold", "sex": "male", "genotypes": {"PLOD1": "N/WFFS"}},
      {"id": "Beauty", "sex": "female", "genotypes": {"PLOD1": "N/N"}},
      {"id": "Foal", "sex": "female", "sire": "Bold", "dam": "Beauty"}
    ],
    "ask": ["Foal"]
  }

loci           in their order, with the frequency of each allele among founders; together 1. A locus of the game's table
               (`equoria coat --loci`) needs no alleles: they then count as equally frequent. Further: "x_linked": true;
               "lethal": ["a/a"], pairs that no living animal has (the game's loci know their own).
recombination  the fraction between two loci, 0 to 0.5; for more loci a list, one fraction between each two neighbours.
               Without it every locus is on its own.
animals        in whichever order, with "sire" and "dam" by id where they are known.
  "genotypes"  known pairs, "N/a"; a male's single X as "a/Y". "N|a" at linked loci: left alleles lie on one strand.
  "one_of"     {"LOCUS": ["N/N", "N/a"]}: one of these; "not": {"LOCUS": ["a/a"]}: none of these. So a phenotype is told.
  "likelihood" {"LOCUS": {"N/N": 1, "N/a": 1, "a/a": 0.1}}: how likely what was seen is, given each; others 0.
ask            whose genotypes are wanted; without it everyone's. At most 31 animals.

An animal with a known lethal genotype was lost; every other has lived."#;

#[derive(Args)]
pub(super) struct GenotypeArguments {
    /// The family: a JSON file, or `-` for standard input
    file: String,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn genotype(arguments: &GenotypeArguments) -> Result<Finding, Trouble> {
    let source = &arguments.file;
    let text = read(source)?;
    let document: Document = serde_json::from_str(&text)
        .because(|| format!("{source} is not a family as `equoria genotype --help` describes"))?;
    let answers = answer(&document)?;
    if arguments.json {
        print_json(&answers)?;
    } else {
        print(&answers);
    }
    Ok(Finding::Good)
}

fn read(source: &str) -> Result<String, Trouble> {
    if source != "-" {
        return fs::read_to_string(source).because(|| format!("could not read {source}"));
    }
    let mut text = String::new();
    stdin()
        .read_to_string(&mut text)
        .because(|| "could not read standard input")?;
    Ok(text)
}

/// The posterior of everyone that is asked for: `{"Foal": {"PLOD1": {"N/N": 0.5, "N/WFFS": 0.5}}}`, and with linked loci also
/// `"haplotypes"`.
fn answer(document: &Document) -> Result<Value, Trouble> {
    let loci = document
        .loci
        .iter()
        .map(known)
        .collect::<Result<Vec<_>, _>>()?;
    check_names(document, &loci)?;
    let fractions = fractions(document, loci.len())?;
    let mut asked = Vec::new();
    for id in &document.ask {
        asked.push(place(document, id).ok_or_else(|| {
            Trouble::new(format!("\"ask\" names {id}, who is no animal of the file"))
        })?);
    }
    if asked.is_empty() {
        asked = (0..document.animals.len()).collect();
    }
    // Linked loci are one question, others one each.
    let groups: Vec<&[Known]> = match fractions {
        Some(_) => vec![&loci],
        None => loci.chunks(1).collect(),
    };
    let mut answers = serde_json::Map::new();
    for of in asked {
        let mut told = serde_json::Map::new();
        for group in &groups {
            let family = family(document, group, fractions.as_deref().unwrap_or(&[]))?;
            let posterior = family
                .posterior(of)
                .map_err(|failure| why(&failure, document, group))?;
            tell(&mut told, &posterior, group, is_single(document, of, group));
        }
        if let Some(animal) = document.animals.get(of) {
            answers.insert(animal.id.clone(), Value::Object(told));
        }
    }
    Ok(Value::Object(answers))
}

/// Refuses what names nothing: a locus twice or unknown, an animal twice.
fn check_names(document: &Document, loci: &[Known]) -> Result<(), Trouble> {
    if loci.is_empty() || document.animals.is_empty() {
        return Err(Trouble::new("a family needs \"loci\" and \"animals\""));
    }
    let animals = document.animals.len();
    if animals > MOST_MEMBERS {
        return Err(Trouble::new(format!(
            "the family has {animals} animals, and {MOST_MEMBERS} at the most can be looked at; leave out those that say little"
        )));
    }
    for (at, locus) in loci.iter().enumerate() {
        if loci.iter().skip(at + 1).any(|it| it.name == locus.name) {
            return Err(Trouble::new(format!("locus {} stands twice", locus.name)));
        }
    }
    for (at, animal) in document.animals.iter().enumerate() {
        let id = &animal.id;
        if document.animals.iter().skip(at + 1).any(|it| it.id == *id) {
            return Err(Trouble::new(format!("animal {id} stands twice")));
        }
        let named = animal
            .genotypes
            .keys()
            .chain(animal.one_of.keys())
            .chain(animal.not.keys())
            .chain(animal.likelihood.keys());
        if let Some(name) = named
            .into_iter()
            .find(|it| !loci.iter().any(|locus| locus.name == **it))
        {
            return Err(Trouble::new(format!(
                "{id}: {name} is none of the file's loci"
            )));
        }
    }
    Ok(())
}

/// The recombination fractions between neighbours; nothing where the loci are not linked.
fn fractions(document: &Document, loci: usize) -> Result<Option<Vec<f64>>, Trouble> {
    let each = match &document.recombination {
        None => return Ok(None),
        Some(Fractions::One(one)) => vec![*one],
        Some(Fractions::Each(each)) => each.clone(),
    };
    if each.len() + 1 != loci {
        return Err(Trouble::new(format!(
            "\"recombination\" has {} fractions for {loci} loci: one between each two neighbours",
            each.len()
        )));
    }
    match each.iter().find(|it| !(0.0..=0.5).contains(*it)) {
        Some(wrong) => Err(Trouble::new(format!(
            "a recombination fraction lies between 0 and 0.5, unlike {wrong}"
        ))),
        None => Ok(Some(each)),
    }
}

fn place(document: &Document, id: &str) -> Option<usize> {
    document.animals.iter().position(|it| it.id == id)
}

fn family(document: &Document, loci: &[Known], fractions: &[f64]) -> Result<Family, Trouble> {
    let is_x_linked = loci.iter().any(|it| it.is_x_linked);
    if is_x_linked && !loci.iter().all(|it| it.is_x_linked) {
        return Err(Trouble::new(
            "loci with a recombination fraction lie on one chromosome: all of them \"x_linked\" or none",
        ));
    }
    let mut members = Vec::new();
    for animal in &document.animals {
        let lost = loci
            .iter()
            .map(|it| it.is_lost(animal))
            .collect::<Result<Vec<_>, _>>()?;
        let has_lived = !lost.contains(&true);
        let parent = |id: &Option<String>, sex: Sex| parent(document, animal, id.as_deref(), sex);
        members.push(Member {
            sex: sex(animal),
            dam: parent(&animal.dam, Sex::Female)?,
            sire: parent(&animal.sire, Sex::Male)?,
            evidence: loci
                .iter()
                .map(|it| it.evidence(animal, has_lived))
                .collect::<Result<_, _>>()?,
            frequencies: loci
                .iter()
                .map(|it| it.alleles.iter().map(|it| it.1).collect())
                .collect(),
        });
    }
    let sites = loci.iter().enumerate().map(|(at, locus)| Site {
        alleles: locus.alleles.len(),
        to_next: fractions.get(at).copied().unwrap_or(0.5),
    });
    Ok(Family {
        sites: sites.collect(),
        is_x_linked,
        members,
    })
}

fn sex(animal: &Animal) -> Sex {
    match animal.sex {
        SexGiven::Male => Sex::Male,
        SexGiven::Female => Sex::Female,
    }
}

fn parent(
    document: &Document,
    of: &Animal,
    id: Option<&str>,
    expected: Sex,
) -> Result<Option<usize>, Trouble> {
    let Some(id) = id else {
        return Ok(None);
    };
    let role = if expected == Sex::Male { "sire" } else { "dam" };
    let at = place(document, id).ok_or_else(|| {
        Trouble::new(format!(
            "{}: its {role} {id} is no animal of the file",
            of.id
        ))
    })?;
    match document.animals.get(at) {
        Some(animal) if sex(animal) == expected => Ok(Some(at)),
        _ => Err(Trouble::new(format!(
            "{}: its {role} {id} is {}",
            of.id,
            if expected == Sex::Male {
                "female"
            } else {
                "male"
            }
        ))),
    }
}

fn is_single(document: &Document, of: usize, loci: &[Known]) -> bool {
    let is_x_linked = loci.iter().any(|it| it.is_x_linked);
    is_x_linked
        && document
            .animals
            .get(of)
            .is_some_and(|it| sex(it) == Sex::Male)
}

/// Why there is no answer, with the animals by name.
fn why(failure: &Failure, document: &Document, loci: &[Known]) -> Trouble {
    let id = |at: &usize| document.animals.get(*at).map_or("?", |it| it.id.as_str());
    let names: Vec<&str> = loci.iter().map(|it| it.name.as_str()).collect();
    let names = names.join(", ");
    Trouble::new(match failure {
        Failure::Impossible { members } => {
            let ids: Vec<&str> = members.iter().map(id).collect();
            format!(
                "{names}: what is known of {} cannot be true together",
                ids.join(", ")
            )
        }
        Failure::TooLarge => format!(
            "{names}: too many animals, loops or alleles for an exact answer; leave out animals that say little, or alleles that nobody has"
        ),
        Failure::Malformed { member } => format!("{} is its own ancestor", id(member)),
    })
}

/// Adds up haplotypes to genotypes of each locus; linked loci also have their haplotypes told.
fn tell(
    told: &mut serde_json::Map<String, Value>,
    posterior: &[Diplotype],
    loci: &[Known],
    is_single: bool,
) {
    for (at, locus) in loci.iter().enumerate() {
        let mut pairs: BTreeMap<String, f64> = BTreeMap::new();
        for diplotype in posterior {
            let alleles = diplotype.alleles.get(at).copied().unwrap_or_default();
            *pairs.entry(locus.text(alleles, is_single)).or_default() += diplotype.probability;
        }
        told.insert(locus.name.clone(), json!(pairs));
    }
    if loci.len() > 1 {
        let mut haplotypes: BTreeMap<String, f64> = BTreeMap::new();
        for diplotype in posterior {
            let strand = |side: usize| {
                let alleles = loci.iter().zip(&diplotype.alleles);
                let symbols = alleles.map(|(locus, both)| {
                    locus
                        .alleles
                        .get(both[side])
                        .map_or("?", |it| it.0.as_str())
                });
                symbols.collect::<Vec<_>>().join("-")
            };
            let mut both = [strand(0), strand(1)];
            both.sort_unstable();
            let text = if is_single {
                both[0].clone()
            } else {
                both.join(" | ")
            };
            *haplotypes.entry(text).or_default() += diplotype.probability;
        }
        told.insert("haplotypes".to_owned(), json!(haplotypes));
    }
}

fn print(answers: &Value) {
    for (id, loci) in answers.as_object().into_iter().flatten() {
        println!("{id}");
        for (locus, pairs) in loci.as_object().into_iter().flatten() {
            for (pair, probability) in pairs.as_object().into_iter().flatten() {
                let probability = probability.as_f64().unwrap_or(0.0);
                println!(
                    "  {:<40} {:>11.6} %",
                    format!("{locus} {pair}"),
                    probability * 100.0
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Result<Value, Trouble> {
        answer(&serde_json::from_str(text).unwrap())
    }

    fn refused(text: &str, sentence: &str) {
        let trouble = asked(text).unwrap_err().to_string();
        assert!(trouble.contains(sentence), "{trouble}");
    }

    fn family(loci: &str, animals: &str) -> String {
        format!(r#"{{"loci": [{loci}], "animals": [{animals}]}}"#)
    }

    const SIMPLE: &str = r#"{"name": "L", "alleles": {"N": 0.9, "a": 0.1}}"#;
    const X: &str = r#"{"name": "L", "alleles": {"N": 0.9, "a": 0.1}, "x_linked": true}"#;

    #[test]
    fn the_example_of_the_help_answers_one_half() {
        let start = FORMAT.find('{').unwrap();
        let end = FORMAT.find("\nloci  ").unwrap();
        let answers = asked(&FORMAT[start..end]).unwrap();
        assert_eq!(answers["Foal"]["PLOD1"]["N/WFFS"], 0.5);
        assert_eq!(answers.as_object().unwrap().len(), 1);
    }

    #[test]
    fn a_normal_sibling_of_an_affected_carries_with_two_thirds() {
        let animals = r#"{"id": "d", "sex": "female", "not": {"L": ["a/a"]}},
            {"id": "s", "sex": "male", "one_of": {"L": ["N/N", "N/a"]}},
            {"id": "sick", "sex": "male", "dam": "d", "sire": "s", "genotypes": {"L": "a/a"}},
            {"id": "well", "sex": "male", "dam": "d", "sire": "s", "not": {"L": ["a/a"]}}"#;
        let answers = asked(&family(SIMPLE, animals)).unwrap();
        let well = answers["well"]["L"]["N/a"].as_f64().unwrap();
        assert!((well - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn linked_loci_tell_their_haplotypes() {
        let text = r#"{"loci": [{"name": "M", "alleles": {"0": 0.5, "1": 0.5}}, {"name": "D", "alleles": {"N": 0.99, "d": 0.01}}],
            "recombination": 0.06,
            "animals": [{"id": "dam", "sex": "female", "genotypes": {"M": "0|1", "D": "N|d"}},
                {"id": "sire", "sex": "male", "genotypes": {"M": "0/0", "D": "N/N"}},
                {"id": "foal", "sex": "female", "dam": "dam", "sire": "sire", "one_of": {"M": ["0/1"]}}],
            "ask": ["foal"]}"#;
        let answers = asked(text).unwrap();
        let carrier = answers["foal"]["D"]["N/d"].as_f64().unwrap();
        assert!((carrier - 0.94).abs() < 1e-12);
        assert!(
            (answers["foal"]["haplotypes"]["0-N | 1-d"].as_f64().unwrap() - 0.94).abs() < 1e-12
        );
    }

    #[test]
    fn a_likelihood_weighs_what_was_seen() {
        let animals =
            r#"{"id": "a", "sex": "female", "likelihood": {"L": {"N/N": 1, "N/a": 0.5}}}"#;
        let answers = asked(&family(SIMPLE, animals)).unwrap();
        let carrier = answers["a"]["L"]["N/a"].as_f64().unwrap();
        assert!((carrier - 0.09 / (0.81 + 0.09)).abs() < 1e-12);
    }

    #[test]
    fn each_mistake_is_named() {
        let one = r#"{"id": "a", "sex": "female"}"#;
        refused(&family(r#"{"name": "L"}"#, one), "needs \"alleles\"");
        refused(
            &family(r#"{"name": "L", "alleles": {"N": 0.9}}"#, one),
            "add up to 0.9",
        );
        refused(
            &family(
                SIMPLE,
                r#"{"id": "a", "sex": "female", "genotypes": {"L": "N/x"}}"#,
            ),
            "no allele x",
        );
        refused(
            &family(
                SIMPLE,
                r#"{"id": "a", "sex": "female", "genotypes": {"K": "N/N"}}"#,
            ),
            "none of the file's loci",
        );
        refused(
            &family(SIMPLE, r#"{"id": "a", "sex": "female", "sire": "b"}"#),
            "no animal of the file",
        );
        refused(
            &family(
                SIMPLE,
                &format!(r#"{one}, {{"id": "b", "sex": "male", "sire": "a"}}"#),
            ),
            "its sire a is female",
        );
        refused(
            &family(
                SIMPLE,
                r#"{"id": "a", "sex": "female", "dam": "b"}, {"id": "b", "sex": "female", "dam": "a"}"#,
            ),
            "its own ancestor",
        );
        refused(
            &family(
                X,
                r#"{"id": "a", "sex": "male", "genotypes": {"L": "N/a"}}"#,
            ),
            "one X chromosome",
        );
        refused(
            &family(
                X,
                r#"{"id": "a", "sex": "female", "genotypes": {"L": "N/Y"}}"#,
            ),
            "no Y",
        );
        let many: Vec<String> = (0..32)
            .map(|at| format!(r#"{{"id": "{at}", "sex": "male"}}"#))
            .collect();
        refused(&family(SIMPLE, &many.join(", ")), "has 32 animals, and 31");
        refused(&family(SIMPLE, &format!("{one}, {one}")), "stands twice");
        let pair = r#"{"id": "a", "sex": "female", "genotypes": {"L": "N/N"}}, {"id": "b", "sex": "male", "dam": "a", "genotypes": {"L": "a/a"}}"#;
        refused(
            &family(SIMPLE, pair),
            "what is known of a, b cannot be true together",
        );
    }
}
