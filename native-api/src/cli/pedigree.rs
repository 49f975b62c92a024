//! `equoria pedigree`: inbreeding, kinship and diversity of a breeder's own animals.

use std::fs;
use std::io::{self, BufWriter, IsTerminal as _, Read as _, Write as _};
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use rules::dice::Dice;
use rules::horse::Sex;
use rules::pedigree::{
    Explained, GenerationInterval, Kinship, Optimum, Population, Reach, Share, ancestors,
    ancestral_inbreeding, equivalent_generations, explain, founder_genomes_by_gene_drop, founders,
    known_generations, optimal_contributions,
};
use serde_json::{Value, json};

use super::{Finding, print_json};
use crate::pedigree::Studbook;
use crate::trouble::{Because, Trouble};

/// Animals, founders and ancestors in a list for people.
const TOLD: usize = 10;
/// Animals whose contributions are weighed; their kinships take 200 MB.
const MOST_CANDIDATES: usize = 5_000;

#[derive(Args)]
pub(super) struct PedigreeArguments {
    /// The pedigree: a file of id, sire, dam (header, separator and order of lines as you like; .gz too), or `-`
    file: String,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
    /// Print id,f of every animal as CSV, with 17 significant digits
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Add the figures of the population: kinship, fe, fa, fg, Ne, completeness, generation interval
    #[arg(long)]
    population: bool,
    /// The animals that the figures are of: ids parted by commas, `@FILE` of one id a line, or `youngest`
    #[arg(long, value_name = "IDS", requires = "population")]
    reference: Option<String>,
    /// Add fg by this many gene drops: founder alleles that survive, as Lacy 1989 counts them
    #[arg(long, value_name = "DROPS", requires = "population", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    gene_drop: Option<u32>,
    /// Add what each of the animals should contribute to the next generation, half from either sex, for the least mean
    /// kinship
    #[arg(long, requires = "population")]
    contributions: bool,
    /// The kinship of two animals
    #[arg(long, num_args = 2, value_names = ["ID", "ID"], conflicts_with = "csv")]
    kinship: Option<Vec<String>>,
    /// The inbreeding of a foal of two animals, with the common ancestors and the paths that cause it
    #[arg(long, num_args = 2, value_names = ["SIRE", "DAM"], conflicts_with = "csv")]
    mating: Option<Vec<String>>,
    /// Refuse what is odd but not impossible: a parent of both sexes, or no older than its foal
    #[arg(long)]
    strict: bool,
}

pub(super) fn pedigree(arguments: &PedigreeArguments) -> Result<Finding, Trouble> {
    let progress = Progress::new();
    progress.say("reading");
    let book = Studbook::read(bytes(&arguments.file)?)?;
    if arguments.strict
        && let Some(odd) = book.oddities.first()
    {
        return Err(Trouble::new(odd.clone()));
    }
    progress.say(&format!("F of {} animals", book.names.len()));
    let mut kinship = Kinship::new(&book.pedigree);
    let report = Report::of(arguments, &book, &mut kinship, &progress)?;
    progress.done();
    for odd in &book.oddities {
        eprintln!("equoria pedigree: {odd}");
    }
    if arguments.csv {
        print_csv(&book, &kinship)?;
    } else if arguments.json {
        print_json(&report.as_json(&book, &kinship))?;
    } else {
        print(&report.as_text(&book, &kinship))?;
    }
    Ok(Finding::Good)
}

fn bytes(file: &str) -> Result<Vec<u8>, Trouble> {
    if file != "-" {
        return fs::read(file).because(|| format!("could not read {file}"));
    }
    let mut bytes = Vec::new();
    io::stdin()
        .read_to_end(&mut bytes)
        .because(|| "could not read standard input")?;
    Ok(bytes)
}

/// What is under way, for somebody who watches: nothing when standard error is a file.
struct Progress(ProgressBar);

