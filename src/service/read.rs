//! retrieveApiKey, listApiKeys, listAndCountApiKeys

use super::{ApiKeyService, answers};
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
        Ok(Page { keys: answers(keys), selection, count: None })
    }

    /// The keys that filters match.
    ///
    /// # Errors
    /// `Invalid` naming the property, `Unavailable` or `Database`.
    pub async fn list(&self, filters: &Input, config: &Input) -> Result<Page, ApiKeyError> {
        let (query, selection) = self.question(filters, config)?;
        let keys = store::find(&self.database.connection_for(&query).await?, &query).await?;
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
        let (query, selection) = self.question(filters, config)?;
        let snapshot = self.database.snapshot_for(&query).await?;
        let keys = store::find(&snapshot.connection(), &query).await?;
        let count = store::count(&snapshot.connection(), &query).await?;
        snapshot.commit().await?;
        Ok(Page { keys: answers(keys), selection, count: Some(count) })
    }

    // Stock 2.21.2: of two mistakes the config's is told.
    fn question(&self, filters: &Input, config: &Input) -> Result<(Query, Selection), ApiKeyError> {
        let config = self.config(config)?;
        let filter = parse_filters(filters)?;
        self.refuse_undefined(filters)?;
        // Stock 2.21.2: `q` takes the place of a search that came with the config.
        let search = match filters.member("q") {
            Input::Undefined => parse_named_search(config.search.as_ref())?,
            _ => Filter::All,
        };
        let both = Filter::and([filter, search]);
        both.refuse_oversize()?;
        Ok(query(both, config))
    }

    fn config(&self, config: &Input) -> Result<Config, ApiKeyError> {
        // Medusa's own callers send members that only Medusa knows.
        Config::parse(config, if self.in_medusa { Unknown::Ignored } else { Unknown::Refused })
    }

    /// Refuses conditions that are undefined. In Medusa they are dropped, as in stock, because Medusa's own callers pass
    /// such members.
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
