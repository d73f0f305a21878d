# shellcheck shell=bash disable=SC2154 # $site and $target are ./dev's
# Sourced by ./dev: the site that the server serves, in $site. The same files as cargo-leptos would make.

build_site() {
    say "building the pages"
    # The build id is what Sentry knows a module by: the one that a page runs, and the one with the names.
    cargo rustc --package frontend --lib --crate-type cdylib --target "$target" --profile wasm-release -- -C link-arg=--build-id=sha1

    local wasm=$CARGO_TARGET_DIR/$target/wasm-release/frontend.wasm work=$CARGO_TARGET_DIR/site-work stamp
    plain=$work/pkg # before their names have hashes
    stamp=$({ cat "$wasm" && wasm-bindgen --version && cat package-lock.json scripts/site.sh scripts/wasm.mjs; } | hash)
    if [[ $(cat "$work/stamp" 2>/dev/null) != "$stamp" ]]; then
        say "shrinking the WebAssembly"
        rm -rf "$work" && mkdir -p "$plain"
        wasm-bindgen "$wasm" --target web --no-typescript --keep-debug --out-dir "$work" --out-name klk
        # -Oz gives less code, and more once it is compressed. In the order of their names, functions that are alike are
        # neighbours, which Brotli likes.
        node_modules/.bin/wasm-opt -Os --reorder-functions-by-name -g "$work/klk_bg.wasm" -o "$work/klk.debug.wasm"
        # Last, and without touching the code: places in what is served are places in what Sentry is given.
        node scripts/wasm.mjs strip "$work/klk.debug.wasm" "$work/klk.wasm"
        # Names stay, for whoever reads a stack.
        node_modules/.bin/esbuild "$work/klk.js" --minify-whitespace --minify-syntax --format=esm \
            --log-level=warning --outfile="$plain/klk.js"
        mv "$work/klk.wasm" "$plain/"
        rm -f "$work/klk_bg.wasm" "$work/klk.js"
        echo "$stamp" >"$work/stamp"
    fi

    # These take a blink, so they are not compared first.
    rm -f "$plain"/*.css
    node_modules/.bin/esbuild style/main.css --bundle --minify --log-level=warning --outfile="$plain/klk.css"
    build_scripts
    node scripts/name-files.mjs "$plain" "$site"
    cp -R public/. "$site/"
    node scripts/precompress.mjs "$site"
}

# What every page does in the browser, the worker that its tabs share, the bridge to Sentry, and Sentry's SDK. All must see the
# same bridge, so the others import it by its address instead of having a copy.
build_scripts() {
    local esbuild=(node_modules/.bin/esbuild --bundle --format=esm --target=es2022 --minify --sourcemap --log-level=warning
        --define:__SENTRY_DEBUG__=false)
    find "$plain" -name '*.js*' ! -name klk.js -delete # none of an earlier build
    "${esbuild[@]}" frontend/js/bridge.ts --outfile="$plain/bridge.js"
    "${esbuild[@]}" frontend/js/page.ts --outfile="$plain/page.js" --external:./bridge.js --external:./grid.js --external:./kept.js \
        --external:./palette.js
    # What page.js asks for later: each is given what it shares, so that nothing is in two files.
    "${esbuild[@]}" frontend/js/grid.ts --outfile="$plain/grid.js"
    "${esbuild[@]}" frontend/js/kept.ts --outfile="$plain/kept.js"
    "${esbuild[@]}" frontend/js/palette.ts --outfile="$plain/palette.js"
    "${esbuild[@]}" frontend/js/worker.ts --outfile="$plain/worker.js" --format=iife
    "${esbuild[@]}" frontend/js/sentry.ts --outfile="$plain/sentry.js" --external:./bridge.js
}
