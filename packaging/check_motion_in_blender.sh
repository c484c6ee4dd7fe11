#!/bin/sh
# SPDX-License-Identifier: MIT
# Exports a take with the given `hmr` and lets Blender, headless, check every joint at every frame and the skin at some: the table of docs/export.md.
# usage: check_motion_in_blender.sh HMR [TAKE]   (TAKE: a session, .npz, .json or .bvh; a walk of two people by default)
set -eu
hmr=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
body="$here/../resources/body/openbody.npz"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
take=${2:-"$folder/walk.json"}
[ $# -gt 1 ] || python3 "$here/make_walk.py" "$take"
"$hmr" export "$take" -o "$folder/truth.npz" --format amass --each --preset blender >/dev/null
"$hmr" export "$take" -o "$folder/all.glb" --preset blender >/dev/null
"$hmr" export "$take" -o "$folder/all.fbx" --preset blender >/dev/null
"$hmr" export "$take" -o "$folder/one.bvh" --people 1 --preset blender >/dev/null
"$hmr" export "$take" -o "$folder/one.glb" --people 1 --preset blender >/dev/null
"$hmr" export "$take" -o "$folder/one.fbx" --people 1 --preset blender >/dev/null
first=$(find "$folder" -name 'truth*.npz' | sort | head -n 1)
status=0
echo "| file | people | frames | bones | farthest joint, mm | farthest vertex, mm | height error, mm | soles off the floor, mm |"
echo "|---|---|---|---|---|---|---|---|"
check() {
    blender -b --factory-startup --python-exit-code 1 -P "$here/check_motion_in_blender.py" -- "$@" 2>&1 | grep -E '^(good|BAD|.*Error)' || status=1
}
for kind in glb fbx bvh; do check "$folder/one.$kind" "$body" "$first"; done
for kind in glb fbx; do check "$folder/all.$kind" "$body" $(find "$folder" -name 'truth*.npz' | sort); done
exit $status
