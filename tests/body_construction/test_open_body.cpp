// SPDX-License-Identifier: MIT
#include <Eigen/Geometry>
#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <numbers>
#include <numeric>
#include <random>
#include <set>

#include "body/posing.h"
#include "body/skeleton.h"
#include "formats/body_file.h"
#include "formats/npz.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

using Edge = std::pair<std::uint32_t, std::uint32_t>;

const std::shared_ptr<const BodyModel>& shipped(const std::string& name) {
    static std::map<std::string, std::shared_ptr<const BodyModel>> bodies;
    auto& body = bodies[name];
    if (!body) body = loadBodyModel(std::string(HMR_RESOURCE_DIR "/body/") + name + ".npz");
    return body;
}

double volumeOf(const Points3f& vertices, const Triangles& triangles) {
    double sum = 0;
    for (Eigen::Index t = 0; t < triangles.rows(); ++t) {
        const Eigen::Vector3d a = vertices.row(triangles(t, 0)).cast<double>(),
                              b = vertices.row(triangles(t, 1)).cast<double>(),
                              c = vertices.row(triangles(t, 2)).cast<double>();
        sum += a.dot(b.cross(c)) / 6;
    }
    return sum;
}

double statureOf(const Points3f& vertices) {
    return vertices.col(1).maxCoeff() - vertices.col(1).minCoeff();
}

BodyParameters randomParameters(std::mt19937& generator, double poseSpread) {
    std::normal_distribution<double> normal;
    BodyParameters parameters;
    for (double& value : parameters.pose.reshaped()) value = poseSpread * normal(generator);
    for (double& value : parameters.betas) value = normal(generator);
    return parameters;
}

BodyParameters squatting() {
    constexpr double kDegree = std::numbers::pi / 180;
    BodyParameters parameters;
    for (const int side : {0, 1}) {
        parameters.pose.row(1 + side) << -110, 0, side == 0 ? 15 : -15;
        parameters.pose.row(4 + side) << 125, 0, 0;
        parameters.pose.row(7 + side) << -20, 0, 0;
    }
    parameters.pose.row(3) << 20, 0, 0;
    parameters.pose *= kDegree;
    return parameters;
}

/// How many connected patches the vertices of one label form.
int patchesOf(const std::vector<std::uint8_t>& labels, int label, const Triangles& triangles) {
    std::vector<std::uint32_t> root(labels.size());
    for (std::uint32_t v = 0; v < root.size(); ++v) root[v] = v;
    const auto find = [&](std::uint32_t v) {
        while (root[v] != v) v = root[v] = root[root[v]];
        return v;
    };
    for (Eigen::Index t = 0; t < triangles.rows(); ++t)
        for (int k = 0; k < 3; ++k) {
            const auto a = triangles(t, k), b = triangles(t, (k + 1) % 3);
            if (labels[a] == label && labels[b] == label) root[find(a)] = find(b);
        }
    std::set<std::uint32_t> patches;
    for (std::uint32_t v = 0; v < root.size(); ++v)
        if (labels[v] == label) patches.insert(find(v));
    return static_cast<int>(patches.size());
}

double distanceToTriangle(const Eigen::Vector3d& p, const Eigen::Vector3d& a, const Eigen::Vector3d& b,
                          const Eigen::Vector3d& c) {
    const auto toSegment = [&](const Eigen::Vector3d& from, const Eigen::Vector3d& to) {
        const Eigen::Vector3d along = to - from;
        return (p - from - std::clamp((p - from).dot(along) / along.squaredNorm(), 0.0, 1.0) * along).norm();
    };
    const Eigen::Vector3d normal = (b - a).cross(c - a);
    const bool isInside = normal.dot((b - a).cross(p - a)) >= 0 && normal.dot((c - b).cross(p - b)) >= 0 &&
                          normal.dot((a - c).cross(p - c)) >= 0;
    if (isInside) return std::abs((p - a).dot(normal)) / normal.norm();
    return std::min({toSegment(a, b), toSegment(b, c), toSegment(c, a)});
}

}  // namespace

/// The laws that the shipped bodies obey; the assets they were made from are not needed.
class TestOpenBody : public QObject {
    Q_OBJECT

