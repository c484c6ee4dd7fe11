// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "body/detection_metrics.h"

namespace hmr {

/// Finds people. Immutable settings, one call at a time.
class PersonDetector {
public:
    virtual ~PersonDetector() = default;
    /// Boxes after non-maximum suppression, most confident first. `picture` is BGR, 8 bits.
    virtual std::vector<Detection> detect(const cv::Mat& picture) = 0;
    virtual std::string name() const = 0;
};

/// The shipped network; docs/training.md has its figures beside HOG's.
inline constexpr const char* kBuiltInDetector = "built-in";

/// "built-in": the shipped network. "hog": OpenCV's people detector. "full": the whole picture. Anything else is a file: weights of
/// a network that `hmr train` wrote (.safetensors), or an .onnx file run by OpenCV dnn that answers as a YOLO does, where class 0 is a
/// person: [1, N, 5 + C] with objectness (YOLOv5, v7, YOLOX) or [1, 4 + C, N] without (YOLOv8 and later). Throws Error.
std::unique_ptr<PersonDetector> makeDetector(const std::string& specification);

/// Whether a text is one of those names or ends as those files do.
bool isDetectorName(const std::string& specification);

}  // namespace hmr
