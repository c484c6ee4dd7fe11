// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Geometry>
#include <cmath>
#include <memory>
#include <random>

#include "body/body_model.h"
#include "body/skeleton.h"

namespace hmr::test {

/// A stick person of tubes with all that a body file can hold: 24 SMPL joints, 560 vertices, 10 shape directions, dense pose
/// blend shapes, coco-plus joints, part labels, mirror table and texture coordinates. Exactly left-right symmetric; the same
/// numbers at each call. Rest frame as every body: metres, y up, face toward +z, left toward +x, T-pose, 1.7 m tall.
class SmallBody {
public:
    static BodyModelData data() { return SmallBody().data_; }
    static std::shared_ptr<const BodyModel> model() { return std::make_shared<BodyModel>(data()); }

private:
    static constexpr int kRing = 6, kRings = 3, kTubeVertices = kRing * kRings + 2, kTubeTriangles = kRing * kRings * 2;
    static constexpr int kNumTubes = 28;

    /// A tube around the line from joint `parent` to `tip`; `end` is the joint there, −1 at an end of the body.
    struct Tube {
        int parent = 0, end = -1;
        Eigen::Vector3f tip = Eigen::Vector3f::Zero();
        float radius = 0.05f;
        int mirror = 0;  ///< the tube on the other side
    };

    SmallBody() {
        placeJoints();
        listTubes();
        makeSurface();
        makeRegressors();
        makeShapeDirections();
        makePoseDirections();
        nameThings();
    }

    void placeJoints() {
        // Left and middle joints; the right ones are their mirror images.
        const float left[kNumSmplJoints][3] = {
            {0, 0.95f, 0}, {0.09f, 0.9f, 0}, {}, {0, 1.06f, -0.01f}, {0.1f, 0.5f, 0}, {}, {0, 1.18f, -0.01f},
            {0.1f, 0.09f, -0.02f}, {}, {0, 1.3f, -0.01f}, {0.11f, 0.04f, 0.1f}, {}, {0, 1.46f, 0}, {0.07f, 1.4f, 0}, {},
            {0, 1.54f, 0.02f}, {0.18f, 1.42f, 0}, {}, {0.44f, 1.42f, -0.01f}, {}, {0.69f, 1.42f, 0}, {}, {0.77f, 1.42f, 0}, {}};
        for (int joint = 0; joint < kNumSmplJoints; ++joint) {
            const int source = kSmplFlip[joint] < joint ? kSmplFlip[joint] : joint;
            const float side = source == joint ? 1.f : -1.f;
            joints_[joint] = Eigen::Vector3f(side * left[source][0], left[source][1], left[source][2]);
        }
        data_.parents.assign(kSmplParents.begin(), kSmplParents.end());
    }

    void listTubes() {
        for (int joint = 1; joint < kNumSmplJoints; ++joint) {
            const bool isTrunk = joint == 3 || joint == 6 || joint == 9;
            tubes_[joint - 1] = {kSmplParents[joint], joint, joints_[joint], isTrunk ? 0.12f : 0.05f, kSmplFlip[joint] - 1};
        }
        tubes_[23] = {15, -1, joints_[15] + Eigen::Vector3f(0, 0.16f, 0), 0.09f, 23};
        const Eigen::Vector3f fingers(0.08f, 0, 0), toes(0, -0.01f, 0.08f);
        tubes_[24] = {22, -1, joints_[22] + fingers, 0.03f, 25};
        tubes_[25] = {23, -1, joints_[23] - fingers, 0.03f, 24};
        tubes_[26] = {10, -1, joints_[10] + toes, 0.035f, 27};
        tubes_[27] = {11, -1, joints_[11] + toes, 0.035f, 26};
    }

    static int ringVertex(int tube, int ring, int place) { return tube * kTubeVertices + ring * kRing + place; }
    static int capVertex(int tube, int end) { return tube * kTubeVertices + kRing * kRings + end; }

    void makeSurface() {
        data_.templateVertices.resize(kNumTubes * kTubeVertices, 3);
        data_.triangles.resize(kNumTubes * kTubeTriangles, 3);
        data_.textureCoordinates.resize(kNumTubes * kTubeVertices, 2);
        data_.mirrorVertices.resize(kNumTubes * kTubeVertices);
        std::vector<Eigen::Triplet<float>> weights;
        for (int tube = 0; tube < kNumTubes; ++tube) {
            if (tubes_[tube].mirror < tube) {
                mirrorTube(tube);
            } else {
                placeTube(tube);
            }
            weighTube(tube, weights);
        }
        data_.skinWeights.resize(kNumTubes * kTubeVertices, kNumSmplJoints);
        data_.skinWeights.setFromTriplets(weights.begin(), weights.end());
        data_.textureTriangles = data_.triangles;
    }

