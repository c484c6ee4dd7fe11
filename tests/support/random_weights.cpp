// SPDX-License-Identifier: MIT
#include "support/random_weights.h"

#include <torch/nn.h>

#include "network/modules.h"
#include "network/weights_file.h"

namespace hmr::test {

void writeRandomWeights(const std::filesystem::path& file) {
    torch::manual_seed(7);
    NetworkRecipe recipe;
    recipe.architecture = "hmr-resnet18";
    recipe.inputSize = 64;
    HmrModel model(modelOptions(recipe));
    model->eval();
    saveWeights(file, *model, recipe, {{"licence", "none: random numbers for tests"}});
}

}  // namespace hmr::test
