// SPDX-License-Identifier: MIT
#include "training/scenes/detection_scenes.h"

#include <algorithm>

#include "body/error.h"
#include "training/scenes/figure_cover.h"

namespace hmr {
namespace {

constexpr double kJointsMargin = 0.1;      ///< of the longer side: joints lie within the body
constexpr double kLeastThickness = 4;      ///< pixels
constexpr double kWholeScenes = 0.45;      ///< of the synthetic tiles; the others are crops around one person

/// The box of a photograph's person, pixels of the crop: of the figure round the joints, where enough of them are known.
std::optional<PixelBox> boxOfPerson(const TrainingSample& sample) {
    constexpr int kLeastJoints = 13;
    if (const auto cover = coverOfFigure(pixelKeypoints(sample), sample.size, sample.size, {}, kLeastJoints)) return boxOfCover(*cover, sample.size, sample.size);
    double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        if (sample.keypoints[3 * joint + 2] <= 0) continue;
        const double x = (sample.keypoints[3 * joint] + 1) * sample.size / 2, y = (sample.keypoints[3 * joint + 1] + 1) * sample.size / 2;
        left = std::min(left, x), right = std::max(right, x), top = std::min(top, y), bottom = std::max(bottom, y);
    }
    if (left > right) return std::nullopt;
    const double margin = kJointsMargin * std::max(right - left, bottom - top);
    return PixelBox{left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin};
}

/// What lies in both; without width or height where nothing does.
PixelBox sharedPart(const PixelBox& a, const PixelBox& b) {
    const double left = std::max(a.x, b.x), top = std::max(a.y, b.y);
    const double right = std::min(a.x + a.width, b.x + b.width), bottom = std::min(a.y + a.height, b.y + b.height);
    return {left, top, std::max(0.0, right - left), std::max(0.0, bottom - top)};
}

PixelBox wholeOf(const TrainingSample& sample) {
    return {0, 0, static_cast<double>(sample.size), static_cast<double>(sample.size)};
}

void copyTile(const TrainingSample& tile, int x, int y, TrainingSample& sample) {
    const int width = std::min(tile.size, sample.size - x), height = std::min(tile.size, sample.size - y);
    for (int row = 0; row < height; ++row)
        std::copy_n(&tile.pixels[static_cast<std::size_t>(row) * tile.size * 3], width * 3,
                    &sample.pixels[(static_cast<std::size_t>(y + row) * sample.size + x) * 3]);
    for (const PixelBox& box : tile.boxes)
        if (const auto part = visiblePart(box, width, height)) sample.boxes.push_back({part->x + x, part->y + y, part->width, part->height});
    for (const PixelBox& box : tile.photographs) {
        const PixelBox part = sharedPart(box, {0, 0, static_cast<double>(width), static_cast<double>(height)});
        sample.photographs.push_back({part.x + x, part.y + y, part.width, part.height});
    }
}

}  // namespace

std::optional<PixelBox> visiblePart(const PixelBox& box, double width, double height, double leastShare) {
    const double left = std::max(box.x, 0.0), top = std::max(box.y, 0.0);
    const double right = std::min(box.x + box.width, width), bottom = std::min(box.y + box.height, height);
    if (right - left < kLeastThickness || bottom - top < kLeastThickness) return std::nullopt;
    if ((right - left) * (bottom - top) < leastShare * box.width * box.height) return std::nullopt;
    return PixelBox{left, top, right - left, bottom - top};
}

