//! Objects of an answer as they came: each field is a piece of the body's text, borrowed.
//!
//! Keeping the text makes decimals exact and lets an error say which field it was and what came.

use super::problem::FieldProblem;
use super::problem::Problem;
use super::scanner::Scanner;

/// A field as it came; None where it is absent or null.
pub(super) type Field<'body> = Option<&'body str>;

/// An object that is read into its fields.
pub(super) trait RawObject<'body>: Sized {
    /// Reads the object; members with other names are offered to `other`, which says whether it took one.
    fn read_with(
        scanner: &mut Scanner<'body>,
        other: impl FnMut(&mut Scanner<'body>, &str) -> Result<bool, Problem>,
    ) -> Result<Self, Problem>;

    /// Reads the object without its other members.
    fn read(scanner: &mut Scanner<'body>) -> Result<Self, Problem> {
        Self::read_with(scanner, |_, _| Ok(false))
    }
}

/// Declares a [`RawObject`] by the wire names of its fields.
macro_rules! raw_object {
    ($name:ident, $what:literal, { $($field:ident),+ $(,)? }) => {
        #[expect(clippy::allow_attributes, reason = "only some objects have such names")]
        #[allow(non_snake_case, reason = "the fields are named as on the wire")]
        struct $name<'body> {
            $($field: $crate::parse::raw::Field<'body>,)+
        }

        #[expect(clippy::allow_attributes, reason = "only some objects have such names")]
        #[allow(non_snake_case, reason = "the fields are named as on the wire")]
        impl<'body> $crate::parse::raw::RawObject<'body> for $name<'body> {
            fn read_with(
                scanner: &mut Scanner<'body>,
                other: impl FnMut(&mut Scanner<'body>, &str) -> Result<bool, Problem>,
            ) -> Result<Self, Problem> {
                let [$($field),+] = scanner.object(format_args!($what), &[$(stringify!($field)),+], other)?;
                Ok(Self { $($field),+ })
            }
        }
    };
}
pub(super) use raw_object;

/// What came instead of one element, in the language of JSON: people read it in theirs.
const NONE: &str = "[]";
const SEVERAL: &str = "[{…}, {…}]";

/// Reads an array of exactly one element.
pub(super) fn exactly_one<'body, T>(
    name: &'static str,
    scanner: &mut Scanner<'body>,
    read: impl Fn(&mut Scanner<'body>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let wrong = |came: &str| {
        Problem::Value(FieldProblem::unnamed(format_args!("an array of exactly one object"), came).named(name))
    };
    let mut only = None;
    let read = scanner.array(format_args!("an array"), |scanner, index| {
        if index > 0 {
            return Err(wrong(SEVERAL));
        }
        only = Some(read(scanner)?);
        Ok(())
    });
    match read {
        Err(Problem::Value(problem)) => Err(Problem::Value(problem.named(name))),
        read => read.and_then(|()| only.ok_or_else(|| wrong(NONE))),
    }
}
