// SPDX-License-Identifier: MIT
#include "training/datasets/dataset_check.h"

#include <algorithm>
#include <optional>

#include "body/error.h"
#include "training/datasets/crop_transform.h"
#include "training/drawing.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

constexpr int kTileSide = 192, kFewJoints = 5;
constexpr double kSmallBox = 20, kSheetShare = 0.67;

std::optional<Picture> pictureIfReadable(const AnnotatedPerson& person, std::string& problem) {
    try {
        return readRgbPicture(person.picture);
    } catch (const Error& error) {
        problem = error.what();
        return std::nullopt;
    }
}

/// Visible joints that lie farther outside the picture than a tenth of it.
int countOutside(const Keypoints& keypoints, const Picture& picture) {
    int count = 0;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        if (keypoints[3 * joint + 2] <= 0) continue;
        const double x = keypoints[3 * joint] / picture.width, y = keypoints[3 * joint + 1] / picture.height;
        count += x < -0.1 || x > 1.1 || y < -0.1 || y > 1.1;
    }
    return count;
}

}  // namespace

std::vector<std::string> datasetProblems(const std::vector<AnnotatedPerson>& people) {
    std::vector<std::string> problems;
    for (const AnnotatedPerson& person : people) {
        const std::string who = person.id + " (" + person.picture.filename().string() + "): ";
        std::string unreadable;
        const std::optional<Picture> picture = pictureIfReadable(person, unreadable);
        if (!picture) problems.push_back(who + unreadable);
        if (const int outside = picture ? countOutside(person.keypoints, *picture) : 0; outside > 0)
            problems.push_back(who + std::to_string(outside) + " visible joints lie outside the picture of " +
                               std::to_string(picture->width) + "x" + std::to_string(picture->height));
        if (person.box.longerSide() < kSmallBox) problems.push_back(who + "the box is only " + std::to_string(static_cast<int>(person.box.longerSide())) + " pixels long");
        if (const int visible = countVisible(person.keypoints); visible < kFewJoints)
            problems.push_back(who + "only " + std::to_string(visible) + " joints are visible");
    }
    return problems;
}

Picture datasetSheet(const std::vector<AnnotatedPerson>& people, int most, int columns) {
    std::vector<Picture> tiles;
    const std::size_t step = std::max<std::size_t>(1, people.size() / static_cast<std::size_t>(most));
    for (std::size_t i = 0; i < people.size() && static_cast<int>(tiles.size()) < most; i += step) {
        std::string unreadable;
        const std::optional<Picture> picture = pictureIfReadable(people[i], unreadable);
        if (!picture) continue;
        const CropTransform crop{windowOfBox(people[i].box, kSheetShare)};
        Picture tile(kTileSide, kTileSide, 3);
        cropPixels(*picture, crop, kTileSide, tile.pixels);
        Keypoints keypoints = cropKeypoints(people[i].keypoints, crop);
        for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
            for (int axis = 0; axis < 2; ++axis) keypoints[3 * joint + axis] = (keypoints[3 * joint + axis] + 1) * kTileSide / 2;
        drawSkeleton(tile, keypoints, 2.5);
        tiles.push_back(std::move(tile));
    }
    return contactSheet(tiles, columns);
}

}  // namespace hmr
