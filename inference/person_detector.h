// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "body/types.h"

namespace hmr {

struct Detection {
    PixelBox box;           ///< source pixels
    double confidence = 1;  ///< [0, 1]
};

/// Finds people. Immutable settings, one call at a time.
class PersonDetector {
public:
    virtual ~PersonDetector() = default;
    /// Boxes after non-maximum suppression, most confident first. `picture` is BGR, 8 bits.
    virtual std::vector<Detection> detect(const cv::Mat& picture) = 0;
    virtual std::string name() const = 0;
};

/// "hog": OpenCV's people detector. "full": the whole picture. Anything else: an ONNX file with YOLO-style output, run by
/// OpenCV dnn. Throws Error.
std::unique_ptr<PersonDetector> makeDetector(const std::string& specification);

/// Greedy non-maximum suppression by intersection over union; keeps the more confident.
std::vector<Detection> suppressOverlaps(std::vector<Detection> detections, double maxOverlap);
double intersectionOverUnion(const PixelBox& a, const PixelBox& b);

}  // namespace hmr
