// SPDX-License-Identifier: MIT
#include <fstream>
#include <random>

#include "body/error.h"
#include "body/packed_pose_directions.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::SmallBody;

namespace {

BodyParameters randomParameters(int seed, double spread = 0.6) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    BodyParameters parameters;
    for (double& value : parameters.pose.reshaped()) value = spread * normal(generator);
    for (double& value : parameters.betas) value = normal(generator);
    parameters.translation << normal(generator), normal(generator), normal(generator);
    return parameters;
}

double largestDistance(const Points3f& a, const Points3f& b) {
    return (a - b).rowwise().norm().maxCoeff();
}

/// SMPL's equations in double precision with dense matrices, the plainest way to write them.
Points3d posedExactly(const BodyModelData& body, const BodyParameters& parameters) {
    const auto numJoints = static_cast<Eigen::Index>(body.parents.size());
    std::vector<Eigen::Matrix3d> rotations;
    Eigen::VectorXd feature(9 * (numJoints - 1));
    for (Eigen::Index joint = 0; joint < numJoints; ++joint) {
        rotations.push_back(rotationFromAxisAngle(parameters.pose.row(joint).transpose()));
        const Eigen::Matrix3d difference = (rotations.back() - Eigen::Matrix3d::Identity()).transpose();
        if (joint > 0) feature.segment<9>(9 * (joint - 1)) = difference.reshaped();
    }
    Points3d shaped = body.templateVertices.cast<double>();
    shaped.reshaped<Eigen::RowMajor>() += body.shapeDirections.cast<double>() * parameters.betas;
    const Points3d rest = Eigen::MatrixXd(body.jointRegressor.cast<double>()) * shaped;
    shaped.reshaped<Eigen::RowMajor>() += body.poseDirections.cast<double>() * feature;
    std::vector<Eigen::Affine3d> world;
    Points3d vertices = Points3d::Zero(shaped.rows(), 3);
    const Eigen::MatrixXd weights = Eigen::MatrixXd(body.skinWeights.cast<double>());
    for (Eigen::Index joint = 0; joint < numJoints; ++joint) {
        const int parent = body.parents[joint];
        const Eigen::Vector3d offset = (rest.row(joint) - (parent < 0 ? Eigen::RowVector3d::Zero().eval() : rest.row(parent).eval())).transpose();
        const Eigen::Affine3d local = Eigen::Translation3d(offset) * Eigen::Affine3d(rotations[joint]);
        world.push_back(parent < 0 ? local : world[parent] * local);
        const Eigen::Affine3d skinning = world[joint] * Eigen::Translation3d(-rest.row(joint).transpose());
        const Points3d moved = (skinning * shaped.transpose()).transpose();
        vertices += (moved.array().colwise() * weights.col(joint).array()).matrix();
    }
    return vertices.rowwise() + parameters.translation.transpose();
}

std::map<std::string, Eigen::MatrixXd> readArrays(const std::string& file) {
    std::map<std::string, Eigen::MatrixXd> arrays;
    std::ifstream in(file);
    std::string name;
    for (Eigen::Index rows, columns; in >> name >> rows >> columns;) {
        Eigen::MatrixXd array(rows, columns);
        for (double& value : array.reshaped<Eigen::RowMajor>()) in >> value;
        arrays[name] = array;
    }
    return arrays;
}

}  // namespace

