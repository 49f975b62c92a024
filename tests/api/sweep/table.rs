//! Every operation of the API, with what it takes. The sweep fails where the description knows one that is not here.

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Anyone; a token is not looked at.
    No,
    /// Anyone, but a token that is there must be good.
    Maybe,
    /// Players.
    Yes,
}

/// A variable part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The number of a horse, one's own mare.
    Horse,
    /// The number of a horse, one's own stallion.
    Stallion,
    /// The number of a foal.
    Foal,
    /// The number of a breed.
    Breed,
    /// The number of a show.
    Show,
    /// The number of a stable.
    Stable,
    /// The UUID of a user.
    User,
    /// The name of a discipline.
    Discipline,
}

/// A field of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A name of at least so many characters.
    Name(usize),
    /// A new e-mail address.
    Email,
    /// The address of a player.
    KnownEmail,
    /// A new password.
    Password,
    /// The password of the player, who need not be the one who asks.
    KnownPassword,
    /// A password that the player has and must repeat.
    OwnPassword,
    /// A refresh token.
    RefreshToken,
    /// The name of a discipline.
    Discipline,
    /// The name of a breed.
    Breed,
    /// `male` or `female`.
    Sex,
    /// A level of a bracket.
    Level,
    /// An amount of coins, up to a million.
    Coins,
    /// When a show runs.
    RunDate,
    /// The number of one's own horse.
    Horse,
    /// The number of one's own stallion.
    Stallion,
    /// An activity with a foal.
    Activity,
    /// The number of one's own stable.
    Stable,
    /// A switch.
    Flag,
    /// An object of switches.
    Flags(&'static [&'static str]),
    /// A span such as `7d`.
    Span,
    /// Milliseconds.
    Milliseconds,
}

/// Must a field be there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Must,
    /// It may be left out, or be null.
    May,
    /// It may be left out, but not be null.
    MayNotBeNull,
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Rows of a page.
    Limit,
    /// The end of the page before.
    Cursor,
    /// The order of a list.
    Sort,
    /// Names of traits, which may be repeated.
    Traits,
    /// The name of a discipline.
    Discipline,
    /// The least score in the discipline.
    MinScore,
    /// A number from 1.
    Number,
    /// The UUID of a user.
    User,
    /// `male` or `female`.
    Sex,
    /// The state of a show.
    State,
    /// The number of a horse, which must be there.
    Horse,
    /// The number of a mare, which must be there.
    Mare,
    /// The number of a stallion, which must be there.
    Stallion,
    /// The highest fee.
    MaxFee,
    /// Generations of a pedigree.
    Generations,
    /// Rows of a short list.
    Few,
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The method.
    pub method: &'static str,
    /// The path as the description has it.
    pub path: &'static str,
    /// Who may ask.
    pub signed: Signed,
    /// The path's variable parts, in their order, with the names that refusals blame.
    pub parts: &'static [(&'static str, Part)],
    /// The query's parameters.
    pub query: &'static [(&'static str, Parameter)],
    /// The body's fields; none where no body is read.
    pub body: Option<&'static [(&'static str, Field, Need)]>,
    /// Must the request name the version that it changes?
    pub conditional: bool,
}

use Need::{May, MayNotBeNull, Must};

const PAGE: &[(&str, Parameter)] = &[("cursor", Parameter::Cursor), ("limit", Parameter::Limit)];
const SORTED: &[(&str, Parameter)] = &[
    ("sort", Parameter::Sort),
    ("cursor", Parameter::Cursor),
    ("limit", Parameter::Limit),
];
const HORSE: &[(&str, Part)] = &[("id", Part::Horse)];
const STALLION: &[(&str, Part)] = &[("id", Part::Stallion)];
const FOAL: &[(&str, Part)] = &[("id", Part::Foal)];
const SHOW: &[(&str, Part)] = &[("id", Part::Show)];
const STABLE: &[(&str, Part)] = &[("id", Part::Stable)];
const SETTINGS: &[(&str, Field, Need)] = &[
    ("darkMode", Field::Flag, MayNotBeNull),
    (
        "notifications",
        Field::Flags(&["training", "competitions", "breeding"]),
        MayNotBeNull,
    ),
    (
        "privacy",
        Field::Flags(&["profileVisible", "shareProgress"]),
        MayNotBeNull,
    ),
];

const fn read(path: &'static str) -> Operation {
    Operation {
        method: "GET",
        path,
        signed: Signed::No,
        parts: &[],
        query: &[],
        body: None,
        conditional: false,
    }
}

