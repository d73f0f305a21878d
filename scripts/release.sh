#!/usr/bin/env bash
# Makes a release known to Sentry: its commits, what turns places in the browser's code into lines, and where it runs.
# For any CI; .github/workflows/release.yml calls it.
#
#   scripts/release.sh         builds dist/ first (./dev build)
#   scripts/release.sh DIST    takes what is built there
#
# In the environment: SENTRY_AUTH_TOKEN (org:ci, or project:releases and org:read), SENTRY_ORGANIZATION, SENTRY_PROJECT (number or slug),
# SENTRY_ENVIRONMENT; SENTRY_WEB_URL where it is not https://sentry.io.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '[release] %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 2
}

missing=()
for name in SENTRY_AUTH_TOKEN SENTRY_ORGANIZATION SENTRY_PROJECT SENTRY_ENVIRONMENT; do
    [[ -n ${!name:-} ]] || missing+=("$name")
done
[[ ${#missing[@]} = 0 ]] || die "missing in the environment: ${missing[*]} (docs/SENTRY.md says where to get them)"

dist=${1:-dist}
[[ $# -gt 0 ]] || ./dev build
sentry=$PWD/node_modules/.bin/sentry-cli
"$sentry" --version >/dev/null 2>&1 ||
    die "@sentry/cli has no program for this platform: npm ci, or see the optionalDependencies of node_modules/@sentry/cli/package.json"

# The names that sentry-cli reads; the rest of what it could read (a DSN, a .sentryclirc) is not for it.
export SENTRY_ORG=$SENTRY_ORGANIZATION SENTRY_URL=${SENTRY_WEB_URL:-https://sentry.io} SENTRY_LOAD_DOTENV=0

# The same as the server says of itself and hands to the browser: server/src/wiring.rs.
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
release=klk-tracking@$version

wasm=$dist/site/pkg/$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).files["klk.wasm"]' "$dist/site/files.json")
served=$(node scripts/wasm.mjs build-id "$wasm")
whole=$(node scripts/wasm.mjs build-id "$dist/debug/klk.wasm")
[[ $served = "$whole" ]] || die "$dist/debug/klk.wasm is not that of $wasm: build again"

say "$release in $SENTRY_ORG/$SENTRY_PROJECT at $SENTRY_URL"
"$sentry" releases new "$release"
if git rev-parse --git-dir >/dev/null 2>&1; then
    # Of the repository that Sentry is connected with; without one, those of this clone.
    "$sentry" releases set-commits "$release" --auto --ignore-missing
else
    say "no commits: this is no git clone"
fi

say "debug information of the WebAssembly"
"$sentry" debug-files upload --type wasm "$dist/debug"

# Found by an identifier in file and map, so neither the address that a page has nor a `dist` has to agree.
scripts_with_maps() {
    scripts=()
    for map in "$dist"/site/pkg/*.js.map; do
        [[ ! -f $map ]] || scripts+=("${map%.map}" "$map")
    done
}
scripts_with_maps
if [[ ${#scripts[@]} = 0 ]]; then
    say "no source maps in $dist/site/pkg"
else
    say "source maps"
    "$sentry" sourcemaps inject "${scripts[@]}"
    # Other contents have other names, and the copies that are served have to have the identifiers too.
    node scripts/name-files.mjs "$dist/site"
    node scripts/precompress.mjs "$dist/site"
    scripts_with_maps
    "$sentry" sourcemaps upload --release "$release" "${scripts[@]}"
fi

"$sentry" releases finalize "$release"
"$sentry" deploys new --release "$release" --env "$SENTRY_ENVIRONMENT"
say "done: deploy the same $dist, whose scripts have the identifiers now"
