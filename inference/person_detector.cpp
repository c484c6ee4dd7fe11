// SPDX-License-Identifier: MIT
#include "inference/person_detector.h"

#include <algorithm>
#include <cmath>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "body/error.h"
#include "formats/resources.h"
#include "network/detector_network.h"

namespace hmr {

namespace {

class WholePicture : public PersonDetector {
public:
    std::vector<Detection> detect(const cv::Mat& picture) override {
        return {{{0, 0, static_cast<double>(picture.cols), static_cast<double>(picture.rows)}, 1}};
    }
    std::string name() const override { return "full"; }
};

/// The project's own network (network/detector_network.h).
class NetworkDetector : public PersonDetector {
public:
    NetworkDetector(const std::filesystem::path& weights, std::string name) : network_(DetectorNetwork::load(weights)), name_(std::move(name)) {}

    std::vector<Detection> detect(const cv::Mat& picture) override {
        const double scale = static_cast<double>(network_->workingSide()) / std::max(picture.cols, picture.rows);
        cv::Mat resized;
        const cv::Size size(std::max(1, static_cast<int>(std::lround(picture.cols * scale))), std::max(1, static_cast<int>(std::lround(picture.rows * scale))));
        cv::resize(picture, resized, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
        // sides must be multiples of the coarsest stride; beyond the picture it is grey
        constexpr int kStep = 32;
        const cv::Size padded((size.width + kStep - 1) / kStep * kStep, (size.height + kStep - 1) / kStep * kStep);
        cv::Mat input(padded, CV_8UC3, cv::Scalar::all(114));
        cv::cvtColor(resized, input(cv::Rect({0, 0}, size)), cv::COLOR_BGR2RGB);
        auto detections = network_->detect({input.data, input.total() * 3}, padded.width, padded.height, kLeastConfidence);
        for (Detection& detection : detections) detection.box = fittedTo(detection.box, scale, picture);
        std::erase_if(detections, [](const Detection& detection) { return detection.box.longerSide() < 8; });
        return suppressOverlaps(std::move(detections), 0.5);
    }
    std::string name() const override { return name_; }

private:
    static constexpr double kLeastConfidence = 0.3;

    static PixelBox fittedTo(const PixelBox& box, double scale, const cv::Mat& picture) {
        const double left = std::clamp(box.x / scale, 0.0, static_cast<double>(picture.cols)), top = std::clamp(box.y / scale, 0.0, static_cast<double>(picture.rows));
        const double right = std::clamp((box.x + box.width) / scale, left, static_cast<double>(picture.cols));
        const double bottom = std::clamp((box.y + box.height) / scale, top, static_cast<double>(picture.rows));
        return {left, top, right - left, bottom - top};
    }

    std::shared_ptr<DetectorNetwork> network_;
    std::string name_;
};

/// OpenCV's histogram-of-gradients people detector (Dalal and Triggs 2005): upright people of at least about 100 pixels.
class HogDetector : public PersonDetector {
public:
    HogDetector() { hog_.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector()); }

    std::vector<Detection> detect(const cv::Mat& picture) override {
        constexpr double kWorkingSide = 640;
        const double scale = std::min(1.0, kWorkingSide / std::max(picture.cols, picture.rows));
        cv::Mat smaller = picture;
        if (scale < 1) cv::resize(picture, smaller, {}, scale, scale, cv::INTER_AREA);
        // The 64x128 window must fit: a border lets a person who fills the picture be found.
        const int border = std::max(smaller.rows, smaller.cols) / 8;
        cv::Mat padded;
        cv::copyMakeBorder(smaller, padded, border, border, border, border, cv::BORDER_REPLICATE);
        if (padded.cols < 64 || padded.rows < 128) return {};
        std::vector<cv::Rect> found;
        std::vector<double> weights;
        hog_.detectMultiScale(padded, found, weights, 0, {8, 8}, {0, 0}, 1.05, 2);
        std::vector<Detection> detections;
        constexpr double kMinWeight = 0.4;  // weaker answers are mostly legs, lamp posts and chairs
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (weights[i] < kMinWeight) continue;
            // The trained window has a margin around the person: 0.8 of its width and 0.86 of its height are the person.
            const cv::Rect& r = found[i];
            const PixelBox box{(r.x + 0.1 * r.width - border) / scale, (r.y + 0.07 * r.height - border) / scale,
                               0.8 * r.width / scale, 0.86 * r.height / scale};
            detections.push_back({box, 1 / (1 + std::exp(-2 * weights[i]))});
        }
        return suppressOverlaps(std::move(detections), 0.4);
    }
    std::string name() const override { return "hog"; }

private:
    cv::HOGDescriptor hog_;
};

/// The boxes that a YOLO answers with, one a row: cx, cy, w, h, [objectness,] class scores. Its side with these numbers is the shorter one.
/// Files that have it last tell objectness (YOLOv5, v7, YOLOX); files that have it first do not (YOLOv8 and later). The latter turned
/// round are known by 5 numbers, where no class would be left, and by 84, COCO's 80 classes.
struct YoloRows {
    cv::Mat rows;
    bool hasObjectness = false;
};

/// A YOLO as an ONNX file; class 0 is a person.
class OnnxDetector : public PersonDetector {
public:
    explicit OnnxDetector(const std::string& file) : file_(file) {
        try {
            network_ = cv::dnn::readNetFromONNX(file);
        } catch (const cv::Exception&) {
            throw Error(file + " cannot be opened as a detector: an ONNX file with YOLO-style output that OpenCV dnn can run is needed");
        }
        chooseInputSize();
    }

