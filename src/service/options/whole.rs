//! Options that are whole numbers within a range.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// A whole number; both bounds are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole<const LEAST: u32, const MOST: u32>(u32);

/// A whole number, or `false` for an option that is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WholeOrFalse<const LEAST: u32, const MOST: u32> {
    False,
    Whole(Whole<LEAST, MOST>),
}

impl<const LEAST: u32, const MOST: u32> Whole<LEAST, MOST> {
    pub(super) fn get(self) -> u32 {
        self.0
    }

    pub(super) fn milliseconds(self) -> Duration {
        Duration::from_millis(self.0.into())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within the bounds of u32"
    )]
    fn of(number: f64) -> Option<Self> {
        let range = f64::from(LEAST)..=f64::from(MOST);
        (number.fract() == 0.0 && range.contains(&number)).then_some(Self(number as u32))
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Whole<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Visitor<'_> for WholeVisitor<LEAST, MOST> {
    type Value = Whole<LEAST, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {LEAST} to {MOST}")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Whole::of(number).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for WholeOrFalse<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeOrFalseVisitor)
    }
}

struct WholeOrFalseVisitor<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Visitor<'_> for WholeOrFalseVisitor<LEAST, MOST> {
    type Value = WholeOrFalse<LEAST, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "false or a whole number from {LEAST} to {MOST}")
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
