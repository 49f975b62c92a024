//! What becomes of each column of each table: one table of data, which a test holds against the catalogue.

/// What becomes of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// They are copied, column by column as it is said.
    Copied,
    /// They are copied as they are, and their words are the game's own: no player wrote them.
    Catalogue,
    /// None is copied.
    Left,
    /// The copy has its own: its migrations write them.
    Own,
}

/// What becomes of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// They are copied: facts of the game, in words of the game.
    Kept,
    /// They are copied: sentences that the game composes of its own words.
    Prose,
    /// The database computes them from other columns.
    Computed,
    /// A user's id becomes a pseudonym, the same wherever it stands.
    User,
    /// The ids of users that stand somewhere within become their pseudonyms.
    UsersWithin,
    /// A new name that begins with this word, by the row's key.
    Name(&'static str),
    /// A new address, by the row's key.
    Email,
    /// Of a document only what is true or false.
    Flags,
    /// A show's secret becomes another one, unless it is public already; the original is not even read.
    ShowSecret,
    /// The hash of a show's secret becomes that of the new one, unless the secret is public already.
    ShowHash,
    /// They are not copied, with their rows.
    Gone,
}

impl Class {
    /// Whether an original value must not be found in this column of the copy.
    pub const fn is_replaced(self) -> bool {
        matches!(
            self,
            Self::User | Self::Name(_) | Self::Email | Self::ShowHash
        )
    }

    /// Whether values are copied untouched.
    pub const fn is_untouched(self) -> bool {
        matches!(self, Self::Kept | Self::Prose)
    }
}

/// A table with the classes of its columns, several names of one class in one text.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name, with the schema unless that is `public`.
    pub name: &'static str,
    /// What becomes of its rows.
    pub rows: Rows,
    /// The column by which new values of a row are made.
    pub key: &'static str,
    columns: &'static [(Class, &'static str)],
}

impl Table {
    /// Its columns, each with its class.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, Class)> {
        self.columns
            .iter()
            .flat_map(|(class, names)| names.split_whitespace().map(move |name| (name, *class)))
    }

    /// Whether its rows come from the source.
    pub const fn is_copied(&self) -> bool {
        matches!(self.rows, Rows::Copied | Rows::Catalogue)
    }
}

