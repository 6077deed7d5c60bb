#!/bin/bash
# Runs a command with one of the Vulkan drivers that bench/gpu/setup.sh sets up:
#
#   bash bench/gpu/run.sh ROOT GPU COMMAND...
#
# rdna3, rdna2, vega (AMD), sm86 (NVIDIA), arc, battlemage (Intel) compile and record, but never compute. With DUMP=FOLDER, they write
# the SPIR-V, the statistics and the assembly of every pipeline there. lavapipe and swiftshader compute.
set -euo pipefail
root=$(readlink -f "$1") gpu=$2
shift 2
command=$(readlink -f "$(command -v "$1")")
shift
layer=("VK_LAYER_PATH=$root/layers" VK_INSTANCE_LAYERS=VK_LAYER_albert_null_gpu MESA_SHADER_CACHE_DISABLE=1
  "NULL_GPU_DUMP=${DUMP:-}")
preload=()
case $gpu in
  rdna3) driver=radv variables=("${layer[@]}" RADV_FORCE_FAMILY=navi31) ;;
  rdna2) driver=radv variables=("${layer[@]}" RADV_FORCE_FAMILY=navi21) ;;
  vega) driver=radv variables=("${layer[@]}" RADV_FORCE_FAMILY=vega10) ;;
  sm86) # Chip 0x172 is GA102. NVK is not conformant there with this imitation of the kernel, and asks for this variable.
    driver=nvk variables=("${layer[@]}" NOUVEAU_CHIPSET=172 NVK_I_WANT_A_BROKEN_VULKAN_DRIVER=1)
    preload=(--preload "$root/lib/nouveau.so") ;;
  arc) driver=anv variables=("${layer[@]}" INTEL_STUB_GPU_PLATFORM=dg2) preload=(--preload "$root/lib/intel.so") ;;
  battlemage) driver=anv variables=("${layer[@]}" INTEL_STUB_GPU_PLATFORM=bmg) preload=(--preload "$root/lib/intel.so") ;;
  lavapipe | swiftshader) driver=$gpu variables=() ;;
  *) echo "unknown GPU $gpu, expected rdna3, rdna2, vega, sm86, arc, battlemage, lavapipe or swiftshader" >&2; exit 2 ;;
esac
[ -z "${DUMP:-}" ] || mkdir -p "$DUMP"
# The drivers need a newer C library than the system may have, so the command starts with the dynamic loader of their tree.
exec env XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}" VK_DRIVER_FILES="$root/drivers/$driver.json" "${variables[@]}" \
  "$root/tree/lib64/ld-linux-x86-64.so.2" --library-path "$root/tree/usr/lib/x86_64-linux-gnu" "${preload[@]}" \
  "$command" "$@"
