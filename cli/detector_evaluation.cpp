// SPDX-License-Identifier: MIT
#include "cli/detector_evaluation.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "inference/frame_source.h"
#include "inference/person_detector.h"
#include "training/datasets/annotations.h"
#include "training/evaluation/evaluation.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double kLeastHeight = 60;
constexpr double kSizes[] = {0, 0.25, 0.5, 0.75, 1.01};  ///< bounds of the sizes that the recall is told of

struct CocoPicture {
    fs::path file;
    PictureBoxes boxes;
};

std::vector<CocoPicture> cocoPictures(const fs::path& data) {
    const fs::path file = fs::is_directory(data) ? data / "person_keypoints.json" : data;
    std::map<std::int64_t, CocoPicture> pictures;
    try {
        const Json json = Json::parse(readWholeFile(file));
        for (const Json& image : json.at("images"))
            pictures[image.at("id").get<std::int64_t>()].file =
                pictureIn({file.parent_path() / "images", file.parent_path()}, image.at("file_name").get<std::string>());
        for (const Json& annotation : json.at("annotations")) {
            const auto box = annotation.at("bbox").get<std::vector<double>>();
            if (box.size() != 4) throw Error(file.string() + ": a box has " + std::to_string(box.size()) + " numbers, expected 4");
            const auto picture = pictures.find(annotation.at("image_id").get<std::int64_t>());
            if (picture == pictures.end()) throw Error(file.string() + ": an image_id is not among the images");
            const bool counts = annotation.value("iscrowd", 0) == 0 && box[3] > kLeastHeight;
            (counts ? picture->second.boxes.wanted : picture->second.boxes.ignored).push_back({box[0], box[1], box[2], box[3]});
        }
    } catch (const Json::exception& error) {
        throw Error(file.string() + ": not COCO person annotations: " + error.what());
    }
    std::vector<CocoPicture> list;
    for (auto& [id, picture] : pictures) list.push_back(std::move(picture));
    if (list.empty()) throw Error(file.string() + ": no pictures");
    return list;
}

void countBySize(const PictureBoxes& boxes, double pictureSide, std::vector<SizeRecall>& sizes) {
    const std::vector<bool> isFound = foundAmongWanted(boxes);
    for (std::size_t i = 0; i < boxes.wanted.size(); ++i)
        for (SizeRecall& size : sizes)
            if (const double share = boxes.wanted[i].longerSide() / pictureSide; share >= size.from && share < size.to)
                ++size.people, size.found += isFound[i];
}

}  // namespace

DetectorReport evaluateDetector(const std::string& detector, const fs::path& data, int limit) {
    std::vector<CocoPicture> pictures = cocoPictures(data);
    if (limit > 0 && pictures.size() > static_cast<std::size_t>(limit)) pictures.resize(static_cast<std::size_t>(limit));
    const auto finder = makeDetector(detector);
    DetectorReport report;
    report.detector = finder->name(), report.data = data.string();
    std::vector<PictureBoxes> boxes;
    std::vector<double> milliseconds;
    for (std::size_t i = 0; i + 1 < std::size(kSizes); ++i) report.sizes.push_back({kSizes[i], kSizes[i + 1]});
    for (CocoPicture& picture : pictures) {
        const cv::Mat pixels = readPicture(picture.file);
        const auto start = std::chrono::steady_clock::now();
        const std::vector<Detection> detections = finder->detect(pixels);
        milliseconds.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        for (const Detection& detection : detections) picture.boxes.found.push_back({detection.box, detection.confidence});
        report.people += static_cast<int>(picture.boxes.wanted.size());
        countBySize(picture.boxes, std::max(pixels.cols, pixels.rows), report.sizes);
        boxes.push_back(std::move(picture.boxes));
    }
    report.pictures = static_cast<int>(boxes.size());
    report.figures = detectorFigures(boxes);
    const StageTime time = stageTime("detection", milliseconds);
    report.medianMilliseconds = time.median, report.percentile90 = time.percentile90;
    return report;
}

void printDetectorReport(const DetectorReport& report, std::ostream& out) {
    const auto line = [&out](const char* name, double value, const char* format) {
        char text[64];
        std::snprintf(text, sizeof text, format, value);
        out << name << ": " << text << "\n";
    };
    out << "detector: " << report.detector << "\nset: " << report.data << "\nprotocol: people taller than 60 pixels, overlap 0.5; crowds and smaller people do not count\n";
    out << "pictures: " << report.pictures << "\npeople: " << report.people << "\n";
    line("AP50", report.figures.averagePrecision, "%.3f");
    line("recall", report.figures.recall, "%.3f");
    line("precision", report.figures.precision, "%.3f");
    for (const SizeRecall& size : report.sizes) {
        char text[96];
        std::snprintf(text, sizeof text, "recall, longer side %.0f to %.0f %% of the picture's: %d of %d", 100 * size.from, 100 * std::min(size.to, 1.0), size.found, size.people);
        out << text << "\n";
    }
    line("detection ms, median", report.medianMilliseconds, "%.1f");
    line("detection ms, 90th percentile", report.percentile90, "%.1f");
}

}  // namespace hmr
