//! Why a notice was not delivered.

use std::fmt;
use std::str::FromStr;

/// Why a notice was not delivered. `Display` is how it is stored, and [`FromStr`] reads it; no address and no secret is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The name of the host leads to no address.
    Unresolved,
    /// It leads to an address of a private network, which the channel does not allow.
    PrivateAddress,
    /// Nobody is there, or the connection broke.
    Unreachable,
    /// No encrypted connection came about.
    Encryption,
    /// No response in time.
    TimedOut,
    /// The HTTP status of a response that is no success; a redirect is none.
    Http(u16),
    /// The code with which a mail server refused.
    Smtp(u16),
    /// The message cannot be made, as with an address that is none.
    Message,
}

impl SendError {
    /// Whether another attempt would fail alike: the message itself is refused.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Http(status) => matches!(status, 400 | 410 | 413 | 415 | 422),
            // Credentials can be put right while the message waits.
            Self::Smtp(code) => code >= 500 && !matches!(code, 530 | 534 | 535 | 538),
            Self::Message => true,
            _ => false,
        }
    }

    /// Its name and number, as it is stored.
    pub const fn parts(self) -> (&'static str, Option<u16>) {
        match self {
            Self::Unresolved => ("no_resuelve", None),
            Self::PrivateAddress => ("direccion_privada", None),
            Self::Unreachable => ("sin_conexion", None),
            Self::Encryption => ("cifrado", None),
            Self::TimedOut => ("sin_respuesta", None),
            Self::Http(status) => ("http", Some(status)),
            Self::Smtp(code) => ("smtp", Some(code)),
            Self::Message => ("mensaje", None),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (name, None) => formatter.write_str(name),
            (name, Some(number)) => write!(formatter, "{name} {number}"),
        }
    }
}

impl FromStr for SendError {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let numbered = |number: &str| number.parse().map_err(|_| ());
        Ok(match text.split_once(' ') {
            Some(("http", status)) => Self::Http(numbered(status)?),
            Some(("smtp", code)) => Self::Smtp(numbered(code)?),
            Some(_) => return Err(()),
            None => match text {
                "no_resuelve" => Self::Unresolved,
                "direccion_privada" => Self::PrivateAddress,
                "sin_conexion" => Self::Unreachable,
                "cifrado" => Self::Encryption,
                "sin_respuesta" => Self::TimedOut,
                "mensaje" => Self::Message,
                _ => return Err(()),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        use SendError::{Encryption, Http, Message, PrivateAddress, Smtp, TimedOut, Unreachable, Unresolved};
        let all = [Unresolved, PrivateAddress, Unreachable, Encryption, TimedOut, Http(503), Smtp(450), Message];
        for error in all {
            assert_eq!(error.to_string().parse(), Ok(error));
        }
        assert_eq!("http".parse::<SendError>(), Err(()));
    }

    #[test]
    fn a_message_that_is_refused_is_not_sent_again_and_a_wrong_password_is() {
        assert!(SendError::Http(400).is_final() && SendError::Smtp(550).is_final());
        assert!(
            !SendError::Http(503).is_final() && !SendError::Http(401).is_final() && !SendError::Smtp(535).is_final()
        );
    }
}
