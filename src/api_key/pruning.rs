//! Which keys `prune` deletes.

use super::time::checked_time;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::{Input, optional_flag, refuse_unknown};

/// The keys to delete: those that ended before a time, up to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruning {
    /// The time before which the keys ended.
    pub ended_before: Timestamp,
    /// The maximum number of keys to delete.
    pub limit: Option<u64>,
    /// Whether nothing is deleted.
    pub dry_run: bool,
}

impl Pruning {
    /// Parses the settings of `prune`; rejects unknown members.
    ///
    /// # Errors
    /// `Invalid`, naming the member.
    pub fn parse(settings: &Input, now: Timestamp) -> Result<Self, ApiKeyError> {
        if !matches!(settings, Input::Object(_)) {
            return Err(ApiKeyError::invalid(format!(
                "prune takes an object with endedBefore, '{}' found",
                settings.kind()
            )));
        }
        refuse_unknown("the argument of prune", settings, &["endedBefore", "limit", "dryRun"])?;
        let before = settings.member("endedBefore");
        let ended_before = match before {
            Input::Date(_) | Input::Text(_) => checked_time("endedBefore", before).ok().flatten(),
            _ => None,
        };
        let Some(ended_before) = ended_before else {
            return Err(ApiKeyError::invalid(
                "endedBefore is required: a Date or an ISO 8601 string between the years 1 and 9999",
            ));
        };
        if ended_before > now {
            return Err(ApiKeyError::invalid("endedBefore must not be in the future"));
        }
        let (limit, dry_run) =
            (limit(settings.member("limit"))?, optional_flag("dryRun", settings)?);
        Ok(Self { ended_before, limit, dry_run })
    }
}

fn limit(value: &Input) -> Result<Option<u64>, ApiKeyError> {
    const MAX: f64 = 9_007_199_254_740_991.0;
    match value {
        Input::Undefined | Input::Null => Ok(None),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive integer that a double holds exactly"
        )]
        Input::Number(number) if (1.0..=MAX).contains(number) && number.fract() == 0.0 => {
            Ok(Some(*number as u64))
        }
        _ => Err(ApiKeyError::invalid("limit must be an integer of 1 or more")),
    }
}
