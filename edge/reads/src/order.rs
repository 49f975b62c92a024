//! The orders of lists: what `sort` may say of each, and which of them a cursor belongs to.

use crate::page::List;

/// What rows can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum By {
    /// When they came to be, which their ids count.
    Id = 1,
    /// Their names, capitals or not.
    Name = 2,
    /// How old they are.
    Age = 3,
    /// Their levels, by every single XP.
    Level = 4,
    /// From when they may be trained again.
    Rest = 5,
    /// Their scores.
    Score = 6,
    /// Their XP.
    Xp = 7,
    /// What they cost.
    Fee = 8,
    /// Since when they are offered.
    Listed = 9,
    /// When they run.
    RunDate = 10,
    /// What can be won or was.
    Prize = 11,
    /// When they were settled.
    Settled = 12,
    /// Their places.
    Placement = 13,
    /// The scores that were to be expected.
    ExpectedScore = 14,
    /// The names of their horses.
    Horse = 15,
    /// How many horses they have.
    Horses = 16,
}

/// An order of rows. Rows that are equal in it stand in the order of their ids, rising or falling with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// What they are sorted by.
    pub by: By,
    /// Does the greatest come first?
    pub is_falling: bool,
}

/// The least first.
#[must_use]
pub const fn rising(by: By) -> Sort {
    Sort {
        by,
        is_falling: false,
    }
}

/// The greatest first.
#[must_use]
pub const fn falling(by: By) -> Sort {
    Sort {
        by,
        is_falling: true,
    }
}

impl By {
    const fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Age => "age",
            Self::Level => "level",
            Self::Rest => "rest",
            Self::Score => "score",
            Self::Xp => "xp",
            Self::Fee => "fee",
            Self::Listed => "listed",
            Self::RunDate => "run_date",
            Self::Prize => "prize",
            Self::Settled => "settled",
            Self::Placement => "placement",
            Self::ExpectedScore => "expected_score",
            Self::Horse => "horse",
            Self::Horses => "horses",
        }
    }
}

impl Sort {
    /// The word for it without its direction, as statements that know several compare it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.by.word()
    }

    /// As `sort` says it: `prize`, or `-prize` where the greatest comes first.
    #[must_use]
    pub fn to_text(self) -> String {
        let sign = if self.is_falling { "-" } else { "" };
        [sign, self.word()].concat()
    }

    /// Does `sort` say it so?
    pub(crate) fn is_said(self, text: &str) -> bool {
        let bare = text.strip_prefix('-');
        bare.is_some() == self.is_falling && bare.unwrap_or(text) == self.word()
    }

    /// The byte for it in a cursor.
    const fn byte(self) -> u8 {
        self.by as u8 | (self.is_falling as u8) << 7
    }
}

/// A list in one of its orders: what a cursor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The list.
    pub list: List,
    /// The order.
    pub sort: Sort,
}

impl Ordered {
    /// The bytes that a cursor of it begins with.
    pub(crate) const fn head(self) -> [u8; 2] {
        [self.list as u8, self.sort.byte()]
    }
}

impl List {
    /// This list in an order.
    #[must_use]
    pub const fn by(self, sort: Sort) -> Ordered {
        Ordered { list: self, sort }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_said_in_one_way_only() {
        assert!(rising(By::Prize).is_said("prize") && falling(By::Prize).is_said("-prize"));
        for other in ["-prize", "--prize", "+prize", "Prize", "prize ", "fee", ""] {
            assert!(!rising(By::Prize).is_said(other), "{other}");
        }
        assert_eq!(falling(By::RunDate).to_text(), "-run_date");
    }

    #[test]
    fn a_direction_is_another_order_in_a_cursor() {
        let heads = [rising(By::Fee), falling(By::Fee), rising(By::Name)];
        let heads = heads.map(|sort| List::Studs.by(sort).head());
        assert_eq!(heads, [[15, 8], [15, 136], [15, 2]]);
    }
}
