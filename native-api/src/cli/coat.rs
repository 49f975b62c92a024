//! `equoria coat`: what a genotype looks like and what it means for health.

use clap::{Args, ValueEnum};
use rules::genetics::coat::{Coat, Eyes, Pattern, warnings};
use rules::genetics::{
    Chromosome, Dominance, Genome, Genotype, Group, Locus, Recombination, viability,
};
use rules::horse::Sex;
use serde_json::{Value, json};

use super::{Finding, print_json};
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(super) struct CoatArguments {
    /// The genotype, such as "MC1R=E/e ASIP=A/a SLC45A2=N/Cr"; a locus that is not named is wild type
    #[arg(required_unless_present = "loci")]
    genotype: Vec<String>,
    /// Whose it is; a stallion has one X chromosome, as in MBTPS2=BR1/Y [default: a mare, unless there is a Y]
    #[arg(long, value_enum)]
    sex: Option<Animal>,
    /// The age in years, at which a grey is further on
    #[arg(long, value_name = "YEARS", value_parser = clap::value_parser!(u8).range(0..=60))]
    age: Option<u8>,
    /// List the loci with their alleles, what they do, and who says so
    #[arg(long, conflicts_with_all = ["genotype", "sex", "age"])]
    loci: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Animal {
    Mare,
    Stallion,
}

pub(super) fn coat(arguments: &CoatArguments) -> Result<Finding, Trouble> {
    if arguments.loci {
        return list_loci(arguments.json).map(|()| Finding::Good);
    }
    let text = &arguments.genotype.join(" ");
    let has_y = text.split_ascii_whitespace().any(|it| it.contains("/Y"));
    let sex = match arguments.sex {
        Some(Animal::Stallion) => Sex::Male,
        None if has_y => Sex::Male,
        _ => Sex::Female,
    };
    let read = genotype(text, sex)?;
    let shown = Shown {
        text: canonical(&read, text),
        // What is seen does not depend on the phase.
        genome: *read.genome(),
        age: arguments.age,
    };
    if arguments.json {
        print_json(&shown.as_json())?;
    } else {
        shown.print();
    }
    Ok(match viability(&shown.genome) {
        Ok(()) => Finding::Good,
        Err(_) => Finding::Bad,
    })
}

/// Reads a genotype as people type it, and says which word of it is wrong, with what is nearest to it.
pub(super) fn genotype(text: &str, sex: Sex) -> Result<Genotype, Trouble> {
    let mut named: Vec<Locus> = Vec::new();
    for word in text.split_ascii_whitespace() {
        if word.contains([',', ';']) {
            return Err(Trouble::new(format!(
                "{word}: part the loci by blanks, as in \"MC1R=E/e ASIP=A/a\""
            )));
        }
        let (gene, pair) = word
            .split_once('=')
            .ok_or_else(|| Trouble::new(format!("{word} is not of the form GENE=allele/allele")))?;
        let locus = locus(gene)?;
        if named.contains(&locus) {
            return Err(Trouble::new(format!(
                "{word}: {locus} is named already; name each locus once"
            )));
        }
        named.push(locus);
        let (one, other) = pair.split_once(['/', '|']).ok_or_else(|| {
            Trouble::new(format!(
                "{word} needs two alleles, as in {}",
                example(locus)
            ))
        })?;
        for symbol in [one, other] {
            check_allele(locus, symbol)?;
        }
        let is_single = (one == "Y") != (other == "Y");
        match (locus.is_x_linked(), sex, is_single) {
            (true, Sex::Male, false) => {
                let own = if one == "Y" {
                    locus.facts().alleles[0]
                } else {
                    one
                };
                return Err(Trouble::new(format!(
                    "{word}: a stallion has one X chromosome, written as {locus}={own}/Y"
                )));
            }
            (true, Sex::Female, _) if one == "Y" || other == "Y" => {
                return Err(Trouble::new(format!(
                    "{word}: a mare has two X chromosomes and no Y"
                )));
            }
            _ => {}
        }
    }
    Genotype::parse(text, sex).because(|| "this genotype cannot be read")
}

fn locus(gene: &str) -> Result<Locus, Trouble> {
    gene.parse().map_err(|_| {
        let by_name = Locus::ALL
            .iter()
            .find(|it| it.facts().name.eq_ignore_ascii_case(gene));
        let known = Locus::ALL.iter().map(|it| it.as_str());
        let near = by_name
            .map(|it| it.as_str())
            .or_else(|| nearest(gene, known));
        Trouble::new(format!(
            "{gene} is not a locus that is known{}; `equoria coat --loci` lists them",
            did_you_mean(near)
        ))
    })
}

fn check_allele(locus: Locus, symbol: &str) -> Result<(), Trouble> {
    if locus.allele(symbol).is_ok() || (locus.is_x_linked() && symbol == "Y") {
        return Ok(());
    }
    let known = locus.facts().alleles;
    let near = nearest(symbol, known.iter().copied());
    Err(Trouble::new(format!(
        "{locus} ({}) has no allele {symbol}{}; it has {}",
        locus.facts().name,
        did_you_mean(near),
        known.join(", ")
    )))
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!(" (did you mean {near}?)"))
}