const fn write(
    method: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, Field, Need)],
) -> Operation {
    Operation {
        method,
        signed: Signed::Yes,
        body: Some(fields),
        ..read(path)
    }
}

impl Operation {
    const fn signed(self, signed: Signed) -> Self {
        Self { signed, ..self }
    }

    const fn parts(self, parts: &'static [(&'static str, Part)]) -> Self {
        Self { parts, ..self }
    }

    const fn query(self, query: &'static [(&'static str, Parameter)]) -> Self {
        Self { query, ..self }
    }

    const fn conditional(self) -> Self {
        Self {
            conditional: true,
            ..self
        }
    }

    /// Does it change anything?
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }
}

/// All of them.
pub const OPERATIONS: &[Operation] = &[
    read("/v1/horses").query(&[
        ("trait", Parameter::Traits),
        ("discipline", Parameter::Discipline),
        ("min_score", Parameter::MinScore),
        ("breed", Parameter::Number),
        ("owner", Parameter::User),
        ("sex", Parameter::Sex),
        ("sort", Parameter::Sort),
        ("cursor", Parameter::Cursor),
        ("limit", Parameter::Limit),
    ]),
    read("/v1/horses/{id}").parts(HORSE),
    read("/v1/horses/{id}/results").parts(HORSE).query(SORTED),
    read("/v1/horses/{id}/training").parts(HORSE).query(SORTED),
    read("/v1/horses/{id}/genetics")
        .parts(HORSE)
        .signed(Signed::Maybe),
    read("/v1/horses/{id}/pedigree")
        .parts(HORSE)
        .query(&[("generations", Parameter::Generations)]),
    read("/v1/horses/{id}/mates")
        .parts(HORSE)
        .signed(Signed::Maybe)
        .query(&[("limit", Parameter::Few)]),
    read("/v1/horses/{id}/parent")
        .parts(HORSE)
        .signed(Signed::Maybe),
    read("/v1/horses/{id}/foals").parts(HORSE).query(SORTED),
    read("/v1/foals/{id}").parts(FOAL),
    read("/v1/studs").query(&[
        ("breed", Parameter::Number),
        ("max_fee", Parameter::MaxFee),
        ("sort", Parameter::Sort),
        ("cursor", Parameter::Cursor),
        ("limit", Parameter::Limit),
    ]),
    read("/v1/matings/preview")
        .signed(Signed::Maybe)
        .query(&[("mare", Parameter::Mare), ("stallion", Parameter::Stallion)]),
    read("/v1/breeds/{id}/diversity").parts(&[("id", Part::Breed)]),
    read("/v1/stables/{id}/diversity").parts(STABLE),
    read("/v1/users/me").signed(Signed::Yes),
    read("/v1/users/me/pregnancies")
        .signed(Signed::Yes)
        .query(SORTED),
    read("/v1/users/me/horses")
        .signed(Signed::Yes)
        .query(SORTED),
    read("/v1/users/me/ledger")
        .signed(Signed::Yes)
        .query(SORTED),
    read("/v1/users/me/stables")
        .signed(Signed::Yes)
        .query(SORTED),
    read("/v1/users/{id}").parts(&[("id", Part::User)]),
    read("/v1/stables/{id}").parts(STABLE),
    read("/v1/shows").query(&[
        ("state", Parameter::State),
        ("discipline", Parameter::Discipline),
        ("sort", Parameter::Sort),
        ("cursor", Parameter::Cursor),
        ("limit", Parameter::Limit),
    ]),
    read("/v1/shows/{id}").parts(SHOW),
    read("/v1/shows/{id}/entries").parts(SHOW).query(SORTED),
    read("/v1/shows/{id}/results").parts(SHOW).query(SORTED),
    read("/v1/shows/{id}/proof").parts(SHOW),
    read("/v1/shows/{id}/preview")
        .parts(SHOW)
        .signed(Signed::Maybe)
        .query(&[("horse", Parameter::Horse)]),
    read("/v1/rankings/disciplines/{discipline}")
        .parts(&[("discipline", Part::Discipline)])
        .query(PAGE),
    read("/v1/rankings/users").query(PAGE),
    read("/v1/breeds").query(PAGE),
    read("/v1/disciplines"),
    read("/v1/traits"),
    read("/health/live"),
    read("/health/ready"),
    read("/v1/account").signed(Signed::Yes),
    write(
        "POST",
        "/v1/users",
        &[
            ("name", Field::Name(1), Must),
            ("email", Field::Email, Must),
            ("password", Field::Password, Must),
        ],
    )
    .signed(Signed::No),
    write("PATCH", "/v1/account", &[("name", Field::Name(1), Must)]).conditional(),
    write("PUT", "/v1/account/settings", SETTINGS).conditional(),
    write("PATCH", "/v1/account/settings", SETTINGS).conditional(),
    write(
        "POST",
        "/v1/account/password",
        &[
            ("current_password", Field::OwnPassword, Must),
            ("new_password", Field::Password, Must),
        ],
    ),
    write("POST", "/v1/stipend", &[]),
    write(
        "POST",
        "/v1/sessions",
        &[
            ("email", Field::KnownEmail, Must),
            ("password", Field::KnownPassword, Must),
        ],
    )
    .signed(Signed::No),
    write("DELETE", "/v1/sessions", &[]),
    write(
        "POST",
        "/v1/sessions/refresh",
        &[("refresh_token", Field::RefreshToken, Must)],
    )
    .signed(Signed::No),
    write("DELETE", "/v1/sessions/current", &[]),
    write(
        "POST",
        "/v1/stables",
        &[
            ("name", Field::Name(1), Must),
            ("location", Field::Name(1), May),
        ],
    ),
    write(
        "PATCH",
        "/v1/stables/{id}",
        &[
            ("name", Field::Name(1), May),
            ("location", Field::Name(1), May),
        ],
    )
    .parts(STABLE)
    .conditional(),
    write("DELETE", "/v1/stables/{id}", &[]).parts(STABLE),
    write(
        "POST",
        "/v1/horses/starter",
        &[
            ("breed", Field::Breed, Must),
            ("name", Field::Name(1), Must),
        ],
    ),
    write(
        "POST",
        "/v1/horses/store",
        &[
            ("breed", Field::Breed, Must),
            ("sex", Field::Sex, Must),
            ("name", Field::Name(1), Must),
            ("stable_id", Field::Stable, May),
        ],
    ),
    write(
        "PATCH",
        "/v1/horses/{id}",
        &[
            ("name", Field::Name(1), May),
            ("stable_id", Field::Stable, May),
        ],
    )
    .parts(HORSE)
    .conditional(),
    write("POST", "/v1/horses/{id}/groom", &[]).parts(HORSE),
    write(
        "POST",
        "/v1/horses/{id}/training",
        &[("discipline", Field::Discipline, Must)],
    )
    .parts(HORSE),
    write(
        "POST",
        "/v1/horses/{id}/coverings",
        &[
            ("stallion_id", Field::Stallion, Must),
            ("fee", Field::Coins, May),
        ],
    )
    .parts(HORSE),
    write(
        "PUT",
        "/v1/horses/{id}/stud",
        &[("fee", Field::Coins, Must)],
    )
    .parts(STALLION),
    write("DELETE", "/v1/horses/{id}/stud", &[]).parts(STALLION),
    write("POST", "/v1/horses/{id}/genetic-test", &[]).parts(HORSE),
    write(
        "PATCH",
        "/v1/horses/{id}/genetic-test",
        &[("published", Field::Flag, Must)],
    )
    .parts(HORSE),
    write(
        "POST",
        "/v1/foals/{id}/activities",
        &[("activity", Field::Activity, Must)],
    )
    .parts(FOAL),
    write(
        "POST",
        "/v1/shows",
        &[
            ("name", Field::Name(3), Must),
            ("discipline", Field::Discipline, Must),
            ("level_min", Field::Level, May),
            ("level_max", Field::Level, May),
            ("entry_fee", Field::Coins, Must),
            ("prize", Field::Coins, Must),
            ("run_date", Field::RunDate, Must),
        ],
    ),
    write("POST", "/v1/shows/{id}/cancel", &[]).parts(SHOW),
    write(
        "POST",
        "/v1/shows/{id}/entries",
        &[("horse_id", Field::Horse, Must)],
    )
    .parts(SHOW),
    write("DELETE", "/v1/shows/{id}/entries/{horse_id}", &[])
        .parts(&[("id", Part::Show), ("horse_id", Part::Horse)]),
];

/// What the description leaves out, because production does not have it.
pub const PLAYGROUND: &[Operation] = &[write(
    "POST",
    "/dev/clock",
    &[
        ("advance", Field::Span, May),
        ("advance_ms", Field::Milliseconds, May),
    ],
)
.signed(Signed::No)];
