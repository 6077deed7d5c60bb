#!/bin/bash
# Sets up the shader compilers of AMD, NVIDIA and Intel GPUs on a machine without a GPU, and two software drivers that compute:
#
#   bash bench/gpu/setup.sh ROOT
#
# ROOT gets Debian's Mesa 25 (RADV, NVK, ANV, lavapipe) and Chromium's SwiftShader, a Vulkan layer that lets the hardware drivers run
# without hardware, and Mesa's two libraries that imitate the kernel's interface to NVIDIA and Intel GPUs, which Debian does not
# package. Requires a Debian system on x86-64 with apt-get, gcc, python3 with venv, curl and xz. No root rights, 700 MB, about a minute.
# bench/gpu/run.sh runs a command with one of the drivers.
set -euo pipefail

MESA=25.0.7
here=$(dirname "$(readlink -f "$0")")
root=$(mkdir -p "$1" && readlink -f "$1")
apt=$root/apt
tree=$root/tree
mkdir -p "$apt"/{lists/partial,cache,etc} "$root"/{packages,source,lib,drivers} "$tree"/usr/{bin,lib,lib64,sbin}

# Packages of Debian 13, unpacked without installing: the machine's own system is not changed.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | tr ' ' '\n' |
  grep -E '^https?://.*/debian/?$' | sort -u | head -1 || true)
mirror=${mirror%/}
mirror=${mirror:-http://deb.debian.org/debian}
keys=/usr/share/keyrings/debian-archive-keyring.gpg
printf 'deb [signed-by=%s] %s trixie main\n' "$keys" "$mirror" > "$apt/etc/sources.list"
: > "$apt/status"
cat > "$apt/apt.conf" <<C
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::SourceList "$apt/etc/sources.list";
Dir::Etc::SourceParts "/dev/null";
Acquire::Languages "none";
APT::Install-Recommends "false";
APT::Sandbox::User "";
C
export APT_CONFIG=$apt/apt.conf
apt-get update -qq
apt-get -y -qq --download-only -o Dir::Cache::archives="$root/packages/" -o Debug::NoLocking=1 install \
  mesa-vulkan-drivers libvulkan1 libvulkan-dev libdrm-dev libc6 libgcc-s1 libstdc++6 > /dev/null
for folder in bin lib lib64 sbin; do ln -sfn "usr/$folder" "$tree/$folder"; done
for package in "$root"/packages/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$tree"
done
(
  cd "$root/packages"
  apt-get download -qq chromium-common
  dpkg-deb --fsys-tarfile chromium-common*.deb |
    tar -x -C "$root/lib" --strip-components=4 ./usr/lib/chromium/libvk_swiftshader.so
) || echo "SwiftShader is not available"

# Manifests with absolute paths, because the drivers are not where the loader looks for them.
libraries=$tree/usr/lib/x86_64-linux-gnu
manifest() {
  printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "%s"}}\n' "$2" "$3" \
    > "$root/drivers/$1.json"
}
manifest radv "$libraries/libvulkan_radeon.so" 1.4.305
manifest nvk "$libraries/libvulkan_nouveau.so" 1.4.305
manifest anv "$libraries/libvulkan_intel.so" 1.4.305
manifest lavapipe "$libraries/libvulkan_lvp.so" 1.4.305
manifest swiftshader "$root/lib/libvk_swiftshader.so" 1.1.0

# The layer.
include=$tree/usr/include
gcc -O1 -shared -fPIC -fvisibility=hidden -Wall -o "$root/lib/libnullgpu.so" "$here/null_gpu_layer.c" -I"$include"
mkdir -p "$root/layers"
cat > "$root/layers/null_gpu.json" <<C
{"file_format_version": "1.2.0", "layer": {"name": "VK_LAYER_albert_null_gpu", "type": "GLOBAL",
 "library_path": "$root/lib/libnullgpu.so", "api_version": "1.4.0", "implementation_version": "1",
 "description": "Runs drivers without hardware and writes what they compile"}}
C

# The imitations of the kernel's interface, from Mesa's source.
cd "$root/source"
[ -f mesa.tar.xz ] || curl -sSfL -o mesa.tar.xz "$mirror/pool/main/m/mesa/mesa_$MESA.orig.tar.xz"
tar -xJf mesa.tar.xz mesa-$MESA/src/{drm-shim,intel,nouveau,util,c11,compiler,loader} \
  mesa-$MESA/src/gallium/include mesa-$MESA/src/gallium/drivers/nouveau mesa-$MESA/include
python3 -m venv "$root/venv"
"$root/venv/bin/pip" -q install mako
generated=$root/source/generated
mkdir -p "$generated"/{dev,intel/dev}
source=$root/source/mesa-$MESA/src
(
  cd "$source/intel/dev"
  "$root/venv/bin/python" intel_device_info_gen_h.py "$generated/dev/intel_device_info_gen.h"
  "$root/venv/bin/python" gen_wa_helpers.py mesa_defs.json "$generated/dev/intel_wa.h" "$generated/dev/intel_wa.c"
)
cp "$generated"/dev/* "$generated/intel/dev/"
echo '#define MESA_GIT_SHA1 ""' > "$generated/git_sha1.h"
cd "$source"
flags=(-shared -fPIC -O1 -w -D_GNU_SOURCE -Wl,-Bsymbolic
  -DHAVE_{PTHREAD,STRUCT_TIMESPEC,TIMESPEC_GET,ENDIAN_H,MEMFD_CREATE,SECURE_GETENV,FUNC_ATTRIBUTE_PACKED}
  -DHAVE___BUILTIN_{FFS,FFSLL,CLZ,CLZLL} -DUTIL_ARCH_LITTLE_ENDIAN=1 -DUTIL_ARCH_BIG_ENDIAN=0
  "-I$generated" "-I$generated/dev" -I. -I../include -Igallium/include -Idrm-shim "-I$include" "-I$include/libdrm"
  -Iintel -Iintel/common -Iintel/dev -Iutil -Icompiler/nir -Inouveau -Inouveau/winsys)
common=(drm-shim/{device,drm_shim}.c "$here/drm_shim_parts.c"
  util/{set,hash_table,ralloc,u_debug,anon_file,simple_mtx,os_misc,log,memstream,u_call_once,os_file,u_process,vma}.c
  util/{mesa-sha1,sha1/sha1,bitscan,u_math,strtod}.c)
mapfile -t interfaces < <(find nouveau -type d -name nvif -printf '-I%h/..\n')
gcc "${flags[@]}" "${interfaces[@]}" nouveau/drm-shim/nouveau_noop.c "${common[@]}" \
  -o "$root/lib/nouveau.so" -ldl -lpthread -lm
gcc "${flags[@]}" intel/tools/intel_noop_drm_shim.c \
  intel/dev/{intel_device_info,i915/intel_device_info,xe/intel_device_info,intel_hwconfig,intel_kmd,intel_debug}.c \
  "$generated/dev/intel_wa.c" intel/common/{intel_gem,i915/intel_gem,xe/intel_gem}.c "${common[@]}" \
  -o "$root/lib/intel.so" -ldl -lpthread -lm
echo "Ready. Try: bash bench/gpu/run.sh $root rdna3 deno eval '…'"
