// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "body/body_model.h"
#include "body/person_estimate.h"
#include "body/picture.h"

namespace hmr {

/// Draws recovered bodies over their picture, windowless. Lives on one thread. Places of people are pixels of the picture.
class OverlayPainter {
public:
    /// Throws Error when there is no OpenGL.
    explicit OverlayPainter(std::shared_ptr<const BodyModel> body);
    ~OverlayPainter();

    /// The picture (RGB) with every person's mesh over it, in its own size: RGB.
    Picture paint(const Picture& picture, const std::vector<PersonEstimate>& people);
    /// The meshes alone on nothing: RGBA of that size in pixels.
    Picture paintAlone(int width, int height, const std::vector<PersonEstimate>& people);
    /// The bodies alone, seen from their left: RGB of that size in pixels.
    Picture paintSide(int width, int height, const std::vector<PersonEstimate>& people);

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// A painter as a function: over the picture (RGB), or alone in the given size where the picture is empty. It belongs to the thread
/// that makes it. Throws Error when there is no OpenGL.
std::function<Picture(const Picture& picture, int width, int height, const std::vector<PersonEstimate>& people)> peoplePainter(
    std::shared_ptr<const BodyModel> body);

}  // namespace hmr