    static void addBothBodies() {
        QTest::addColumn<QString>("name");
        QTest::newRow("master") << "openbody";
        QTest::newRow("coarse") << "openbody-lod";
    }
    static std::shared_ptr<const BodyModel> body() {
        const QString name = *static_cast<QString*>(QTest::qData("name", qMetaTypeId<QString>()));
        return shipped(name.toStdString());
    }

private Q_SLOTS:
    void hasItsSizes() {
        QCOMPARE(shipped("openbody")->numVertices(), 13380);
        QCOMPARE(shipped("openbody")->triangles().rows(), 26756);
        QCOMPARE(shipped("openbody-lod")->numVertices(), 6890);
        QCOMPARE(shipped("openbody-lod")->triangles().rows(), 13776);
        QCOMPARE(shipped("openbody")->data().modelId, std::string("openbody-1.0"));
        QCOMPARE(shipped("openbody-lod")->data().modelId, std::string("openbody-lod-1.0"));
        for (const char* name : {"openbody", "openbody-lod"})
            QVERIFY(std::filesystem::file_size(std::string(HMR_RESOURCE_DIR "/body/") + name + ".npz") < 6'000'000);
    }

    void isClosedAndOfGenusZero_data() { addBothBodies(); }
    void isClosedAndOfGenusZero() {
        const auto model = body();
        std::set<Edge> directed;
        for (Eigen::Index t = 0; t < model->triangles().rows(); ++t)
            for (int k = 0; k < 3; ++k)
                QVERIFY2(directed.emplace(model->triangles()(t, k), model->triangles()(t, (k + 1) % 3)).second,
                         "an edge is walked twice");
        for (const auto& [a, b] : directed) QVERIFY2(directed.contains({b, a}), "an edge has a face on one side only");
        const auto numEdges = static_cast<Eigen::Index>(directed.size() / 2);
        QCOMPARE(model->numVertices() - numEdges + model->triangles().rows(), Eigen::Index{2});
        const std::vector<std::uint8_t> all(static_cast<std::size_t>(model->numVertices()), 1);
        QCOMPARE(patchesOf(all, 1, model->triangles()), 1);
        QVERIFY2(volumeOf(model->data().templateVertices, model->triangles()) > 0.06, "the faces look inwards");
    }

    void isExactlySymmetric_data() { addBothBodies(); }
    void isExactlySymmetric() {
        const BodyModelData& data = body()->data();
        const auto& mirror = data.mirrorVertices;
        for (std::uint32_t v = 0; v < mirror.size(); ++v) {
            QCOMPARE(mirror[mirror[v]], v);
            for (int c = 0; c < 3; ++c) {
                const float sign = c == 0 ? -1.0f : 1.0f;
                QVERIFY(data.templateVertices(v, c) == sign * data.templateVertices(mirror[v], c));
                const auto row = 3 * static_cast<Eigen::Index>(v) + c,
                           other = 3 * static_cast<Eigen::Index>(mirror[v]) + c;
                QVERIFY(data.shapeDirections.row(row) == sign * data.shapeDirections.row(other));
                for (int f = 0; f < data.poseDirections.cols(); ++f) {
                    const int joint = kSmplFlip[f / 9 + 1], a = f / 3 % 3, b = f % 3;
                    const float featureSign = ((a == 0) != (b == 0) ? -1.0f : 1.0f) * sign;
                    QVERIFY(data.poseDirections(row, f) ==
                            featureSign * data.poseDirections(other, 9 * (joint - 1) + 3 * a + b));
                }
            }
            for (int j = 0; j < kNumSmplJoints; ++j) {
                QVERIFY(data.skinWeights.coeff(v, j) == data.skinWeights.coeff(mirror[v], kSmplFlip[j]));
                QVERIFY(data.jointRegressor.coeff(j, v) == data.jointRegressor.coeff(kSmplFlip[j], mirror[v]));
            }
            for (int c = 0; c < kNumCocoPlusJoints; ++c)
                QVERIFY(data.cocoPlusRegressor.coeff(c, v) ==
                        data.cocoPlusRegressor.coeff(kCocoPlusFlip[c], mirror[v]));
            QCOMPARE(int{data.partLabels24[mirror[v]]}, kSmplFlip[data.partLabels24[v]]);
        }
        std::set<std::array<std::uint32_t, 3>> faces;
        const auto rotated = [](std::array<std::uint32_t, 3> face) {
            std::rotate(face.begin(), std::min_element(face.begin(), face.end()), face.end());
            return face;
        };
        for (const auto& face : data.triangles.rowwise()) faces.insert(rotated({face[0], face[1], face[2]}));
        for (const auto& face : data.triangles.rowwise())
            QVERIFY(faces.contains(rotated({mirror[face[0]], mirror[face[2]], mirror[face[1]]})));
    }

