//! What a page asks of the server in order to show it.
//!
//! Behind it is one type of resource for all answers, which holds them without their type. Leptos compiles all that a
//! resource does anew for each type of it; with an answer a page that was a third of what a browser has to download.

mod answer;

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub use answer::Answered;
use answer::{Answer, AnswerCodec};
use leptos::prelude::*;

use crate::api::ApiError;

type Outcome = Result<Answer, ApiError>;
type Asking = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// An answer of type `T` that is being waited for, is there, or could not be had.
pub struct Loading<T> {
    resource: Resource<Outcome, AnswerCodec>,
    answers: PhantomData<fn() -> T>,
}

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loading<T> {}

impl<T: Answered + Clone> Loading<T> {
    /// Asks with what `source` gives, and again whenever one of the signals that it reads changes. On the server the
    /// answer goes into the page, and the browser asks only when it changes.
    pub fn new<S, Asked>(
        source: impl Fn() -> S + Send + Sync + 'static,
        ask: impl Fn(S) -> Asked + Send + Sync + 'static,
    ) -> Self
    where
        Asked: Future<Output = Result<T, ApiError>> + Send + 'static,
    {
        let source = Arc::new(source);
        let watched = Arc::clone(&source);
        let watch = Box::new(move || drop(watched()));
        let ask = move || {
            let asked = ask(untrack(|| source()));
            Box::pin(async move { asked.await.map(Answer::new) }) as Asking
        };
        Self { resource: resource(watch, Box::new(ask)), answers: PhantomData }
    }

    /// The answer, as soon as there is one; whoever reads it reads it again when it changes.
    pub fn get(self) -> Option<Result<T, ApiError>> {
        self.resource.get().map(read)
    }

    /// The answer as it is now.
    pub fn get_untracked(self) -> Option<Result<T, ApiError>> {
        self.resource.get_untracked().map(read)
    }
}

impl<T> Loading<T> {
    /// Without the type of its answer.
    pub const fn erased(self) -> Erased {
        Erased(self.resource)
    }
}

/// A [`Loading`] of whatever: what can be said of it without reading the answer.
#[derive(Clone, Copy)]
pub struct Erased(Resource<Outcome, AnswerCodec>);

impl Erased {
    /// Asks again.
    pub fn refetch(self) {
        self.0.refetch();
    }

    /// Whether an answer could be had, as soon as that is known.
    pub fn outcome(self) -> Option<Result<(), ApiError>> {
        self.0.with(|outcome| outcome.as_ref().map(|outcome| outcome.as_ref().map(drop).map_err(Clone::clone)))
    }
}

// One body for the two that call it: what reads JSON is most of an answer's code.
#[inline(never)]
fn read<T: Answered + Clone>(outcome: Outcome) -> Result<T, ApiError> {
    outcome?.read().ok_or_else(|| ApiError::without_answer(String::new()))
}

fn resource(
    watch: Box<dyn Fn() + Send + Sync>,
    ask: Box<dyn Fn() -> Asking + Send + Sync>,
) -> Resource<Outcome, AnswerCodec> {
    // What is watched has no type to compare by: each time that it is heard of, it counts as another.
    let changes = AtomicU32::new(0);
    let source = move || {
        watch();
        changes.fetch_add(1, Ordering::Relaxed)
    };
    Resource::new_with_options(source, move |_| ask(), false)
}
