// SPDX-License-Identifier: MIT
#include "training/evaluation/case_pages.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "training/drawing.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

constexpr int kTileSide = 192, kPagePictures = 24, kPageColumns = 8;
constexpr double kBodyOpacity = 0.45;
constexpr std::array<Rgb, 7> kPartColors = {{{0, 0, 0}, {250, 220, 90}, {120, 190, 250}, {240, 110, 90}, {110, 120, 240}, {230, 140, 60}, {90, 200, 200}}};

Keypoints tileKeypoints(const Points2d& joints2d) {
    Keypoints keypoints{};
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
        setKeypoint(keypoints, joint, static_cast<float>((joints2d(joint, 0) + 1) * kTileSide / 2), static_cast<float>((joints2d(joint, 1) + 1) * kTileSide / 2));
    return keypoints;
}

}  // namespace

Picture caseTile(const EvaluationPerson& person, const Answer& answer, BodyLabelPainter& painter) {
    Picture tile(person.sample.size, person.sample.size, 3);
    tile.pixels = person.sample.pixels;
    tile = resized(tile, kTileSide, kTileSide);
    const CropWindow window{Eigen::Vector2d::Constant(kTileSide / 2.0), kTileSide, person.window.relativeFocalLength};
    const std::vector<std::uint8_t>& labels = painter.paint(answer.vertices, frameCamera(answer.camera, window), kTileSide, kTileSide);
    for (std::size_t i = 0; i < labels.size(); ++i)
        for (std::size_t c = 0; labels[i] && c < 3; ++c)
            tile.pixels[3 * i + c] = static_cast<std::uint8_t>((1 - kBodyOpacity) * tile.pixels[3 * i + c] + kBodyOpacity * kPartColors[labels[i]][c]);
    drawSkeleton(tile, tileKeypoints(answer.joints2d), 1.5);
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        const float* truth = &person.sample.keypoints[static_cast<std::size_t>(3 * joint)];
        if (truth[2] > 0) drawDisc(tile, {(truth[0] + 1) * kTileSide / 2, (truth[1] + 1) * kTileSide / 2}, 2, {40, 230, 90});
    }
    return tile;
}

void writeCasePages(const std::filesystem::path& folder, EvaluationSet& set, const std::vector<double>& errors, Method& method,
                    BodyLabelPainter& painter) {
    std::vector<int> order(errors.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](int i) { return errors[static_cast<std::size_t>(i)]; });
    const std::size_t count = std::min<std::size_t>(order.size(), kPagePictures);
    const std::array<std::pair<const char*, std::size_t>, 3> pages = {{{"best", 0}, {"median", (order.size() - count) / 2}, {"worst", order.size() - count}}};
    for (const auto& [name, first] : pages) {
        std::vector<Picture> tiles;
        for (std::size_t i = first; i < first + count; ++i) {
            const EvaluationPerson person = set.person(order[i]);
            tiles.push_back(caseTile(person, method.answer(std::span(&person, 1)).front(), painter));
        }
        writePicture(folder / (std::string(name) + ".jpg"), contactSheet(tiles, kPageColumns));
    }
}

}  // namespace hmr