    void hasTheTreeAndWeightsOfSmpl_data() { addBothBodies(); }
    void hasTheTreeAndWeightsOfSmpl() {
        const BodyModelData& data = body()->data();
        QVERIFY(std::equal(data.parents.begin(), data.parents.end(), kSmplParents.begin(), kSmplParents.end()));
        for (Eigen::Index v = 0; v < data.skinWeights.rows(); ++v) {
            QCOMPARE(data.skinWeights.row(v).sum(), 1.0f);
            QVERIFY(data.skinWeights.row(v).nonZeros() <= 6);
        }
        for (int j = 0; j < kNumSmplJoints; ++j) QCOMPARE(data.jointRegressor.row(j).sum(), 1.0f);
        for (int c = 0; c < kNumCocoPlusJoints; ++c) QCOMPARE(data.cocoPlusRegressor.row(c).sum(), 1.0f);
        QVERIFY(Eigen::Map<const Eigen::ArrayXf>(data.skinWeights.valuePtr(), data.skinWeights.nonZeros()).minCoeff() >
                0);
        QVERIFY(Eigen::Map<const Eigen::ArrayXf>(data.jointRegressor.valuePtr(), data.jointRegressor.nonZeros())
                    .minCoeff() > 0);
    }

    void standsInTheTPose_data() { addBothBodies(); }
    void standsInTheTPose() {
        const auto model = body();
        const PosedBody posed = poseBody(*model, BodyParameters{});
        QVERIFY((posed.vertices - model->data().templateVertices).cwiseAbs().maxCoeff() < 1e-6f);
        const Points3d& joints = model->templateJoints();
        QVERIFY2(joints.row(0).norm() < 0.002, "the pelvis is not at the origin");
        for (const int left : {18, 20, 22}) {
            QVERIFY2(joints(left, 0) > joints(left - 2, 0), "left is not toward +x");
            QVERIFY2(std::abs(joints(left, 1) - joints(16, 1)) < 0.005, "an arm is not level");
        }
        QVERIFY2(joints(10, 2) > joints(7, 2) + 0.1, "the feet do not point toward +z");
        QVERIFY2(joints(15, 1) > joints(0, 1) + 0.5 && joints(7, 1) < joints(0, 1) - 0.7, "up is not +y");
    }

    void variesLikeAdults_data() { addBothBodies(); }
    void variesLikeAdults() {
        const auto model = body();
        const auto shaped = [&](int k, double beta) {
            Eigen::VectorXd betas = Eigen::VectorXd::Zero(kNumBetas);
            betas[k] = beta;
            return shapeBody(*model, betas);
        };
        const double rest = volumeOf(model->data().templateVertices, model->triangles());
        QVERIFY(std::abs(statureOf(model->data().templateVertices) - 1.69) < 0.02 && std::abs(rest - 0.0745) < 0.002);
        QVERIFY(std::abs(statureOf(shaped(0, -2)) - 1.495) < 0.03 && std::abs(statureOf(shaped(0, 2)) - 1.89) < 0.03);
        QVERIFY(volumeOf(shaped(1, -2), model->triangles()) < 0.055 &&
                volumeOf(shaped(1, 2), model->triangles()) > 0.095);
        for (int k = 1; k < kNumBetas; ++k) {
            const double less = volumeOf(shaped(k, -2), model->triangles()),
                         more = volumeOf(shaped(k, 2), model->triangles());
            QVERIFY2(more > less, "a shape direction loses volume");
            QVERIFY(less > 0.045 && more < 0.11);
            QVERIFY(std::abs(statureOf(shaped(k, 2)) - 1.69) < 0.03);
        }
        QCOMPARE(model->data().betaNames.size(), std::size_t{kNumBetas});
    }

    void keepsItsVolumeInASquat_data() { addBothBodies(); }
    void keepsItsVolumeInASquat() {
        const auto model = body();
        BodyModelData plain = model->data();
        plain.poseDirections.setZero();
        const double rest = volumeOf(model->data().templateVertices, model->triangles());
        const double squat = volumeOf(poseBody(*model, squatting()).vertices, model->triangles());
        const double plainSquat = volumeOf(poseBody(BodyModel(plain), squatting()).vertices, model->triangles());
        QVERIFY2(plainSquat < 0.93 * rest, "linear blending alone should collapse");
        QVERIFY2(squat > 0.95 * rest && squat < 1.01 * rest, qPrintable(QString("%1 of %2").arg(squat).arg(rest)));
    }

