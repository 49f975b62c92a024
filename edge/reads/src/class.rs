//! How long an answer may be kept, and by whom.

/// The class of a read: part of the table of the reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The program itself holds it: it changes with a new one.
    Constant,
    /// A catalogue of the database, which no player can change.
    Catalogue,
    /// What everyone may see, and players change.
    Shared,
    /// What has come to its end, such as the proof of a settled show.
    Settled,
    /// Shared where nobody in particular asks, a player's own where one does.
    Varying,
    /// A player's own, or of this instant only.
    Own,
}

/// How long a copy may stand in for a database that is down, in seconds.
pub const STALE_S: i64 = 24 * 60 * 60;

impl Class {
    /// The class for somebody with a token, or for nobody in particular.
    pub(crate) const fn for_asker(self, is_signed: bool) -> Self {
        match self {
            Self::Varying if is_signed => Self::Own,
            Self::Varying => Self::Shared,
            other => other,
        }
    }

    /// For how many seconds a copy may answer others; none where no copy is made.
    #[must_use]
    pub const fn copied_for_s(self) -> Option<i64> {
        match self {
            Self::Catalogue => Some(60 * 60),
            Self::Shared | Self::Varying => Some(30),
            // Names in it may change, and profiles may be hidden: no longer than a session's cookie lasts.
            Self::Settled => Some(5 * 60),
            Self::Constant | Self::Own => None,
        }
    }

    /// What is said to the client's own cache, and to those on the way.
    #[must_use]
    pub const fn cache_control(self) -> &'static str {
        match self {
            Self::Constant => "public, max-age=86400",
            Self::Catalogue => "public, max-age=3600",
            // It asks each time, for only we know what its session has seen. Mostly the answer is 304.
            Self::Shared | Self::Settled | Self::Varying => "public, no-cache",
            Self::Own => "private, no-store",
        }
    }
}