DetectionScenes::DetectionScenes(DetectionAssets assets, DetectionSettings settings) : assets_(std::move(assets)), settings_(settings) {
    if (!assets_.synthetic && !assets_.packed) throw Error("the detector needs synthetic or packed pictures to learn from");
    if (assets_.synthetic && assets_.synthetic->backgrounds) emptyChoices_ = assets_.synthetic->backgrounds->ofSplit(settings_.split);
    for (const int perSide : {1, 2, 3}) {
        Tiles tiles;
        tiles.side = (settings_.size + perSide - 1) / perSide;
        if (assets_.synthetic) {
            SyntheticSettings synthetic;
            synthetic.seed = settings_.seed;
            synthetic.size = tiles.side;
            synthetic.split = settings_.split;
            synthetic.closeUpShare = 0.3;
            synthetic.farShare = 0.35;
            synthetic.othersShare = 0;  // whoever is seen must be labelled
            synthetic.wantsParts = true;
            synthetic.degradationStrength = settings_.degradation;
            tiles.scenes.emplace(*assets_.synthetic, synthetic);
        }
        if (assets_.packed) {
            PackedSourceOptions packed;
            packed.seed = settings_.seed;
            packed.size = tiles.side;
            packed.personShare = 0.6;
            packed.augmentation = settings_.augmentation;
            packed.augmentation.scaleJitter = 0.35;
            packed.augmentation.translationJitter = 0.2;
            tiles.photographs.emplace(assets_.packed, packed);
            if (perSide < 3)
                tiles.crowds.emplace(assets_.packed, assets_.synthetic ? assets_.synthetic->backgrounds : nullptr, emptyChoices_,
                                     CutoutCrowdSettings{settings_.seed, tiles.side, settings_.degradation, settings_.augmentation});
        }
        tiles_.push_back(std::move(tiles));
    }
}

void DetectionScenes::drawTile(Tiles& tiles, Random& random, TrainingSample& tile) const {
    const bool isEmpty = !emptyChoices_.empty() && random.chance(settings_.emptyShare);
    const bool isPhotograph = random.chance(assets_.packedShare / (assets_.packedShare + assets_.syntheticShare));
    const bool isWhole = random.chance(kWholeScenes), isCrowd = random.chance(settings_.crowdShare);
    const std::uint64_t index = random.next() >> 1;
    tile = {};
    tile.size = tiles.side;
    if (isEmpty) {
        Picture picture(tiles.side, tiles.side, 3);
        paintPhotograph(*assets_.synthetic->backgrounds, emptyChoices_, random, picture);
        tile.pixels = std::move(picture.pixels);
    } else if (tiles.crowds && isCrowd && (isPhotograph || !tiles.scenes)) {
        tiles.crowds->draw(random, tile);
    } else if (tiles.photographs && (isPhotograph || !tiles.scenes)) {
        tiles.photographs->draw(index, tile);
        if (const auto box = boxOfPerson(tile)) tile.boxes.push_back(*box);
        tile.photographs = {wholeOf(tile)};
    } else {
        SyntheticPicture drawn = isWhole ? tiles.scenes->drawFullPicture(index, tiles.side, tiles.side) : tiles.scenes->drawCrop(index);
        tile.pixels = std::move(drawn.picture.pixels);
        if (!isWhole && tile.size * tile.size == static_cast<int>(drawn.parts.size())) {
            if (const auto box = boxOfCover({drawn.parts.begin(), drawn.parts.end()}, tile.size, tile.size)) tile.boxes.push_back(sharedPart(*box, drawn.visible));
        } else {
            for (const SyntheticPerson& person : drawn.people) tile.boxes.push_back(sharedPart(person.box, drawn.visible));
        }
    }
    std::vector<PixelBox> visible;
    for (const PixelBox& box : tile.boxes)
        if (const auto part = visiblePart(box, tile.size, tile.size)) visible.push_back(*part);
    tile.boxes = std::move(visible);
}

void DetectionScenes::drawMosaic(int perSide, Random& random, TrainingSample& sample) {
    Tiles& tiles = tiles_[static_cast<std::size_t>(perSide - 1)];
    sample = {};
    sample.size = settings_.size;
    sample.pixels.resize(static_cast<std::size_t>(sample.size) * sample.size * 3);
    TrainingSample tile;
    for (int row = 0; row < perSide; ++row)
        for (int column = 0; column < perSide; ++column) {
            drawTile(tiles, random, tile);
            copyTile(tile, column * tiles.side, row * tiles.side, sample);
        }
}

void DetectionScenes::draw(std::uint64_t index, TrainingSample& sample) {
    Random random(mixedBits(settings_.seed ^ 0xDE7EC7), index);
    const double kind = random.uniform();
    if (kind < settings_.fineMosaicShare) drawMosaic(3, random, sample);
    else if (kind < settings_.fineMosaicShare + settings_.mosaicShare) drawMosaic(2, random, sample);
    else drawTile(tiles_.front(), random, sample);
}

}  // namespace hmr
