//! Bad values, and how each must be answered.

use super::table::{Field, Need, Operation, Parameter, Part};

/// Raw text that stands for a value, with the answer that it must get.
pub struct Bad {
    /// As it is written in JSON or in a path.
    pub raw: String,
    /// The status.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// Is the field named?
    pub names_field: bool,
}

fn bad(raw: impl Into<String>, status: u16, code: &'static str) -> Bad {
    Bad {
        raw: raw.into(),
        status,
        code,
        names_field: true,
    }
}

fn nameless(raw: impl Into<String>, status: u16, code: &'static str) -> Bad {
    Bad {
        names_field: false,
        ..bad(raw, status, code)
    }
}

fn all(raws: &[&str], status: u16, code: &'static str) -> Vec<Bad> {
    raws.iter().map(|raw| bad(*raw, status, code)).collect()
}

fn long(count: usize) -> String {
    format!("\"{}\"", "x".repeat(count))
}

/// Bad values of a field: of the wrong type, and then of its own kind.
pub fn values(field: Field, need: Need) -> Vec<Bad> {
    let mut cases = wrong_types(field);
    if need == Need::Must {
        cases.push(bad("", 400, "invalid-field"));
    }
    if need != Need::May {
        cases.push(bad("null", 400, "invalid-field"));
    }
    cases.extend(wrong_values(field));
    cases
}

fn wrong_types(field: Field) -> Vec<Bad> {
    match field {
        Field::Level
        | Field::Coins
        | Field::Horse
        | Field::Stallion
        | Field::Stable
        | Field::Milliseconds => {
            let mut cases = all(
                &[
                    "\"5\"",
                    "true",
                    "[]",
                    "{}",
                    "[5]",
                    "1.5",
                    "5.0",
                    "1e2",
                    "9223372036854775808",
                    "-9223372036854775809",
                    "99999999999999999999999999",
                ],
                400,
                "invalid-field",
            );
            cases.extend(
                [
                    "1e400", "-1e400", "NaN", "Infinity", "0x10", "007", "+5", "5,5",
                ]
                .map(|raw| nameless(raw, 400, "malformed-body")),
            );
            cases
        }
        Field::Flag => all(&["1", "0", "\"true\"", "[]", "{}"], 400, "invalid-field"),
        Field::Flags(_) => all(&["1", "true", "\"all\"", "[1]"], 400, "invalid-field"),
        _ => {
            let mut cases = all(
                &["1", "1.5", "true", "[]", "{}", "[\"x\"]", "\"a\\u0000b\""],
                400,
                "invalid-field",
            );
            cases.extend(
                ["\"\\ud800\"", "\"\\x\"", "\"a\nb\"", "\"open"]
                    .map(|raw| nameless(raw, 400, "malformed-body")),
            );
            cases
        }
    }
}

