# shellcheck shell=bash disable=SC2154 # $cache and the like are ./dev's
# Sourced by ./dev: what a bare machine lacks, each thing checked before it is installed.

readonly rust_minimum=1.95 node_minimum=20 target=wasm32-unknown-unknown

say() { printf '[dev] %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [[ $(id -u) = 0 ]]; then "$@"; else sudo "$@"; fi; }
hash() { if have sha256sum; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1; }
version() { grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1; }
at_least() { [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) = "$1" ]]; } # at_least MINIMUM VERSION
limit() { if have timeout; then timeout "$@"; else shift && "$@"; fi; } # limit SECONDS COMMAND...
can_apt() { have apt-get && { [[ $(id -u) = 0 ]] || have sudo; }; }

apt() { # apt PACKAGE...: the lists of a bare machine are old or absent, so a failure is tried again after an update
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
    say "installing with apt: $*"
    as_root "${install[@]}" >"$cache/apt.log" 2>&1 ||
        { as_root apt-get update -qq && as_root "${install[@]}"; } >"$cache/apt.log" 2>&1
}

need() { # need COMMAND PACKAGE
    have "$1" && return
    can_apt && apt "$2" && have "$1" && return
    die "$1 is missing: install it (Debian: apt-get install $2) and run this again"
}

setup() {
    need cc gcc
    need node nodejs
    at_least "$node_minimum" "$(node --version | version)" || die "node $node_minimum or later is needed: https://nodejs.org"
    need npm npm
    rust
    npm_packages
    duckdb
    wasm_bindgen
}

# --- Rust with the WebAssembly target -------------------------------------------------------------------------------
# The ordinary way is rustup; where Rust's own host is out of reach, Debian's packages and a std built from their source.
# What was chosen is remembered, because native and WebAssembly builds must use one toolchain or all is built twice.

rust() {
    local remembered
    remembered=${KLK_TOOLCHAIN:-$(cat "$cache/toolchain" 2>/dev/null || true)}
    use_toolchain "${remembered:-default}"
    if ! rust_is_ready; then
        if [[ ${KLK_TOOLCHAIN:-} != debian ]] && use_toolchain default && rustup_target; then
            remembered=default
        elif can_apt; then
            debian_rust
            remembered=debian
        else
            die "Rust $rust_minimum with $target is needed: install rustup from https://rustup.rs, then" \
                "'rustup update stable && rustup target add $target'"
        fi
    fi
    [[ -n ${KLK_TOOLCHAIN:-} ]] || echo "${remembered:-default}" >"$cache/toolchain"
}

use_toolchain() { # use_toolchain default|debian
    [[ $1 = debian ]] || return 0
    export RUSTUP_TOOLCHAIN=debian CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22
}

rust_is_ready() {
    have cargo && at_least "$rust_minimum" "$(rustc --version 2>/dev/null | version)" &&
        has_bitcode "$(rustc --print sysroot)/lib/rustlib/$target/lib"/libstd-*.rlib &&
        cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1
}

# The pages are optimised together with std, from what the compiler keeps of it beside the code.
has_bitcode() { grep -qs llvmbc "$1"; }

rustup_target() {
    have rustup || return 1
    if ! at_least "$rust_minimum" "$(rustc --version 2>/dev/null | version)"; then
        say "installing Rust (stable) with rustup"
        limit 600 rustup update stable >"$cache/rustup.log" 2>&1 || return 1
    fi
    say "installing $target, clippy and rustfmt with rustup"
    { limit 120 rustup target add "$target" && limit 120 rustup component add clippy rustfmt; } \
        >"$cache/rustup.log" 2>&1 && rust_is_ready
}

debian_rust() {
    say "rustup cannot bring $target here: using Debian's Rust"
    apt rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web lld-22 ||
        die "Debian's Rust is not available either ($cache/apt.log)"
    ! have rustup || rustup toolchain link debian /usr
    use_toolchain debian

    local lib=/usr/lib/rustlib/$target/lib std=$cache/std
    rust_is_ready && return
    if compgen -G "$lib/*.rlib" >/dev/null; then
        die "$lib holds the libraries of another Rust, or without bitcode: remove it and run this again"
    fi
    say "building std for $target (about 3 minutes, once)"
    rm -rf "$std" && mkdir -p "$std/src"
    printf '[package]\nname = "empty"\nedition = "2024"\n[workspace]\n' >"$std/Cargo.toml"
    touch "$std/src/lib.rs"
    # The last word is RUSTFLAGS': cargo would leave the bitcode out of what is not optimised together here.
    (cd "$std" && RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" CARGO_TARGET_DIR=target cargo build --quiet \
        --release --target "$target" -Zbuild-std=std,panic_abort) || die "std for $target did not build"
    rm -f "$std/target/$target/release/deps"/libempty*
    as_root mkdir -p "$lib"
    as_root cp "$std/target/$target/release/deps"/lib*.rlib "$lib/"
    # What was compiled against another std has its version and not its contents.
    rm -rf "$std" "${CARGO_TARGET_DIR:?}/$target"
    rust_is_ready || die "Debian's Rust still cannot build for $target"
}

# --- npm packages, libduckdb, wasm-bindgen ----------------------------------------------------------------------------

npm_packages() {
    local lock
    lock=$(cat package.json package-lock.json scripts/link-duckdb.mjs | hash)
    [[ $(cat node_modules/.klk-lock 2>/dev/null) = "$lock" ]] && return
    say "installing npm packages"
    npm ci --no-audit --no-fund --loglevel=error >"$cache/npm.log" 2>&1 ||
        { cat "$cache/npm.log" >&2 && die "npm ci failed"; }
    echo "$lock" >node_modules/.klk-lock
}

# The library is beside every binary, which looks there first; the cache has it too, so that its path, which is part of
# what cargo builds on, is the same in every clone.
duckdb() {
    local file folder
    compgen -G "node_modules/.duckdb/*" >/dev/null ||
        { [[ -n $(ls "$DUCKDB_LIB_DIR" 2>/dev/null) ]] && return; } ||
        die "npm has no libduckdb for this platform: set DUCKDB_LIB_DIR to the folder of yours"
    for file in node_modules/.duckdb/*; do
        for folder in "$DUCKDB_LIB_DIR" "$CARGO_TARGET_DIR/debug" "$CARGO_TARGET_DIR/release"; do
            cmp -s "$file" "$folder/${file##*/}" && continue
            mkdir -p "$folder"
            # By renaming: a running klk keeps the library it has open.
            cp "$file" "$folder/.${file##*/}" && mv -f "$folder/.${file##*/}" "$folder/${file##*/}"
        done
    done
}

