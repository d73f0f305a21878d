//! Half-open intervals and sets of them: the algebra that gaps are computed with.
//!
//! A set is kept sorted, disjoint and merged (intervals that touch are one), so two sets are equal exactly when they
//! hold the same points, and every operation is one pass over both.

/// The points from `start` up to, but not including, `end`; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Interval<T> {
    start: T,
    end: T,
}

impl<T: Ord + Copy> Interval<T> {
    /// None where `end` is not after `start`.
    pub fn new(start: T, end: T) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The first point.
    pub fn start(&self) -> T {
        self.start
    }

    /// The first point after it.
    pub fn end(&self) -> T {
        self.end
    }

    /// Whether the point lies in it.
    pub fn contains(&self, point: T) -> bool {
        self.start <= point && point < self.end
    }

    /// Whether both share a point; touching is not sharing.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The points of both, if there are any.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

/// A set of points as sorted, disjoint, merged intervals.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IntervalSet<T> {
    parts: Vec<Interval<T>>,
}

impl<T> Default for IntervalSet<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T: Ord + Copy> FromIterator<Interval<T>> for IntervalSet<T> {
    /// In any order, overlapping or not. Sorting dominates: O(n log n), O(n) where they come sorted.
    fn from_iter<I: IntoIterator<Item = Interval<T>>>(intervals: I) -> Self {
        let mut sorted: Vec<_> = intervals.into_iter().collect();
        sorted.sort_unstable();
        let mut set = Self::default();
        for interval in sorted {
            set.push_after(interval);
        }
        set
    }
}

impl<T: Ord + Copy> IntervalSet<T> {
    /// The set without points.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The intervals, sorted, none touching another.
    pub fn intervals(&self) -> &[Interval<T>] {
        &self.parts
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether the point lies in the set. O(log n).
    pub fn contains(&self, point: T) -> bool {
        let after = self.parts.partition_point(|part| part.end <= point);
        self.parts.get(after).is_some_and(|part| part.contains(point))
    }

    /// Whether every point of the interval lies in the set. O(log n).
    pub fn covers(&self, interval: &Interval<T>) -> bool {
        let after = self.parts.partition_point(|part| part.end <= interval.start);
        self.parts.get(after).is_some_and(|part| part.start <= interval.start && interval.end <= part.end)
    }

    /// Whether any point of the interval lies in the set. O(log n).
    pub fn overlaps(&self, interval: &Interval<T>) -> bool {
        let after = self.parts.partition_point(|part| part.end <= interval.start);
        self.parts.get(after).is_some_and(|part| part.overlaps(interval))
    }

    /// The points of either.
    pub fn union(&self, other: &Self) -> Self {
        let mut result = Self { parts: Vec::with_capacity(self.parts.len() + other.parts.len()) };
        let (mut left, mut right) = (self.parts.iter().peekable(), other.parts.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let next = if a.start <= b.start { left.next() } else { right.next() };
            next.copied().into_iter().for_each(|interval| result.push_after(interval));
        }
        left.chain(right).for_each(|interval| result.push_after(*interval));
        result
    }

    /// The points of both.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (self.parts.get(i), other.parts.get(j)) {
            parts.extend(a.intersection(b));
            if a.end <= b.end {
                i += 1;
            } else {
                j += 1;
            }
        }
        Self { parts }
    }

    /// The points of this set that are not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        let mut first = 0;
        for part in &self.parts {
            let mut start = part.start;
            while other.parts.get(first).is_some_and(|taken| taken.end <= start) {
                first += 1;
            }
            let mut next = first;
            while let Some(taken) = other.parts.get(next).filter(|taken| taken.start < part.end) {
                parts.extend(Interval::new(start, taken.start));
                start = start.max(taken.end);
                next += 1;
            }
            parts.extend(Interval::new(start, part.end));
        }
        Self { parts }
    }

    /// Adds an interval that starts at or after the start of every one in the set.
    fn push_after(&mut self, interval: Interval<T>) {
        match self.parts.last_mut() {
            Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
            _ => self.parts.push(interval),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POINTS: usize = 64;

    /// The naive oracle: one flag a point.
    fn bitmap(set: &IntervalSet<u8>) -> [bool; POINTS] {
        std::array::from_fn(|point| set.contains(point as u8))
    }

    fn painted(intervals: &[Interval<u8>]) -> [bool; POINTS] {
        let mut points = [false; POINTS];
        for interval in intervals {
            points[interval.start as usize..interval.end as usize].fill(true);
        }
        points
    }

    fn is_canonical(set: &IntervalSet<u8>) -> bool {
        set.intervals().iter().all(|part| part.start < part.end)
            && set.intervals().windows(2).all(|pair| pair[0].end < pair[1].start)
    }

    fn interval() -> impl Strategy<Value = Interval<u8>> {
        (0..POINTS as u8 - 1)
            .prop_flat_map(|start| (start + 1..=POINTS as u8 - 1).prop_map(move |end| Interval { start, end }))
    }

    fn intervals() -> impl Strategy<Value = Vec<Interval<u8>>> {
        prop::collection::vec(interval(), 0..12)
    }

    proptest! {
        #[test]
        fn a_set_holds_exactly_the_points_it_was_built_from(parts in intervals()) {
            let set: IntervalSet<u8> = parts.iter().copied().collect();
            prop_assert!(is_canonical(&set));
            prop_assert_eq!(bitmap(&set), painted(&parts));
        }

        #[test]
        fn operations_agree_with_the_bitmap(left in intervals(), right in intervals()) {
            let (a, b) = (painted(&left), painted(&right));
            let (left, right): (IntervalSet<u8>, IntervalSet<u8>) = (left.into_iter().collect(), right.into_iter().collect());
            for (result, oracle) in [
                (left.union(&right), std::array::from_fn(|point| a[point] || b[point])),
                (left.intersection(&right), std::array::from_fn(|point| a[point] && b[point])),
                (left.difference(&right), std::array::from_fn(|point| a[point] && !b[point])),
            ] {
                prop_assert!(is_canonical(&result));
                prop_assert_eq!(bitmap(&result), oracle);
            }
        }

        #[test]
        fn questions_about_an_interval_agree_with_the_bitmap(parts in intervals(), asked in interval()) {
            let points = painted(&parts);
            let set: IntervalSet<u8> = parts.into_iter().collect();
            let inside = &points[asked.start as usize..asked.end as usize];
            prop_assert_eq!(set.covers(&asked), inside.iter().all(|point| *point));
            prop_assert_eq!(set.overlaps(&asked), inside.iter().any(|point| *point));
        }
    }

    #[test]
    fn an_interval_that_ends_before_it_starts_is_refused() {
        assert_eq!(Interval::new(3, 3), None);
        assert_eq!(Interval::new(4, 3), None);
    }
}
