// SPDX-License-Identifier: MIT
#include "formats/motion/results_of_others.h"
#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

/// Another program's results: a pickle, bare or deflated, or an archive with one inside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::string_view bytes = fuzz::asText(data, size);
    const std::filesystem::path file = folder.write(bytes.starts_with("PK") ? "results.npz" : "results.pkl", bytes);
    fuzz::toleratingErrors([&] { programOfResults(file); });
    fuzz::toleratingErrors([&] { readResultsOfOthers(file); });
    return 0;
}
