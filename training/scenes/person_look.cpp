// SPDX-License-Identifier: MIT
#include "training/scenes/person_look.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "body/posing.h"
#include "training/scenes/noise.h"

namespace hmr {
namespace {

constexpr int kLeftEye = 15, kRightEye = 16, kLeftEar = 17, kNose = 14;
constexpr int kLeftKnee = 4, kLeftAnkle = 7, kNeck = 12, kLeftShoulder = 16, kLeftElbow = 18, kLeftWrist = 20, kLeftHand = 22;

float smoothStep(float low, float high, float value) {
    const float t = std::clamp((value - low) / (high - low), 0.0f, 1.0f);
    return t * t * (3 - 2 * t);
}

bool isHair(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest) {
    const float eyeY = marks.points[kLeftEye].y(), earY = marks.points[kLeftEar].y(), earZ = marks.points[kLeftEar].z();
    if (look.hairStyle == HairStyle::Bald) return false;
    const float front = smoothStep(earZ - 0.005f, earZ + 0.05f, rest.z());
    const float nape = earY - (look.hairStyle == HairStyle::Short || look.hairStyle == HairStyle::Hat ? 0.045f : 0.075f);
    const float threshold = (1 - front) * nape + front * (eyeY + look.hairline);
    return rest.y() > threshold + 0.008f * valueNoise(rest * 60, look.skinSeed);
}

bool isBeard(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest) {
    if (!look.hasBeard || rest.z() < marks.points[kLeftEar].z() + 0.01f) return false;
    const float noseY = marks.points[kNose].y();
    const float cheek = noseY - 0.03f - 0.25f * std::max(0.0f, 0.045f - std::abs(rest.x()));
    return rest.y() < cheek && rest.y() > marks.chinY - 0.02f;
}

/// Torso and arms above the top's neckline or beyond its straps and sleeves stay bare.
bool topCovers(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part) {
    const float x = std::abs(rest.x());
    const float shoulderX = marks.joints[kLeftShoulder].x(), shoulderY = marks.joints[kLeftShoulder].y();
    if (look.topStyle == TopStyle::Bare) return false;
    if (part == kRightArm || part == kLeftArm) return look.topStyle == TopStyle::Sleeves && x < look.sleeveEnd;
    if (rest.y() < look.topHem) return false;
    const float frontDrop = rest.z() > 0 ? look.necklineDrop * std::max(0.0f, 1 - x / 0.09f) : 0.2f * look.necklineDrop;
    const float neckline = marks.joints[kNeck].y() - 0.035f - frontDrop;
    if (rest.y() > neckline && x < 0.1f) return false;
    if (look.topStyle == TopStyle::Tank)
        return x < shoulderX - 0.035f ? (x > 0.06f || rest.y() < shoulderY - 0.02f - look.necklineDrop) : rest.y() < shoulderY - 0.09f;
    return true;
}

Cover headCover(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest) {
    if (isHair(look, marks, rest)) return Cover::Hair;
    const float noseY = marks.points[kNose].y(), earZ = marks.points[kLeftEar].z();
    if (look.hasMask && rest.z() > earZ + 0.01f && rest.y() < noseY + 0.012f && rest.y() > marks.chinY - 0.01f) return Cover::Mask;
    return isBeard(look, marks, rest) ? Cover::Hair : Cover::Skin;
}

/// Where patterns are measured on sleeves: turned so that y runs along the arm as it does on the trunk.
Eigen::Vector3f clothPlace(const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part) {
    if (part != kRightArm && part != kLeftArm) return rest;
    const Eigen::Vector3f& shoulder = marks.joints[kLeftShoulder];
    return {rest.y() - shoulder.y() + 0.5f, shoulder.y() - (std::abs(rest.x()) - shoulder.x()), rest.z() + (rest.x() > 0 ? 0.7f : 0.0f)};
}

/// Eyes, brows, lips, glasses: enough of a face that one sees where it looks.
void paintFace(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, Surface& surface) {
    const Eigen::Vector3f& leftEye = marks.points[kLeftEye];
    const Eigen::Vector3f& nose = marks.points[kNose];
    if (rest.z() < leftEye.z() - 0.035f) return;
    const float dx = std::abs(rest.x()) - std::abs(leftEye.x()), dy = rest.y() - leftEye.y();
    if (look.hasGlasses && (std::abs(dy) < 0.016f && std::abs(dx) < 0.024f)) {
        surface.color = {0.05f, 0.05f, 0.06f};
        surface.gloss = 0.8f;
        return;
    }
    const float eye = dx * dx / (0.015f * 0.015f) + dy * dy / (0.0065f * 0.0065f);
    if (eye < 1) {
        surface.color = dx * dx + dy * dy < 0.006f * 0.006f ? look.iris : Eigen::Vector3f(0.9f, 0.88f, 0.85f);
        surface.gloss = 0.5f;
        return;
    }
    const float browY = dy - 0.022f + 0.12f * std::abs(dx);
    if (std::abs(browY) < 0.0035f && std::abs(dx) < 0.02f) surface.color = 0.6f * look.hair + 0.4f * surface.color;
    const float mouthY = rest.y() - (nose.y() + 0.42f * (marks.chinY - nose.y()));
    const float mouth = rest.x() * rest.x() / (0.025f * 0.025f) + mouthY * mouthY / (0.008f * 0.008f);
    if (mouth < 1) surface.color = std::abs(mouthY) < 0.0018f ? Eigen::Vector3f(0.4f * look.lips) : look.lips;
}

Surface skinAt(const PersonLook& look, const Eigen::Vector3f& rest) {
    Surface surface;
    surface.color = look.skin * (1 + 0.09f * fractalNoise(rest * 14, 2, look.skinSeed));
    surface.color.x() *= 1 + 0.04f * valueNoise(rest * 9, look.skinSeed + 9);
    surface.gloss = look.skinGloss;
    return surface;
}

void drawHead(Random& random, PersonLook& look) {
    const double style = random.uniform();
    look.hairStyle = style < 0.07   ? HairStyle::Bald
                     : style < 0.42 ? HairStyle::Short
                     : style < 0.60 ? HairStyle::Medium
                     : style < 0.80 ? HairStyle::Long
                     : style < 0.89 ? HairStyle::Bun
                                    : HairStyle::Hat;
    const double color = random.uniform();
    look.hair = color < 0.4    ? Eigen::Vector3f(0.06f, 0.05f, 0.045f)
                : color < 0.65 ? Eigen::Vector3f(0.22f, 0.14f, 0.08f)
                : color < 0.8  ? Eigen::Vector3f(0.62f, 0.47f, 0.27f)
                : color < 0.87 ? Eigen::Vector3f(0.45f, 0.2f, 0.09f)
                : color < 0.96 ? Eigen::Vector3f(0.55f, 0.54f, 0.52f)
                               : colorFromHsv(random.uniform(), 0.7, 0.7);
    look.hair *= static_cast<float>(random.uniform(0.7, 1.3));
    look.hairline = static_cast<float>(random.uniform(0.04, 0.07));
    look.hairThickness = static_cast<float>(look.hairStyle == HairStyle::Short ? random.uniform(0.003, 0.015) : random.uniform(0.008, 0.03));
    look.hairLength = static_cast<float>(random.uniform(0.1, 0.4));
    look.hasBeard = (look.hairStyle != HairStyle::Long && look.hairStyle != HairStyle::Bun) && random.chance(0.25);
    look.hasGlasses = random.chance(0.1);
    look.hasMask = random.chance(0.03);
    look.hat = drawFabric(random);
}

void drawSkin(Random& random, PersonLook& look) {
    // Evenly in the logarithm from the lightest to the darkest tone, with a little of every channel's own.
    const Eigen::Array3f light(232 / 255.0f, 190 / 255.0f, 165 / 255.0f), dark(72 / 255.0f, 44 / 255.0f, 32 / 255.0f);
    const auto share = static_cast<float>(std::pow(random.uniform(), 1.3));
    look.skin = (light.log() * (1 - share) + dark.log() * share).exp();
    for (int channel = 0; channel < 3; ++channel) look.skin[channel] *= static_cast<float>(random.uniform(0.95, 1.05));
    look.lips = look.skin.cwiseProduct(Eigen::Vector3f(0.85f, 0.6f, 0.6f)) * static_cast<float>(random.uniform(0.8, 1.05));
    look.iris = random.chance(0.7) ? Eigen::Vector3f(0.15f, 0.09f, 0.05f) : Eigen::Vector3f(0.3f, 0.42f, 0.5f);
    look.skinSeed = static_cast<std::uint32_t>(random.next());
    look.skinGloss = static_cast<float>(random.uniform(0.03, 0.3));
}

void drawTop(const BodyMarks& marks, Random& random, PersonLook& look) {
    const double style = random.uniform();
    look.topStyle = style < 0.05 ? TopStyle::Bare : style < 0.17 ? TopStyle::Tank : TopStyle::Sleeves;
    const float shoulder = marks.joints[kLeftShoulder].x(), elbow = marks.joints[kLeftElbow].x(), wrist = marks.joints[kLeftWrist].x();
    const bool isLong = random.chance(0.5);
    look.sleeveEnd = static_cast<float>(isLong ? random.uniform(wrist - 0.05, wrist + 0.02)
                                        : random.chance(0.15) ? random.uniform(elbow, wrist - 0.1)
                                                              : random.uniform(shoulder + 0.06, elbow - 0.02));
    look.topHem = static_cast<float>(marks.joints[0].y() + random.uniform(-0.1, 0.05) + (random.chance(0.06) ? 0.15 : 0));
    look.necklineDrop = static_cast<float>(random.chance(0.6) ? random.uniform(0, 0.03) : random.uniform(0.03, 0.13));
    look.topLooseness = static_cast<float>(isLong && random.chance(0.4) ? random.uniform(0.01, 0.03) : random.uniform(0.002, 0.018));
    look.top = drawFabric(random);
    look.shirt = drawFabric(random);
    look.jacketIsOpen = isLong && look.topStyle == TopStyle::Sleeves && random.chance(0.35);
}

void drawBottom(const BodyMarks& marks, Random& random, PersonLook& look) {
    const float hip = marks.joints[1].y(), knee = marks.joints[kLeftKnee].y(), ankle = marks.joints[kLeftAnkle].y();
    look.waist = static_cast<float>(marks.joints[0].y() + random.uniform(0, 0.1));
    const double length = random.uniform();
    look.trouserHem = static_cast<float>(length < 0.62   ? random.uniform(ankle - 0.03, ankle + 0.05)
                                         : length < 0.7  ? random.uniform(ankle + 0.05, knee - 0.08)
                                         : length < 0.93 ? random.uniform(knee - 0.04, knee + 0.22)
                                                         : random.uniform(hip - 0.12, hip - 0.08));
    look.bottomLooseness = static_cast<float>(random.chance(0.35) ? random.uniform(0.012, 0.035) : random.uniform(0.002, 0.014));
    look.bottom = drawFabric(random);
    if (random.chance(0.45)) {  // jeans and cloth trousers
        look.bottom.weave = Weave::Plain;
        if (random.chance(0.5)) look.bottom.colors[0] = colorFromHsv(random.uniform(0.58, 0.64), random.uniform(0.3, 0.7), random.uniform(0.15, 0.6));
        look.bottom.grain = static_cast<float>(random.uniform(0.03, 0.2));
    }
    look.hasSkirt = random.chance(look.hairStyle == HairStyle::Long || look.hairStyle == HairStyle::Bun ? 0.3 : 0.04);
    look.skirtHem = static_cast<float>(random.uniform(knee - 0.25, hip - 0.22));
    look.skirtFlare = static_cast<float>(random.uniform(0.02, 0.45));
    if (look.hasSkirt) {
        look.trouserHem = look.skirtHem + 0.01f;
        if (random.chance(0.6)) look.bottom = look.top;  // a dress
    }
    look.isBarefoot = random.chance(0.1);
    look.shoeTop = static_cast<float>(ankle + (random.chance(0.15) ? random.uniform(0.1, 0.3) : random.uniform(-0.02, 0.05)));
    look.shoes = drawFabric(random);
    if (random.chance(0.7)) look.shoes.weave = Weave::Plain;
    look.shoes.gloss = static_cast<float>(random.uniform(0.05, 0.6));
    look.shoes.wrinkle *= 0.4f;
    look.hasSocks = random.chance(0.4);
    look.socks = drawFabric(random);
    look.hasGloves = random.chance(0.04);
}

}  // namespace

BodyMarks::BodyMarks(const BodyModel& model) {
    const BodyModelData& data = model.data();
    for (int j = 0; j < kNumSmplJoints; ++j) joints[j] = model.templateJoints().row(j).transpose().cast<float>();
    const Points3d picked = cocoPlusJoints(model, data.templateVertices);
    for (int j = 0; j < kNumCocoPlusJoints; ++j) points[j] = picked.row(j).transpose().cast<float>();
    // The chin: the lowest point of the head in front of the ears, near the middle.
    chinY = backOfHeadZ = std::numeric_limits<float>::max();
    for (Eigen::Index v = 0; v < data.templateVertices.rows(); ++v) {
        const Eigen::Vector3f p = data.templateVertices.row(v);
        if (std::abs(p.x()) < 0.02f && p.z() > points[kLeftEar].z() + 0.06f && p.y() > joints[kNeck].y()) chinY = std::min(chinY, p.y());
        if (p.y() > points[kNose].y()) backOfHeadZ = std::min(backOfHeadZ, p.z());
    }
    chinY = std::clamp(chinY, points[kNose].y() - 0.12f, points[kNose].y() - 0.05f);
}

PersonLook drawPersonLook(const BodyMarks& marks, Random& random) {
    PersonLook look;
    Random skin = random.fork("skin"), head = random.fork("head"), top = random.fork("top"), bottom = random.fork("bottom");
    drawSkin(skin, look);
    drawHead(head, look);
    drawTop(marks, top, look);
    drawBottom(marks, bottom, look);
    return look;
}

Cover coverAt(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part) {
    if (part == kHead) return headCover(look, marks, rest);
    if (part == kRightLeg || part == kLeftLeg) {
        if (!look.isBarefoot && rest.y() < look.shoeTop) return Cover::Shoe;
        if (rest.y() > look.trouserHem && rest.y() < look.waist) return rest.y() > look.topHem && topCovers(look, marks, rest, part) ? Cover::Top : Cover::Bottom;
        if (look.hasSocks && !look.isBarefoot && rest.y() < look.shoeTop + 0.12f) return Cover::Sock;
        return Cover::Skin;
    }
    if (topCovers(look, marks, rest, part)) {
        const bool inStrip = look.jacketIsOpen && part == kTorso && rest.z() > 0.02f && std::abs(rest.x()) < 0.045f;
        return inStrip ? Cover::Shirt : Cover::Top;
    }
    if (part == kTorso && rest.y() < look.waist) return Cover::Bottom;
    const bool isHand = (part == kRightArm || part == kLeftArm) && std::abs(rest.x()) > marks.joints[kLeftWrist].x();
    return isHand && look.hasGloves ? Cover::Glove : Cover::Skin;
}

Surface hairAt(const PersonLook& look, const Eigen::Vector3f& rest) {
    Surface surface;
    const float strand = valueNoise(Eigen::Vector3f(rest.x() * 220, rest.y() * 25, rest.z() * 220), look.skinSeed + 3);
    surface.color = (look.hair * (1 + 0.35f * strand)).cwiseMin(1.0f);
    surface.gloss = 0.2f;
    surface.bump = 0.5f * vectorNoise(rest * 45, look.skinSeed + 4);
    return surface;
}

Surface bodySurfaceAt(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part) {
    switch (coverAt(look, marks, rest, part)) {
        case Cover::Hair: return look.hairStyle == HairStyle::Hat && rest.y() > marks.points[kLeftEye].y() ? fabricAt(look.hat, rest) : hairAt(look, rest);
        case Cover::Top: return fabricAt(look.top, clothPlace(marks, rest, part));
        case Cover::Shirt: return fabricAt(look.shirt, rest);
        case Cover::Bottom: return fabricAt(look.bottom, rest);
        case Cover::Shoe: return fabricAt(look.shoes, rest);
        case Cover::Sock: return fabricAt(look.socks, rest);
        case Cover::Glove: return fabricAt(look.shoes, rest);
        case Cover::Mask: {
            Surface surface;
            surface.color = look.socks.colors[0];
            return surface;
        }
        case Cover::Skin: break;
    }
    Surface surface = skinAt(look, rest);
    if (part == kHead) paintFace(look, marks, rest, surface);
    return surface;
}

}  // namespace hmr
