// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "body/body_parameters.h"
#include "body/skeleton.h"
#include "body/types.h"

namespace hmr {

/// One training picture with what is known of it. Missing labels have their indicator off and are zero.
struct TrainingSample {
    int size = 0;
    std::vector<std::uint8_t> pixels;  ///< [size,size,3] RGB
    std::array<float, kNumCocoPlusJoints * 3> keypoints{};  ///< x, y in [−1,1] of the crop (y down), visibility 0 or 1
    bool hasJoints3d = false;
    std::array<float, kNumCocoPlusJoints * 3> joints3d{};   ///< metres, camera axes (x right, y down, z forward)
    bool hasParameters = false;
    std::array<float, kNumSmplJoints * 9> rotations{};      ///< row-major, joint to parent; root to camera axes
    std::array<float, kNumBetas> betas{};
    std::vector<PixelBox> boxes;       ///< detection: of every person, pixels, cut at the picture's border
    std::vector<PixelBox> photographs; ///< detection: where others may be seen who have no box
    std::vector<std::uint8_t> parts;   ///< [size,size] label of 6 parts, 0 background; may be empty
};

/// Labels a sample with a body's rotations and betas (24 joints, 10 betas; root to camera axes).
void setParameters(const BodyParameters& parameters, TrainingSample& sample);

/// An endless, seeded supply: sample i depends on the seed and i alone, so that a resumed run goes on bit for bit.
class SampleSource {
public:
    virtual ~SampleSource() = default;
    /// Used by the one thread that made the source (it may own an OpenGL context).
    virtual void draw(std::uint64_t index, TrainingSample& sample) = 0;
};

}  // namespace hmr
