// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "body/picture.h"
#include "training/datasets/annotations.h"

namespace hmr {

using Rgb = std::array<std::uint8_t, 3>;

/// Plain drawing into RGB pictures, clipped at the border; positions in pixels.
void drawLine(Picture& picture, Eigen::Vector2d from, Eigen::Vector2d to, double width, Rgb color);
void drawDisc(Picture& picture, const Eigen::Vector2d& center, double radius, Rgb color);
void fillRectangle(Picture& picture, int x, int y, int width, int height, Rgb color);
/// The outline of a box, one pixel thick.
void drawBox(Picture& picture, const PixelBox& box, Rgb color);
/// Text with its top left corner there; about 7 times `scale` pixels high. Returns its width in pixels.
int drawText(Picture& picture, int x, int y, const std::string& text, Rgb color, int scale = 1);

/// Bones between visible joints, the body's right red, left blue, middle yellow. Joints in pixels.
void drawSkeleton(Picture& picture, const Keypoints& keypoints, double width);

/// Pictures of one size side by side, `columns` in a row.
Picture contactSheet(const std::vector<Picture>& tiles, int columns);

/// The picture `factor` times as large, without smoothing.
Picture enlarged(const Picture& picture, int factor);

}  // namespace hmr
