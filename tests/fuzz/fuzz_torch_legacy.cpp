// SPDX-License-Identifier: MIT
#include "formats/tensors/tensor_file.h"
#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

/// A checkpoint as torch.save wrote it before PyTorch 1.6. Taken for one whatever it begins with, so that no effort goes into the
/// magic number.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    constexpr std::size_t kMagicSize = 15;
    if (size < kMagicSize) return 0;
    const std::filesystem::path file = folder.write("checkpoint.pt", fuzz::asText(data, size));
    fuzz::toleratingErrors([&] {
        const auto tensors = openTorchLegacy(file);
        for (const auto& entry : tensors->tensors()) fuzz::toleratingErrors([&] { tensors->read(entry.first); });
    });
    return 0;
}
