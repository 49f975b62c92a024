//! Genetics: the loci as data, genomes and their text, meiosis, what is lost, and the document that clients read.
//!
//! The genotype is the truth: a horse's colours, markings and size follow from it, and no name of a colour is ever turned
//! back into one. No code knows a locus by name but that which names coats and sizes.

pub mod coat;
pub mod document;
pub mod frequency;
pub mod genome;
pub mod inference;
pub mod locus;
pub mod meiosis;
pub mod prediction;
pub mod size;
mod source;
mod table;
pub mod viability;

pub use document::{Characters, Genetics, InheritancePattern, MAX_LOCI, document};
pub use frequency::Frequencies;
pub use genome::{Genome, Genotype};
pub use locus::{Allele, Chromosome, Dominance, Group, Locus, LocusFacts, Pair};
pub use meiosis::{Gamete, Recombination};
pub use viability::{Loss, Viability, viability};
