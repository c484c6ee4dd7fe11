// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <optional>
#include <vector>

#include "renderer/gl_objects.h"

namespace hmr {

/// A flat shape in target pixels (y down): a capsule whose ends may differ in radius, a disc where they meet.
struct Shape {
    Eigen::Vector2d from = Eigen::Vector2d::Zero(), to = Eigen::Vector2d::Zero();
    double fromRadius = 1, toRadius = 1;
    double rimWidth = 0;  ///< inside the radius
    Eigen::Vector4f fill = {1, 1, 1, 1};
    Eigen::Vector4f rim = {0, 0, 0, 1};
};

/// Draws shapes smoothly, in their order, over what is there.
class ShapePainter {
public:
    void paint(const std::vector<Shape>& shapes, int targetWidth, int targetHeight);

private:
    struct Vertex {
        Eigen::Vector2f position;
        Eigen::Matrix<float, 4, 1, Eigen::DontAlign> ends;
        Eigen::Vector3f radii;
        Eigen::Matrix<float, 4, 1, Eigen::DontAlign> fill, rim;
    };
    void append(const Shape& shape);

    std::optional<GlProgram> program_;  ///< made when first needed
    GlVertexArray vertexArray_ = makeVertexArray();
    GlBuffer buffer_ = makeBuffer();
    std::vector<Vertex> vertices_;
};

}  // namespace hmr
