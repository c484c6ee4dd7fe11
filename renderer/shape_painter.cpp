// SPDX-License-Identifier: MIT
#include "renderer/shape_painter.h"

#include <algorithm>
#include <cstddef>

namespace hmr {

void ShapePainter::append(const Shape& shape) {
    const double reach = std::max(shape.fromRadius, shape.toRadius) + 1;
    Eigen::Vector2d along = shape.to - shape.from;
    along = along.norm() > 1e-9 ? along.normalized().eval() : Eigen::Vector2d(1, 0);
    const Eigen::Vector2d across(-along.y(), along.x());
    const Eigen::Vector2d corners[] = {shape.from + reach * (-along - across), shape.to + reach * (along - across),
                                       shape.from + reach * (-along + across), shape.to + reach * (along + across)};
    Vertex vertex;
    vertex.ends << shape.from.cast<float>(), shape.to.cast<float>();
    vertex.radii = Eigen::Vector3d(shape.fromRadius, shape.toRadius, shape.rimWidth).cast<float>();
    vertex.fill = shape.fill;
    vertex.rim = shape.rim;
    for (const int corner : {0, 1, 2, 2, 1, 3}) {
        vertex.position = corners[corner].cast<float>();
        vertices_.push_back(vertex);
    }
}

void ShapePainter::paint(const std::vector<Shape>& shapes, int targetWidth, int targetHeight) {
    if (shapes.empty()) return;
    vertices_.clear();
    for (const Shape& shape : shapes) append(shape);
    glBindVertexArray(vertexArray_.name());
    glBindBuffer(GL_ARRAY_BUFFER, buffer_.name());
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(vertices_.size() * sizeof(Vertex)), vertices_.data(),
                 GL_STREAM_DRAW);
    const auto attribute = [](GLuint index, GLint count, std::size_t offset) {
        glEnableVertexAttribArray(index);
        glVertexAttribPointer(index, count, GL_FLOAT, GL_FALSE, sizeof(Vertex), reinterpret_cast<const void*>(offset));
    };
    attribute(0, 2, offsetof(Vertex, position));
    attribute(1, 4, offsetof(Vertex, ends));
    attribute(2, 3, offsetof(Vertex, radii));
    attribute(3, 4, offsetof(Vertex, fill));
    attribute(4, 4, offsetof(Vertex, rim));
    if (!program_) program_.emplace("shape.vert", "shape.frag");
    program_->use();
    program_->set("targetSize", Eigen::Vector2f(targetWidth, targetHeight));
    glDisable(GL_DEPTH_TEST);
    glDisable(GL_CULL_FACE);
    glEnable(GL_BLEND);
    glDrawArrays(GL_TRIANGLES, 0, static_cast<GLsizei>(vertices_.size()));
}

}  // namespace hmr
