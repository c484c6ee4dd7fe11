// SPDX-License-Identifier: MIT
#include "renderer/background_painter.h"

namespace hmr {

void BackgroundPainter::paint(GpuCache& cache, const Scene& scene, const Viewport& viewport) {
    // Well below half the size, single samples of the picture would flicker.
    const bool isMinified = 2 * viewport.width < scene.background->width;
    const GLuint texture = isMinified ? cache.shrinkableTexture(scene.background) : cache.texture(scene.background, false);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, isMinified ? GL_LINEAR_MIPMAP_LINEAR : GL_LINEAR);
    const auto ndcX = [&](double x) { return static_cast<float>(2 * x / viewport.targetWidth - 1); };
    const auto ndcY = [&](double y) { return static_cast<float>(1 - 2 * y / viewport.targetHeight); };
    program_.use();
    program_.set("picture", 0);
    program_.set("rectangle", Eigen::Vector4f(ndcX(viewport.x), ndcY(viewport.y), ndcX(viewport.x + viewport.width),
                                              ndcY(viewport.y + viewport.height)));
    glBindVertexArray(vertexArray_.name());
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

}  // namespace hmr