    void mirroredPosesGiveMirroredBodies_data() { addBothBodies(); }
    void mirroredPosesGiveMirroredBodies() {
        const auto model = body();
        std::mt19937 generator(3);
        const BodyParameters parameters = randomParameters(generator, 0.3);
        const PosedBody posed = poseBody(*model, parameters), other = poseBody(*model, mirrored(parameters));
        for (int v = 0; v < model->numVertices(); ++v) {
            Eigen::RowVector3f expected = posed.vertices.row(model->data().mirrorVertices[v]);
            expected.x() = -expected.x();
            QVERIFY((other.vertices.row(v) - expected).cwiseAbs().maxCoeff() < 2e-6f);
        }
    }

    void cocoPlusJointsFollowThePose_data() { addBothBodies(); }
    void cocoPlusJointsFollowThePose() {
        const auto model = body();
        constexpr int kLimbs[12] = {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20};
        std::mt19937 generator(11);
        double sum = 0;
        for (int n = 0; n < 30; ++n) {
            const PosedBody posed = poseBody(*model, randomParameters(generator, 0.25));
            const Points3d points = cocoPlusJoints(*model, posed.vertices);
            for (int c = 0; c < 12; ++c) {
                const double distance = (points.row(c) - posed.joints.row(kLimbs[c])).norm();
                QVERIFY2(distance < 0.035, qPrintable(QString("%1: %2 m").arg(c).arg(distance)));
                sum += distance / (30 * 12);
            }
        }
        QVERIFY2(sum < 0.004, qPrintable(QString::number(sum)));
        const Points3d rest = cocoPlusJoints(*model, model->data().templateVertices);
        QVERIFY(rest(13, 1) > rest(14, 1) && rest(14, 1) > rest(12, 1) &&
                rest(12, 1) > rest(8, 1));  // head top, nose, neck, shoulder
        QVERIFY(rest(15, 0) > 0.02 && rest(17, 0) > 0.06 && rest(14, 2) > rest(17, 2) + 0.1);  // left eye, left ear
    }

    void partsAreConnected_data() { addBothBodies(); }
    void partsAreConnected() {
        const auto model = body();
        const BodyModelData& data = model->data();
        for (int part = 0; part < 24; ++part)  // the collars part the upper spine into chest and back
            QCOMPARE(patchesOf(data.partLabels24, part, data.triangles), part == 9 ? 2 : 1);
        for (int part = 0; part < 14; ++part) QCOMPARE(patchesOf(data.partLabels14, part, data.triangles), 1);
        for (int part = 1; part <= 6; ++part) QCOMPARE(patchesOf(data.partLabels6, part, data.triangles), 1);
        QCOMPARE(int{*std::min_element(data.partLabels6.begin(), data.partLabels6.end())}, 1);
        QCOMPARE(int{*std::max_element(data.partLabels6.begin(), data.partLabels6.end())}, 6);
        QCOMPARE(int{*std::max_element(data.partLabels14.begin(), data.partLabels14.end())}, 13);
    }

    void landmarksLieWhereTheirNamesSay_data() { addBothBodies(); }
    void landmarksLieWhereTheirNamesSay() {
        const BodyModelData& data = body()->data();
        const auto at = [&](const char* name) {
            Eigen::Vector3f sum = Eigen::Vector3f::Zero();
            for (const auto v : data.landmarks.at(name)) sum += data.templateVertices.row(v).transpose();
            return Eigen::Vector3f(sum / static_cast<float>(data.landmarks.at(name).size()));
        };
        QVERIFY(at("head_top").y() > data.templateVertices.col(1).maxCoeff() - 0.002f);
        QVERIFY(at("left_fingertip").x() == data.templateVertices.col(0).maxCoeff());
        QVERIFY(at("left_heel").y() < -0.85f && at("left_heel").z() < at("left_big_toe").z() - 0.2f);
        QVERIFY(at("left_small_toe").x() > at("left_big_toe").x() + 0.04f);
        QVERIFY(at("crotch").y() < -0.08f && at("crotch").y() > -0.14f);
        QVERIFY(at("chin").y() < at("nose").y() && at("nose").y() < at("left_eye").y());
        QVERIFY(at("right_eye").x() == -at("left_eye").x() && at("right_ear").x() == -at("left_ear").x());
    }