impl Progress {
    fn new() -> Self {
        if !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    fn say(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    fn done(&self) {
        self.0.finish_and_clear();
    }
}

/// What was asked for, computed.
struct Report {
    coefficients: Vec<f64>,
    population: Option<Figures>,
    kinship: Option<(u32, u32, f64)>,
    mating: Option<(u32, u32, Explained)>,
}

struct Figures {
    population: Population,
    founders: Vec<Share>,
    ancestors: Vec<Share>,
    by_gene_drop: Option<f64>,
    optimum: Option<Optimum>,
    interval: Option<GenerationInterval>,
}

impl Report {
    fn of(
        arguments: &PedigreeArguments,
        book: &Studbook,
        kinship: &mut Kinship<'_>,
        progress: &Progress,
    ) -> Result<Self, Trouble> {
        let two = |names: &Option<Vec<String>>| match names.as_deref() {
            Some([one, other]) => Ok(Some((book.place(one)?, book.place(other)?))),
            _ => Ok::<_, Trouble>(None),
        };
        let population = if arguments.population {
            progress.say("founders and ancestors");
            let group = group(book, arguments.reference.as_deref())?;
            Some(figures(book, kinship, &group, arguments)?)
        } else {
            None
        };
        let pair = two(&arguments.kinship)?;
        let mating = two(&arguments.mating)?;
        if mating.is_some_and(|(sire, dam)| sire == dam) {
            return Err(Trouble::new("--mating takes two animals"));
        }
        Ok(Self {
            coefficients: kinship.coefficients(),
            population,
            kinship: pair.map(|(one, other)| (one, other, kinship.between(one, other))),
            mating: mating
                .map(|(sire, dam)| (sire, dam, explain(kinship, sire, dam, Reach::default()))),
        })
    }

    fn as_json(&self, book: &Studbook, kinship: &Kinship<'_>) -> Value {
        let name = |place: u32| book.name(place).to_owned();
        let before = ancestral_inbreeding(kinship);
        let generations = equivalent_generations(&book.pedigree);
        let animals = |row: &crate::pedigree::Row| {
            json!({
                "id": book.name(row.place),
                "f": kinship.f(row.place),
                "ancestral_f": before.get(row.place as usize),
                "generations": generations.get(row.place as usize),
            })
        };
        json!({
            "animals": book.names.len(),
            "without_a_line": book.names.len() - book.rows.len(),
            "inbred": self.inbred(),
            "mean_inbreeding": self.mean(),
            "max_inbreeding": self.coefficients.iter().copied().fold(0.0, f64::max),
            "oddities": book.oddities,
            "inbreeding": book.rows.iter().map(animals).collect::<Vec<_>>(),
            "population": self.population.as_ref().map(|figures| figures.as_json(book)),
            "kinship": self.kinship.map(|(one, other, kinship)| json!({
                "ids": [name(one), name(other)], "kinship": kinship,
            })),
            "mating": self.mating.as_ref().map(|(sire, dam, explained)| json!({
                "sire": name(*sire), "dam": name(*dam), "foal": explained.clone().named(name),
            })),
        })
    }

    fn as_text(&self, book: &Studbook, kinship: &Kinship<'_>) -> String {
        if self.kinship.is_none() && self.mating.is_none() {
            let mut text = self.overview(book, kinship);
            if let Some(figures) = &self.population {
                text.push_str(&figures.as_text(book));
            }
            return text;
        }
        let mut text = String::new();
        if let Some((one, other, kinship)) = self.kinship {
            let (one, other) = (book.name(one), book.name(other));
            text += &format!("Kinship of {one} and {other}: {}\n", digits(kinship));
        }
        if let Some((sire, dam, explained)) = &self.mating {
            text += &told(book, *sire, *dam, explained);
        }
        text
    }

    fn overview(&self, book: &Studbook, kinship: &Kinship<'_>) -> String {
        let founders = known_generations(&book.pedigree);
        let mut text = format!(
            "Animals      {}, of which {} are founders and {} have no line of their own\n\
             Inbred       {}\nMean F       {:.6}\n",
            book.names.len(),
            founders.iter().filter(|depth| **depth == 0).count(),
            book.names.len() - book.rows.len(),
            self.inbred(),
            self.mean(),
        );
        let mut most: Vec<u32> = book.rows.iter().map(|row| row.place).collect();
        most.retain(|place| kinship.f(*place) > 0.0);
        most.sort_by(|one, other| {
            let by_f = kinship.f(*other).total_cmp(&kinship.f(*one));
            by_f.then(one.cmp(other))
        });
        if !most.is_empty() {
            text += "Most inbred\n";
        }
        for place in most.into_iter().take(TOLD) {
            text += &format!("  {:.6}   {}\n", kinship.f(place), book.name(place));
        }
        text
    }

    fn inbred(&self) -> usize {
        self.coefficients.iter().filter(|f| **f > 0.0).count()
    }

    fn mean(&self) -> f64 {
        self.coefficients.iter().sum::<f64>() / self.coefficients.len() as f64
    }
}

/// The animals that figures are of: all of them unless told otherwise.
fn group(book: &Studbook, reference: Option<&str>) -> Result<Vec<u32>, Trouble> {
    let Some(reference) = reference else {
        return Ok((0..book.names.len() as u32).collect());
    };
    if reference == "youngest" {
        let depths = known_generations(&book.pedigree);
        let last = depths.iter().copied().max();
        let places = (0..)
            .zip(&depths)
            .filter(|(_, depth)| Some(**depth) == last);
        return Ok(places.map(|(place, _)| place).collect());
    }
    let ids = match reference.strip_prefix('@') {
        Some(file) => fs::read_to_string(file)
            .because(|| format!("could not read {file}"))?
            .replace('\n', ","),
        None => reference.to_owned(),
    };
    let names = ids.split(',').map(str::trim).filter(|id| !id.is_empty());
    let mut places = names
        .map(|id| book.place(id))
        .collect::<Result<Vec<_>, _>>()?;
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        return Err(Trouble::new("--reference names no animal"));
    }
    Ok(places)
}

fn figures(
    book: &Studbook,
    kinship: &Kinship<'_>,
    group: &[u32],
    arguments: &PedigreeArguments,
) -> Result<Figures, Trouble> {
    let mut dice = Dice::from_key([0; 32]);
    let drop = |drops| founder_genomes_by_gene_drop(&book.pedigree, group, drops, &mut dice);
    let interval = GenerationInterval::of(&book.pedigree, &book.births);
    Ok(Figures {
        population: Population::of(kinship, group),
        founders: founders(&book.pedigree, group),
        ancestors: ancestors(&book.pedigree, group),
        by_gene_drop: arguments.gene_drop.map(drop),
        optimum: if arguments.contributions {
            Some(optimum(book, kinship, group)?)
        } else {
            None
        },
        interval: interval.mean.map(|_| interval),
    })
}

/// The optimal contributions of those of a group whose sex is known, the greatest first.
fn optimum(book: &Studbook, kinship: &Kinship<'_>, group: &[u32]) -> Result<Optimum, Trouble> {
    let of_sex = |sex: Sex| -> Vec<u32> {
        let is_of = |place: &&u32| book.sexes.get(**place as usize) == Some(&Some(sex));
        group.iter().filter(is_of).copied().collect()
    };
    let (males, females) = (of_sex(Sex::Male), of_sex(Sex::Female));
    if males.len() + females.len() > MOST_CANDIDATES {
        return Err(Trouble::new(format!(
            "--contributions weighs {MOST_CANDIDATES} animals at the most; name those that may breed by --reference"
        )));
    }
    let found = optimal_contributions(kinship, &males, &females);
    let mut found = found.ok_or_else(|| {
        Trouble::new(
            "--contributions needs males and females; tell them in a column named sex, as M and F",
        )
    })?;
    let by_share = |one: &Share, other: &Share| other.share.total_cmp(&one.share);
    found.contributions.sort_by(by_share);
    Ok(found)
}

impl Figures {
    fn as_json(&self, book: &Studbook) -> Value {
        let named_share = |each: &Share| json!({"id": book.name(each.place), "share": each.share});
        let named = |shares: &[Share]| {
            let first = shares.iter().take(100);
            first.map(named_share).collect::<Vec<_>>()
        };
        json!({
            "figures": self.population,
            "founder_genomes_by_gene_drop": self.by_gene_drop,
            "founders": named(&self.founders),
            "ancestors": named(&self.ancestors),
            "optimal_contributions": self.optimum.as_ref().map(|optimum| json!({
                "mean_kinship": optimum.mean_kinship,
                "animals": optimum.contributions.iter().filter(|each| each.share > 0.0).map(named_share).collect::<Vec<_>>(),
            })),
            "generation_interval_years": self.interval,
        })
    }

