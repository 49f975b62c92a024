//! The report for people.

use std::fmt::{self, Display, Formatter};

use super::{BOUND, Counted, Report};

impl Display for Counted {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{:<52} {:>7} of {:>7}, expected {:>9.1}, p = {:.2e}",
            self.what, self.observed, self.of, self.expected, self.p
        )
    }
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} horses, {} of them born here",
            self.horses, self.born
        )?;
        writeln!(out, "\n{}\n{}", self.sex_ratio, self.losses)?;
        writeln!(
            out,
            "\nThe least likely counts of alleles, of {} tests:",
            self.tests
        )?;
        for counted in &self.alleles {
            writeln!(out, "{counted}")?;
        }
        writeln!(out, "\nThe greatest drifts since the founders:")?;
        for it in &self.drift {
            let what = format!("{} {} {}", it.breed, it.locus, it.allele);
            writeln!(
                out,
                "{what:<40} {:.3} -> {:.3}, standard error {:.3}, z = {:+.1}",
                it.founders, it.born, it.standard_error, it.z
            )?;
        }
        self.fmt_pedigree(out)?;
        writeln!(
            out,
            "\nTraits: of founders, of the born, hidden among those"
        )?;
        for it in &self.traits {
            writeln!(
                out,
                "{:<24} {:>6.1} % {:>6.1} % {:>6.1} %",
                it.r#trait.as_str(),
                100.0 * it.founders,
                100.0 * it.born,
                100.0 * it.hidden
            )?;
        }
        writeln!(out, "\nCoats:")?;
        for (name, count) in &self.coats {
            writeln!(out, "{count:>7}  {name}")?;
        }
        self.fmt_verdict(out)
    }
}

impl Report {
    /// Is nothing improbable, and every F right?
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.improbable.is_empty() && self.wrong_inbreeding == 0
    }

    fn fmt_pedigree(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "\nGeneration, horses, mean F, greatest F:")?;
        for it in &self.generations {
            writeln!(
                out,
                "{:>10} {:>7} {:>7.4} {:>10.4}",
                it.generation, it.horses, it.mean_inbreeding, it.max_inbreeding
            )?;
        }
        if let Some(mean) = self.generation_interval.mean {
            writeln!(out, "generation interval {mean:.1} game-years")?;
        }
        Ok(())
    }

    fn fmt_verdict(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.wrong_inbreeding > 0 {
            writeln!(
                out,
                "\n{} horses have an F that is not their pedigree's.",
                self.wrong_inbreeding
            )?;
        }
        for counted in &self.improbable {
            writeln!(out, "\nIMPROBABLE: {counted}")?;
        }
        if self.is_good() {
            write!(
                out,
                "\nAll as expected: nothing has a chance below {BOUND:e} / {}.",
                self.tests
            )
        } else {
            write!(out, "\nNot as expected.")
        }
    }
}
