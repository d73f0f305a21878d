# shellcheck shell=bash disable=SC2154 # say and die are ./dev's
# Sourced by ./dev: one archive of what was built, what it is made of, and checksums, in packages/.

pack() { # pack DIST
    local dist=$1 version name work
    [[ -x $dist/klk ]] || die "$dist has no klk: ./dev build"
    version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
    name=klk-tracking-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
    # One time for all entries: that of the commit. Without a clone, one that every archive can have.
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 315532800)}
    export SOURCE_DATE_EPOCH
    say "packing $name"
    work=$(mktemp -d)
    # What is for scripts/release.sh is not for a server.
    cp -R "$dist/." "$work/" && rm -rf "$work/debug"
    cp LICENSE CHANGELOG.md klk.toml.example docs/deploy/klk.service docs/deploy/nginx.conf "$work/"
    # An operator has the archive and nothing else.
    mkdir "$work/docs" && cp -R docs/*.md docs/how-to docs/deploy "$work/docs/"
    node scripts/sbom.mjs >"$work/sbom.cdx.json"
    rm -rf packages && mkdir packages
    node scripts/pack.mjs "$work" "packages/$name" >packages/SHA256SUMS
    cp "$work/sbom.cdx.json" "packages/$name.cdx.json"
    printf '%s  %s\n' "$(hash <"packages/$name.cdx.json")" "$name.cdx.json" >>packages/SHA256SUMS
    rm -rf "$work"
    say "packages/ is ready: check with 'cd packages && sha256sum -c SHA256SUMS'"
}