    void placeTube(int index) {
        const Tube& tube = tubes_[index];
        const Eigen::Vector3f start = joints_[tube.parent], along = tube.tip - start;
        const Eigen::Vector3f axis = along.normalized();
        // Rings of middle tubes lie mirrored about x = 0: place k faces place mirroredPlace(k).
        const Eigen::Vector3f u = std::abs(axis.x()) < 0.5f ? Eigen::Vector3f(Eigen::Vector3f::UnitX() - axis.x() * axis).normalized()
                                                            : Eigen::Vector3f(axis.cross(Eigen::Vector3f::UnitZ())).normalized();
        const Eigen::Vector3f v = u.cross(axis);
        const float h = 0.8660254f;
        const float circle[kRing][2] = {{1, 0}, {0.5f, h}, {-0.5f, h}, {-1, 0}, {-0.5f, -h}, {0.5f, -h}};
        for (int ring = 0; ring < kRings; ++ring) {
            for (int place = 0; place < kRing; ++place) {
                const float t = static_cast<float>(ring) / (kRings - 1);
                const int vertex = ringVertex(index, ring, place);
                data_.templateVertices.row(vertex) =
                    (start + t * along + tube.radius * (circle[place][0] * u + circle[place][1] * v)).transpose();
                data_.textureCoordinates.row(vertex) << static_cast<float>(place) / kRing, t;
            }
        }
        for (int end = 0; end < 2; ++end) {
            const float beyond = end == 0 ? -0.5f * tube.radius : along.norm() + 0.5f * tube.radius;
            data_.templateVertices.row(capVertex(index, end)) = (start + beyond * axis).transpose();
            data_.textureCoordinates.row(capVertex(index, end)) << 0.5f, static_cast<float>(end);
        }
        for (int vertex = 0; vertex < kTubeVertices; ++vertex) {
            data_.mirrorVertices[index * kTubeVertices + vertex] =
                tube.mirror * kTubeVertices + (tube.mirror == index ? mirroredPlace(vertex) : vertex);
        }
        connectTube(index);
    }

    static int mirroredPlace(int vertex) {
        if (vertex >= kRing * kRings) return vertex;
        return vertex / kRing * kRing + (kRing + kRing / 2 - vertex % kRing) % kRing;
    }

    void connectTube(int index) {
        int row = index * kTubeTriangles;
        const auto add = [&](int a, int b, int c) { data_.triangles.row(row++) << a, b, c; };
        for (int place = 0; place < kRing; ++place) {
            const int next = (place + 1) % kRing;
            for (int ring = 0; ring + 1 < kRings; ++ring) {
                const int a = ringVertex(index, ring, place), b = ringVertex(index, ring, next);
                add(a, a + kRing, b);
                add(b, a + kRing, b + kRing);
            }
            add(capVertex(index, 0), ringVertex(index, 0, place), ringVertex(index, 0, next));
            add(capVertex(index, 1), ringVertex(index, kRings - 1, next), ringVertex(index, kRings - 1, place));
        }
    }

    void mirrorTube(int index) {
        const int source = tubes_[index].mirror;
        for (int i = 0; i < kTubeVertices; ++i) {
            const int vertex = index * kTubeVertices + i, from = source * kTubeVertices + i;
            data_.templateVertices.row(vertex) = data_.templateVertices.row(from);
            data_.templateVertices(vertex, 0) *= -1;
            data_.textureCoordinates.row(vertex) = data_.textureCoordinates.row(from);
            data_.mirrorVertices[vertex] = from;
        }
        for (int i = 0; i < kTubeTriangles; ++i) {
            const auto from = data_.triangles.row(source * kTubeTriangles + i);
            const int shift = (index - source) * kTubeVertices;
            data_.triangles.row(index * kTubeTriangles + i) << from[0] + shift, from[2] + shift, from[1] + shift;
        }
    }

    void weighTube(int index, std::vector<Eigen::Triplet<float>>& weights) {
        const Tube& tube = tubes_[index];
        for (int i = 0; i < kTubeVertices; ++i) {
            const int vertex = index * kTubeVertices + i;
            const bool isAtEnd = i == kTubeVertices - 1 || (i >= kRing * (kRings - 1) && i < kRing * kRings);
            const float ofEnd = tube.end >= 0 && isAtEnd ? 0.5f : 0.f;
            weights.emplace_back(vertex, tube.parent, 1 - ofEnd);
            if (ofEnd > 0) weights.emplace_back(vertex, tube.end, ofEnd);
        }
    }

