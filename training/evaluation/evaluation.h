// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "training/datasets/annotations.h"
#include "training/evaluation/scores.h"

namespace hmr {

/// What `hmr eval` is asked for. No Torch header is needed to use it.
struct EvaluationOptions {
    std::filesystem::path weights;   ///< empty: the shipped ones
    std::filesystem::path data;      ///< annotations of any kind, a seed file (.json), "synthetic" or "synthetic:N"
    AnnotationPart part = AnnotationPart::Test;  ///< of data sets that are divided
    std::filesystem::path body, prior;  ///< empty: the shipped ones
    std::filesystem::path maleBody, femaleBody;  ///< pose the truth of 3DPW, of the judged body's mesh; both or none
    std::string protocol = "hmr";    ///< hmr: coco-plus joints about the mid-hip; spin: Human3.6M's regressor about the pelvis
    std::filesystem::path regressor; ///< spin: J_regressor_h36m.npy [17,V]
    std::filesystem::path report;    ///< folder for report.json, report.md and pages of pictures; empty: none
    int limit = 0;                   ///< the first so many people; 0: all
    int minJoints = 0;               ///< people with fewer visible joints are left out
    bool fits = false;               ///< also fit the body to the annotated 2D joints, from the mean pose and from the network's answer
    bool flipped = false;            ///< average with the answer for the mirrored picture
    int threads = 0;
};

/// What one way of answering reaches.
struct MethodFigures {
    std::string name;  ///< "network", "mean pose"
    Figures overall;
    std::vector<std::pair<std::string, Figures>> groups;  ///< by action and protocol; those that hold actions also as the mean of them
    Figures pck10OfJoint, pck05OfJoint;
};

/// Milliseconds of one stage for one picture.
struct StageTime {
    std::string stage;
    int samples = 0;
    double median = 0, percentile90 = 0, percentile99 = 0;
};

/// A whole evaluation.
struct EvaluationReport {
    std::string set, weights, protocol, jointSet, root, regressor, alignment, boxRule, notes;
    int people = 0;
    std::vector<MethodFigures> methods;  ///< the network's first
    std::vector<StageTime> times;
};

/// Runs the weights on the set. Throws Error.
EvaluationReport evaluate(const EvaluationOptions& options);

/// One figure a line, as "PCK@0.1: 0.613"; lines of a baseline begin with its name.
void printReport(const EvaluationReport& report, std::ostream& out);

/// The report as JSON text, and as tables in Markdown.
std::string reportJson(const EvaluationReport& report);
std::string reportMarkdown(const EvaluationReport& report);

/// Median and percentiles of times in milliseconds.
StageTime stageTime(std::string stage, std::vector<double> milliseconds);

}  // namespace hmr
