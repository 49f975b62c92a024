//! What single loci, or two that act together, do to a coat.

crate::words::words! {
    /// The base colour, by MC1R and ASIP.
    Base, "base" {
        /// A red body with black mane, tail and legs.
        Bay = "bay",
        /// Black all over.
        Black = "black",
        /// Red all over: no black hair at all.
        Chestnut = "chestnut",
    }
}

/// What SLC45A2 does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dilution {
    /// Nothing that shows.
    None,
    /// One cream: red to gold, black hardly.
    Cream,
    /// Two pearls: red to apricot, mane and tail with it.
    Pearl,
    /// Two sunshines, or pearl with sunshine: paler than pearl.
    Sunshine,
    /// Cream with pearl: like two creams, a little darker.
    CreamPearl,
    /// Cream with sunshine: like two creams.
    CreamSunshine,
    /// Two snowdrops, or snowdrop with another of the series: like two creams.
    Snowdrop,
    /// Two creams: cream all over, pink skin, blue eyes.
    DoubleCream,
}

impl Dilution {
    pub(super) const ALL: [Self; 8] = [
        Self::None,
        Self::Cream,
        Self::Pearl,
        Self::Sunshine,
        Self::CreamPearl,
        Self::CreamSunshine,
        Self::Snowdrop,
        Self::DoubleCream,
    ];

    /// Is so little pigment left that shades of it cannot be seen?
    #[must_use]
    pub const fn is_double(self) -> bool {
        self as u8 >= Self::CreamPearl as u8
    }
}

/// What TBX3 does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dun {
    /// Nothing.
    None,
    /// nd1: primitive marks on a body that is not diluted.
    Marks,
    /// A diluted body with primitive marks.
    Dun,
}

/// How a horse goes grey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Greying {
    /// Never.
    None,
    /// Slowly: G2.
    Slow,
    /// Fast, often with flecks of colour at the end: one G3.
    Fast,
    /// Fastest, to pure white: two of G3.
    Fastest,
}

/// Splashed white by MITF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Splash {
    /// None.
    None,
    /// One allele.
    Single,
    /// Two.
    Double,
}

/// The leopard complex with its modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leopard {
    /// None.
    None,
    /// One LP alone: roaning with age, at most a small blanket.
    VarnishRoan,
    /// One LP with PATN1: white with spots all over.
    Leopard,
    /// Two of LP alone: a white rump without spots.
    Snowcap,
    /// Two of LP with PATN1: white with hardly a spot.
    FewSpot,
}

/// What MBTPS2 does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Brindle {
    /// Nothing.
    None,
    /// Stripes of another texture: a mare with one BR1.
    Striped,
    /// A sparse mane and tail without stripes: no other allele than BR1.
    Sparse,
}

/// A curly coat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curly {
    /// None.
    None,
    /// By SP6: curls.
    Curls,
    /// By KRT25: curls, and a thin mane and tail; it hides SP6.
    ThinCurls,
}
