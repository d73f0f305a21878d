# shellcheck shell=bash disable=SC2154 # $site and $target are ./dev's
# Sourced by ./dev: the site that the server serves, in $site. The same files as cargo-leptos would make.

build_site() {
    say "building the pages"
    cargo build --package frontend --lib --target "$target" --profile wasm-release

    local wasm=$CARGO_TARGET_DIR/$target/wasm-release/frontend.wasm work=$CARGO_TARGET_DIR/site-work stamp
    stamp=$({ cat "$wasm" && wasm-bindgen --version && cat package-lock.json scripts/site.sh; } | hash)
    if [[ $(cat "$work/stamp" 2>/dev/null) != "$stamp" ]]; then
        say "shrinking the WebAssembly"
        rm -rf "$work" && mkdir -p "$work" "$site/pkg"
        wasm-bindgen "$wasm" --target web --no-typescript --out-dir "$work" --out-name klk
        # The name without _bg is what Leptos loads, because LEPTOS_OUTPUT_NAME is set (.cargo/config.toml).
        node_modules/.bin/wasm-opt -Oz "$work/klk_bg.wasm" -o "$work/klk.wasm"
        mv "$work/klk.wasm" "$work/klk.js" "$site/pkg/"
        rm -rf "$site/pkg/snippets"
        [[ ! -d $work/snippets ]] || mv "$work/snippets" "$site/pkg/"
        rm -f "$work/klk_bg.wasm"
        echo "$stamp" >"$work/stamp"
    fi

    # These take a blink, so they are not compared first.
    [[ ! -f style/main.css ]] || node_modules/.bin/esbuild style/main.css --bundle --minify \
        --log-level=warning --outfile="$site/pkg/klk.css"
    cp -R public/. "$site/"
}
