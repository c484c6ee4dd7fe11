// SPDX-License-Identifier: MIT
#include "formats/marked_people.h"
#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

/// OpenPose's JSON, or a box.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::filesystem::path file = folder.write("people.json", fuzz::asText(data, size));
    fuzz::toleratingErrors([&] { looksLikeMarkedPeople(file); });
    fuzz::toleratingErrors([&] { readMarkedPeople(file); });
    return 0;
}
