// SPDX-License-Identifier: MIT
#include "training/scenes/figure_cover.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace hmr {
namespace {

using Point = Eigen::Vector2f;

constexpr float kLeastHeight = 8;  ///< pixels

enum LspJoint { RightAnkle, RightKnee, RightHip, LeftHip, LeftKnee, LeftAnkle, RightWrist, RightElbow, RightShoulder, LeftShoulder, LeftElbow,
                LeftWrist, Neck, HeadTop };

/// A part of the body between two points, as thick as given at each end.
struct Limb {
    Point from, to;
    float fromRadius, toRadius;
};

/// The joints of one person that are known.
class Figure {
public:
    explicit Figure(const Keypoints& keypoints) : keypoints_(keypoints) {}

    bool knows(int joint) const { return keypoints_[static_cast<std::size_t>(3 * joint + 2)] > 0; }
    bool knows(int a, int b) const { return knows(a) && knows(b); }
    Point at(int joint) const { return {keypoints_[static_cast<std::size_t>(3 * joint)], keypoints_[static_cast<std::size_t>(3 * joint + 1)]}; }

    /// The person's stature in pixels as the least foreshortened bones tell it: the second longest, since annotations err. 0 when too little is known.
    float stature() const {
        // shares of a stature (Drillis and Contini 1966)
        struct Bone { int from, to; float share; };
        constexpr std::array kBones = {Bone{RightHip, RightKnee, 0.245f},      Bone{LeftHip, LeftKnee, 0.245f},     Bone{RightKnee, RightAnkle, 0.246f},
                                       Bone{LeftKnee, LeftAnkle, 0.246f},      Bone{RightShoulder, RightElbow, 0.186f}, Bone{LeftShoulder, LeftElbow, 0.186f},
                                       Bone{RightElbow, RightWrist, 0.146f},   Bone{LeftElbow, LeftWrist, 0.146f},  Bone{RightShoulder, RightHip, 0.29f},
                                       Bone{LeftShoulder, LeftHip, 0.29f},     Bone{Neck, HeadTop, 0.17f}};
        std::vector<float> statures;
        for (const Bone& bone : kBones)
            if (knows(bone.from, bone.to)) statures.push_back((at(bone.from) - at(bone.to)).norm() / bone.share);
        if (statures.size() < 2) return 0;
        std::ranges::nth_element(statures, statures.begin() + 1, std::ranges::greater{});
        return statures[1];
    }

    /// Radii are shares of the stature.
    std::vector<Limb> limbs(float stature) const {
        std::vector<Limb> limbs;
        const auto add = [&](Point from, Point to, float fromRadius, float toRadius) {
            limbs.push_back({from, to, fromRadius * stature, toRadius * stature});
        };
        const auto addBetween = [&](int from, int to, float fromRadius, float toRadius) {
            if (knows(from, to)) add(at(from), at(to), fromRadius, toRadius);
        };
        for (const bool isLeft : {false, true}) {
            const int hip = isLeft ? LeftHip : RightHip, knee = isLeft ? LeftKnee : RightKnee, ankle = isLeft ? LeftAnkle : RightAnkle;
            const int shoulder = isLeft ? LeftShoulder : RightShoulder, elbow = isLeft ? LeftElbow : RightElbow, wrist = isLeft ? LeftWrist : RightWrist;
            addBetween(hip, knee, 0.06f, 0.04f);
            addBetween(knee, ankle, 0.04f, 0.03f);
            if (knows(ankle)) add(at(ankle), at(ankle) + (knows(knee) ? beyond(at(knee), at(ankle), 0.03f * stature) : Point::Zero()), 0.045f, 0.045f);
            addBetween(shoulder, hip, 0.05f, 0.05f);
            addBetween(shoulder, elbow, 0.04f, 0.032f);
            addBetween(elbow, wrist, 0.032f, 0.026f);
            if (knows(elbow, wrist)) add(at(wrist), at(wrist) + beyond(at(elbow), at(wrist), 0.08f * stature), 0.026f, 0.028f);
        }
        addBetween(LeftShoulder, RightShoulder, 0.05f, 0.05f);
        addBetween(LeftHip, RightHip, 0.06f, 0.06f);
        if (knows(Neck) && knows(LeftHip, RightHip)) add(at(Neck), (at(LeftHip) + at(RightHip)) / 2, 0.06f, 0.08f);
        if (knows(Neck, HeadTop)) {
            const Point up = at(HeadTop) - at(Neck);
            add(at(Neck), at(Neck) + 0.5f * up, 0.035f, 0.045f);
            add(at(Neck) + 0.5f * up, at(Neck) + 0.68f * up, 0.058f, 0.062f);
        }
        return limbs;
    }

private:
    static Point beyond(const Point& from, const Point& to, float length) {
        const Point along = to - from;
        return along.norm() > 0 ? Point(along * (length / along.norm())) : Point::Zero();
    }

    const Keypoints& keypoints_;
};

void coverLimb(const Limb& limb, float softness, int width, int height, std::vector<float>& cover) {
    const float reach = std::max(limb.fromRadius, limb.toRadius) + softness;
    const auto clamped = [](float value, int limit) { return static_cast<int>(std::clamp(value, 0.0f, static_cast<float>(limit))); };
    const Point low = limb.from.cwiseMin(limb.to), high = limb.from.cwiseMax(limb.to), along = limb.to - limb.from;
    const float squaredLength = std::max(along.squaredNorm(), 1e-6f);
    const int left = clamped(low.x() - reach, width), right = clamped(high.x() + reach + 1, width);
    for (int y = clamped(low.y() - reach, height); y < clamped(high.y() + reach + 1, height); ++y)
        for (int x = left; x < right; ++x) {
            const Point offset = Point(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f) - limb.from;
            const float share = std::clamp(offset.dot(along) / squaredLength, 0.0f, 1.0f);
            const float inside = limb.fromRadius + share * (limb.toRadius - limb.fromRadius) - (offset - share * along).norm();
            float& value = cover[static_cast<std::size_t>(y) * width + x];
            value = std::max(value, std::clamp(0.5f + inside / softness, 0.0f, 1.0f));
        }
}

}  // namespace

std::optional<std::vector<float>> coverOfFigure(const Keypoints& keypoints, int width, int height, const FigureCut& cut, int leastJoints) {
    const Figure figure(keypoints);
    int numKnown = 0;
    for (int joint = 0; joint < kNumLspJoints; ++joint) numKnown += figure.knows(joint);
    const float stature = figure.stature();
    if (numKnown < leastJoints || !(stature >= kLeastHeight)) return std::nullopt;
    std::vector<float> cover(static_cast<std::size_t>(width) * height);
    for (Limb& limb : figure.limbs(stature)) {
        limb.fromRadius *= static_cast<float>(cut.thickness), limb.toRadius *= static_cast<float>(cut.thickness);
        coverLimb(limb, std::max(static_cast<float>(cut.softness), 0.1f), width, height, cover);
    }
    return cover;
}

std::optional<PixelBox> boxOfCover(const std::vector<float>& cover, int width, int height) {
    int left = width, right = -1, top = height, bottom = -1;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            if (cover[static_cast<std::size_t>(y) * width + x] <= 0.5f) continue;
            left = std::min(left, x), right = std::max(right, x), top = std::min(top, y), bottom = std::max(bottom, y);
        }
    if (right < 0) return std::nullopt;
    return PixelBox{static_cast<double>(left), static_cast<double>(top), right - left + 1.0, bottom - top + 1.0};
}

}  // namespace hmr