class TestPosing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithTheNumpyReference() {
        auto arrays = readArrays(HMR_TEST_DATA "/body/smpl_reference.txt");
        BodyModelData data;
        data.templateVertices = arrays.at("v_template").cast<float>();
        data.shapeDirections = arrays.at("shapedirs").cast<float>();
        data.poseDirections = arrays.at("posedirs").cast<float>();
        data.jointRegressor = Eigen::MatrixXf(arrays.at("J_regressor").cast<float>()).sparseView();
        data.skinWeights = Eigen::MatrixXf(arrays.at("weights").cast<float>()).sparseView();
        data.parents.assign(kSmplParents.begin(), kSmplParents.end());
        data.triangles.resize(1, 3);
        data.triangles << 0, 1, 2;
        const BodyModel model(std::move(data));
        int cases = 0;
        for (; arrays.contains("pose" + std::to_string(cases)); ++cases) {
            const std::string number = std::to_string(cases);
            BodyParameters parameters;
            parameters.pose = arrays.at("pose" + number);
            parameters.betas = arrays.at("betas" + number).transpose();
            parameters.translation = arrays.at("translation" + number).transpose();
            const PosedBody posed = poseBody(model, parameters);
            const Points3d vertices = arrays.at("vertices" + number), joints = arrays.at("joints" + number);
            QVERIFY((posed.vertices.cast<double>() - vertices).rowwise().norm().maxCoeff() < 1e-6);
            QVERIFY((posed.joints - joints).rowwise().norm().maxCoeff() < 1e-7);
        }
        QCOMPARE(cases, 5);
    }

    void agreesWithDoublePrecision() {
        const auto model = SmallBody::model();
        for (int seed = 0; seed < 20; ++seed) {
            const BodyParameters parameters = randomParameters(seed, seed % 2 ? 0.3 : 1.5);
            const Points3d exact = posedExactly(model->data(), parameters);
            const PosedBody posed = poseBody(*model, parameters);
            QVERIFY((posed.vertices.cast<double>() - exact).rowwise().norm().maxCoeff() < 1e-6);
        }
    }

    void agreesWithDoublePrecisionWhereBlendShapesAreSparse_data() {
        QTest::addColumn<double>("share");
        for (const double share : {0.0, 0.03, 0.3, 0.9}) QTest::addRow("%g", share) << share;
    }
    void agreesWithDoublePrecisionWhereBlendShapesAreSparse() {
        QFETCH(double, share);
        BodyModelData data = SmallBody::data();
        std::mt19937 generator(5);
        std::bernoulli_distribution stays(share);
        for (Eigen::Index vertex = 0; vertex < data.templateVertices.rows(); ++vertex) {
            for (int joint = 1; joint < 24; ++joint) {
                if (!stays(generator)) data.poseDirections.block(3 * vertex, 9 * (joint - 1), 3, 9).setZero();
            }
        }
        const BodyModel model(data);
        BodyParameters parameters = randomParameters(9);
        parameters.pose.bottomRows(10).setZero();  // joints at rest take a shorter way
        const Points3d exact = posedExactly(data, parameters);
        QVERIFY((poseBody(model, parameters).vertices.cast<double>() - exact).rowwise().norm().maxCoeff() < 1e-6);
    }

    void packedDirectionsMultiplyAsTheMatrixDoes_data() {
        QTest::addColumn<int>("rows");
        for (const int rows : {3, 63, 64, 66, 1000 * 3}) QTest::addRow("%d rows", rows) << rows;
    }
    void packedDirectionsMultiplyAsTheMatrixDoes() {
        QFETCH(int, rows);
        std::srand(1);
        Eigen::MatrixXf directions = 0.02f * Eigen::MatrixXf::Random(rows, 207);
        directions.middleCols(90, 9).setZero();
        Eigen::VectorXf feature = Eigen::VectorXf::Random(207);
        feature.segment<9>(18).setZero();
        const PackedPoseDirections packed(directions);
        const Eigen::VectorXd exact = (directions.cast<double>() * feature.cast<double>()).array() + 0.5;
        std::vector<float> fast(static_cast<std::size_t>(rows), 0.5f), portable = fast;
        packed.addTo(fast, feature);
        packed.addToPortably(portable, feature);
        for (int row = 0; row < rows; ++row) {
            QVERIFY(std::abs(fast[row] - exact[row]) < 1e-6);
            QVERIFY(std::abs(portable[row] - exact[row]) < 1e-6);
        }
    }

    void zeroPoseIsTheShapedTemplate() {
        const auto model = SmallBody::model();
        BodyParameters parameters;
        parameters.betas << 1, -2, 0.5, 0, 0, 1, 0, 0, -1, 2;
        const PosedBody posed = poseBody(*model, parameters);
        QVERIFY(largestDistance(posed.vertices, shapeBody(*model, parameters.betas)) < 3e-7);
        QVERIFY((posed.joints - shapedJoints(*model, parameters.betas)).norm() < 1e-12);
        QCOMPARE(shapeBody(*model, Eigen::VectorXd()), model->data().templateVertices);
    }

    void shapedJointsAreRegressedFromTheShapedVertices() {
        const auto model = SmallBody::model();
        const Eigen::VectorXd betas = randomParameters(3).betas;
        const Points3d regressed = model->data().jointRegressor.cast<double>() * shapeBody(*model, betas).cast<double>();
        QVERIFY((regressed - shapedJoints(*model, betas)).rowwise().norm().maxCoeff() < 1e-6);
    }

    void theRootMovesTheBodyRigidly() {
        const auto model = SmallBody::model();
        BodyParameters parameters = randomParameters(4);
        parameters.pose.row(0).setZero();
        parameters.translation.setZero();
        const PosedBody still = poseBody(*model, parameters);
        const Eigen::Matrix3d turn = rotationFromAxisAngle({2, -0.7, 1});
        parameters.pose.row(0) = axisAngleFromRotation(turn).transpose();
        parameters.translation << 0.3, -0.2, 4;
        const PosedBody moved = poseBody(*model, parameters);
        const Eigen::RowVector3d pelvis = still.joints.row(0);
        const auto rigid = [&](const Points3d& points) -> Points3d {
            return ((points.rowwise() - pelvis) * turn.transpose()).rowwise() + (pelvis + parameters.translation.transpose());
        };
        QVERIFY((rigid(still.joints) - moved.joints).rowwise().norm().maxCoeff() < 1e-12);
        QVERIFY(largestDistance(rigid(still.vertices.cast<double>()).cast<float>(), moved.vertices) < 2e-6);
        QVERIFY((turn * still.jointRotations[20] - moved.jointRotations[20]).norm() < 1e-12);
    }

    void skinningIsLinearInTheWeights() {
        BodyModelData first = SmallBody::data(), second = first, blend = first;
        Eigen::MatrixXf other = Eigen::MatrixXf::Zero(first.skinWeights.rows(), 24);
        for (Eigen::Index vertex = 0; vertex < other.rows(); ++vertex) other(vertex, vertex * 7 % 24) = 1;
        second.skinWeights = other.sparseView();
        blend.skinWeights = 0.25f * first.skinWeights + 0.75f * second.skinWeights;
        const BodyParameters parameters = randomParameters(5);
        const Points3f expected = 0.25f * poseBody(BodyModel(first), parameters).vertices +
                                  0.75f * poseBody(BodyModel(second), parameters).vertices;
        QVERIFY(largestDistance(poseBody(BodyModel(blend), parameters).vertices, expected) < 2e-6);
    }

    void bonesKeepTheirLengths() {
        const auto model = SmallBody::model();
        const BodyParameters parameters = randomParameters(6, 1.5);
        const Points3d rest = shapedJoints(*model, parameters.betas);
        const Points3d posed = poseBody(*model, parameters).joints;
        for (int joint = 1; joint < 24; ++joint) {
            const int parent = kSmplParents[joint];
            QVERIFY(std::abs((posed.row(joint) - posed.row(parent)).norm() - (rest.row(joint) - rest.row(parent)).norm()) < 1e-12);
        }
    }

    void anElbowMovesOnlyWhatHangsOnIt() {
        BodyModelData data = SmallBody::data();
        data.poseDirections.setZero();
        const BodyModel model(data);
        BodyParameters parameters;
        parameters.pose.row(18) << 0, -1.5, 0;
        const Points3f moved = poseBody(model, parameters).vertices - data.templateVertices;
        for (Eigen::Index vertex = 0; vertex < moved.rows(); ++vertex) {
            const Eigen::RowVectorXf weights = data.skinWeights.row(vertex);
            if (weights[18] + weights[20] + weights[22] == 0) QVERIFY(moved.row(vertex).norm() < 1e-6f);
            if (weights[20] + weights[22] == 1) QVERIFY(moved.row(vertex).norm() > 0.2f);
        }
    }

    void mirroredParametersGiveTheMirrorImage() {
        const auto model = SmallBody::model();
        const BodyParameters parameters = randomParameters(8);
        const PosedBody posed = poseBody(*model, parameters), image = poseBody(*model, mirrored(parameters));
        Points3f expected = posed.vertices(model->data().mirrorVertices, Eigen::all);
        expected.col(0) *= -1;
        QVERIFY(largestDistance(image.vertices, expected) < 1e-6);
        Points3d joints = posed.joints(kSmplFlip, Eigen::all);
        joints.col(0) *= -1;
        QVERIFY((image.joints - joints).rowwise().norm().maxCoeff() < 1e-7);
        Points3d cocoPlus = cocoPlusJoints(*model, posed.vertices)(kCocoPlusFlip, Eigen::all);
        cocoPlus.col(0) *= -1;
        QVERIFY((cocoPlusJoints(*model, image.vertices) - cocoPlus).rowwise().norm().maxCoeff() < 1e-6);
        QCOMPARE(mirrored(mirrored(parameters)), parameters);
    }

    void keptMemoryDoesNotShowInTheAnswer() {
        const auto model = SmallBody::model();
        const BodyParameters first = randomParameters(10), second = randomParameters(11);
        PosedBody kept = poseBody(*model, first);
        poseBody(*model, second, kept);
        const PosedBody fresh = poseBody(*model, second);
        QCOMPARE(kept.vertices, fresh.vertices);
        QCOMPARE(kept.joints, fresh.joints);
    }

    void betasBeyondTheModelMustBeZero() {
        const auto model = SmallBody::model();
        BodyParameters parameters;
        parameters.betas = Eigen::VectorXd::Zero(300);
        parameters.betas[1] = 1;
        BodyParameters few;
        few.betas.resize(2);
        few.betas << 0, 1;
        QCOMPARE(poseBody(*model, parameters).vertices, poseBody(*model, few).vertices);
        parameters.betas[200] = 0.1;
        QVERIFY_EXCEPTION_THROWN(poseBody(*model, parameters), Error);
    }

    void aPoseOfAnotherSkeletonIsRefused() {
        BodyParameters parameters;
        parameters.pose = Points3d::Zero(55, 3);
        QVERIFY_EXCEPTION_THROWN(poseBody(*SmallBody::model(), parameters), Error);
        QVERIFY_EXCEPTION_THROWN(mirrored(parameters), Error);
    }

    void bodiesWithoutCocoPlusJointsSaySo() {
        BodyModelData data = SmallBody::data();
        data.cocoPlusRegressor.resize(0, 0);
        const BodyModel model(data);
        QVERIFY_EXCEPTION_THROWN(cocoPlusJoints(model, data.templateVertices), Error);
    }

    void normalsPointOutward() {
        const BodyModelData data = SmallBody::data();
        const Points3f normals = vertexNormals(data.templateVertices, data.triangles);
        const Eigen::VectorXf lengths = normals.rowwise().norm();
        QVERIFY((lengths.array() - 1).abs().maxCoeff() < 1e-5f);
        for (const char* side : {"nose", "head_top"}) {
            const auto vertex = data.landmarks.at(side)[0];
            const int axis = side[0] == 'n' ? 2 : 1;
            QVERIFY(normals(vertex, axis) > 0.5f);
        }
    }

    void normalsAreWeightedByArea() {
        Points3f vertices(5, 3);
        vertices << 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9, 9;
        Triangles triangles(2, 3);
        triangles << 0, 1, 2, 0, 2, 3;  // areas 1 (facing z) and 1/2 (facing x)
        const Points3f normals = vertexNormals(vertices, triangles);
        QVERIFY((normals.row(0) - Eigen::RowVector3f(1, 0, 2).normalized()).norm() < 1e-6f);
        QVERIFY((normals.row(1) - Eigen::RowVector3f(0, 0, 1)).norm() < 1e-6f);
        QVERIFY(normals.row(4).allFinite());
    }
};

HMR_TEST_CLASS(TestPosing, "test_posing")
#include "test_posing.moc"
