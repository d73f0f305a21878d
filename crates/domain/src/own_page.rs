//! Which addresses lead to a page of ours, whoever wrote them.

/// Whether a browser stays on this host at the address. It reads `//host`, `/\host` and `\\host` as other hosts, and
/// leaves out tabs and line ends before it reads, so that `/<tab>/host` is one too.
pub fn is_own_page(address: &str) -> bool {
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    is_plain && address.starts_with('/') && !address.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_host_is_none_of_ours_however_it_is_written() {
        for own in ["/", "/pendientes?etl_tipo=ventas&volver=%09", "/tiendas/tienda_01#hoy", "/a//b"] {
            assert!(is_own_page(own), "{own}");
        }
        let foreign = [
            "",
            "pendientes",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            "/\u{7f}/evil.example",
            "/\u{85}/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            " /pendientes",
        ];
        for address in foreign {
            assert!(!is_own_page(address), "{address:?}");
        }
    }
}