    void makeRegressors() {
        const int numVertices = static_cast<int>(data_.templateVertices.rows());
        std::vector<Eigen::Triplet<float>> joints, cocoPlus;
        const auto addRing = [](auto& entries, int row, int tube, int ring) {
            for (int place = 0; place < kRing; ++place) entries.emplace_back(row, ringVertex(tube, ring, place), 1.f / kRing);
        };
        addRing(joints, 0, 2, 0);  // the trunk's first tube begins at the pelvis
        for (int joint = 1; joint < kNumSmplJoints; ++joint) addRing(joints, joint, joint - 1, kRings - 1);
        const int jointOfCocoPlus[13] = {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20, 12};
        for (int row = 0; row < 13; ++row) addRing(cocoPlus, row, jointOfCocoPlus[row] - 1, kRings - 1);
        // On the head's tube places 1 and 2 are in front (left and right), 0 and 3 at the sides.
        cocoPlus.emplace_back(13, capVertex(23, 1), 1.f);
        for (const int place : {1, 2}) cocoPlus.emplace_back(14, ringVertex(23, 0, place), 0.5f);
        const int placeOf[4] = {1, 2, 0, 3};
        for (int i = 0; i < 4; ++i) cocoPlus.emplace_back(15 + i, ringVertex(23, 1, placeOf[i]), 1.f);
        data_.jointRegressor.resize(kNumSmplJoints, numVertices);
        data_.jointRegressor.setFromTriplets(joints.begin(), joints.end());
        data_.cocoPlusRegressor.resize(kNumCocoPlusJoints, numVertices);
        data_.cocoPlusRegressor.setFromTriplets(cocoPlus.begin(), cocoPlus.end());
    }

    void makeShapeDirections() {
        data_.shapeDirections.resize(data_.templateVertices.size(), kNumBetas);
        for (int vertex = 0; vertex < data_.templateVertices.rows(); ++vertex) {
            const float x = data_.templateVertices(vertex, 0), y = data_.templateVertices(vertex, 1),
                        z = data_.templateVertices(vertex, 2);
            data_.shapeDirections.block<3, 1>(3 * vertex, 0) = 0.04f * Eigen::Vector3f(x, y, z);
            for (int beta = 1; beta < kNumBetas; ++beta) {
                const float k = static_cast<float>(beta);
                // Odd in x for the x part and even for the others keeps the body symmetric.
                data_.shapeDirections.block<3, 1>(3 * vertex, beta) =
                    0.02f / k * Eigen::Vector3f(x * std::cos(k * y), std::sin(k * y + std::abs(x)), std::cos(2 * k * y) * (z + 0.3f));
            }
        }
    }

    void makePoseDirections() {
        const int numFeatures = 9 * (kNumSmplJoints - 1);
        std::mt19937 generator(7);
        std::uniform_real_distribution<float> uniform(-0.004f, 0.004f);
        Eigen::MatrixXf any(data_.templateVertices.size(), numFeatures);
        for (float& value : any.reshaped()) value = uniform(generator);
        data_.poseDirections.resize(any.rows(), any.cols());
        const auto sign = [](int axis) { return axis == 0 ? -1.f : 1.f; };
        for (int row = 0; row < any.rows(); ++row) {
            for (int feature = 0; feature < numFeatures; ++feature) {
                const int joint = feature / 9 + 1, axes = feature % 9;
                const int mirrorRow = 3 * static_cast<int>(data_.mirrorVertices[row / 3]) + row % 3;
                const int mirrorFeature = 9 * (kSmplFlip[joint] - 1) + axes;
                const float signs = sign(row % 3) * sign(axes / 3) * sign(axes % 3);
                data_.poseDirections(row, feature) = 0.5f * (any(row, feature) + signs * any(mirrorRow, mirrorFeature));
            }
        }
    }

    void nameThings() {
        data_.modelId = "small-test-body";
        data_.contentHash = "0123456789abcdef";
        data_.jointNames.assign(kSmplJointNames.begin(), kSmplJointNames.end());
        for (int beta = 0; beta < kNumBetas; ++beta) data_.betaNames.push_back("shape " + std::to_string(beta));
        const std::uint8_t part6OfJoint[kNumSmplJoints] = {2, 6, 5, 2, 6, 5, 2, 6, 5, 2, 6, 5, 2, 2, 2, 1, 4, 3, 4, 3, 4, 3, 4, 3};
        for (const Tube& tube : tubes_) {
            data_.partLabels24.insert(data_.partLabels24.end(), kTubeVertices, static_cast<std::uint8_t>(tube.parent));
            data_.partLabels6.insert(data_.partLabels6.end(), kTubeVertices, part6OfJoint[tube.parent]);
        }
        data_.landmarks["head_top"] = {static_cast<std::uint32_t>(capVertex(23, 1))};
        data_.landmarks["nose"] = {static_cast<std::uint32_t>(ringVertex(23, 0, 1)),
                                   static_cast<std::uint32_t>(ringVertex(23, 0, 2))};
    }

    BodyModelData data_;
    Eigen::Vector3f joints_[kNumSmplJoints];
    Tube tubes_[kNumTubes];
};

}  // namespace hmr::test