fn wrong_values(field: Field) -> Vec<Bad> {
    match field {
        Field::Name(least) => names(least),
        Field::Email | Field::KnownEmail => all(
            &[
                "\"\"",
                "\"ann\"",
                "\"@\"",
                "\"a@b\"",
                "\"a@b..org\"",
                "\"a@@b.org\"",
                "\"a b@c.org\"",
                "\"a\\u0007@b.org\"",
                "\"a\\u202e@b.org\"",
                &format!("\"{}@b.org\"", "x".repeat(65)),
                &format!("\"a@{}.org\"", "x".repeat(300)),
            ],
            422,
            "bad-email",
        ),
        Field::Password => all(
            &["\"\"", "\"123456789\"", &long(201), &long(50_000)],
            400,
            "invalid-field",
        ),
        Field::KnownPassword => ["\"\"", "\"wrong password\"", &long(50_000)]
            .map(|raw| nameless(raw, 401, "wrong-credentials"))
            .into(),
        Field::OwnPassword => all(
            &["\"\"", "\"wrong password\"", &long(50_000)],
            400,
            "invalid-field",
        ),
        Field::RefreshToken => [
            "\"\"",
            "\"x\"",
            &long(43),
            &long(44),
            &long(50_000),
            "\"\\u00e9\"",
        ]
        .map(|raw| nameless(raw, 401, "refresh-token-invalid"))
        .into(),
        Field::Discipline => all(
            &[
                "\"\"",
                "\"racing\"",
                "\"Racing \"",
                "\"Chess\"",
                &long(50_000),
            ],
            422,
            "unknown-value",
        ),
        Field::Breed => all(
            &[
                "\"\"",
                "\"arabian\"",
                "\"Zebra\"",
                "\"Crossbred\"",
                &long(50_000),
            ],
            400,
            "invalid-field",
        ),
        Field::Sex => all(
            &["\"\"", "\"Male\"", "\"mare\"", "\"gelding\"", &long(50_000)],
            422,
            "unknown-value",
        ),
        Field::Level => all(
            &[
                "0",
                "-1",
                "1000001",
                "9223372036854775807",
                "-9223372036854775808",
            ],
            422,
            "out-of-range",
        ),
        Field::Coins => all(
            &[
                "-1",
                "1000001",
                "9223372036854775807",
                "-9223372036854775808",
            ],
            422,
            "out-of-range",
        ),
        Field::RunDate => run_dates(),
        Field::Activity => all(
            &[
                "\"\"",
                "\"Gentle_Touch\"",
                "\"gentle touch\"",
                "\"shouting\"",
                &long(50_000),
            ],
            422,
            "unknown-value",
        ),
        Field::Horse | Field::Stallion => {
            let mut cases = all(&["0", "-1", "-9223372036854775808"], 422, "out-of-range");
            cases.push(nameless("9223372036854775807", 404, "horse-not-found"));
            cases
        }
        Field::Stable => ["0", "-1", "9223372036854775807", "-9223372036854775808"]
            .map(|raw| nameless(raw, 404, "stable-not-found"))
            .into(),
        Field::Flag | Field::Flags(_) => Vec::new(),
        Field::Span => all(
            &[
                "\"\"",
                "\"7\"",
                "\"d\"",
                "\"-1d\"",
                "\"1.5h\"",
                "\"7 d\"",
                "\"1y\"",
                &long(50_000),
            ],
            400,
            "invalid-field",
        ),
        Field::Milliseconds => all(&["0", "-1", "9223372036854775807"], 400, "invalid-field"),
    }
}

fn names(least: usize) -> Vec<Bad> {
    let mut cases = all(
        &[
            "\"\"",
            "\" \"",
            "\" Lark\"",
            "\"Lark \"",
            "\"Lark\\u0007\"",
            "\"Lark\\nSong\"",
            "\"\\u202eLark\"",
            "\"\\u200b\\u200b\\u200b\"",
            &long(61),
            &long(50_000),
        ],
        422,
        "bad-name",
    );
    if least > 1 {
        cases.push(bad(long(least - 1), 422, "bad-name"));
    }
    cases
}

fn run_dates() -> Vec<Bad> {
    let mut cases = all(
        &[
            "\"\"",
            "\"tomorrow\"",
            "\"2031-13-01T00:00:00Z\"",
            "\"2031-02-30T00:00:00Z\"",
            "\"2031-01-01\"",
            "\"99999999999999\"",
        ],
        400,
        "invalid-field",
    );
    cases.extend(all(
        &["\"2000-01-01T00:00:00Z\"", "\"-4000-01-01T00:00:00Z\""],
        422,
        "run-date-past",
    ));
    cases.extend(all(
        &["\"2999-01-01T00:00:00Z\"", "\"+262142-12-31T23:59:59Z\""],
        422,
        "run-date-too-far",
    ));
    cases
}

/// Bad texts in the place of a part of the path.
pub fn parts(part: Part) -> Vec<Bad> {
    let unknown = |code| vec![nameless("9223372036854775807", 404, code)];
    let mut cases = match part {
        Part::Horse | Part::Stallion => unknown("horse-not-found"),
        Part::Foal => unknown("foal-not-found"),
        Part::Breed => unknown("breed-not-found"),
        Part::Show => unknown("show-not-found"),
        Part::Stable => unknown("stable-not-found"),
        Part::User => vec![nameless(
            "00000000-0000-7000-8000-000000000000",
            404,
            "user-not-found",
        )],
        Part::Discipline => ["racing", "Chess", "%00", "%20", &"x".repeat(5_000)]
            .map(|raw| nameless(raw, 404, "discipline-not-found"))
            .into(),
    };
    cases.extend(match part {
        Part::Horse | Part::Stallion | Part::Foal | Part::Breed | Part::Show | Part::Stable => all(
            &[
                "0",
                "-1",
                "+1",
                "1.5",
                "1e3",
                "abc",
                "%00",
                "%zz",
                "1%2F2",
                "%201",
                "%EF%BC%91",
                "9223372036854775808",
                &"9".repeat(5_000),
            ],
            400,
            "invalid-field",
        ),
        Part::User => all(
            &[
                "1",
                "abc",
                "%00",
                "0193a0b87d2f7c3e8f000123456789ab",
                "0193a0b8-7d2f-7c3e-8f00-0123456789az",
                &"0".repeat(5_000),
            ],
            400,
            "invalid-field",
        ),
        Part::Discipline => Vec::new(),
    });
    // Which part cannot be read is not known then.
    cases.push(nameless("%FF", 400, "invalid-field"));
    cases
}