/// The word that takes the fewest changes of a letter, if at most two; letters of another case change nothing.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_ascii_lowercase();
    let by_distance = known.map(|it| (distance(&wanted, &it.to_ascii_lowercase()), it));
    let (distance, near) = by_distance.min_by_key(|it| it.0)?;
    // A word that would have to be changed whole is not near.
    (distance <= 2 && distance < word.len()).then_some(near)
}

/// How many letters have to be put in, left out or replaced (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.bytes().enumerate() {
        let mut diagonal = at;
        row[0] = at + 1;
        for (place, right) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

fn example(locus: Locus) -> String {
    let [wild, first, ..] = locus.facts().alleles else {
        return locus.as_str().to_owned();
    };
    format!("{locus}={wild}/{first}")
}

/// The genotype in the order of the loci; where the phase is open, as it was typed.
fn canonical(read: &Genotype, typed: &str) -> String {
    if read.phases().len() == 1 {
        return read.genome().to_string();
    }
    let words = |locus: &Locus| {
        let is_its = |word: &&str| {
            word.split_once('=')
                .is_some_and(|it| it.0 == locus.as_str())
        };
        typed.split_ascii_whitespace().find(is_its)
    };
    let told = Locus::ALL
        .iter()
        .filter(|it| !read.genome().pair(**it).is_wild());
    told.filter_map(words).collect::<Vec<_>>().join(" ")
}

/// A genotype with what is said of it.
struct Shown {
    text: String,
    genome: Genome,
    age: Option<u8>,
}

impl Shown {
    fn coat(&self) -> Coat {
        Coat::of(&self.genome, 0, None)
    }

    fn as_json(&self) -> Value {
        let coat = self.coat();
        let lost = viability(&self.genome).err().map(|loss| {
            json!({
                "locus": loss.locus,
                "pair": loss.locus.pair_text(loss.pair),
                "source": loss.locus.viability_source(loss.pair),
            })
        });
        json!({
            "genotype": self.text,
            "sex": self.genome.sex(),
            "name": coat.name,
            "name_at_age": self.age.map(|age| coat.shown_at(age.into())),
            "aliases": coat.phenotype.aliases(),
            "base": coat.base,
            "pattern": coat.pattern,
            "eyes": eyes(&coat),
            "hair": coat.hair,
            "description": coat.phenotype.description(),
            "markings_on_average": { "face": coat.face, "legs": coat.legs },
            "phenotype": coat.phenotype,
            "warnings": warnings(&self.genome),
            "lost": lost,
        })
    }

    fn print(&self) {
        let coat = self.coat();
        match self.age {
            Some(age) => println!("{}", coat.shown_at(age.into())),
            None => println!("{}", coat.name),
        }
        let aliases = coat.phenotype.aliases();
        if !aliases.is_empty() {
            println!("  also called: {}", aliases.join(", "));
        }
        println!("  {}; {} eyes", coat.phenotype.description(), eyes(&coat));
        let genotype = if self.text.is_empty() {
            "wild type everywhere"
        } else {
            &self.text
        };
        println!("  genotype: {genotype}");
        for warning in warnings(&self.genome) {
            println!(
                "  {}: {} ({})",
                warning.locus, warning.sentence, warning.source
            );
        }
    }
}

/// The eyes; those of frames and splashed whites are a matter of chance.
fn eyes(coat: &Coat) -> String {
    let reaches_eyes = [Pattern::Frame, Pattern::SplashedWhite];
    if coat.eyes != Eyes::Blue && reaches_eyes.iter().any(|it| coat.pattern.contains(it)) {
        return format!("{} or blue", coat.eyes);
    }
    coat.eyes.to_string()
}

fn list_loci(is_json: bool) -> Result<(), Trouble> {
    if is_json {
        return print_json(
            &Locus::ALL
                .iter()
                .map(|it| locus_as_json(*it))
                .collect::<Vec<_>>(),
        );
    }
    for locus in Locus::ALL.iter().copied() {
        let facts = locus.facts();
        println!("{locus}  {}", facts.name);
        println!("  alleles: {}", facts.alleles.join(", "));
        println!("  {}", locus.about());
        println!("  {}", locus.source());
        if let Some((next, source)) = linked(locus) {
            let Recombination {
                recombinants,
                among,
            } = facts.to_next;
            println!("  {recombinants} of {among} gametes recombine with {next}: {source}");
        }
    }
    Ok(())
}

/// The next locus of the same chromosome, and how the recombination fraction is known.
fn linked(locus: Locus) -> Option<(Locus, &'static str)> {
    let next = Locus::ALL.get(locus.index() + 1)?;
    Some((*next, locus.crossing_source()?))
}

fn chromosome(of: Chromosome) -> Option<String> {
    match of {
        Chromosome::Autosome(number) => Some(format!("ECA{number}")),
        Chromosome::X => Some("ECAX".to_owned()),
        Chromosome::Unmapped => None,
    }
}

