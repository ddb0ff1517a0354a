//! Dates and times from callers.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};

use crate::call_context::{Timestamp, from_epoch_ms, is_storable};
use crate::error::ApiKeyError;
use crate::input::Input;

/// Parses a filter's date string, rounded to microseconds, as PostgreSQL rounds.
#[must_use]
pub fn comparable_time(text: &str) -> Option<Timestamp> {
    parse_time(text).map(|at| at.round_subsecs(6)).filter(is_storable)
}

/// Parses an ISO 8601 string: a date, or a date and a time, with or without a zone. No zone means UTC.
fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let zoned = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M%#z",
        "%Y-%m-%d %H:%M%#z",
    ]
    .iter()
    .find_map(|format| DateTime::parse_from_str(text, format).ok())
    .map(|at| at.with_timezone(&Utc));
    let local = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|at| at.and_utc())
    };
    let date = || {
        let midnight = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?;
        Some(midnight.and_utc())
    };
    zoned.or_else(local).or_else(date).filter(is_storable)
}

/// Parses a date column at creation: a `Date`, epoch milliseconds or an ISO 8601 string; `None` if absent.
pub(super) fn checked_time(field: &str, value: &Input) -> Result<Option<Timestamp>, ApiKeyError> {
    let at = match value {
        Input::Undefined | Input::Null => return Ok(None),
        Input::Date(at) => *at,
        Input::Number(ms) => from_epoch_ms(*ms),
        Input::Text(text) => parse_time(text).map(|at| at.trunc_subsecs(3)),
        other => {
            return Err(ApiKeyError::invalid(format!(
                "Trying to set ApiKey.{field} of type 'date' to a value of type '{}'",
                other.kind()
            )));
        }
    };
    at.map(Some).ok_or_else(|| {
        ApiKeyError::invalid(format!(
            "ApiKey.{field} is not a valid date between the years 1 and 9999"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_iso_format_is_parsed_and_no_zone_means_utc_a7() {
        let text = "2001-02-03T04:05:06.789Z";
        let expected = parse_time(text);
        assert!(expected.is_some());
        for same in [
            "2001-02-03 04:05:06.789Z",
            "2001-02-03T04:05:06.789",
            "2001-02-03 04:05:06.789",
            "2001-02-03T06:05:06.789+02:00",
            "2001-02-03T06:05:06.789+0200",
            "2001-02-03 06:05:06.789+02",
        ] {
            assert_eq!(parse_time(same), expected, "{same}");
        }
        assert_eq!(parse_time("2001-02-03"), parse_time("2001-02-03T00:00:00Z"));
        for short in ["2001-02-03T04:05Z", "2001-02-03 04:05Z", "2001-02-03 04:05"] {
            assert_eq!(parse_time(short), parse_time("2001-02-03T04:05:00Z"), "{short}");
        }
    }

    #[test]
    fn a_comparable_time_is_rounded_to_the_microsecond() {
        for (text, same) in [
            ("2001-02-03T00:00:00.0000014Z", "2001-02-03T00:00:00.000001Z"),
            ("2001-02-03T00:00:00.9999996Z", "2001-02-03T00:00:01Z"),
        ] {
            assert_eq!(comparable_time(text), parse_time(same), "{text}");
        }
        assert_eq!(comparable_time("9999-12-31T23:59:59.9999999Z"), None);
    }

    #[test]
    fn an_invalid_or_unstorable_date_is_rejected_a7() {
        for text in ["", "garbage", "2001-13-01", "2001-02-30", "10000-01-01", "2001", "0000-01-01"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
