//! Amounts of US dollars, the currency of AWS's price lists.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use std::{iter::Sum, ops::Add};

/// An amount of US dollars, exact. Most are dollars per month of 730 hours, the month that AWS's own calculator uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(#[serde(with = "rust_decimal::serde::str")] pub Decimal);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// In whole dollars, for what is only an estimate. Nothing for an amount below zero.
    pub fn whole(self) -> u32 {
        let whole = self.0.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        if whole.is_sign_negative() { 0 } else { whole.to_u32().unwrap_or(u32::MAX) }
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}
