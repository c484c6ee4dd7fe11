// SPDX-License-Identifier: MIT
#include "training/drawing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_easy_font.h>
#pragma GCC diagnostic pop

#include "body/skeleton.h"

namespace hmr {
namespace {

void setPixel(Picture& picture, int x, int y, Rgb color) {
    if (x >= 0 && y >= 0 && x < picture.width && y < picture.height) std::copy(color.begin(), color.end(), picture.at(x, y));
}

Rgb boneColor(int first, int second) {
    const auto startsWith = [](int joint, std::string_view side) { return kCocoPlusNames[joint].starts_with(side); };
    if (startsWith(first, "right") && startsWith(second, "right")) return {235, 70, 60};
    if (startsWith(first, "left") && startsWith(second, "left")) return {60, 130, 245};
    return {250, 210, 60};
}

}  // namespace

void drawLine(Picture& picture, Eigen::Vector2d from, Eigen::Vector2d to, double width, Rgb color) {
    const double reach = width / 2 + 1;
    const int left = std::max(0, static_cast<int>(std::min(from.x(), to.x()) - reach));
    const int right = std::min(picture.width - 1, static_cast<int>(std::max(from.x(), to.x()) + reach));
    const int top = std::max(0, static_cast<int>(std::min(from.y(), to.y()) - reach));
    const int bottom = std::min(picture.height - 1, static_cast<int>(std::max(from.y(), to.y()) + reach));
    const Eigen::Vector2d along = to - from;
    const double length = std::max(along.squaredNorm(), 1e-9);
    for (int y = top; y <= bottom; ++y)
        for (int x = left; x <= right; ++x) {
            const Eigen::Vector2d point(x + 0.5, y + 0.5);
            const double t = std::clamp((point - from).dot(along) / length, 0.0, 1.0);
            const double cover = std::clamp(width / 2 + 0.5 - (point - from - t * along).norm(), 0.0, 1.0);
            if (cover <= 0) continue;
            std::uint8_t* pixel = picture.at(x, y);
            for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(pixel[c] + (color[c] - pixel[c]) * cover);
        }
}

void drawDisc(Picture& picture, const Eigen::Vector2d& center, double radius, Rgb color) {
    drawLine(picture, center, center, 2 * radius, color);
}

void fillRectangle(Picture& picture, int x, int y, int width, int height, Rgb color) {
    for (int row = y; row < y + height; ++row)
        for (int column = x; column < x + width; ++column) setPixel(picture, column, row, color);
}

int drawText(Picture& picture, int x, int y, const std::string& text, Rgb color, int scale) {
    struct Vertex {
        float x, y, z;
        unsigned char color[4];
    };
    std::vector<Vertex> corners(text.size() * 80 + 4);
    std::string copy = text;
    const int numQuads = stb_easy_font_print(0, 0, copy.data(), nullptr, corners.data(), static_cast<int>(corners.size() * sizeof(Vertex)));
    for (int quad = 0; quad < numQuads; ++quad) {
        const Vertex &first = corners[static_cast<std::size_t>(4 * quad)], &last = corners[static_cast<std::size_t>(4 * quad + 2)];
        fillRectangle(picture, x + static_cast<int>(first.x) * scale, y + static_cast<int>(first.y) * scale,
                      std::max(1, static_cast<int>(last.x - first.x)) * scale, std::max(1, static_cast<int>(last.y - first.y)) * scale, color);
    }
    return stb_easy_font_width(copy.data()) * scale;
}

void drawBox(Picture& picture, const PixelBox& box, Rgb color) {
    const Eigen::Vector2d low(box.x, box.y), high(box.x + box.width, box.y + box.height), corner(high.x(), low.y()), other(low.x(), high.y());
    for (const auto& [from, to] : {std::pair{low, corner}, std::pair{corner, high}, std::pair{high, other}, std::pair{other, low}})
        drawLine(picture, from, to, 1, color);
}

void drawSkeleton(Picture& picture, const Keypoints& keypoints, double width) {
    const auto point = [&](int joint) { return Eigen::Vector2d(keypoints[3 * joint], keypoints[3 * joint + 1]); };
    for (const auto& [first, second] : kCocoPlusBones)
        if (keypoints[3 * first + 2] > 0 && keypoints[3 * second + 2] > 0)
            drawLine(picture, point(first), point(second), width, boneColor(first, second));
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
        if (keypoints[3 * joint + 2] > 0) drawDisc(picture, point(joint), width * 0.8, {255, 255, 255});
}

Picture contactSheet(const std::vector<Picture>& tiles, int columns) {
    if (tiles.empty()) return {};
    const int width = tiles.front().width, height = tiles.front().height;
    const int rows = (static_cast<int>(tiles.size()) + columns - 1) / columns;
    Picture sheet(width * columns, height * rows, 3);
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        const int left = static_cast<int>(i) % columns * width, top = static_cast<int>(i) / columns * height;
        for (int y = 0; y < std::min(height, tiles[i].height); ++y)
            std::copy_n(tiles[i].at(0, y), 3 * std::min(width, tiles[i].width), sheet.at(left, top + y));
    }
    return sheet;
}

Picture enlarged(const Picture& picture, int factor) {
    Picture large(picture.width * factor, picture.height * factor, 3);
    for (int y = 0; y < large.height; ++y)
        for (int x = 0; x < large.width; ++x) std::copy_n(picture.at(x / factor, y / factor), 3, large.at(x, y));
    return large;
}

}  // namespace hmr
