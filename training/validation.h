// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "training/drawing.h"
#include "training/sample.h"

namespace hmr {

/// Accuracy over a set of pictures. 3D figures in millimetres over the 14 LSP joints about the mid-hip; negative where the
/// set has no 3D labels. PCK: share of visible joints nearer than that part of the person box's longer side.
struct Accuracy {
    int pictures = 0;
    double mpjpe = -1, reconstructionError = -1;
    double pck10 = 0, pck05 = 0;
    double seenPck10 = -1, seenPck05 = -1;  ///< of the joint maps; negative without them
};

/// Figures by their names, in order: "PCK@0.1".
using Figures = std::vector<std::pair<std::string, double>>;

Figures figuresOf(const Accuracy& accuracy);

/// How a network did on a set.
struct Verdict {
    Figures network, baseline;  ///< baseline: an answer that does not look at the picture
    double score = 0;           ///< to choose between checkpoints by, higher is better
    Picture sheet;              ///< some of the pictures with the answers
};

/// A held-out set, drawn once a crop size.
class ValidationSet {
public:
    using MakeSource = std::function<std::unique_ptr<SampleSource>(int size)>;
    ValidationSet(std::string name, int count, double personShare, MakeSource makeSource)
        : name_(std::move(name)), count_(count), personShare_(personShare), makeSource_(std::move(makeSource)) {}

    const std::string& name() const { return name_; }
    const std::vector<TrainingSample>& samples(int size);
    double personShare() const { return personShare_; }

private:
    std::string name_;
    int count_;
    double personShare_;
    MakeSource makeSource_;
    int size_ = 0;
    std::vector<TrainingSample> samples_;
};

/// Joints of a prediction for one picture.
struct PredictedJoints {
    Points3d joints3d;  ///< [19,3] metres, camera axes
    Points2d joints2d;  ///< [19,2] crop coordinates
    Points2d seen2d;    ///< [19,2] where the joint maps see them; [0,2] without maps
};

Accuracy accuracyOf(const std::vector<PredictedJoints>& predicted, const std::vector<TrainingSample>& samples, double personShare);

/// The first pictures with the predicted stick figure and the annotated joints as dots.
Picture overlaySheet(const std::vector<PredictedJoints>& predicted, const std::vector<TrainingSample>& samples);

/// Some pictures side by side, each enlarged to about 192 pixels and drawn upon.
Picture sampleSheet(const std::vector<TrainingSample>& samples, const std::function<void(std::size_t index, Picture& tile)>& draw);

}  // namespace hmr
