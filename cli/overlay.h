// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "body/picture.h"
#include "inference/recovery.h"

namespace hmr {

/// Draws recovered bodies over their frame, windowless. Lives on one thread.
class OverlayPainter {
public:
    /// Throws Error when there is no OpenGL.
    explicit OverlayPainter(std::shared_ptr<const BodyModel> body);
    ~OverlayPainter();

    /// The frame with every person's mesh over it, in the frame's own size: RGB.
    Picture paint(const FrameEstimate& estimate);
    /// The meshes alone on nothing: RGBA of the frame's size.
    Picture paintAlone(const FrameEstimate& estimate);

    /// The bodies alone, seen from their left, in the frame's own size: RGB.
    Picture paintSide(const FrameEstimate& estimate);

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
