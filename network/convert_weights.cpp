// SPDX-License-Identifier: MIT
#include "body/error.h"
#include "formats/safetensors.h"
#include "network/published_weights.h"
#include "network/weights_file.h"

namespace hmr {

void convertWeights(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto file = openTensorFile(from);
    if (file->format() == kScriptFormat)
        throw Error(from.string() + " is a TorchScript module: a program, which cannot be converted. It runs as it is (--weights), described by " +
                    overridesOf(from).string() + ".");
    if (file->metadata().contains("recipe")) throw Error(from.string() + " is in this program's own form already.");
    NativeWeights weights = nativeWeights(*file);
    Metadata metadata = metadataFrom(weights.recipe);
    metadata.merge(weights.metadata);
    writeSafetensors(to, weights.tensors, metadata);
}

}  // namespace hmr