    void textureMatchesTheFaces_data() { addBothBodies(); }
    void textureMatchesTheFaces() {
        const BodyModelData& data = body()->data();
        QCOMPARE(data.textureTriangles.rows(), data.triangles.rows());
        QVERIFY(data.textureCoordinates.minCoeff() >= 0 && data.textureCoordinates.maxCoeff() <= 1);
        double largest = 0;
        for (Eigen::Index t = 0; t < data.textureTriangles.rows(); ++t)
            for (int k = 0; k < 3; ++k)
                largest = std::max<double>(largest, (data.textureCoordinates.row(data.textureTriangles(t, k)) -
                                                     data.textureCoordinates.row(data.textureTriangles(t, (k + 1) % 3)))
                                                        .norm());
        QVERIFY2(largest < 0.1, "a face stretches over a seam of the texture");
    }

    void coarseBodyIsAPartOfTheMaster() {
        const auto master = shipped("openbody"), coarse = shipped("openbody-lod");
        std::mt19937 generator(17);
        for (int n = 0; n < 5; ++n) {
            const BodyParameters parameters = randomParameters(generator, 0.25);
            const PosedBody fine = poseBody(*master, parameters), rough = poseBody(*coarse, parameters);
            QVERIFY((fine.joints - rough.joints).rowwise().norm().maxCoeff() < 0.002);
            QVERIFY((cocoPlusJoints(*master, fine.vertices) - cocoPlusJoints(*coarse, rough.vertices))
                        .rowwise()
                        .norm()
                        .maxCoeff() < 0.004);
        }
        std::map<std::array<float, 3>, int> places;
        for (const auto& point : master->data().templateVertices.rowwise()) places[{point[0], point[1], point[2]}] = 1;
        for (const auto& point : coarse->data().templateVertices.rowwise())
            QVERIFY(places.contains({point[0], point[1], point[2]}));
    }

    void coarseSurfaceIsNearTheMasters() {
        const auto master = shipped("openbody"), coarse = shipped("openbody-lod");
        for (const double weight : {-2.0, 0.0, 2.0}) {
            Eigen::VectorXd betas = Eigen::VectorXd::Zero(kNumBetas);
            betas[1] = weight;
            const Points3d fine = shapeBody(*master, betas).cast<double>(),
                           rough = shapeBody(*coarse, betas).cast<double>();
            std::vector<double> distances;
            for (int v = 0; v < master->numVertices(); v += 9) {
                double nearest = 1;
                const Eigen::Vector3d p = fine.row(v);
                for (const auto& face : coarse->triangles().rowwise()) {
                    if (std::abs(rough(face[0], 1) - p.y()) > 0.06) continue;
                    nearest = std::min(
                        nearest, distanceToTriangle(p, rough.row(face[0]), rough.row(face[1]), rough.row(face[2])));
                }
                distances.push_back(nearest);
            }
            std::sort(distances.begin(), distances.end());
            const double mean =
                std::accumulate(distances.begin(), distances.end(), 0.0) / static_cast<double>(distances.size());
            const QString found = QString("mean %1, 99 %2, max %3 mm")
                                      .arg(1000 * mean)
                                      .arg(1000 * distances[distances.size() * 99 / 100])
                                      .arg(1000 * distances.back());
            qInfo("%s", qPrintable(found));
            QVERIFY2(mean < 0.0006 && distances[distances.size() * 99 / 100] < 0.004, qPrintable(found));
        }
    }

    // 400 adults that the components were not learnt from, at 128 vertices (hmr body build --laws). Betas are fitted to those alone,
    // which brings them nearer than the 2.1 mm of docs/body.md.
    void unseenBodiesAreReconstructed() {
        const BodyModelData& data = shipped("openbody")->data();
        const NpzArrays laws = readNpz(HMR_TEST_DATA "/body_construction/laws.npz");
        const auto ids = laws.at("shape_vertices").as<std::uint32_t>();
        const auto offsets = laws.at("shape_offsets").as<double>();
        const std::size_t numBodies = laws.at("shape_offsets").shape[0];
        QCOMPARE(numBodies, std::size_t{400});
        const auto size = static_cast<Eigen::Index>(3 * ids.size());
        Eigen::MatrixXd directions(size, kNumBetas);
        for (std::size_t k = 0; k < ids.size(); ++k)
            directions.middleRows<3>(static_cast<Eigen::Index>(3 * k)) = data.shapeDirections.middleRows<3>(3 * static_cast<Eigen::Index>(ids[k])).cast<double>();
        const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> solver(directions);
        double sum = 0;
        for (std::size_t n = 0; n < numBodies; ++n) {
            const Eigen::VectorXd truth = Eigen::Map<const Eigen::VectorXd>(&offsets[n * ids.size() * 3], size) / (1 << 15);
            const Eigen::VectorXd missed = directions * solver.solve(truth) - truth;
            sum += missed.reshaped(3, size / 3).colwise().norm().mean();
        }
        const double mean = 1000 * sum / static_cast<double>(numBodies);
        qInfo("mean error %.2f mm", mean);
        QVERIFY2(mean > 1 && mean < 2.5, qPrintable(QString("%1 mm").arg(mean)));
    }