const fn copied(name: &'static str, columns: &'static [(Class, &'static str)]) -> Table {
    Table {
        name,
        rows: Rows::Copied,
        key: "id",
        columns,
    }
}

const fn catalogue(name: &'static str, columns: &'static [(Class, &'static str)]) -> Table {
    Table {
        rows: Rows::Catalogue,
        ..copied(name, columns)
    }
}

const fn left(name: &'static str, columns: &'static [(Class, &'static str)]) -> Table {
    Table {
        rows: Rows::Left,
        ..copied(name, columns)
    }
}

use Class::{
    Computed, Email, Flags, Gone, Kept, Name, Prose, ShowHash, ShowSecret, User, UsersWithin,
};

/// Every table of the schemas `public` and `ops`.
pub const ALL: &[Table] = &[
    catalogue(
        "disciplines",
        &[(Kept, "name first_stat second_stat third_stat")],
    ),
    catalogue(
        "breeds",
        &[(
            Kept,
            "id name precision_mean strength_mean speed_mean agility_mean endurance_mean intelligence_mean stamina_mean
             balance_mean boldness_mean flexibility_mean obedience_mean focus_mean temperament_weights allele_frequencies
             created_at",
        )],
    ),
    catalogue("loci", &[(Kept, "symbol is_x_linked is_tested")]),
    catalogue("alleles", &[(Kept, "locus symbol is_wild")]),
    catalogue("genotypes", &[(Kept, "token locus of_sex is_lethal")]),
    copied(
        "breed_diversity",
        &[(
            Kept,
            "breed_id computed_at horses founders mean_inbreeding mean_kinship fe fa fg ne generation_interval",
        )],
    ),
    copied(
        "users",
        &[
            (User, "id"),
            (Name("Player"), "name"),
            (Email, "email"),
            (Flags, "settings"),
            (Computed, "level profile_visible progress_shared"),
            (Kept, "money xp token_epoch version created_at updated_at"),
        ],
    ),
    // Nobody logs in to the copy with a password of the original.
    left("user_passwords", &[(Gone, "user_id hash changed_at")]),
    left(
        "sessions",
        &[(Gone, "id user_id created_at expires_at revoked_at")],
    ),
    left(
        "refresh_tokens",
        &[(Gone, "token_hash session_id issued_at used_at")],
    ),
    // An answer that is kept for a repeated request shows what the player saw.
    left(
        "idempotency_keys",
        &[(Gone, "user_id key request_hash status response created_at")],
    ),
    copied(
        "stables",
        &[
            (User, "user_id"),
            (Name("Stable"), "name"),
            (Name("Place"), "location"),
            (Kept, "id version created_at updated_at"),
        ],
    ),
    copied(
        "horses",
        &[
            (Name("Horse"), "name"),
            (User, "user_id"),
            (Prose, "coat"),
            (Computed, "visible_traits"),
            (
                Kept,
                "id sex born_at breed_id stable_id sire_id dam_id temperament precision strength speed agility endurance
                 intelligence stamina balance boldness flexibility obedience focus bond_score stress_level xp
                 discipline_scores epigenetic_modifiers genotype training_cooldown groomed_on version created_at updated_at
                 breeding_values inbreeding height_cm",
            ),
        ],
    ),
    copied(
        "horse_discipline_scores",
        &[(Kept, "horse_id discipline score")],
    ),
    copied(
        "starter_horses",
        &[(User, "user_id"), (Kept, "horse_id created_at")],
    ),
    copied(
        "pregnancies",
        &[
            (User, "user_id"),
            (
                Kept,
                "id mare_id stallion_id covered_at due_at state ended_at foal_id created_at lost_to",
            ),
        ],
    ),
    copied(
        "stud_listings",
        &[(
            Kept,
            "horse_id fee version created_at updated_at breed_id retires_at",
        )],
    ),
    copied(
        "genetic_tests",
        &[(Kept, "horse_id locus genotype published tested_at")],
    ),
    copied(
        "foals",
        &[
            (Prose, "genetics"),
            (
                Kept,
                "id sire_id dam_id traits bond_score stress_level development_stage created_at",
            ),
        ],
    ),
    copied(
        "foal_development",
        &[(
            Kept,
            "id foal_id current_day activities_completed milestones_reached version created_at updated_at grows_at",
        )],
    ),
    copied(
        "foal_training_history",
        &[(
            Kept,
            "id horse_id activity bonding_impact stress_impact created_at",
        )],
    ),
    copied(
        "training_logs",
        &[
            (User, "user_id"),
            (
                Kept,
                "id horse_id discipline trained_at score_gain stat stat_gain user_xp",
            ),
        ],
    ),
    copied(
        "accounts",
        &[
            (User, "user_id"),
            (Kept, "id kind show_id balance created_at"),
        ],
    ),
    copied(
        "transfers",
        &[
            (UsersWithin, "key"),
            (User, "user_id"),
            (Kept, "id cause show_id horse_id corrects at created_at"),
        ],
    ),
    copied(
        "postings",
        &[(Kept, "id transfer_id account_id amount balance_after")],
    ),
    copied(
        "stipend_claims",
        &[(User, "user_id"), (Kept, "week claimed_at")],
    ),
    copied(
        "shows",
        &[
            (Name("Show"), "name"),
            (User, "host_id"),
            (ShowHash, "secret_hash"),
            (
                Kept,
                "id discipline level_min level_max entry_fee prize run_date state revealed_secret rules_version result_digest
                 ended_at version created_at updated_at",
            ),
        ],
    ),
    // With the secret of an open show whoever has the copy would know its results before it is run.
    Table {
        key: "show_id",
        ..copied("show_secrets", &[(ShowSecret, "secret"), (Kept, "show_id")])
    },
    copied(
        "show_entries",
        &[
            (User, "user_id"),
            (Kept, "id show_id horse_id snapshot entered_at"),
        ],
    ),
    copied(
        "competition_results",
        &[
            (User, "user_id"),
            (
                Kept,
                "id horse_id show_id entry_id score expected_score placement discipline run_date prize horse_xp user_xp stat
                 created_at",
            ),
        ],
    ),
    Table {
        rows: Rows::Own,
        ..copied(
            "ops.migrations",
            &[(Gone, "version name sha256 applied_at took_ms")],
        )
    },
    // What was done to the original is no business of the copy; documents of before and after hold all that is replaced here.
    left(
        "ops.job_runs",
        &[(
            Gone,
            "id name slot worker lease_until started_at finished_at outcome evidence attempts",
        )],
    ),
    left(
        "ops.audit_log",
        &[(
            Gone,
            "id at actor request_id table_name row_key verb before after tx",
        )],
    ),
    left(
        "ops.audit_seals",
        &[(
            Gone,
            "id first_id last_id previous_hash hash signature sealed_at from_tx to_tx row_count digests",
        )],
    ),
    left(
        "ops.storage_samples",
        &[(
            Gone,
            "table_name sampled_at heap_bytes index_bytes toast_bytes live_rows",
        )],
    ),
    left("ops.business_figures", &[(Gone, "figure detail day value")]),
    left(
        "ops.business_marks",
        &[(
            Gone,
            "source counted_to pending_to pending_xid counted_at",
        )],
    ),
    left(
        "ops.operators",
        &[(Gone, "name hash created_at changed_at ended_at")],
    ),
    left(
        "ops.operator_sessions",
        &[(Gone, "id operator token_hash opened_at seen_at ended_at")],
    ),
    left("ops.runs_again", &[(Gone, "run_id asked_by asked_at")]),
    copied("ops.game_clock", &[(Kept, "single ahead_ms")]),
];
