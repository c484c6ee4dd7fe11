// SPDX-License-Identifier: MIT
#include "formats/body_file.h"
#include "formats/npz.h"
#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

namespace {

/// The numbers or texts of an array, converted as readers of bodies and motion do.
void convert(const NdArray& array) {
    fuzz::toleratingErrors([&] { array.as<double>(); });
    fuzz::toleratingErrors([&] { array.as<std::int64_t>(); });
    fuzz::toleratingErrors([&] { array.as<std::uint8_t>(); });
    fuzz::toleratingErrors([&] { array.texts(); });
}

}  // namespace

/// A .npz archive and the body that it may be, or one .npy.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::string_view bytes = fuzz::asText(data, size);
    if (!bytes.starts_with("PK")) {
        fuzz::toleratingErrors([&] { convert(parseNpy(bytes, "array")); });
        return 0;
    }
    const std::filesystem::path file = folder.write("arrays.npz", bytes);
    fuzz::toleratingErrors([&] {
        for (const auto& entry : readNpz(file)) convert(entry.second);
    });
    fuzz::toleratingErrors([&] { loadBodyModel(file); });
    return 0;
}
