// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

#include "body/body_model.h"
#include "body/camera.h"
#include "training/scenes/visibility_buffer.h"

namespace hmr {

/// Draws which of the six parts each pixel of a picture shows. Keeps its buffer between pictures.
class BodyLabelPainter {
public:
    /// Uses the body's own labels; without any, each vertex belongs to the joint that moves it most.
    explicit BodyLabelPainter(const BodyModel& body);

    /// [height,width] labels 0 (nobody) to 6 of posed vertices (camera axes) seen by the camera.
    const std::vector<std::uint8_t>& paint(const Points3f& vertices, const PinholeCamera& camera, int width, int height);

private:
    const Triangles& triangles_;
    std::vector<std::uint8_t> partOfTriangle_, labels_;
    VisibilityBuffer buffer_;
};

}  // namespace hmr
