// SPDX-License-Identifier: MIT
#pragma once
#include "body/camera.h"
#include "body/picture.h"
#include "body/types.h"

namespace hmr {

/// The outline of a person in a picture.
struct Silhouette {
    Points2d points;   ///< [N,2] crop coordinates in [−1, 1], y down
    Points2d normals;  ///< [N,2] unit, out of the person
};

/// The outline in a mask of the picture's size: one channel (the person where above 127) or four (where alpha is). Where the person is
/// cut off by the picture's border there is no outline. One point for each pixel of the outline, in a large mask about 3000 evenly
/// spread ones. Throws Error: another number of channels, nobody or nothing but a person in the mask.
Silhouette silhouetteOf(const Picture& mask, const CropWindow& crop);

}  // namespace hmr
