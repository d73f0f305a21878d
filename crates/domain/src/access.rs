//! Who may do what: roles, the stores of an operator, names of users, and what is kept of sign-ins.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::BranchId;
use crate::common_passwords::is_common;
use crate::filter::{InvalidParameter, Requirement, choice, required};
use crate::state::wire_names;

/// What somebody may do; each role may do what the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Sees the screen on a wall, and nothing else. No user's: only tokens have it.
    Wall,
    /// Reads everything, changes nothing.
    Reader,
    /// Recovers, justifies, reconciles, and changes calendars.
    Operator,
    /// Administers users, sessions and tokens as well.
    Administrator,
}
wire_names!(Role {
    Wall => "muro",
    Reader => "lector",
    Operator => "operador",
    Administrator => "administrador",
});

impl Role {
    /// The roles that a user may have.
    pub const OF_USERS: [Self; 3] = [Self::Reader, Self::Operator, Self::Administrator];

    /// Refuses a role that no user may have.
    pub fn of_user(self) -> Result<Self, InvalidParameter> {
        if Self::OF_USERS.contains(&self) { Ok(self) } else { Err(not_of_user(self.as_str().to_owned())) }
    }

    /// Reads the role of a user, which has to be there. A refusal names only the roles that a user may have.
    pub fn read_of_user(text: Option<&str>) -> Result<Self, InvalidParameter> {
        match choice::<Self>("rol", text) {
            Ok(role) => required("rol", role)?.of_user(),
            Err(InvalidParameter { requirement: Requirement::OneOf { given, .. }, .. }) => Err(not_of_user(given)),
            Err(other) => Err(other),
        }
    }
}

fn not_of_user(given: String) -> InvalidParameter {
    let allowed = Role::OF_USERS.map(Role::as_str).join(", ");
    InvalidParameter { name: "rol", requirement: Requirement::OneOf { given, allowed } }
}

/// The stores in which somebody may change something. Everybody reads all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoreScope {
    /// Also those that are added later.
    #[default]
    All,
    /// These and no others; never empty.
    Only(BTreeSet<BranchId>),
}

/// Between the stores of a scope as text.
const SEPARATOR: char = ',';

impl StoreScope {
    /// Reads `tienda_01, tienda_08`; nothing, or nothing but separators, means all.
    pub fn parse(text: &str) -> Self {
        let stores: BTreeSet<BranchId> =
            text.split(SEPARATOR).map(str::trim).filter(|id| !id.is_empty()).map(BranchId::new).collect();
        if stores.is_empty() { Self::All } else { Self::Only(stores) }
    }

    /// As [`StoreScope::parse`] reads it; None for all.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Only(stores) => Some(stores.iter().map(BranchId::as_str).collect::<Vec<_>>().join(",")),
        }
    }

    /// Whether the store is one of them.
    pub fn contains(&self, branch: &BranchId) -> bool {
        match self {
            Self::All => true,
            Self::Only(stores) => stores.contains(branch),
        }
    }
}

/// The name somebody signs in with: lower-case letters, digits, `.`, `_`, `-` and `@`, so that it can stand in a log, a
/// cell of a spreadsheet and an address without being escaped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserName(String);

impl UserName {
    /// Characters.
    pub const LENGTH_MAX: usize = 64;

