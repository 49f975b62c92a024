//! Pedigrees: who descends from whom, and what that does to a foal.

mod ancestors;
mod bits;
mod coefficients;
mod generations;
mod inbreeding;
mod kinship;
mod lines;
mod mating;
mod population;
mod record;
mod register;
mod selection;
mod sweep;

pub use ancestors::{Share, ancestors, effective, founder_genomes_by_gene_drop, founders};
pub use coefficients::{coefficients, coefficients_since};
pub use generations::{
    ancestral_inbreeding, completeness, equivalent_generations, known_generations,
};
pub use inbreeding::Inbreeding;
pub use kinship::Kinship;
pub use mating::{CommonAncestor, CommonPath, Explained, Reach, explain};
pub use population::{GenerationInterval, Population, effective_size, rate};
pub use record::{Flaw, Parents, Pedigree};
pub use register::Register;
pub use selection::{Mate, Optimum, optimal_contributions, rank_mates};
