//! The operator's commands, as an operator runs them, and what outlives their crashes.

mod audit;
mod backlog;
mod backup;
mod bring_up;
mod command_line;
mod crash;
mod maintain;
mod migrate;
mod migrate_check;
mod migrate_steps;
mod monitor;
mod new_migration;
mod pedigree;
mod production;
mod proof;
mod recovery;
mod report;
mod rotation;
mod runs;
mod schedule;
mod seeds;
mod serving;
mod supervise;
mod tls;
mod under_fire;
mod workers;
