// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <vector>

#include "training/scenes/fabric.h"

namespace hmr {

/// Light from one direction. Colours are linear.
struct BeamLight {
    Eigen::Vector3f towardLight = {0, -1, 0};  ///< unit, camera axes
    Eigen::Vector3f color = {1, 1, 1};
    bool castsShadow = false;
};

/// Everything that lights a scene: the sky's and the ground's diffuse light and a few beams.
struct LightRig {
    Eigen::Vector3f up = {0, -1, 0};           ///< unit, camera axes
    Eigen::Vector3f sky = {0.4f, 0.4f, 0.4f}, ground = {0.2f, 0.2f, 0.2f};
    std::vector<BeamLight> beams;
};

LightRig drawLightRig(Random& random, const Eigen::Vector3f& upInCamera);

/// Display colour of a surface with unit normal and unit direction to the viewer; keyShare is
/// the share of the first beam that arrives.
Eigen::Vector3f shaded(const Surface& surface, const Eigen::Vector3f& normal, const Eigen::Vector3f& towardViewer,
                       const LightRig& lights, float keyShare);

}  // namespace hmr
