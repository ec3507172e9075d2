#!/usr/bin/env bash
# Exercise the Dockerfile's recipe without a container engine: its build step in a clean copy
# of the last commit, its environment, its user, its command and its health check.
#
#     scripts/check-container.sh [PORT]
#
# Needs root (to drop to another user), git, and what the README asks for.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${1:-8017}
root=$(mktemp -d)
user=nobody
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$root"' EXIT

step() { sed -n "s/^$1 //p" Dockerfile; }
build=$(grep -m1 '^RUN python3 scripts/setup.py' Dockerfile | sed 's/^RUN //; s/ && rm -rf .*//')
command=$(step CMD | tail -1 | tr -d '[],"')
health=$(python3 - <<'PY'
import json, re
text = open("Dockerfile").read()
print(json.loads(re.search(r"^HEALTHCHECK .*?CMD (\[.*?\])$", text, re.M | re.S)[1])[2])
PY
)
eval "export $(step ENV | grep CMAKE_ARGS)"

echo "== build stage, in $root/app"
mkdir -p "$root/app" "$root/models" "$root/data"
git archive HEAD | tar -x -C "$root/app"
rm -rf "$root/app/docs" "$root/app/tests"
(cd "$root/app" && eval "$build")

echo "== runtime stage, as $user"
chown -R "$user" "$root/models" "$root/data"
chmod 755 "$root"
cached=${EUAIQA_MODELS:-${XDG_CACHE_HOME:-$HOME/.cache}/euaiqa/models}
if [ -d "$cached" ]; then cp -r "$cached/." "$root/models/" && chown -R "$user" "$root/models"; fi
export EUAIQA_HOST=0.0.0.0 EUAIQA_PORT=$port EUAIQA_MODELS=$root/models EUAIQA_INDEX=$root/data/index
(cd "$root/app" && exec setpriv --reuid "$user" --regid nogroup --clear-groups \
    env HOME="$root/data" $command) &
server=$!

echo "== health check"
for _ in $(seq 120); do
    if (cd "$root/app" && .venv/bin/python -c "$health") 2>/dev/null; then
        curl -fsS "http://127.0.0.1:$port/health" && echo && echo "healthy" && exit 0
    fi
    kill -0 "$server" 2>/dev/null || { echo "the server stopped" >&2; exit 1; }
    sleep 2
done
echo "not healthy after 4 minutes" >&2
exit 1
