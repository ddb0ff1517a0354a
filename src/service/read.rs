//! retrieveApiKey, listApiKeys, listAndCountApiKeys

use super::{ApiKeyService, to_public};
use crate::api_key::PublicApiKey;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::{
    Config, Filter, Selection, Unknown, parse_filters, parse_named_search, refuse_undefined,
};
use crate::store::{self, Query};

/// A page of keys.
#[derive(Debug)]
pub struct Page {
    /// The keys.
    pub keys: Vec<PublicApiKey>,
    /// The columns that the caller selected.
    pub selection: Selection,
    /// The number of keys on all pages, if the caller requested it.
    pub count: Option<u64>,
}

impl ApiKeyService {
    /// Finds a key by its id.
    ///
    /// # Errors
    /// `IdUndefined`, `NotFound`, `Invalid`, `Unavailable` or `Database`.
    pub async fn retrieve(&self, id: &Input, config: &Input) -> Result<Page, ApiKeyError> {
        let Input::Text(id) = id else { return Err(ApiKeyError::IdUndefined) };
        let config = self.config(config)?;
        if id.contains('\0') {
            return Err(ApiKeyError::NotFound(id.replace('\0', "")));
        }
        let search = parse_named_search(config.search.as_ref())?;
        let filter = Filter::and([Filter::id(id), search]);
        filter.refuse_oversize()?;
        let (query, selection) = query(filter, config);
        let keys = store::find(&self.database.connection_for(&query).await?, &query).await?;
        if keys.is_empty() {
            return Err(ApiKeyError::NotFound(id.clone()));
        }
        Ok(Page { keys: to_public(keys), selection, count: None })
    }

    /// Finds the keys that match filters.
    ///
    /// # Errors
    /// `Invalid` naming the property, `Unavailable` or `Database`.
    pub async fn list(&self, filters: &Input, config: &Input) -> Result<Page, ApiKeyError> {
        let (query, selection) = self.parse_query(filters, config)?;
        let keys = store::find(&self.database.connection_for(&query).await?, &query).await?;
        Ok(Page { keys: to_public(keys), selection, count: None })
    }

    /// Finds the keys that match filters and counts them on all pages, in one snapshot of the table.
    ///
    /// # Errors
    /// `Invalid` naming the property, `Unavailable` or `Database`.
    pub async fn list_and_count(
        &self,
        filters: &Input,
        config: &Input,
    ) -> Result<Page, ApiKeyError> {
        let (query, selection) = self.parse_query(filters, config)?;
        let snapshot = self.database.snapshot_for(&query).await?;
        let keys = store::find(&snapshot.connection(), &query).await?;
        let count = store::count(&snapshot.connection(), &query).await?;
        snapshot.commit().await?;
        Ok(Page { keys: to_public(keys), selection, count: Some(count) })
    }

    // Stock 2.21.2: if both are invalid, the error is the config's.
    fn parse_query(
        &self,
        filters: &Input,
        config: &Input,
    ) -> Result<(Query, Selection), ApiKeyError> {
        let config = self.config(config)?;
        let filter = parse_filters(filters)?;
        self.refuse_undefined(filters)?;
        // Stock 2.21.2: `q` replaces a search in the config.
        let search = match filters.member("q") {
            Input::Undefined => parse_named_search(config.search.as_ref())?,
            _ => Filter::All,
        };
        let combined = Filter::and([filter, search]);
        combined.refuse_oversize()?;
        Ok(query(combined, config))
    }

    fn config(&self, config: &Input) -> Result<Config, ApiKeyError> {
        // Callers inside Medusa pass members that only Medusa understands.
        Config::parse(config, if self.in_medusa { Unknown::Ignored } else { Unknown::Refused })
    }

    /// Rejects conditions that are `undefined`. In Medusa they are ignored, as in stock, because callers inside Medusa
    /// pass them.
    pub(super) fn refuse_undefined(&self, filters: &Input) -> Result<(), ApiKeyError> {
        if self.in_medusa { Ok(()) } else { refuse_undefined(filters) }
    }
}

fn query(filter: Filter, config: Config) -> (Query, Selection) {
    let query = Query {
        filter,
        with_deleted: config.with_deleted,
        order: config.order,
        joins: config.joins,
        take: config.take,
        skip: config.skip,
    };
    (query, config.selection)
}
