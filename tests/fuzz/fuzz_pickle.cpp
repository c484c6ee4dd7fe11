// SPDX-License-Identifier: MIT
#include "formats/body_file.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_arrays.h"
#include "tests/fuzz/fuzzed_folder.h"

using namespace hmr;

/// A pickle under both policies for unknown names, every array of its dictionary, and the body that it may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::FuzzedFolder folder;
    const std::string_view bytes = fuzz::asText(data, size);
    for (const UnknownNames unknown : {UnknownNames::Refuse, UnknownNames::Keep})
        fuzz::toleratingErrors([&] {
            const Pickle pickle(bytes, "pickle", unknown);
            if (pickle.root().kind() != PickleKind::Dict) return;
            for (const PickleValue& value : pickle.root().items()) {
                looksLikeArray(value);
                fuzz::toleratingErrors([&] { ndArrayFrom(value); });
            }
        });
    fuzz::toleratingErrors([&] { loadBodyModel(folder.write("body.pkl", bytes)); });
    return 0;
}
