// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <vector>

#include "body/posing.h"
#include "training/scenes/person_look.h"

namespace hmr {

/// A body model with what dressing it needs, worked out once and shared by all sources.
struct DressableBody {
    std::shared_ptr<const BodyModel> model;
    BodyMarks marks;
    std::vector<std::uint8_t> parts;  ///< [V] of the six

    /// Throws Error when the body has no coco-plus regressor, no six-part labels or another skeleton.
    explicit DressableBody(std::shared_ptr<const BodyModel> model);
};

/// One surface of a dressed person. All arrays have a row per vertex.
struct DressedMesh {
    enum class Kind { Body, Skirt, Hair };
    Kind kind = Kind::Body;
    Points3f positions;                                     ///< camera axes before translation, metres
    Points3f normals;                                       ///< unit
    std::shared_ptr<const Points3f> rest;                   ///< place on the mean unposed body, for patterns
    std::shared_ptr<const Triangles> triangles;
    std::shared_ptr<const std::vector<std::uint8_t>> parts;
    bool isTwoSided = false;
};

/// A posed body with its clothes and hair on.
struct DressedPerson {
    PosedBody posed;                    ///< bare
    PersonLook look;
    std::vector<DressedMesh> meshes;    ///< the body first, its vertices moved outward where cloth covers them
};

/// Poses the body and dresses it. Loose cloth widens the outline as it does on photographs; the labels stay the body's own.
DressedPerson dressPerson(const DressableBody& body, const BodyParameters& parameters, const PersonLook& look);

}  // namespace hmr
