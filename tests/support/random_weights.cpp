// SPDX-License-Identifier: MIT
#include "support/random_weights.h"

#include <torch/nn.h>
#include <torch/script.h>

#include <cmath>

#include "network/modules.h"
#include "network/weights_file.h"

namespace hmr::test {

void writeRandomWeights(const std::filesystem::path& file, std::optional<double> seenDeviation) {
    torch::manual_seed(7);
    NetworkRecipe recipe;
    recipe.architecture = "hmr-resnet18";
    recipe.inputSize = 64;
    recipe.personShare = 0.9 * 1.7 / 2;  // what the mean camera makes of a person of 1.7 m
    recipe.hasJointMaps = seenDeviation.has_value();
    HmrModel model(modelOptions(recipe));
    model->eval();
    const torch::NoGradGuard noGradient;
    for (auto& parameter : model->named_parameters()) {
        if (parameter.key().find("dec") == 0) parameter.value().mul_(1e-5);  // an untrained backbone's features are large: stay near the mean
    }
    if (seenDeviation) model->named_parameters()["jointmaps.readout_bias"][0].fill_(std::log(*seenDeviation));
    saveWeights(file, *model, recipe, {{"licence", "none: random numbers for tests"}});
}

void writeScriptModule(const std::filesystem::path& file) {
    torch::Tensor answer = torch::zeros({1, 85});
    answer[0][0] = 0.9;        // the camera's scale
    answer[0][3] = 3.1415926;  // the root about x: upright
    torch::jit::Module module("Network");
    module.register_parameter("answer", answer, false);
    module.define("def forward(self, x):\n    return self.answer.expand(x.size(0), 85)\n");
    module.save(file.string());
}

}  // namespace hmr::test
