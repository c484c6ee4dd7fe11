// SPDX-License-Identifier: MIT
#include "body/error.h"
#include "formats/safetensors.h"
#include "network/hmr_network.h"
#include "network/published_weights.h"

namespace hmr {

void convertWeights(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto file = openTensorFile(from);
    if (file->format() == kScriptFormat)
        throw Error(from.string() + " is a TorchScript module: a program, which cannot be converted. It runs as it is (--weights), described by " +
                    overridesOf(from).string() + ".");
    if (file->metadata().contains("recipe")) throw Error(from.string() + " is in this program's own form already.");
    const Metadata metadata = HmrNetwork::load(from)->metadata();  // what does not run is not written
    writeSafetensors(to, nativeWeights(*file).tensors, metadata);
}

}  // namespace hmr
