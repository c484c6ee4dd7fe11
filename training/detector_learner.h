// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "network/detector_model.h"
#include "training/learner.h"

namespace hmr {

/// What the detector should say of N pictures.
struct DetectorTargets {
    torch::Tensor heat;     ///< [N,h,w] one at the middle of each person, falling off as a Gaussian
    torch::Tensor sides;    ///< [N,4,h,w] cells to the sides of the box a cell belongs to
    torch::Tensor weights;  ///< [N,h,w] how much a cell's box counts: near the middle of a person
    torch::Tensor photographs;  ///< [N,h,w] one where somebody may be seen who has no box
};

/// The targets of pictures of one size from the boxes of their people.
DetectorTargets detectorTargets(const std::vector<TrainingSample>& samples);

/// Penalty-reduced focal loss of the heat map (Law and Deng, CornerNet, ECCV 2018), a person's share. Annotated photographs show others
/// beside the person who has a box: what is taken for a person there is believed, not punished.
torch::Tensor heatLoss(const torch::Tensor& logits, const DetectorTargets& targets);

/// One minus the generalised intersection over union (Rezatofighi et al., CVPR 2019), a weighted mean over cells.
torch::Tensor boxLoss(const torch::Tensor& sides, const torch::Tensor& target, const torch::Tensor& weights);

/// The person detector.
class DetectorLearner : public Learner {
public:
    /// `group` may be null. Throws Error for initial weights that do not fit.
    DetectorLearner(const TrainingConfig& config, torch::Device device, ProcessGroup* group);

    StepFigures learn(const SampleBatch& batch, double learningRateFactor) override;
    Verdict judge(const std::vector<TrainingSample>& samples, double personShare) override;
    void exportWeights(const std::filesystem::path& file, int inputSize, Metadata metadata) override;

private:
    DetectorMaps mapsOf(const std::vector<TrainingSample>& samples);

    DetectorModel model_;
};

}  // namespace hmr
