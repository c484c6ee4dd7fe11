// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "body/skeleton.h"

namespace hmr {

/// What `hmr eval` is asked for. No Torch header is needed to use it.
struct EvaluationOptions {
    std::filesystem::path weights;   ///< empty: the shipped ones
    std::filesystem::path data;      ///< LSP table, COCO keypoints, a folder of either, or a seed file (.json) of synthetic pictures
    std::filesystem::path body, prior;  ///< empty: the shipped ones
    std::filesystem::path report;    ///< folder for report.json and pages of pictures; empty: none
    int limit = 0;                   ///< the first so many people; 0: all
    int minJoints = 0;               ///< people with fewer visible joints are left out
    bool flipped = false;            ///< average with the answer for the mirrored picture
    int threads = 0;
};

/// Figures of one set for the network or for a baseline; metrics that the set has no labels for are absent.
using Figures = std::vector<std::pair<std::string, double>>;

/// A whole evaluation.
struct EvaluationReport {
    std::string set, protocol;  ///< what was measured and how, in words
    int people = 0;
    Figures network, meanPose;
    std::vector<std::pair<std::string, double>> pck10OfJoint;  ///< of the network, for joints that are annotated
    double networkMilliseconds = 0, networkMilliseconds95 = 0; ///< one picture at a time: median, 95th percentile
};

/// Runs the weights on the set. Throws Error.
EvaluationReport evaluate(const EvaluationOptions& options);

/// One figure a line, as "PCK@0.1: 0.613", the mean pose's in a second block.
void printReport(const EvaluationReport& report, std::ostream& out);

/// The report as JSON text.
std::string reportText(const EvaluationReport& report);

}  // namespace hmr
