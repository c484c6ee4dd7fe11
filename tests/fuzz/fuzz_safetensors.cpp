// SPDX-License-Identifier: MIT
#include "formats/safetensors.h"
#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

/// A .safetensors file, its metadata and every tensor.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::filesystem::path file = folder.write("weights.safetensors", fuzz::asText(data, size));
    fuzz::toleratingErrors([&] { SafetensorsFile(file).metadata(); });
    fuzz::readEveryTensor(file);
    return 0;
}
