//! Values that are bound to a statement.

/// A value, as every database has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Truth(bool),
    Whole(i64),
    /// Above what [`Value::Whole`] has room for, too.
    Count(u64),
    Fraction(f64),
    Text(String),
}

/// What can be bound.
pub(crate) trait ToValue {
    fn to_value(&self) -> Value;
}

macro_rules! whole {
    ($($number:ty),+) => {
        $(impl ToValue for $number {
            fn to_value(&self) -> Value {
                Value::Whole(i64::from(*self))
            }
        })+
    };
}

whole!(i64, i32, u32, u16, u8);

impl ToValue for u64 {
    fn to_value(&self) -> Value {
        Value::Count(*self)
    }
}

impl ToValue for usize {
    fn to_value(&self) -> Value {
        Value::Count(*self as u64)
    }
}

impl ToValue for f64 {
    fn to_value(&self) -> Value {
        Value::Fraction(*self)
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Value {
        Value::Truth(*self)
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue + ?Sized> ToValue for Box<T> {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

/// The values of a statement, in the order of its marks.
pub(crate) trait Params {
    fn values(self) -> Vec<Value>;
}

impl Params for Vec<Value> {
    fn values(self) -> Vec<Value> {
        self
    }
}

impl Params for &[&dyn ToValue] {
    fn values(self) -> Vec<Value> {
        self.iter().map(|value| value.to_value()).collect()
    }
}

/// No values: `[]` has no type of its own.
impl Params for [&dyn ToValue; 0] {
    fn values(self) -> Vec<Value> {
        Vec::new()
    }
}

macro_rules! arrays {
    ($($count:literal),+) => {
        $(impl<T: ToValue> Params for [T; $count] {
            fn values(self) -> Vec<Value> {
                self.iter().map(ToValue::to_value).collect()
            }
        })+
    };
}

arrays!(1, 2, 3, 4, 5);

/// Values of a list that is not known before.
pub(crate) fn params_from_iter(values: impl IntoIterator<Item = impl ToValue>) -> Vec<Value> {
    values.into_iter().map(|value| value.to_value()).collect()
}

/// Values of several types.
macro_rules! params {
    () => {
        Vec::<$crate::database::Value>::new()
    };
    ($($value:expr),+ $(,)?) => {
        vec![$($crate::database::ToValue::to_value(&$value)),+]
    };
}
pub(crate) use params;