    std::vector<Detection> detect(const cv::Mat& picture) override {
        const double scale = std::min(static_cast<double>(inputSize_) / picture.cols, static_cast<double>(inputSize_) / picture.rows);
        cv::Mat resized;
        cv::resize(picture, resized, {}, scale, scale, cv::INTER_AREA);
        cv::Mat square(inputSize_, inputSize_, CV_8UC3, cv::Scalar(114, 114, 114));
        resized.copyTo(square(cv::Rect(0, 0, std::min(resized.cols, inputSize_), std::min(resized.rows, inputSize_))));
        std::vector<Detection> detections;
        const auto [rows, hasObjectness] = forward(square);
        for (int i = 0; i < rows.rows; ++i) {
            const float* row = rows.ptr<float>(i);
            const double confidence = hasObjectness ? row[4] * row[5] : row[4];
            if (!(confidence > 0.25)) continue;
            const PixelBox box{(row[0] - row[2] / 2) / scale, (row[1] - row[3] / 2) / scale, row[2] / scale, row[3] / scale};
            if (box.width > 1 && box.height > 1) detections.push_back({box, std::min(confidence, 1.0)});
        }
        return suppressOverlaps(std::move(detections), 0.5);
    }
    std::string name() const override { return file_; }

private:
    /// Exported files have a fixed input size that OpenCV does not tell: the usual ones are tried.
    void chooseInputSize() {
        for (const int size : {640, 416, 320, 512, 1280}) {
            inputSize_ = size;
            try {
                forward(cv::Mat(size, size, CV_8UC3, cv::Scalar(114, 114, 114)));
                return;
            } catch (const cv::Exception&) {
            }
        }
        throw Error(file_ + " runs at none of the usual input sizes (640, 416, 320, 512, 1280): export it with one of them");
    }

    YoloRows forward(const cv::Mat& square) {
        network_.setInput(cv::dnn::blobFromImage(square, 1.0 / 255, {}, {}, true));
        const cv::Mat output = network_.forward();
        if (output.dims != 3 || output.size[0] != 1 || std::min(output.size[1], output.size[2]) < 5) {
            throw Error(file_ + " is no YOLO-style detector: one output of 1 x N x (4 + scores) was expected; export it in that form");
        }
        const cv::Mat table(output.size[1], output.size[2], CV_32F, const_cast<uchar*>(output.data));
        if (table.rows < table.cols) return {table.t(), false};
        // Six numbers of few boxes are corners, score and class of what was suppressed already; YOLOv5's one class has thousands.
        if (table.cols == 6 && table.rows <= 1000) {
            throw Error(file_ + " suppresses overlapping boxes itself, which is not understood here: export it without (nms=False, or YOLOv8)");
        }
        return {table.clone(), table.cols != 5 && table.cols != 84};
    }

    std::string file_;
    cv::dnn::Net network_;
    int inputSize_ = 640;
};

}  // namespace

bool isDetectorName(const std::string& specification) {
    return specification == kBuiltInDetector || specification == "hog" || specification == "full" || specification.ends_with(".safetensors") ||
           specification.ends_with(".onnx");
}

std::unique_ptr<PersonDetector> makeDetector(const std::string& specification) {
    if (specification == kBuiltInDetector) return std::make_unique<NetworkDetector>(resourcePath("weights/detector.safetensors"), specification);
    if (specification.ends_with(".safetensors")) return std::make_unique<NetworkDetector>(specification, specification);
    if (specification == "hog") return std::make_unique<HogDetector>();
    if (specification == "full") return std::make_unique<WholePicture>();
    if (specification.ends_with(".onnx")) return std::make_unique<OnnxDetector>(specification);
    throw Error("there is no detector '" + specification + "': built-in, hog, full, or the path of a .safetensors or .onnx file");
}

}  // namespace hmr
