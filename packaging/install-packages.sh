#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that building and running need, and only those that are absent.
# usage: packaging/install-packages.sh [test]     without root: prints the command to run and exits with 2
set -eu
packages="g++ cmake ninja-build pkg-config mold
  qt6-base-dev libqt6opengl6-dev qt6-qpa-plugins qt6-wayland libtorch-dev libopencv-dev libeigen3-dev libassimp-dev libepoxy-dev libegl-dev
  libzip-dev zlib1g-dev libmatio-dev libcli11-dev nlohmann-json3-dev libstb-dev libgl1-mesa-dri libegl1 libopenblas0-openmp libgloo-dev"
if [ "${1:-}" = test ]; then packages="$packages xvfb xauth python3-numpy"; fi
missing=""
for package in $packages; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "Some packages are missing. Install them with:" >&2
  echo "  sudo apt-get update && sudo apt-get install --no-install-recommends$missing" >&2
  exit 2
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
