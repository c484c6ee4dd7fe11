// SPDX-License-Identifier: MIT
#include <array>

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

constexpr std::string_view kArrays = "arrays:";  ///< begins input of the third kind
constexpr std::array kKeys = {"v_template",       "shapedirs", "posedirs", "J_regressor",   "weights",  "kintree_table",
                              "f",                "parents",   "faces",    "landmarks",     "part_labels", "vt",
                              "joint_names",      "gender",    "model_id", "coco_plus_regressor"};

/// The arrays of one input: for each the number of its key, its length in two bytes and a .npy, so that what changes in an array is not
/// refused by an archive's checksum already.
NpzArrays arraysFrom(std::string_view bytes) {
    NpzArrays arrays;
    while (bytes.size() > 3) {
        const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
        const std::string_view npy = bytes.substr(3, byte(1) + 256 * byte(2));
        fuzz::toleratingErrors([&] { arrays[kKeys[byte(0) % kKeys.size()]] = parseNpy(npy, "array"); });
        bytes.remove_prefix(3 + npy.size());
    }
    return arrays;
}

}  // namespace

/// A .npz archive and the body that it may be, one .npy, or arrays that are wrapped in an archive here.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::string_view bytes = fuzz::asText(data, size);
    if (bytes.starts_with(kArrays)) {
        const std::filesystem::path file = folder.write("wrapped.npz", "");
        writeNpz(file, arraysFrom(bytes.substr(kArrays.size())));
        fuzz::toleratingErrors([&] { loadBodyModel(file); });
        return 0;
    }
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
