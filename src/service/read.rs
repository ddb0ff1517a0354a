//! retrieveApiKey, listApiKeys, listAndCountApiKeys

use super::{ApiKeyService, answers};
use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{Config, Filter, Selection, parse_filters};
use crate::store::{self, Query};

/// A page of keys.
#[derive(Debug)]
pub struct Page {
    /// The keys.
    pub keys: Vec<PublicApiKey>,
    /// Which of their columns the caller wants to see.
    pub selection: Selection,
    /// How many keys there are on all pages, if that was asked.
    pub count: Option<u64>,
}

impl ApiKeyService {
    /// One key by its id.
    ///
    /// # Errors
    /// `IdUndefined`, `NotFound`, `Invalid`, `Unavailable` or `Database`.
    pub async fn retrieve(&self, id: &Input, config: &Input) -> Result<Page, ApiKeyError> {
        let config = Config::parse(config)?;
        let Input::Text(id) = id else { return Err(ApiKeyError::IdUndefined) };
        if id.contains('\0') {
            return Err(ApiKeyError::NotFound(id.replace('\0', "")));
        }
        let (query, selection) = question(Filter::id(id), config);
        let keys = store::find(&self.database.connection().await?, &query).await?;
        if keys.is_empty() {
            return Err(ApiKeyError::NotFound(id.clone()));
        }
        Ok(Page { keys: answers(keys), selection, count: None })
    }

    /// The keys that filters match.
    ///
    /// # Errors
    /// `Invalid` naming the property, `Unavailable` or `Database`.
    pub async fn list(&self, filters: &Input, config: &Input) -> Result<Page, ApiKeyError> {
        let (query, selection) = question(parse_filters(filters)?, Config::parse(config)?);
        let keys = store::find(&self.database.connection().await?, &query).await?;
        Ok(Page { keys: answers(keys), selection, count: None })
    }

    /// The keys that filters match, and how many there are on all pages, of one state of the table.
    ///
    /// # Errors
    /// `Invalid` naming the property, `Unavailable` or `Database`.
    pub async fn list_and_count(
        &self,
        filters: &Input,
        config: &Input,
    ) -> Result<Page, ApiKeyError> {
        let (query, selection) = question(parse_filters(filters)?, Config::parse(config)?);
        let snapshot = self.database.snapshot().await?;
        let keys = store::find(&snapshot.connection(), &query).await?;
        let count = store::count(&snapshot.connection(), &query).await?;
        snapshot.commit().await?;
        Ok(Page { keys: answers(keys), selection, count: Some(count) })
    }
}

fn question(filter: Filter, config: Config) -> (Query, Selection) {
    let query = Query {
        filter: Filter::and([filter, config.search]),
        with_deleted: config.with_deleted,
        order: config.order,
        take: config.take,
        skip: config.skip,
    };
    (query, config.selection)
}
