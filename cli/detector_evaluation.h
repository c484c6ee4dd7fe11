// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "body/detection_metrics.h"

namespace hmr {

/// The people of one size.
struct SizeRecall {
    double from = 0, to = 0;  ///< the longer side of a box as a share of its picture's
    int people = 0, found = 0;
};

struct DetectorReport {
    std::string detector, data;
    int pictures = 0, people = 0;
    std::vector<SizeRecall> sizes;
    DetectorFigures figures;
    double medianMilliseconds = 0, percentile90 = 0;
};

/// Runs a detector (as makeDetector names it) on COCO person annotations: people taller than 60 pixels. Throws Error.
DetectorReport evaluateDetector(const std::string& detector, const std::filesystem::path& data, int limit);

void printDetectorReport(const DetectorReport& report, std::ostream& out);

}  // namespace hmr
