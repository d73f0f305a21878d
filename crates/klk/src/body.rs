//! The body of a response while it arrives: pieces of bytes that become text, of which no more is in memory than is being read.

use bytes::Bytes;

use crate::memory::{MemoryShare, OverBudget, parsed_bytes};
use crate::text::BYTE_MARK;

/// How much of its beginning is kept for errors.
const BEGINNING_CHARACTERS: usize = 2_000;

/// Gives the next piece and waits for it; None at the end.
type Pieces = Box<dyn FnMut() -> Option<Bytes> + Send>;

/// Why no more of a body is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The memory budget does not have enough left.
    OverBudget(OverBudget),
    /// It ends within a character.
    EndsWithinCharacter,
    /// It is no text from so many bytes on.
    NotUtf8 {
        /// Bytes before.
        from: usize,
    },
}

/// A body, as far as it came and was not read yet.
pub(crate) struct Body {
    pieces: Pieces,
    memory: MemoryShare,
    /// What is in memory of it. Bytes that are no UTF-8 are marked and written out: a line with a foreign character is one line
    /// that cannot be read, and no reason to refuse the others.
    text: String,
    /// How much of the text is read.
    position: usize,
    /// Bytes of text that are read and not in memory any more.
    forgotten: usize,
    /// The first bytes of a character whose rest has not come.
    rest: Vec<u8>,
    bytes: usize,
    beginning: String,
    has_begun: bool,
    has_marks: bool,
    failure: Option<Failure>,
    /// What it takes in memory once it is parsed.
    parsed_bytes: usize,
}

impl Body {
    pub(crate) fn new(pieces: Pieces, memory: MemoryShare) -> Self {
        Self {
            pieces,
            memory,
            text: String::new(),
            position: 0,
            forgotten: 0,
            rest: Vec::new(),
            bytes: 0,
            beginning: String::new(),
            has_begun: false,
            has_marks: false,
            failure: None,
            parsed_bytes: 0,
        }
    }

    /// One that is in memory as a whole.
    pub(crate) fn of(text: String) -> Self {
        let mut whole = Some(Bytes::from(text));
        Self::new(Box::new(move || whole.take()), MemoryShare::unlimited())
    }

    /// What is not read yet of what came.
    pub(crate) fn unread(&self) -> &str {
        &self.text[self.position..]
    }

    /// How many bytes of text are read.
    pub(crate) fn position(&self) -> usize {
        self.forgotten + self.position
    }

    /// Goes on behind so many bytes of what is not read yet.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// Whether bytes that are no text were marked.
    pub(crate) fn has_marks(&self) -> bool {
        self.has_marks
    }

    /// The first characters.
    pub(crate) fn beginning(&self) -> &str {
        &self.beginning
    }

    /// Why it was not read further, where that is another reason than its end.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Bytes of text that came.
    pub(crate) fn text_bytes(&self) -> usize {
        self.forgotten + self.text.len()
    }

    /// Waits for as much again as is not read yet, one piece at least; false where nothing more can be had. Doubling keeps the
    /// price of what has to be read again proportional to the body.
    pub(crate) fn grow(&mut self) -> bool {
        let wanted = 2 * self.unread().len();
        let mut has_grown = false;
        while !has_grown || self.unread().len() < wanted {
            if !self.take_piece() {
                break;
            }
            has_grown = true;
        }
        has_grown
    }

    /// Waits for all of it.
    pub(crate) fn read_to_end(&mut self) {
        while self.take_piece() {}
    }

    /// What is held of the memory budget for what was parsed.
    pub(crate) fn into_memory(mut self) -> MemoryShare {
        self.memory.shrink_to(self.parsed_bytes);
        self.memory
    }

    fn take_piece(&mut self) -> bool {
        if self.failure.is_some() {
            return false;
        }
        let Some(piece) = (self.pieces)() else {
            if !self.rest.is_empty() {
                self.failure = Some(Failure::EndsWithinCharacter);
            }
            return false;
        };
        self.text.drain(..self.position);
        self.forgotten += std::mem::take(&mut self.position);
        self.parsed_bytes = self.parsed_bytes.saturating_add(parsed_bytes(&piece));
        let text_bytes = self.text.capacity().max(self.text.len() + piece.len());
        if let Err(over) = self.memory.grow_to(text_bytes.saturating_add(self.parsed_bytes)) {
            self.failure = Some(Failure::OverBudget(over));
            return false;
        }
        let before = self.text.len();
        let rest = std::mem::take(&mut self.rest);
        if rest.is_empty() {
            self.append(&piece)
        } else {
            self.append(&[&rest, &piece[..]].concat())
        }
        self.bytes += piece.len();
        if !self.has_begun && !self.text.is_empty() {
            self.has_begun = true;
            if self.text.starts_with('\u{feff}') {
                self.text.drain(..'\u{feff}'.len_utf8());
            }
        }
        let missing = BEGINNING_CHARACTERS.saturating_sub(self.beginning.chars().count());
        let new = self.text.get(before.min(self.text.len())..).unwrap_or_default();
        self.beginning.extend(new.chars().take(missing));
        self.failure.is_none()
    }

