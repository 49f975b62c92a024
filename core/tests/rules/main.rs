//! The rules, from outside: known answers, every refusal, one property per rule, golden vectors.

mod breeding;
mod calendar;
mod catalogue;
mod coat;
mod coat_facts;
mod dice;
#[cfg(feature = "json")]
mod document;
#[cfg(feature = "serde")]
mod documents;
mod economy;
mod entry;
mod foal;
mod frequency;
mod genome;
mod golden;
mod heredity;
mod horse;
mod inference;
mod locus;
mod meiosis;
mod name;
mod odds;
mod pedigree;
mod portrait;
mod prediction;
mod proof;
mod refusal;
mod scale;
mod score;
mod settlement;
mod show;
mod training;
mod traits;
mod user;
mod world;
