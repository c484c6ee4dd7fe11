// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "network/body_layer.h"
#include "network/discriminator.h"
#include "network/modules.h"
#include "training/batch.h"
#include "training/config.h"

namespace hmr {

/// The encoder's loss, and its parts before weighting, by name.
struct Objective {
    torch::Tensor total;
    std::vector<std::pair<std::string, torch::Tensor>> terms;
};

/// Published objective on the last iteration (and, weighted by `earlierIterations`, on the others). `discriminator` may be
/// null: no adversarial term; otherwise it judges the bodies of all iterations.
Objective encoderObjective(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, const BodyLayer& body,
                           PosePriorDiscriminatorImpl* discriminator, const LossWeights& weights);

/// The supervised terms alone, weighted: what bodies without pictures teach.
torch::Tensor liftedObjective(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch, const BodyLayer& body,
                              const LossWeights& weights);

/// Adds the terms of the joint maps.
void addMapTerms(const JointMaps& maps, const TensorBatch& batch, const LossWeights& weights, Objective& objective);

/// What the discriminator minimises: least squares on real bodies and on the bodies of all iterations, cut from the encoder.
torch::Tensor discriminatorObjective(const std::vector<HmrPrediction>& predictions, const TensorBatch& batch,
                                     PosePriorDiscriminatorImpl& discriminator);

}  // namespace hmr