    fn append(&mut self, bytes: &[u8]) {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return self.text.push_str(text),
            Err(error) => error,
        };
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let is_last = chunks.peek().is_none();
            let is_cut = |bytes: &[u8]| std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
            self.text.push_str(chunk.valid());
            if is_last && is_cut(chunk.invalid()) {
                self.rest = chunk.invalid().to_vec();
                return;
            }
            if !chunk.invalid().is_empty() && bytes_have_marks(bytes) {
                // The response contains the mark itself: ours would be ambiguous.
                self.failure = Some(Failure::NotUtf8 { from: self.bytes + error.valid_up_to() });
                return;
            }
            for byte in chunk.invalid() {
                self.has_marks = true;
                self.text.push(BYTE_MARK);
                self.text.push_str(&format!("{byte:02X}"));
            }
        }
    }
}

fn bytes_have_marks(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| chunk.valid().contains(BYTE_MARK))
}

#[cfg(test)]
impl Body {
    /// One that arrives in pieces of some bytes.
    pub(crate) fn in_pieces(bytes: &[u8], piece_bytes: usize) -> Self {
        let mut pieces: Vec<Bytes> = bytes.chunks(piece_bytes.max(1)).rev().map(Bytes::copy_from_slice).collect();
        Self::new(Box::new(move || pieces.pop()), MemoryShare::unlimited())
    }

    /// One that arrives at once.
    pub(crate) fn at_once(bytes: &[u8]) -> Self {
        Self::in_pieces(bytes, bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"[\"\xc3\xa9\xe2\x82\xac\"]", "[\"é€\"]", false)]
    #[case(b"\xef\xbb\xbf[]", "[]", false)]
    #[case(b"[\"JAM\xd3N\"]", "[\"JAM\u{10FFFE}D3N\"]", true)]
    #[case(b"\xff\xc3\xa9", "\u{10FFFE}FFé", true)]
    fn pieces_of_any_size_become_the_same_text(#[case] bytes: &[u8], #[case] text: &str, #[case] has_marks: bool) {
        for piece_bytes in 1..=bytes.len() {
            let mut body = Body::in_pieces(bytes, piece_bytes);
            body.read_to_end();
            assert_eq!((body.unread(), body.has_marks(), body.failure()), (text, has_marks, None), "{piece_bytes}");
            assert_eq!(body.beginning(), text);
        }
    }

    #[test]
    fn what_is_read_is_not_kept() {
        let mut body = Body::in_pieces(&[b'a'; 1_000], 100);
        for _ in 0..10 {
            assert!(body.grow());
            assert_eq!(body.text.len(), 100);
            body.advance(100);
        }
        assert!(!body.grow());
        assert_eq!((body.position(), body.text_bytes()), (1_000, 1_000));
    }

    #[test]
    fn what_is_not_read_is_doubled() {
        let mut body = Body::in_pieces(&[b'a'; 1_000], 100);
        let sizes: Vec<usize> = std::iter::from_fn(|| body.grow().then(|| body.unread().len())).collect();
        assert_eq!(sizes, [100, 200, 400, 800, 1_000]);
    }

    #[rstest]
    #[case(b"a\xc3", Failure::EndsWithinCharacter)]
    #[case("a\u{10FFFE}\u{e9}".as_bytes(), Failure::EndsWithinCharacter)]
    fn a_body_that_ends_within_a_character_was_cut_off(#[case] bytes: &[u8], #[case] failure: Failure) {
        let bytes = if bytes.ends_with(b"\xc3") { bytes } else { &bytes[..bytes.len() - 1] };
        let mut body = Body::at_once(bytes);
        body.read_to_end();
        assert_eq!(body.failure(), Some(&failure));
    }

    #[test]
    fn marks_that_came_are_not_taken_for_ours() {
        let mut body = Body::at_once("a\u{10FFFE}41".as_bytes());
        body.read_to_end();
        assert!(body.failure().is_none() && !body.has_marks());
        let mut body = Body::at_once(&["é\u{10FFFE}41".as_bytes(), b"\xff."].concat());
        body.read_to_end();
        assert_eq!(body.failure(), Some(&Failure::NotUtf8 { from: 8 }));
    }
}