fn locus_as_json(locus: Locus) -> Value {
    let facts = locus.facts();
    let alleles = locus.alleles().map(|allele| {
        let dominance = (!allele.is_wild()).then(|| dominance(locus.dominance(allele)));
        json!({ "symbol": locus.symbol(allele), "dominance": dominance })
    });
    json!({
        "locus": locus,
        "name": facts.name,
        "group": group(facts.group),
        "alleles": alleles.collect::<Vec<_>>(),
        "is_tested": facts.is_tested,
        "chromosome": chromosome(facts.chromosome),
        "linked_to": linked(locus).map(|(next, source)| json!({
            "locus": next,
            "recombinants": facts.to_next.recombinants,
            "among": facts.to_next.among,
            "source": source,
        })),
        "about": locus.about(),
        "source": locus.source(),
    })
}

const fn dominance(of: Dominance) -> &'static str {
    match of {
        Dominance::Dominant => "dominant",
        Dominance::Incomplete => "incomplete",
        Dominance::Recessive => "recessive",
    }
}

const fn group(of: Group) -> &'static str {
    match of {
        Group::Colour => "colour",
        Group::White => "white",
        Group::Hair => "hair",
        Group::Health => "health",
        Group::Gait => "gait",
        Group::Size => "size",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(text: &str) -> String {
        genotype(text, Sex::Female).unwrap_err().to_string()
    }

    fn shown(text: &str) -> Shown {
        let read = genotype(text, Sex::Female).unwrap();
        Shown {
            text: canonical(&read, text),
            genome: *read.genome(),
            age: None,
        }
    }

    #[test]
    fn a_wrong_word_is_named_with_what_is_nearest() {
        assert_eq!(
            trouble("MCR1=E/e"),
            "MCR1 is not a locus that is known (did you mean MC1R?); `equoria coat --loci` lists them"
        );
        assert!(trouble("extension=E/e").contains("did you mean MC1R?"));
        assert_eq!(
            trouble("SLC45A2=N/cr"),
            "SLC45A2 (Cream, pearl, sunshine, snowdrop) has no allele cr (did you mean Cr?); it has N, Cr, Prl, Sun, Sno"
        );
        assert!(!trouble("WITHERS=high").contains("did you mean"));
        assert!(trouble("MC1R").contains("GENE=allele/allele"));
        assert!(trouble("MC1R=E").contains("MC1R=E/e"));
        assert!(trouble("MC1R=E/e MC1R=E/E").contains("MC1R is named already"));
        assert!(trouble("MC1R=E/e,ASIP=A/a").contains("part the loci by blanks"));
        assert!(trouble("MBTPS2=BR1/Y").contains("a mare has two X"));
        let stallion = genotype("MBTPS2=N/BR1", Sex::Male).unwrap_err();
        assert!(stallion.to_string().contains("MBTPS2=N/Y"));
        let none = genotype("MBTPS2=Y/Y", Sex::Male).unwrap_err();
        assert!(none.to_string().contains("written as MBTPS2=N/Y"));
    }

    #[test]
    fn the_answer_is_canonical_and_keeps_a_phase_that_is_known() {
        let text = |typed: &str| shown(typed).text;
        assert_eq!(
            text("SLC45A2=Cr/N ASIP=a/A MC1R=e/E"),
            "MC1R=E/e SLC45A2=N/Cr ASIP=A/a"
        );
        assert_eq!(text("KIT=TO|n MC1R=E|e"), shown("MC1R=e|E KIT=n|TO").text);
        assert_eq!(text("KIT=n/TO MC1R=E/e"), "MC1R=E/e KIT=n/TO");
        assert_eq!(text(""), "");
    }

    #[test]
    fn a_coat_is_told_with_its_names_warnings_and_losses() {
        let grullo = shown("ASIP=a/a TBX3=D/nd2").as_json();
        assert_eq!(grullo["name"], "grullo");
        assert_eq!(grullo["aliases"][0], "grulla");
        assert_eq!(grullo["lost"], Value::Null);
        assert_eq!(shown("EDNRB=n/O").as_json()["eyes"], "brown or blue");
        let lethal = shown("EDNRB=O/O").as_json();
        assert_eq!(lethal["lost"]["pair"], "O/O");
        assert_eq!(lethal["warnings"][0]["locus"], "EDNRB");
        let grey = Shown {
            age: Some(3),
            ..shown("STX17=G1/G3")
        };
        assert_eq!(grey.as_json()["name_at_age"], "rose grey (born bay)");
    }

    #[test]
    fn a_locus_is_told_with_what_it_is_linked_to() {
        let extension = locus_as_json(Locus::Mc1r);
        assert_eq!(extension["chromosome"], "ECA3");
        assert_eq!(extension["linked_to"]["locus"], "KIT");
        assert_eq!(extension["linked_to"]["recombinants"], 3);
        assert_eq!(extension["linked_to"]["among"], 50);
        assert_eq!(locus_as_json(Locus::Mbtps2)["linked_to"], Value::Null);
        assert_eq!(locus_as_json(Locus::Sooty)["chromosome"], Value::Null);
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("mitf", "mitf"), 0);
    }
}
