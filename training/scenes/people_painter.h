// SPDX-License-Identifier: MIT
#pragma once
#include <span>

#include "body/camera.h"
#include "body/picture.h"
#include "training/scenes/dressed_person.h"
#include "training/scenes/lighting.h"
#include "training/scenes/visibility_buffer.h"

namespace hmr {

/// A dressed person at a place before the camera.
struct PlacedPerson {
    const DressedPerson* person = nullptr;
    Eigen::Vector3d translation = Eigen::Vector3d::Zero();  ///< metres, camera axes
};

/// Paints people into pictures: a triangle per sample, then clothes, light and shadow per sample, four samples a pixel.
/// Keeps its buffers between pictures; one for each thread.
class PeoplePainter {
public:
    /// Paints over `picture` (RGB) with the camera whose own translation is zero. `parts` (null: not wanted; else as many
    /// bytes as pixels) gets the six-part labels of people[0], 0 elsewhere.
    void paint(const PinholeCamera& camera, std::span<const PlacedPerson> people, const BodyMarks& marks,
               const LightRig& lights, Picture& picture, std::vector<std::uint8_t>* parts);

    /// Darkens the floor where the first beam's light does not arrive. `floorPoint` lies on the floor, camera axes.
    void paintFloorShadow(const PinholeCamera& camera, std::span<const PlacedPerson> people, const LightRig& lights,
                          const Eigen::Vector3f& floorPoint, float strength, Picture& picture);

private:
    struct DrawnMesh {
        const DressedMesh* mesh;
        const PersonLook* look;
        Points3f screen;              ///< (x, y, 1/z) in samples
        Points3f placed;              ///< camera axes
        std::uint32_t firstId;
        int person;
    };
    struct ShadowMap {
        Eigen::Matrix3f lightFromCamera;
        Eigen::Vector2f low = Eigen::Vector2f::Zero();
        float scale = 1, depthOffset = 0;
        VisibilityBuffer buffer;
    };

    void place(const PinholeCamera& camera, std::span<const PlacedPerson> people);
    void drawShadowMap(const LightRig& lights);
    float keyShareAt(const Eigen::Vector3f& point) const;
    Eigen::Vector3f sampleColor(const DrawnMesh& drawn, int x, int y, std::uint32_t triangle, const BodyMarks& marks,
                                const LightRig& lights, std::uint8_t& part) const;

    std::vector<DrawnMesh> drawn_;
    VisibilityBuffer buffer_;
    ShadowMap shadow_;
    bool hasShadow_ = false;
};

}  // namespace hmr
