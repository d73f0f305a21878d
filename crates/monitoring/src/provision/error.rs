//! Why provisioning stopped. Read by people at a terminal, so in Spanish.

/// Why provisioning stopped, or one resource was not provisioned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvisionError {
    /// 401.
    #[error("Sentry no acepta el token: SENTRY_AUTH_TOKEN está mal escrito, venció o es de otro servidor")]
    Unauthorized,
    /// 403.
    #[error("al token (SENTRY_AUTH_TOKEN) le falta el permiso {scope} para {request}")]
    Forbidden {
        /// What was asked for.
        request: String,
        /// What the token needs for it.
        scope: &'static str,
    },
    /// The server has no such organisation, or the token cannot see it.
    #[error("no existe la organización '{organisation}' (SENTRY_ORGANIZATION), o el token no la ve")]
    NoSuchOrganisation {
        /// What was looked for.
        organisation: String,
    },
    /// The organisation has no such project, or the token cannot see it.
    #[error("la organización '{organisation}' no tiene el proyecto '{project}' (SENTRY_PROJECT), o el token no lo ve")]
    NoSuchProject {
        /// Where it was looked for.
        organisation: String,
        /// What was looked for.
        project: String,
    },
    /// 404 on a part of the API that this server or plan does not have.
    #[error("este Sentry no tiene {request}: su versión es anterior, o el plan no lo incluye")]
    NotOffered {
        /// What was asked for.
        request: String,
    },
    /// 429.
    #[error("Sentry pide esperar ({request}): repita la orden en {seconds} s; lo ya hecho queda hecho")]
    RateLimited {
        /// What was asked for.
        request: String,
        /// For how long.
        seconds: u64,
    },
    /// Any other answer than a success.
    #[error("Sentry rechazó {request} con HTTP {status}: {detail}")]
    Refused {
        /// What was asked for.
        request: String,
        /// What it answered.
        status: u16,
        /// The answer's text, cut.
        detail: String,
    },
    /// No answer.
    #[error("Sentry no responde en {url}: {reason}")]
    Unreachable {
        /// The server.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// A success whose body is not what the API describes.
    #[error("Sentry respondió a {request} algo que no se entiende: {reason}")]
    Unreadable {
        /// What was asked for.
        request: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An alert whose detectors are not there.
    #[error("faltan sus detectores, que no se pudieron crear")]
    NoDetectors,
}

impl ProvisionError {
    /// Whether the next request would fail in the same way.
    pub(super) const fn is_final(&self) -> bool {
        matches!(self, Self::Unauthorized | Self::RateLimited { .. } | Self::Unreachable { .. })
    }
}