    // 48 poses that the blend shapes were not learnt from, at 128 vertices that several joints move.
    void poseBlendShapesBringTheTargetSkinningNear() {
        const auto model = shipped("openbody");
        BodyModelData plainData = model->data();
        plainData.poseDirections.setZero();
        const BodyModel plain(std::move(plainData));
        const NpzArrays laws = readNpz(HMR_TEST_DATA "/body_construction/laws.npz");
        const auto ids = laws.at("pose_vertices").as<std::uint32_t>();
        const auto poses = laws.at("poses").as<double>(), posed = laws.at("posed").as<double>();
        double before = 0, after = 0;
        const std::size_t numPoses = laws.at("poses").shape[0];
        for (std::size_t n = 0; n < numPoses; ++n) {
            BodyParameters parameters;
            parameters.pose = Eigen::Map<const Points3d>(&poses[n * 72], kNumSmplJoints, 3);
            const Points3f linear = poseBody(plain, parameters).vertices, corrected = poseBody(*model, parameters).vertices;
            for (std::size_t k = 0; k < ids.size(); ++k) {
                const Eigen::RowVector3d target = Eigen::Map<const Eigen::RowVector3d>(&posed[3 * (n * ids.size() + k)]) / (1 << 14);
                before += (linear.row(ids[k]).cast<double>() - target).squaredNorm();
                after += (corrected.row(ids[k]).cast<double>() - target).squaredNorm();
            }
        }
        const double count = static_cast<double>(numPoses * ids.size()), rms = 1000 * std::sqrt(before / count), left = std::sqrt(after / before);
        qInfo("rms %.2f mm by linear blending, of which %.0f %% are left", rms, 100 * left);
        QVERIFY2(numPoses >= 40 && rms > 3 && left < 0.3, qPrintable(QString("%1 mm, %2 left").arg(rms).arg(left)));
    }

    void agreesWithSmplsEquationsInNumPy_data() { addBothBodies(); }
    void agreesWithSmplsEquationsInNumPy() {
        const auto model = body();
        const std::string name = model->numVertices() == 6890 ? "openbody-lod" : "openbody";
        const NpzArrays reference = readNpz(HMR_TEST_DATA "/body_construction/posed.npz");
        const auto betas = reference.at("betas").as<double>(), poses = reference.at("poses").as<double>();
        const auto ids = reference.at(name + "-ids").as<std::uint32_t>();
        const auto vertices = reference.at(name + "-vertices").as<double>(),
                   joints = reference.at(name + "-joints").as<double>();
        double largest = 0;
        for (std::size_t n = 0; n < reference.at("betas").shape[0]; ++n) {
            BodyParameters parameters;
            parameters.betas = Eigen::Map<const Eigen::VectorXd>(&betas[n * kNumBetas], kNumBetas);
            parameters.pose = Eigen::Map<const Points3d>(&poses[n * 72], kNumSmplJoints, 3);
            const PosedBody posed = poseBody(*model, parameters);
            for (std::size_t k = 0; k < ids.size(); ++k)
                largest = std::max(largest, (posed.vertices.row(ids[k]).cast<double>() -
                                             Eigen::Map<const Eigen::RowVector3d>(&vertices[3 * (n * ids.size() + k)]))
                                                .cwiseAbs()
                                                .maxCoeff());
            largest = std::max(
                largest,
                (posed.joints - Eigen::Map<const Points3d>(&joints[n * 72], kNumSmplJoints, 3)).cwiseAbs().maxCoeff());
        }
        QVERIFY2(largest < 1e-6, qPrintable(QString::number(largest)));
    }
};

HMR_TEST_CLASS(TestOpenBody, "test_open_body")
#include "test_open_body.moc"
