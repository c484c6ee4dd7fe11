// SPDX-License-Identifier: MIT
#include "training/scenes/lighting.h"

#include <algorithm>
#include <cmath>

namespace hmr {
namespace {

Eigen::Vector3f drawLightColor(Random& random) {
    const double kind = random.uniform();
    if (kind < 0.5) return {1, 1, 1};
    if (kind < 0.75) return {1, static_cast<float>(random.uniform(0.75, 0.95)), static_cast<float>(random.uniform(0.5, 0.85))};
    if (kind < 0.92) return {static_cast<float>(random.uniform(0.7, 0.9)), 0.9f, 1};
    return colorFromHsv(random.uniform(), random.uniform(0.2, 0.6), 1);
}

/// A unit direction about `up`: `elevation` radians above the horizon, anywhere around.
Eigen::Vector3f drawDirection(Random& random, const Eigen::Vector3f& up, double elevation) {
    const Eigen::Vector3f helper = std::abs(up.x()) < 0.8f ? Eigen::Vector3f::UnitX() : Eigen::Vector3f::UnitZ();
    const Eigen::Vector3f side = up.cross(helper).normalized(), front = side.cross(up);
    const double turn = random.uniform(0, 2 * std::numbers::pi);
    return static_cast<float>(std::sin(elevation)) * up +
           static_cast<float>(std::cos(elevation)) * (static_cast<float>(std::cos(turn)) * side + static_cast<float>(std::sin(turn)) * front);
}

}  // namespace

LightRig drawLightRig(Random& random, const Eigen::Vector3f& upInCamera) {
    LightRig rig;
    rig.up = upInCamera;
    const double ambient = random.logUniform(0.12, 0.7);
    rig.sky = static_cast<float>(ambient) * drawLightColor(random);
    rig.ground = static_cast<float>(ambient * random.uniform(0.3, 0.9)) * drawLightColor(random);
    const int count = 1 + random.integer(3);
    for (int i = 0; i < count; ++i) {
        BeamLight beam;
        beam.towardLight = drawDirection(random, upInCamera, i == 0 ? random.uniform(0.25, 1.3) : random.uniform(-0.3, 1.2));
        const double strength = i == 0 ? random.logUniform(0.25, 1.3) : random.logUniform(0.08, 0.6);
        beam.color = static_cast<float>(strength) * drawLightColor(random);
        beam.castsShadow = i == 0 && random.chance(0.6);
        rig.beams.push_back(beam);
    }
    // Exposure: a camera makes the whole neither black nor white, though not always well.
    float total = 0.5f * (rig.sky + rig.ground).mean();
    for (const BeamLight& beam : rig.beams) total += 0.45f * beam.color.mean();
    const float exposure = static_cast<float>(random.logUniform(0.6, 1.7)) / total;
    rig.sky *= exposure;
    rig.ground *= exposure;
    for (BeamLight& beam : rig.beams) beam.color *= exposure;
    return rig;
}

Eigen::Vector3f shaded(const Surface& surface, const Eigen::Vector3f& normal, const Eigen::Vector3f& towardViewer,
                       const LightRig& lights, float keyShare) {
    const float upness = 0.5f + 0.5f * normal.dot(lights.up);
    Eigen::Array3f diffuse = upness * lights.sky + (1 - upness) * lights.ground;
    Eigen::Array3f highlight = Eigen::Array3f::Zero();
    for (std::size_t i = 0; i < lights.beams.size(); ++i) {
        const BeamLight& beam = lights.beams[i];
        const float share = i == 0 ? keyShare : 1.0f, facing = normal.dot(beam.towardLight);
        if (facing <= 0 || share <= 0) continue;
        diffuse += share * facing * beam.color.array();
        if (surface.gloss > 0) {
            const float along = std::max(0.0f, normal.dot((beam.towardLight + towardViewer).normalized()));
            const float p4 = along * along * along * along, p16 = p4 * p4 * p4 * p4;
            highlight += share * surface.gloss * p16 * beam.color.array();
        }
    }
    // Light adds up in linear values; a square root stands for the display's curve.
    const Eigen::Array3f linear = surface.color.array().square() * diffuse + 0.5f * highlight;
    return linear.max(0.0f).sqrt().min(1.0f);
}

}  // namespace hmr
