//! The operator's commands, as an operator runs them.

mod command_line;
mod migrate;
mod supervise;
