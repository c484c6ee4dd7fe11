// SPDX-License-Identifier: MIT
#include "body/detection_metrics.h"

#include <algorithm>
#include <functional>

namespace hmr {
namespace {

constexpr double kOverlap = 0.5;
constexpr int kNumRecalls = 101;

double sharedArea(const PixelBox& a, const PixelBox& b) {
    const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
    const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
    return width <= 0 || height <= 0 ? 0 : width * height;
}

/// Share of a that lies in b: what decides about regions that do not count.
double shareInside(const PixelBox& a, const PixelBox& b) {
    return a.width * a.height > 0 ? sharedArea(a, b) / (a.width * a.height) : 0;
}

struct Decision {
    double confidence;
    bool isRight;
};

/// Matches a picture's boxes, most confident first; boxes on regions that do not count are left out. Returns which wanted ones are found.
std::vector<bool> decide(const PictureBoxes& picture, std::vector<Decision>& decisions) {
    std::vector<Detection> found = picture.found;
    std::ranges::stable_sort(found, std::ranges::greater{}, &Detection::confidence);
    std::vector<bool> isTaken(picture.wanted.size());
    for (const Detection& box : found) {
        std::size_t best = isTaken.size();
        double most = kOverlap;
        for (std::size_t i = 0; i < isTaken.size(); ++i)
            if (const double overlap = intersectionOverUnion(box.box, picture.wanted[i]); !isTaken[i] && overlap >= most) most = overlap, best = i;
        if (best < isTaken.size()) {
            isTaken[best] = true;
            decisions.push_back({box.confidence, true});
        } else if (std::ranges::none_of(picture.ignored, [&](const PixelBox& region) { return shareInside(box.box, region) >= kOverlap; })) {
            decisions.push_back({box.confidence, false});
        }
    }
    return isTaken;
}

}  // namespace

double intersectionOverUnion(const PixelBox& a, const PixelBox& b) {
    const double shared = sharedArea(a, b), joined = a.width * a.height + b.width * b.height - shared;
    return joined > 0 ? shared / joined : 0;
}

std::vector<Detection> suppressOverlaps(std::vector<Detection> boxes, double maxOverlap) {
    std::ranges::stable_sort(boxes, std::ranges::greater{}, &Detection::confidence);
    std::vector<Detection> kept;
    for (const Detection& candidate : boxes) {
        const bool isCovered = std::ranges::any_of(
            kept, [&](const Detection& other) { return intersectionOverUnion(candidate.box, other.box) > maxOverlap; });
        if (!isCovered) kept.push_back(candidate);
    }
    return kept;
}

std::vector<bool> foundAmongWanted(const PictureBoxes& picture) {
    std::vector<Decision> decisions;
    return decide(picture, decisions);
}

DetectorFigures detectorFigures(const std::vector<PictureBoxes>& pictures) {
    std::vector<Decision> decisions;
    std::size_t numWanted = 0;
    for (const PictureBoxes& picture : pictures) {
        decide(picture, decisions);
        numWanted += picture.wanted.size();
    }
    if (numWanted == 0) return {};
    std::ranges::stable_sort(decisions, std::ranges::greater{}, &Decision::confidence);
    std::vector<double> recalls, precisions;
    double right = 0;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        right += decisions[i].isRight;
        recalls.push_back(right / static_cast<double>(numWanted));
        precisions.push_back(right / static_cast<double>(i + 1));
    }
    // Precision at a recall is the best one at that recall or beyond.
    for (std::size_t i = precisions.size(); i-- > 1;) precisions[i - 1] = std::max(precisions[i - 1], precisions[i]);
    DetectorFigures figures{0, recalls.empty() ? 0 : recalls.back(), decisions.empty() ? 0 : right / static_cast<double>(decisions.size())};
    for (int i = 0; i < kNumRecalls; ++i) {
        const auto at = std::ranges::lower_bound(recalls, i / (kNumRecalls - 1.0));
        if (at != recalls.end()) figures.averagePrecision += precisions[static_cast<std::size_t>(at - recalls.begin())] / kNumRecalls;
    }
    return figures;
}

}  // namespace hmr
