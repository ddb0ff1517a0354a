//! Options that are integers within a range.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// An integer within inclusive bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole<const MIN: u32, const MAX: u32>(u32);

/// An integer within inclusive bounds, or `false` to disable the option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WholeOrFalse<const MIN: u32, const MAX: u32> {
    False,
    Whole(Whole<MIN, MAX>),
}

impl<const MIN: u32, const MAX: u32> Whole<MIN, MAX> {
    pub(super) fn get(self) -> u32 {
        self.0
    }

    pub(super) fn milliseconds(self) -> Duration {
        Duration::from_millis(self.0.into())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an integer within the bounds of u32"
    )]
    fn of(number: f64) -> Option<Self> {
        let range = f64::from(MIN)..=f64::from(MAX);
        (number.fract() == 0.0 && range.contains(&number)).then_some(Self(number as u32))
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Visitor<'_> for WholeVisitor<MIN, MAX> {
    type Value = Whole<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Whole::of(number).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for WholeOrFalse<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeOrFalseVisitor)
    }
}

struct WholeOrFalseVisitor<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Visitor<'_> for WholeOrFalseVisitor<MIN, MAX> {
    type Value = WholeOrFalse<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "false or a whole number from {MIN} to {MAX}")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        if value {
            return Err(E::invalid_value(Unexpected::Bool(value), &self));
        }
        Ok(WholeOrFalse::False)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        let whole = Whole::of(number).map(WholeOrFalse::Whole);
        whole.ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}