/// Bad values of a query's parameter, percent-encoded.
pub fn parameters(parameter: Parameter) -> Vec<Bad> {
    let refused = |raws: &[&str]| all(raws, 400, "invalid-field");
    let mut cases = match parameter {
        Parameter::Limit => refused(&[
            "0",
            "101",
            "-1",
            "%2B5",
            "1.5",
            "1e1",
            "five",
            "%00",
            "9223372036854775808",
            "%20",
        ]),
        // The last two have the right version but another list, and a version of the future.
        Parameter::Cursor => refused(&[
            "x",
            "%00",
            "AAAA",
            "!!!!",
            &"A".repeat(5_000),
            "AcgAAAAAAAAAAQ",
            "AgEAAAAAAAAAAQ",
        ]),
        Parameter::Sort => refused(&["nothing", "--id", "Id", "id,name", "-", "%00"]),
        Parameter::Traits => refused(&[
            "Bold",
            "chess",
            "bold,",
            "bold,,lazy",
            "%00",
            &vec!["bold"; 1_000].join(","),
        ]),
        Parameter::Discipline => refused(&["racing", "Chess", "%00", "Racing%20"]),
        Parameter::MinScore => refused(&[
            "-1&discipline=Racing",
            "1000001&discipline=Racing",
            "x&discipline=Racing",
            "1.5&discipline=Racing",
            "5",
        ]),
        Parameter::MaxFee => refused(&["-1", "1000001", "x", "1.5", "%00", "9223372036854775808"]),
        Parameter::Generations => refused(&["0", "9", "-1", "five", "1.5", "%00"]),
        Parameter::Few => refused(&["0", "51", "-1", "five", "1.5", "%00"]),
        Parameter::Number | Parameter::Horse | Parameter::Mare | Parameter::Stallion => {
            refused(&["0", "-1", "abc", "1.5", "9223372036854775808", "%00"])
        }
        Parameter::User => refused(&["1", "abc", "%00", "0193a0b87d2f7c3e8f000123456789ab"]),
        Parameter::Sex => refused(&["mare", "Male", "%00"]),
        Parameter::State => refused(&["draft", "Open", "%00"]),
    };
    cases.extend(refused(&["", "%FF", "%zz"]));
    if matches!(
        parameter,
        Parameter::Horse | Parameter::Mare | Parameter::Stallion
    ) {
        cases.push(nameless("9223372036854775807", 404, "horse-not-found"));
    }
    cases
}

/// Bodies that are none, with the answer that they must get from an operation that reads one.
pub fn bodies(of: &Operation) -> Vec<(Vec<u8>, u16, &'static str)> {
    let mut bodies: Vec<(Vec<u8>, u16, &'static str)> = [
        "{",
        "[]",
        "7",
        "\"text\"",
        "true",
        "null",
        "nul",
        "{} {}",
        "\u{feff}{}",
        "{\"a\"}",
        "{'a':1}",
        "{\"a\":1,}",
        "<a/>",
    ]
    .map(|text| (text.as_bytes().to_vec(), 400, "malformed-body"))
    .into();
    bodies.push((vec![0xff, 0xfe, 0x00], 400, "malformed-body"));
    bodies.push(("[".repeat(20_000).into_bytes(), 400, "malformed-body"));
    bodies.push((" ".repeat(70_000).into_bytes(), 413, "body-too-large"));
    if of
        .body
        .unwrap_or_default()
        .iter()
        .any(|(.., need)| *need == Need::Must)
    {
        bodies.push((Vec::new(), 400, "invalid-field"));
    }
    bodies
}
