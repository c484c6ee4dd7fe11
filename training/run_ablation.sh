#!/bin/sh
# SPDX-License-Identifier: MIT
# The paper's ablations: trains every configuration named ablation-*.json with the same budget, measures each on the frozen
# synthetic benchmark, and prints one table.
# usage: training/run_ablation.sh OUT [BENCHMARK]      BENCHMARK: synthetic:500 (default), or anything hmr eval --data takes
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
hmr=${HMR:-$root/build/release/bin/hmr}
out=${1:?usage: training/run_ablation.sh OUT [BENCHMARK]}
benchmark=${2:-synthetic:500}
figure() { sed -n "s/^$2: //p" "$1" | head -1; }
mkdir -p "$out"
for config in "$root"/training/configs/ablation-*.json; do
  name=$(basename "$config" .json)
  resume=""
  if [ -d "$out/$name/checkpoints" ]; then resume=--resume; fi
  "$hmr" train "$config" -o "$out/$name" $resume
  "$hmr" eval --weights "$out/$name/weights.safetensors" --data "$benchmark" -o "$out/$name/report" > "$out/$name/figures.txt"
done
{
  echo "| run | MPJPE mm | reconstruction error mm | PVE mm | PCK@0.1 | joints beyond limits |"
  echo "|---|---|---|---|---|---|"
  for config in "$root"/training/configs/ablation-*.json; do
    name=$(basename "$config" .json)
    figures=$out/$name/figures.txt
    echo "| ${name#ablation-} | $(figure "$figures" 'MPJPE mm') | $(figure "$figures" 'reconstruction error mm') | $(figure "$figures" 'PVE mm')" \
         "| $(figure "$figures" 'PCK@0.1') | $(figure "$figures" 'joints beyond limits') |"
  done
  echo "| mean pose | $(figure "$figures" 'mean pose MPJPE mm') | $(figure "$figures" 'mean pose reconstruction error mm')" \
       "| $(figure "$figures" 'mean pose PVE mm') | $(figure "$figures" 'mean pose PCK@0.1') | $(figure "$figures" 'mean pose joints beyond limits') |"
} | tee "$out/table.md"
