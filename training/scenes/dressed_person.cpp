// SPDX-License-Identifier: MIT
#include "training/scenes/dressed_person.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "body/error.h"
#include "training/scenes/noise.h"

namespace hmr {
namespace {

constexpr int kNeckJoint = 12, kHeadJoint = 15, kSpine3Joint = 9, kLeftHip = 1, kRightHip = 2, kLeftKnee = 4, kRightKnee = 5;
constexpr int kLeftEar = 17, kLeftEye = 15;

float smoothStep(float low, float high, float value) {
    const float t = std::clamp((value - low) / (high - low), 0.0f, 1.0f);
    return t * t * (3 - 2 * t);
}

/// How far cloth or hair stands off the skin at a vertex, metres.
float clothThickness(const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part) {
    const auto folds = [&](float looseness, const Fabric& fabric) {
        return 0.002f + looseness * (0.7f + 0.6f * valueNoise(rest * 9, fabric.seed ^ 5u));
    };
    switch (coverAt(look, marks, rest, part)) {
        case Cover::Top: return folds(look.topLooseness, look.top) + (rest.y() < look.waist ? 0.004f : 0);
        case Cover::Shirt: return 0.002f;
        case Cover::Bottom: return folds(look.bottomLooseness, look.bottom) * (1 + 0.5f * smoothStep(-0.3f, -0.8f, rest.y()));
        case Cover::Shoe: return 0.008f;
        case Cover::Sock: return 0.002f;
        case Cover::Glove: return 0.002f;
        case Cover::Mask: return 0.003f;
        case Cover::Hair:
            if (look.hairStyle == HairStyle::Hat && rest.y() > marks.points[kLeftEye].y()) return 0.018f;
            return look.hairThickness * (1 + 0.5f * valueNoise(rest * 25, look.skinSeed));
        case Cover::Skin: return 0;
    }
    return 0;
}

/// Skins loose pieces (skirt, hair) with the joints of the posed body.
class LooseSkin {
public:
    LooseSkin(const BodyModel& model, const Eigen::VectorXd& betas, const PosedBody& posed) {
        const Points3d restJoints = shapedJoints(model, betas);
        for (int j = 0; j < kNumSmplJoints; ++j) {
            rotations_[j] = posed.jointRotations[j].cast<float>();
            shifts_[j] = (posed.joints.row(j).transpose() - posed.jointRotations[j] * restJoints.row(j).transpose()).cast<float>();
        }
    }
    Eigen::Vector3f moved(const Eigen::Vector3f& p, int joint) const { return rotations_[joint] * p + shifts_[joint]; }

private:
    std::array<Eigen::Matrix3f, kNumSmplJoints> rotations_;
    std::array<Eigen::Vector3f, kNumSmplJoints> shifts_;
};

/// Triangles of a grid of rows × columns vertices; the last column joins the first when `isClosed`.
std::shared_ptr<const Triangles> gridTriangles(int rows, int columns, bool isClosed) {
    const int across = isClosed ? columns : columns - 1;
    auto triangles = std::make_shared<Triangles>(2 * (rows - 1) * across, 3);
    int next = 0;
    for (int row = 0; row + 1 < rows; ++row)
        for (int column = 0; column < across; ++column) {
            const auto a = static_cast<std::uint32_t>(row * columns + column);
            const auto b = static_cast<std::uint32_t>(row * columns + (column + 1) % columns);
            const auto down = static_cast<std::uint32_t>(columns);
            triangles->row(next++) << a, a + down, b;
            triangles->row(next++) << b, a + down, b + down;
        }
    return triangles;
}

DressedMesh bodyMesh(const DressableBody& body, const PosedBody& posed, const PersonLook& look) {
    // Held by aliasing: the arrays belong to the shared body model.
    const BodyModelData& data = body.model->data();
    DressedMesh mesh;
    mesh.rest = std::shared_ptr<const Points3f>(body.model, &data.templateVertices);
    mesh.triangles = std::shared_ptr<const Triangles>(body.model, &data.triangles);
    mesh.parts = std::shared_ptr<const std::vector<std::uint8_t>>(body.model, &data.partLabels6);
    mesh.positions = posed.vertices;
    mesh.normals = vertexNormals(posed.vertices, data.triangles);
    for (Eigen::Index v = 0; v < mesh.positions.rows(); ++v) {
        const float thickness = clothThickness(look, body.marks, mesh.rest->row(v), static_cast<BodyPart>(body.parts[v]));
        if (thickness > 0) mesh.positions.row(v) += thickness * mesh.normals.row(v);
    }
    mesh.normals = vertexNormals(mesh.positions, data.triangles);
    return mesh;
}

constexpr int kSkirtRows = 12, kSkirtColumns = 32;

/// Distance of the body's hull from the skirt's axis in each direction, at each row.
Eigen::MatrixXf skirtRadii(const DressableBody& body, const Points3f& shaped, float top, float bottom) {
    Eigen::MatrixXf radii = Eigen::MatrixXf::Constant(kSkirtRows, kSkirtColumns, 0.05f);
    const float spacing = (top - bottom) / (kSkirtRows - 1);
    for (Eigen::Index v = 0; v < shaped.rows(); ++v) {
        if (body.parts[v] == kLeftArm || body.parts[v] == kRightArm || body.parts[v] == kHead) continue;
        const float place = (top - shaped(v, 1)) / spacing;
        const int row = static_cast<int>(std::lround(place));
        if (row < -1 || row > kSkirtRows) continue;
        for (int column = 0; column < kSkirtColumns; ++column) {
            const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(column) / kSkirtColumns;
            const float reach = shaped(v, 0) * std::sin(angle) + shaped(v, 2) * std::cos(angle);
            for (int near = std::max(0, row - 1); near <= std::min(kSkirtRows - 1, row + 1); ++near)
                radii(near, column) = std::max(radii(near, column), reach);
        }
    }
    for (int row = 1; row < kSkirtRows; ++row) radii.row(row) = radii.row(row).cwiseMax(0.97f * radii.row(row - 1));
    return radii;
}

DressedMesh skirtMesh(const DressableBody& body, const BodyParameters& parameters, const DressedPerson& person, const LooseSkin& skin) {
    const Points3f shaped = shapeBody(*body.model, parameters.betas);
    const PersonLook& look = person.look;
    const float top = look.waist, bottom = look.skirtHem, hip = body.marks.joints[kLeftHip].y(), knee = body.marks.joints[kLeftKnee].y();
    const Eigen::MatrixXf radii = skirtRadii(body, shaped, top, bottom);

    static const auto triangles = gridTriangles(kSkirtRows, kSkirtColumns, true);
    auto rest = std::make_shared<Points3f>(kSkirtRows * kSkirtColumns, 3);
    auto parts = std::make_shared<std::vector<std::uint8_t>>(kSkirtRows * kSkirtColumns);
    DressedMesh mesh;
    mesh.positions.resize(rest->rows(), 3);
    for (int row = 0; row < kSkirtRows; ++row)
        for (int column = 0; column < kSkirtColumns; ++column) {
            const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(column) / kSkirtColumns;
            const float y = top + (bottom - top) * static_cast<float>(row) / (kSkirtRows - 1);
            const float fold = 1 + 0.25f * std::sin(angle * 9 + 3 * valueNoise({angle, 0, 0}, look.bottom.seed));
            const float radius = radii(row, column) + 0.008f + look.skirtFlare * std::max(0.0f, hip + 0.05f - y) * 0.5f * fold;
            const Eigen::Vector3f place(radius * std::sin(angle), y, radius * std::cos(angle));
            const float legs = smoothStep(hip + 0.04f, hip - 0.3f, y) * 0.95f, left = smoothStep(-0.1f, 0.1f, place.x());
            const float shins = 0.6f * smoothStep(knee + 0.05f, knee - 0.3f, y);
            const int i = row * kSkirtColumns + column;
            const auto leg = [&](int hipJoint, int kneeJoint) -> Eigen::Vector3f {
                return (1 - shins) * skin.moved(place, hipJoint) + shins * skin.moved(place, kneeJoint);
            };
            mesh.positions.row(i) = (1 - legs) * skin.moved(place, 0) +
                                    legs * (left * leg(kLeftHip, kLeftKnee) + (1 - left) * leg(kRightHip, kRightKnee));
            rest->row(i) = place;
            (*parts)[i] = y > hip ? kTorso : place.x() > 0 ? kLeftLeg : kRightLeg;
        }
    mesh.kind = DressedMesh::Kind::Skirt;
    mesh.normals = vertexNormals(mesh.positions, *triangles);
    mesh.rest = rest;
    mesh.triangles = triangles;
    mesh.parts = parts;
    mesh.isTwoSided = true;
    return mesh;
}

constexpr int kHairRows = 12, kHairColumns = 20;

/// Long hair: a curtain around the back of the head that falls over neck and back. A bun: a ball behind the head.
DressedMesh hairMesh(const DressableBody& body, const DressedPerson& person, const LooseSkin& skin) {
    const BodyMarks& marks = body.marks;
    const PersonLook& look = person.look;
    const Eigen::Vector3f& ear = marks.points[kLeftEar];
    const bool isBun = look.hairStyle == HairStyle::Bun;
    const Eigen::Vector3f bunCentre(0, marks.points[kLeftEye].y() + 0.03f, marks.backOfHeadZ - 0.025f);
    auto rest = std::make_shared<Points3f>(kHairRows * kHairColumns, 3);
    DressedMesh mesh;
    mesh.positions.resize(rest->rows(), 3);
    for (int row = 0; row < kHairRows; ++row)
        for (int column = 0; column < kHairColumns; ++column) {
            const float down = static_cast<float>(row) / (kHairRows - 1), around = static_cast<float>(column) / (kHairColumns - 1);
            const int i = row * kHairColumns + column;
            Eigen::Vector3f place;
            float onNeck = 0, onBack = 0;
            if (isBun) {
                const float polar = std::numbers::pi_v<float> * down, azimuth = 2 * std::numbers::pi_v<float> * around;
                place = bunCentre + 0.045f * Eigen::Vector3f(std::sin(polar) * std::sin(azimuth), std::cos(polar), std::sin(polar) * std::cos(azimuth));
            } else {
                const float angle = (around - 0.5f) * 2 * 1.95f, y = ear.y() + 0.05f - (0.05f + look.hairLength) * down;
                const float widen = 1 + 0.5f * smoothStep(ear.y() - 0.05f, ear.y() - 0.25f, y);
                const float wave = 1 + 0.08f * valueNoise({angle * 3, y * 15, 0}, look.skinSeed);
                const float backRadius = ear.z() - marks.backOfHeadZ + 0.012f;
                place = {(ear.x() + 0.006f) * widen * wave * std::sin(angle), y, ear.z() - backRadius * widen * wave * std::cos(angle)};
                onNeck = smoothStep(ear.y() - 0.05f, ear.y() - 0.12f, y);
                onBack = smoothStep(ear.y() - 0.13f, ear.y() - 0.25f, y);
            }
            rest->row(i) = place;
            mesh.positions.row(i) = (1 - onNeck) * skin.moved(place, kHeadJoint) +
                                    onNeck * ((1 - onBack) * skin.moved(place, kNeckJoint) + onBack * skin.moved(place, kSpine3Joint));
        }
    static const auto triangles = gridTriangles(kHairRows, kHairColumns, false);
    static const auto parts = std::make_shared<const std::vector<std::uint8_t>>(kHairRows * kHairColumns, kHead);
    mesh.kind = DressedMesh::Kind::Hair;
    mesh.normals = vertexNormals(mesh.positions, *triangles);
    mesh.rest = rest;
    mesh.triangles = triangles;
    mesh.parts = parts;
    mesh.isTwoSided = true;
    return mesh;
}

}  // namespace

DressableBody::DressableBody(std::shared_ptr<const BodyModel> bodyModel)
    : model(std::move(bodyModel)), marks(*model), parts(model->data().partLabels6) {
    if (model->numJoints() != kNumSmplJoints)
        throw Error("The body has " + std::to_string(model->numJoints()) + " joints; synthetic people need SMPL's 24");
    if (static_cast<int>(parts.size()) != model->numVertices())
        throw Error("The body file has no six-part labels (\"part6\"), which synthetic people need. Use the open body.");
}

DressedPerson dressPerson(const DressableBody& body, const BodyParameters& parameters, const PersonLook& look) {
    DressedPerson person;
    person.look = look;
    poseBody(*body.model, parameters, person.posed);
    person.meshes.push_back(bodyMesh(body, person.posed, look));
    const bool hasHairMesh = look.hairStyle == HairStyle::Long || look.hairStyle == HairStyle::Bun;
    if (!look.hasSkirt && !hasHairMesh) return person;
    const LooseSkin skin(*body.model, parameters.betas, person.posed);
    if (look.hasSkirt) person.meshes.push_back(skirtMesh(body, parameters, person, skin));
    if (hasHairMesh) person.meshes.push_back(hairMesh(body, person, skin));
    return person;
}

}  // namespace hmr