    /// Reads a name; capitals and spaces around it do not matter.
    pub fn parse(text: &str) -> Result<Self, InvalidParameter> {
        let name = text.trim().to_lowercase();
        let invalid = |requirement| InvalidParameter { name: "usuario", requirement };
        if name.is_empty() {
            return Err(invalid(Requirement::Present));
        }
        if name.chars().count() > Self::LENGTH_MAX {
            return Err(invalid(Requirement::NameCharacters { most: Self::LENGTH_MAX }));
        }
        let is_allowed = |character: char| character.is_alphanumeric() || ".-_@".contains(character);
        if !name.starts_with(char::is_alphanumeric) || !name.chars().all(is_allowed) {
            return Err(invalid(Requirement::NameSigns));
        }
        Ok(Self(name))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for UserName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The column `accion` of `auditoria`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuditAction {
    /// Somebody signed in.
    SignIn,
    /// Somebody signed in by a provider of identities.
    ProviderSignIn,
    /// A wrong name or password, or a code that does not exist; counted by name and address.
    SignInFailed,
    /// An attempt that was not even looked at, because there were too many before it.
    SignInThrottled,
    /// Somebody signed out.
    SignOut,
    /// A user was added.
    AddUser,
    /// Role, stores, or both were changed.
    ChangeUser,
    /// A user may not sign in any more.
    DisableUser,
    /// A user may sign in again.
    EnableUser,
    /// A one-time code to set a password was made.
    IssueCode,
    /// Somebody set their password.
    SetPassword,
    /// A user signed in by a provider for the first time: from then on they are who they are there.
    LinkIdentity,
    /// An administrator took back who a user is at the provider.
    UnlinkIdentity,
    /// An administrator ended the sessions of a user.
    EndSessions,
    /// A token for scripts was made.
    AddToken,
    /// A token for scripts does not count any more.
    RevokeToken,
    /// Somebody had the database copied.
    BackUp,
    /// A copy was put back in the place of the database; what came after the copy is gone.
    Restore,
    /// Somebody asked for what their role or stores do not allow; counted.
    Refused,
}
wire_names!(AuditAction {
    SignIn => "entrar",
    ProviderSignIn => "entrar_con_proveedor",
    SignInFailed => "entrada_fallida",
    SignInThrottled => "entrada_frenada",
    SignOut => "salir",
    AddUser => "crear_usuario",
    ChangeUser => "cambiar_usuario",
    DisableUser => "desactivar_usuario",
    EnableUser => "reactivar_usuario",
    IssueCode => "dar_codigo",
    SetPassword => "fijar_clave",
    LinkIdentity => "vincular_identidad",
    UnlinkIdentity => "desvincular_identidad",
    EndSessions => "cerrar_sesiones",
    AddToken => "crear_token",
    RevokeToken => "revocar_token",
    BackUp => "respaldar",
    Restore => "restaurar",
    Refused => "rechazado",
});

/// The longest password that is looked at: hashing takes longer for longer ones.
const PASSWORD_CHARACTERS_MAX: usize = 256;

/// Passwords that are long enough and are tried first by whoever guesses here; what is used most anywhere is a list of its own.
const GUESSED_FIRST: [&str; 16] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "1q2w3e4r5t6y",
    "qwertyuiop12",
    "qwertyuiop123",
    "passwordpassword",
    "password1234",
    "password12345",
    "administrador",
    "administrador1",
    "contraseña123",
    "contrasena123",
    "klktracking123",
];

/// Refuses a password that is too short, too long, or the first that somebody would guess. No kinds of characters are asked for.
pub fn check_password(password: &str, name: &UserName, characters_min: usize) -> Result<(), InvalidParameter> {
    let invalid = |requirement| Err(InvalidParameter { name: "clave", requirement });
    let characters = password.chars().count();
    if characters < characters_min {
        return invalid(Requirement::PasswordAtLeast { least: characters_min });
    }
    if characters > PASSWORD_CHARACTERS_MAX {
        return invalid(Requirement::PasswordAtMost { most: PASSWORD_CHARACTERS_MAX });
    }
    let lower = password.to_lowercase();
    let is_one_character = lower.chars().all(|character| lower.starts_with(character));
    if is_one_character || lower.contains(name.as_str()) || GUESSED_FIRST.contains(&lower.as_str()) || is_common(&lower)
    {
        return invalid(Requirement::PasswordUnusual);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn roles_are_ordered_by_what_they_may() {
        assert!(Role::Wall < Role::Reader && Role::Reader < Role::Operator && Role::Operator < Role::Administrator);
    }

    #[test]
    fn no_user_is_a_wall() {
        assert!(Role::Wall.of_user().is_err());
        assert_eq!(Role::OF_USERS.map(|role| role.of_user().is_ok()), [true; 3]);
        assert_eq!(Role::read_of_user(Some("operador")), Ok(Role::Operator));
        for given in ["rey", "muro"] {
            let requirement =
                Requirement::OneOf { given: given.to_owned(), allowed: "lector, operador, administrador".to_owned() };
            assert_eq!(Role::read_of_user(Some(given)), Err(InvalidParameter { name: "rol", requirement }));
        }
        assert_eq!(Role::read_of_user(None).unwrap_err().requirement, Requirement::Present);
    }

    #[rstest]
    #[case("", None)]
    #[case(" , ", None)]
    #[case("tienda_08, tienda_01,", Some("tienda_01,tienda_08"))]
    fn a_scope_is_read_back_as_it_was_written(#[case] text: &str, #[case] written: Option<&str>) {
        let scope = StoreScope::parse(text);
        assert_eq!(scope.text().as_deref(), written);
        assert_eq!(StoreScope::parse(&scope.text().unwrap_or_default()), scope);
    }

    #[test]
    fn a_scope_has_its_stores_and_no_others() {
        let scope = StoreScope::parse("tienda_01");
        assert!(scope.contains(&BranchId::new("tienda_01")));
        assert!(!scope.contains(&BranchId::new("tienda_08")));
        assert!(StoreScope::All.contains(&BranchId::new("tienda_08")));
    }

    #[rstest]
    #[case(" Ana.Pérez@klk ", Some("ana.pérez@klk"))]
    #[case("", None)]
    #[case("-ana", None)]
    #[case("=cmd|' /C calc'!A0", None)]
    #[case("ana\nadministrador", None)]
    #[case("<script>", None)]
    fn a_name_can_stand_anywhere(#[case] text: &str, #[case] name: Option<&str>) {
        assert_eq!(UserName::parse(text).ok().as_ref().map(UserName::as_str), name);
    }

    #[test]
    fn a_name_has_a_length() {
        assert!(UserName::parse(&"a".repeat(65)).is_err());
    }

    #[rstest]
    #[case("caballo bateria grapa", true)]
    #[case("corta", false)]
    #[case("aaaaaaaaaaaaaaa", false)]
    #[case("esta es la clave de ana", false)]
    #[case("Password1234", false)]
    #[case("Dragon!123456", false)]
    fn a_password_is_long_and_not_the_first_guess(#[case] password: &str, #[case] is_good: bool) {
        let name = UserName::parse("ana").unwrap();
        assert_eq!(check_password(password, &name, 12).is_ok(), is_good);
    }

    #[test]
    fn a_password_is_not_endless() {
        let name = UserName::parse("ana").unwrap();
        assert!(check_password(&"xy".repeat(200), &name, 12).is_err());
    }
}
