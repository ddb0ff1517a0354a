//! The option `token`.

use serde::Deserialize;
use serde::de::Deserializer;

use super::hash_keys::TextVisitor;
use crate::token::Brand;

/// The form of new tokens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TokenOptions {
    brand: Option<BrandName>,
}

struct BrandName(Brand);

impl TokenOptions {
    pub(super) fn brand(&self) -> Option<Brand> {
        self.brand.as_ref().map(|name| name.0.clone())
    }
}

impl<'de> Deserialize<'de> for BrandName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(Brand::EXPECTED, Brand::parse)).map(Self)
    }
}
