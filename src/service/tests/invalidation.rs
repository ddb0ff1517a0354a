//! A call may stop waiting for its commit, which takes effect nevertheless.

use std::pin::pin;
use std::task::{Context, Waker};

use crate::api_key::{ApiKeyType, ColumnValue};
use crate::call_context::{CallContext, from_epoch_ms};
use crate::event::EventSink;
use crate::input::{Input, decode};
use crate::query::Field;
use crate::service::ApiKeyService;
use crate::service::options::ServiceOptions;

#[tokio::test]
async fn a_commit_that_is_not_waited_for_invalidates_its_keys() {
    let options = decode(r#"{"databaseUrl":"sqlite::memory:"}"#).expect("decodes");
    let options = ServiceOptions::parse(&options).expect("valid");
    let service = ApiKeyService::new(&options, EventSink::default()).expect("created");
    let now = from_epoch_ms(1e12).expect("in range");
    let key = decode(r#"{"title":"A","type":"publishable","created_by":"user_1"}"#);
    let context = CallContext::new(now, vec![vec![7; 64]; 4]);
    let written = service.create(&[key.expect("decodes")], context, &Input::Undefined).await;
    let key = written.expect("written").keys.remove(0);
    let Some(ColumnValue::Text(token)) = key.shown(Field::Token) else { panic!("a token") };
    service.publishable(token.to_owned(), now).await.expect("read").expect("found");
    let recalled = || service.recall(token.to_owned(), ApiKeyType::Publishable, now);
    assert!(recalled().is_some());

    let transaction = service.database.begin().await.expect("begun");
    {
        let changed = [key.id.as_str().to_owned()];
        let mut commit = pin!(service.commit(transaction, &changed));
        let _ = commit.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    assert_eq!(recalled(), None);
}
