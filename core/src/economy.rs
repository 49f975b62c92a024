//! Prices, the causes of every transfer, and who gets what of a show.

use crate::money::Coins;
use crate::scale::Bp;

/// What a new player's purse holds.
pub const WELCOME: Coins = Coins::new(1_000);
/// The weekly stipend.
pub const STIPEND: Coins = Coins::new(250);
/// The price of a store horse.
pub const STORE_HORSE_PRICE: Coins = Coins::new(500);
/// The price of registering a covering.
pub const COVERING_REGISTRATION: Coins = Coins::new(50);
/// The price of a genetic test, which covers every testable locus.
pub const GENETIC_TEST: Coins = Coins::new(40);
/// The highest stud fee.
pub const MAX_STUD_FEE: Coins = Coins::new(1_000_000);
/// The shares of first, second and third in a prize.
pub const PRIZE_SHARES: [Bp; 3] = [Bp::new(5_000), Bp::new(3_000), Bp::new(2_000)];

crate::words::words! {
    /// Why coins move. Every transfer has one cause.
    Cause, "cause" {
        /// The first coins of a new player: treasury to purse.
        Welcome = "welcome",
        /// The weekly stipend: treasury to purse.
        Stipend = "stipend",
        /// A horse from the store: purse to sink.
        StoreHorse = "store_horse",
        /// An entry in a show: purse to escrow.
        EntryFee = "entry_fee",
        /// An entry withdrawn or a show cancelled: escrow to purse.
        EntryRefund = "entry_refund",
        /// The prize laid down by the host: purse or treasury to escrow.
        ShowPrize = "show_prize",
        /// The prize back to the host of a cancelled show, and shares of missing places: escrow to purse or treasury.
        PrizeReturn = "prize_return",
        /// A prize won: escrow to purse.
        Prize = "prize",
        /// The fees of a settled show: escrow to its host.
        FeeIncome = "fee_income",
        /// A stallion's covering: purse to purse.
        StudFee = "stud_fee",
        /// A covering registered: purse to sink.
        CoveringRegistration = "covering_registration",
        /// A genetic test: purse to sink.
        GeneticTest = "genetic_test",
        /// A mistake made good, by an operator.
        Correction = "correction",
    }
}

/// A prize divided among the places of a show. The four amounts add up to the prize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrizeSplit {
    /// What first, second and third receive; zero for a place that nobody took.
    pub shares: [Coins; 3],
    /// What goes back to the host, because places are missing.
    pub returned: Coins,
}

/// Divides a prize 50/30/20, each share rounded down and the remainder to the first.
///
/// Shares of places that nobody took go back to the host. A negative prize counts as none.
///
/// ```
/// use rules::economy::split_prize;
/// use rules::money::Coins;
///
/// let split = split_prize(Coins::new(101), 2);
/// assert_eq!(split.shares, [51, 30, 0].map(Coins::new));
/// assert_eq!(split.returned, Coins::new(20));
/// ```
#[must_use]
pub fn split_prize(prize: Coins, entries: usize) -> PrizeSplit {
    let prize = prize.max(Coins::ZERO);
    let [_, second, third] = PRIZE_SHARES.map(|part| prize.share(part));
    // The second and third share are at most half of the prize, so these differences exist.
    let first = Coins::new(prize.get() - second.get() - third.get());
    let kept = |share: Coins, place: usize| if entries >= place { share } else { Coins::ZERO };
    let shares = [kept(first, 1), kept(second, 2), kept(third, 3)];
    let paid: i64 = shares.iter().map(|share| share.get()).sum();
    PrizeSplit {
        shares,
        returned: Coins::new(prize.get() - paid),
    }
}
