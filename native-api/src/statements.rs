//! Every statement of the writes that a player or a job waits for, by the noun it belongs to.

/// The statements, each with a name, in the order of the modules.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let modules = [
        crate::competition::entry::STATEMENTS,
        crate::competition::store::STATEMENTS,
        crate::competition::settlement::STATEMENTS,
        crate::competition::record::STATEMENTS,
        crate::user::store::STATEMENTS,
        crate::training::store::STATEMENTS,
        crate::ledger::STATEMENTS,
        crate::breeding::store::STATEMENTS,
        crate::breeding::birth::STATEMENTS,
        crate::breeding::stud::STATEMENTS,
        crate::breeding::ancestry::STATEMENTS,
        crate::genetics::store::STATEMENTS,
        crate::session::store::STATEMENTS,
        crate::horse::store::STATEMENTS,
        crate::horse::arrival::STATEMENTS,
        crate::foal::store::STATEMENTS,
        crate::foal::growth::STATEMENTS,
        crate::stable::store::STATEMENTS,
    ];
    modules.into_iter().flatten().copied()
}