wasm_bindgen() { # exactly the version of Cargo.lock: the two halves of the bindings must agree
    local wanted
    wanted=$(grep -A 1 '^name = "wasm-bindgen"$' Cargo.lock | version)
    [[ $(wasm-bindgen --version 2>/dev/null | version) = "$wanted" ]] && return
    install_tool wasm-bindgen-cli "$wanted"
}

install_tool() { # install_tool CRATE VERSION
    local crate=$1@$2
    if have cargo-binstall; then
        say "installing $crate"
        limit 120 cargo binstall --no-confirm --disable-strategies compile --root "$cache/tools" "$crate" \
            >"$cache/$1.log" 2>&1 && return
    fi
    say "compiling $crate (minutes, once)"
    # Its lock file may name a crate that has been withdrawn since; then cargo chooses.
    local install=(env -u CARGO_TARGET_DIR cargo install --quiet --debug --root "$cache/tools" "$crate")
    "${install[@]}" --locked >"$cache/$1.log" 2>&1 || "${install[@]}" >"$cache/$1.log" 2>&1 ||
        { tail -n 20 "$cache/$1.log" >&2 && die "$crate did not install"; }
}

# --- the checkers of ./dev check -------------------------------------------------------------------------------------

readonly typos_version=1.52.0

check_words() {
    local venv=$cache/typos-$typos_version
    if ! have typos && [[ ! -x $venv/bin/typos ]]; then
        say "installing typos $typos_version"
        python_tool "$venv" "typos==$typos_version" ||
            { say "typos: not installed ($venv.log), words not checked" && return; }
    fi
    say "typos"
    PATH="$venv/bin:$PATH" typos
}

install_checkers() {
    have cargo-deny || install_tool cargo-deny 0.20.2
    have cargo-machete || install_tool cargo-machete 0.9.2
}

checker() { # checker NAME ARGS...: a cargo subcommand that takes minutes to compile, used where it is installed
    if have "cargo-$1"; then
        say "cargo $1"
        cargo "$@"
    else
        say "cargo $1: not installed, skipped (./dev check --all installs it)"
    fi
}

check_advisories() { # their database is on GitHub, which is not within everybody's reach
    have cargo-deny || return 0
    if cargo deny fetch db >/dev/null 2>&1; then
        checker deny --log-level error check advisories
    else
        say "advisories: their database is out of reach, skipped"
    fi
}

python_tool() { # python_tool FOLDER PACKAGE: a tool from PyPI in a virtual environment of its own
    have python3 || { can_apt && apt python3 python3-venv; } || return
    # Debian's python3 comes without what a virtual environment needs.
    { rm -rf "$1" && python3 -m venv "$1"; } >"$1.log" 2>&1 ||
        { can_apt && apt python3-venv && rm -rf "$1" && python3 -m venv "$1"; } >>"$1.log" 2>&1 || return
    "$1/bin/pip" install --quiet --disable-pip-version-check "$2" >>"$1.log" 2>&1
}

# --- the browser of the end-to-end tests, and what checks what was told to Sentry ------------------------------------

browser() { # Debian's where it is Debian, Playwright's own elsewhere
    have chromium && return
    if can_apt && grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
        apt chromium fonts-liberation && return
    fi
    npx --no-install playwright install chromium >"$cache/browser.log" 2>&1 ||
        { tail -n 5 "$cache/browser.log" >&2 && die "no browser: npx playwright install --with-deps chromium"; }
}

readonly relay_version=0.10.1

relay() { # Sentry Relay's normaliser, which is what a real Sentry does first with an event
    local venv=$cache/sentry-relay-$relay_version
    export RELAY_PYTHON=$venv/bin/python
    "$RELAY_PYTHON" -c 'import sentry_relay' 2>/dev/null && return
    say "installing sentry-relay $relay_version"
    python_tool "$venv" "sentry-relay==$relay_version" || { tail -n 5 "$venv.log" >&2 && die "no sentry-relay ($venv.log)"; }
}
