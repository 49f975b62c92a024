//! The operator's commands, as an operator runs them.

mod bring_up;
mod command_line;
mod migrate;
mod supervise;
