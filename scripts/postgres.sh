# shellcheck shell=bash disable=SC2154 # $cache and the like are ./dev's
# Sourced by ./dev: a PostgreSQL of its own for the tests, on a private port and in a folder that goes away.

# Where Debian has the server's programs, which are not on PATH.
postgres_programs() {
    local folder
    for folder in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin; do
        [[ -x $folder/initdb && -x $folder/postgres ]] && echo "$folder" && return
    done
    return 1
}

# Installs it where it can; fails where there is none after that.
postgres_is_here() {
    if ! postgres_programs >/dev/null && can_apt; then
        # Debian would begin a server that nobody asked for.
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.d/klk.conf >/dev/null
        apt postgresql || true
    fi
    postgres_programs >/dev/null
}

# Sets KLK_TEST_POSTGRES, unless it is set. More options of the server may be given.
postgres_server() {
    [[ -z ${KLK_TEST_POSTGRES:-} ]] || return 0
    local programs port
    programs=$(postgres_programs) || return 1
    postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/klk-postgres-XXXXXX")
    trap postgres_end EXIT
    port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
    # PostgreSQL refuses to be run by root.
    postgres_as=()
    if [[ $(id -u) = 0 ]]; then
        postgres_as=(runuser -u postgres --)
        chown postgres "$postgres_folder"
    fi
    say "starting a PostgreSQL of its own"
    # Nothing of it has to survive a power cut.
    (cd "$postgres_folder" &&
        "${postgres_as[@]}" "$programs/initdb" -D data -U klk --auth=trust -E UTF8 --locale=C.UTF-8 >initdb.log &&
        "${postgres_as[@]}" "$programs/pg_ctl" -D data -w -l server.log start -o \
            "-p $port -k $postgres_folder -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off \
             -c full_page_writes=off -c max_connections=400 ${1:-}" >start.log) || return 1
    export KLK_TEST_POSTGRES="postgres://klk@127.0.0.1:$port/postgres?sslmode=disable"
}

# shellcheck disable=SC2317,SC2329 # a trap calls it
postgres_end() {
    [[ -n ${postgres_folder:-} ]] || return 0
    (cd "$postgres_folder" && "${postgres_as[@]}" "$(postgres_programs)/pg_ctl" -D data -m immediate stop >/dev/null 2>&1) || true
    rm -rf "$postgres_folder"
}

# The tests of the warehouse and the engine once more, with their databases on the server. What is only true of a file is left out.
postgres_tests() {
    local failed=0 binary
    if [[ -z ${KLK_TEST_POSTGRES:-} ]] && ! postgres_is_here; then
        say "no PostgreSQL here, and none can be installed: its tests are left out (KLK_TEST_POSTGRES names one)"
        return 0
    fi
    postgres_server || die "the PostgreSQL for the tests did not start"
    say "tests of the warehouse and the engine on PostgreSQL"
    # Those that were built with all others: cargo would build everything anew for two packages alone.
    cargo test --workspace --no-run --message-format=json 2>/dev/null |
        node scripts/test-binaries.mjs warehouse engine server >"$cache/postgres-tests.list"
    : >"$cache/postgres-test.log"
    while read -r folder binary; do
        # One test counts looks at the clock, and a process that follows others looks once more.
        local all=("--skip file:: --skip backups:: --skip a_panic_costs_its_run" "shared:: --ignored")
        # Of the server, only what several processes do.
        [[ $folder = */crates/* ]] || all=("shared:: --ignored")
        for chosen in "${all[@]}"; do
            # shellcheck disable=SC2086 # several words
            (cd "$folder" && CARGO_MANIFEST_DIR=$folder LD_LIBRARY_PATH="$DUCKDB_LIB_DIR:${LD_LIBRARY_PATH:-}" \
                "$binary" $chosen </dev/null) 2>&1 | tee -a "$cache/postgres-test.log" || failed=1
        done
    done <"$cache/postgres-tests.list"
    awk '/^test result:/ { p += $4; f += $6; i += $8 }
        END { printf "[dev] tests on PostgreSQL: %d passed, %d failed, %d ignored\n", p, f, i; exit p == 0 }' \
        "$cache/postgres-test.log" || failed=1
    return $failed
}