    fn as_text(&self, book: &Studbook) -> String {
        let p = &self.population;
        let size = |ne: Option<f64>| ne.map_or("none yet".to_owned(), |ne| format!("{ne:.2}"));
        let mut text = format!(
            "\nPopulation of {} animals\n  \
             mean F                  {:.6} (most {:.6})\n  \
             mean kinship            {:.6}\n  \
             founders                {} (fe {:.4})\n  \
             ancestors of half       {} (fa {:.4})\n  \
             founder genomes (fg)    {:.4}\n  \
             effective size (Ne)     {} by the rate of inbreeding\n  \
             sires, dams             {}, {} (4 Nm Nf / (Nm + Nf) = {})\n  \
             equivalent generations  {:.3} (most {:.3}), known {}\n",
            p.animals,
            p.mean_inbreeding,
            p.max_inbreeding,
            p.mean_kinship,
            p.founders,
            p.effective_founders,
            p.ancestors_of_half,
            p.effective_ancestors,
            p.founder_genomes,
            size(p.effective_size),
            p.sires,
            p.dams,
            size(p.size_by_sexes),
            p.mean_generations,
            p.max_generations,
            p.known_generations,
        );
        let known: Vec<String> = p
            .completeness
            .iter()
            .map(|share| format!("{:.0} %", 100.0 * share))
            .collect();
        text += &format!("  known ancestors         {}\n", known.join(", "));
        if let Some(fg) = self.by_gene_drop {
            text += &format!("  fg by gene drop         {fg:.4}\n");
        }
        if let Some(years) = self.interval.and_then(|interval| interval.mean) {
            text += &format!("  generation interval     {years:.2} years\n");
        }
        let mut lists = vec![
            ("Founders by contribution".to_owned(), &self.founders),
            ("Ancestors by contribution".to_owned(), &self.ancestors),
        ];
        if let Some(optimum) = &self.optimum {
            let title = format!(
                "Contributions for a mean kinship of {:.6}",
                optimum.mean_kinship
            );
            lists.push((title, &optimum.contributions));
        }
        for (title, shares) in lists {
            text += &format!("{title}\n");
            for each in shares.iter().take(TOLD) {
                text += &format!(
                    "  {:6.2} %   {}\n",
                    100.0 * each.share,
                    book.name(each.place)
                );
            }
        }
        text
    }
}

/// A planned mating for people: F, the ancestors that cause it, the paths.
fn told(book: &Studbook, sire: u32, dam: u32, explained: &Explained) -> String {
    let mut text = format!(
        "A foal of {} and {} has F = {}\n",
        book.name(sire),
        book.name(dam),
        digits(explained.f)
    );
    for each in &explained.ancestors {
        let name = book.name(each.animal);
        text += &format!("  {:.6} by {name} (F {:.6})\n", each.contribution, each.f);
    }
    if explained.beyond > 0.0 {
        text += &format!("  {:.6} by ancestors further back\n", explained.beyond);
    }
    for path in &explained.paths {
        let names = |side: &[u32]| {
            let names: Vec<&str> = side.iter().map(|place| book.name(*place)).collect();
            names.join(" - ")
        };
        text += &format!(
            "  {:.6} : {} | {}\n",
            path.contribution,
            names(&path.sire_side),
            names(&path.dam_side)
        );
    }
    text
}

fn print_csv(book: &Studbook, kinship: &Kinship<'_>) -> Result<(), Trouble> {
    let mut table = csv::Writer::from_writer(BufWriter::new(io::stdout().lock()));
    let mut write = || -> csv::Result<()> {
        table.write_record(["id", "f"])?;
        for row in &book.rows {
            table.write_record([book.name(row.place), &digits(kinship.f(row.place))])?;
        }
        Ok(table.flush()?)
    };
    write().because(|| "could not write")
}

fn print(text: &str) -> Result<(), Trouble> {
    io::stdout()
        .write_all(text.as_bytes())
        .because(|| "could not write")
}

/// A number from 0 to 1 with 17 significant digits, less the zeros at its end: read again it is the same number.
fn digits(f: f64) -> String {
    let scientific = format!("{f:.16e}");
    let exponent = scientific.split_once('e').and_then(|(_, e)| e.parse().ok());
    let places = usize::try_from(16 - exponent.unwrap_or(0_i32)).unwrap_or(0);
    let plain = format!("{f:.places$}");
    plain.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_seventeen_and_read_back_as_the_same_number() {
        for (f, text) in [
            (0.0, "0"),
            (0.125, "0.125"),
            (1.0, "1"),
            (0.1, "0.10000000000000001"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(digits(f), text);
        }
        let small = f64::EPSILON * 3.1;
        assert_eq!(digits(small).parse(), Ok(small));
    }
}
