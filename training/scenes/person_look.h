// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <memory>

#include "body/body_model.h"
#include "body/skeleton.h"
#include "training/scenes/fabric.h"

namespace hmr {

/// Parts as the six-part labels count them.
enum BodyPart : std::uint8_t { kNoPart = 0, kHead = 1, kTorso = 2, kRightArm = 3, kLeftArm = 4, kRightLeg = 5, kLeftLeg = 6 };

/// Where things are on the unposed mean body (its rest frame, metres): what clothes and faces are measured from.
struct BodyMarks {
    std::array<Eigen::Vector3f, kNumSmplJoints> joints;
    std::array<Eigen::Vector3f, kNumCocoPlusJoints> points;  ///< nose, eyes, ears, head top …
    float chinY = 0, backOfHeadZ = 0;

    explicit BodyMarks(const BodyModel& model);
};

enum class HairStyle { Bald, Short, Medium, Long, Bun, Hat };
enum class TopStyle { Bare, Tank, Sleeves };

/// What a person wears and how the skin looks. Lengths are measured on the unposed mean body.
struct PersonLook {
    Eigen::Vector3f skin = {0.8f, 0.6f, 0.5f}, hair = {0.1f, 0.08f, 0.06f}, lips = {0.6f, 0.3f, 0.3f}, iris = {0.2f, 0.1f, 0.05f};
    std::uint32_t skinSeed = 0;
    float skinGloss = 0.15f;
    HairStyle hairStyle = HairStyle::Short;
    float hairline = 0.06f;      ///< metres above the eyes where hair begins
    float hairThickness = 0.01f;
    float hairLength = 0.2f;     ///< of long hair below the ears
    bool hasBeard = false, hasGlasses = false, hasMask = false, hasGloves = false, hasSocks = false;
    bool jacketIsOpen = false;   ///< a strip of the shirt shows in front

    TopStyle topStyle = TopStyle::Sleeves;
    float sleeveEnd = 0.4f;      ///< |x| at which sleeves end
    float topHem = -0.05f;       ///< y where the top ends
    float necklineDrop = 0.02f;
    float topLooseness = 0.01f, bottomLooseness = 0.01f;  ///< metres between skin and cloth
    float waist = 0.06f;         ///< y where trousers begin
    float trouserHem = -0.8f;    ///< y where they end
    bool hasSkirt = false;
    float skirtHem = -0.4f, skirtFlare = 0.2f;
    bool isBarefoot = false;
    float shoeTop = -0.8f;       ///< y where shoes end above

    Fabric top, shirt, bottom, shoes, hat, socks;
};

PersonLook drawPersonLook(const BodyMarks& marks, Random& random);

/// What covers a place of the body.
enum class Cover { Skin, Hair, Top, Shirt, Bottom, Shoe, Sock, Glove, Mask };
Cover coverAt(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part);

/// How a place of the body's own surface looks, clothes and face included.
Surface bodySurfaceAt(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part);

/// How hair looks at a place of the rest frame.
Surface hairAt(const PersonLook& look, const Eigen::Vector3f& rest);

}  // namespace hmr
