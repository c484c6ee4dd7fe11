// SPDX-License-Identifier: MIT
#include "renderer/background_painter.h"

#include <algorithm>
#include <cmath>

namespace hmr {

void BackgroundPainter::paint(GpuCache& cache, const Scene& scene, const Viewport& viewport) {
    // Well below half the size, single samples of the picture would flicker.
    const double shrink = scene.background->width / std::max(1.0, viewport.width);
    const bool isMinified = shrink > 2;
    const GLuint texture = isMinified ? cache.shrinkableTexture(scene.background, static_cast<int>(std::ceil(std::log2(shrink))))
                                      : cache.texture(scene.background, false);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, isMinified ? GL_LINEAR_MIPMAP_LINEAR : GL_LINEAR);
    const auto ndcX = [&](double x) { return static_cast<float>(2 * x / viewport.targetWidth - 1); };
    const auto ndcY = [&](double y) { return static_cast<float>(1 - 2 * y / viewport.targetHeight); };
    if (!program_) program_.emplace("background.vert", "background.frag");
    program_->use();
    program_->set("picture", 0);
    program_->set("rectangle", Eigen::Vector4f(ndcX(viewport.x), ndcY(viewport.y), ndcX(viewport.x + viewport.width),
                                               ndcY(viewport.y + viewport.height)));
    glBindVertexArray(vertexArray_.name());
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

}  // namespace hmr
