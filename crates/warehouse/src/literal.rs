//! Values written into the text of a statement, instead of bound to it.
//!
//! DuckDB plans a statement with parameters twice where a type is not known before the values are, and once without the
//! values where it is. Such a plan cannot skip the blocks of a table whose statistics rule a row out, so that it reads
//! ten years to find one row. Written into the text, a value costs one plan, and that plan skips.
//!
//! Free text of people is bound: a text with a NUL character is none that a statement can have. What is bound is
//! written into the text for PostgreSQL, which has a sign for that character (`database/postgres/statement.rs`).

use domain::{BatchId, BranchId, RunId};

/// A value as both databases read it.
pub(crate) trait Literal {
    fn write(&self, sql: &mut String);
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl Literal for $number {
            fn write(&self, sql: &mut String) {
                sql.push_str(&self.to_string());
            }
        })+
    };
}

numbers!(i64, u64, u32, u16, i32, usize);

impl Literal for str {
    fn write(&self, sql: &mut String) {
        sql.push('\'');
        for character in self.chars() {
            if character == '\'' {
                sql.push('\'');
            }
            sql.push(character);
        }
        sql.push('\'');
    }
}

impl Literal for String {
    fn write(&self, sql: &mut String) {
        self.as_str().write(sql);
    }
}

impl Literal for BranchId {
    fn write(&self, sql: &mut String) {
        self.as_str().write(sql);
    }
}

impl Literal for RunId {
    fn write(&self, sql: &mut String) {
        self.to_string().write(sql);
    }
}

impl Literal for BatchId {
    fn write(&self, sql: &mut String) {
        self.to_string().write(sql);
    }
}

impl<T: Literal + ?Sized> Literal for &T {
    fn write(&self, sql: &mut String) {
        (**self).write(sql);
    }
}

impl<T: Literal> Literal for Option<T> {
    fn write(&self, sql: &mut String) {
        match self {
            Some(value) => value.write(sql),
            None => sql.push_str("NULL"),
        }
    }
}

/// The statement with the values in place of its question marks, in order. A mark without a value stays one, and DuckDB
/// refuses the statement.
pub(crate) fn with_values(sql: &str, values: &[&dyn Literal]) -> String {
    let mut values = values.iter();
    let mut written = String::with_capacity(sql.len() + 24 * values.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('?') {
        written.push_str(before);
        match values.next() {
            Some(value) => value.write(&mut written),
            None => written.push('?'),
        }
        rest = after;
    }
    written.push_str(rest);
    debug_assert!(values.next().is_none(), "a value more than marks: {sql}");
    written
}

/// Several values as a list, for `IN (…)`; must not be empty.
pub(crate) fn list<T: Literal>(values: impl IntoIterator<Item = T>) -> String {
    let mut sql = String::new();
    for value in values {
        if !sql.is_empty() {
            sql.push_str(", ");
        }
        value.write(&mut sql);
    }
    sql
}

#[cfg(test)]
mod tests {
    use crate::database::Connection;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("")]
    #[case("tienda_01")]
    #[case("O'Higgins")]
    #[case("'; DROP TABLE ventas; --")]
    #[case("\\' ? $1 \"ñ\" \u{1F3EA} \n")]
    fn a_text_comes_back_as_it_was(#[case] text: &str) {
        let connection = Connection::open_in_memory().unwrap();
        let sql = with_values("SELECT ?, ?", &[&text, &text.to_owned()]);
        let read: (String, String) = connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(read, (text.to_owned(), text.to_owned()));
    }

    #[test]
    fn values_take_the_places_of_the_marks_in_order() {
        assert_eq!(
            with_values("a = ? AND b = ? OR c = ?", &[&1_i64, &"?", &None::<u64>]),
            "a = 1 AND b = '?' OR c = NULL"
        );
        assert_eq!(with_values("a = ?", &[]), "a = ?");
        assert_eq!(list([1_u64, 2]), "1, 2");
    }
}
