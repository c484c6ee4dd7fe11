// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <random>

#include "body/error.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "network/body_layer.h"
#include "network/formula_weights.h"
#include "network/gradient_check.h"
#include "network/rotation_encoding.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

BodyParameters randomParameters(unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    BodyParameters parameters;
    for (double& value : parameters.pose.reshaped()) value = 0.6 * normal(generator);
    for (double& value : parameters.betas) value = normal(generator);
    return parameters;
}

template <typename Matrix>
torch::Tensor tensorFrom(const Matrix& rows) {
    const Points3d points = rows.template cast<double>();
    return torch::from_blob(const_cast<double*>(points.data()), {points.rows(), 3}, torch::kFloat64).clone();
}

struct Batch {
    torch::Tensor rotations, betas;
};

Batch batchOf(const std::vector<BodyParameters>& bodies, torch::ScalarType precision) {
    std::vector<torch::Tensor> poses, betas;
    for (const auto& body : bodies) {
        poses.push_back(tensorFrom(body.pose));
        betas.push_back(torch::tensor(std::vector<double>(body.betas.begin(), body.betas.end()), torch::kFloat64));
    }
    return {rotationsFromAxisAngle(torch::stack(poses)).to(precision), torch::stack(betas).to(precision)};
}

}  // namespace

class TestBodyLayer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(5); }

    void agreesWithPosingOneBody_data() {
        QTest::addColumn<bool>("isDouble");
        QTest::newRow("float") << false;
        QTest::newRow("double") << true;
    }
    void agreesWithPosingOneBody() {
        QFETCH(bool, isDouble);
        const auto precision = isDouble ? torch::kFloat64 : torch::kFloat32;
        const auto model = SmallBody::model();
        const BodyLayer layer(*model, torch::kCPU, precision);
        std::vector<BodyParameters> bodies;
        for (unsigned seed = 0; seed < 4; ++seed) bodies.push_back(randomParameters(seed));
        const auto batch = batchOf(bodies, precision);
        const auto posed = layer.forward(batch.rotations, batch.betas);
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            const auto row = static_cast<std::int64_t>(i);
            const auto expected = poseBody(*model, bodies[i]);
            QVERIFY(largestDifference(posed.vertices[row], tensorFrom(expected.vertices)) < 1e-5);
            QVERIFY(largestDifference(posed.joints[row], tensorFrom(expected.joints)) < 1e-5);
            QVERIFY(largestDifference(posed.cocoPlus[row], tensorFrom(cocoPlusJoints(*model, expected.vertices))) < 1e-5);
        }
    }

    void contractsTheCocoPlusRegressorExactly() {
        const auto model = SmallBody::model();
        const BodyLayer layer(*model, torch::kCPU, torch::kFloat64);
        const auto batch = batchOf({randomParameters(11), randomParameters(12)}, torch::kFloat64);
        const auto vertices = layer.forward(batch.rotations, batch.betas).vertices;
        const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> dense =
            Eigen::MatrixXf(model->data().cocoPlusRegressor).cast<double>();
        const auto regressor =
            torch::from_blob(const_cast<double*>(dense.data()), {dense.rows(), dense.cols()}, torch::kFloat64);
        QVERIFY(largestDifference(layer.cocoPlus(batch.rotations, batch.betas), regressor.matmul(vertices)) < 1e-10);
    }

    void turnsWithItsRoot() {
        const BodyLayer layer(*SmallBody::model(), torch::kCPU, torch::kFloat64);
        const auto batch = batchOf({randomParameters(21)}, torch::kFloat64);
        const auto turn = rotationsFromAxisAngle(torch::tensor({0.4, -1.1, 0.3}, torch::kFloat64));
        auto turned = batch.rotations.clone();
        turned.select(1, 0).copy_(turn.matmul(batch.rotations.select(1, 0)));
        const auto before = layer.forward(batch.rotations, batch.betas), after = layer.forward(turned, batch.betas);
        const auto relative = [](const BodyLayer::Posed& posed) { return posed.vertices - posed.joints.narrow(1, 0, 1); };
        QVERIFY(largestDifference(relative(before).matmul(turn.t()), relative(after)) < 1e-10);
    }

    void takesMissingBetasAsZero() {
        const BodyLayer layer(*SmallBody::model(), torch::kCPU, torch::kFloat64);
        const auto batch = batchOf({randomParameters(31)}, torch::kFloat64);
        auto zeroed = batch.betas.clone();
        zeroed.narrow(1, 4, 6).zero_();
        const auto expected = layer.forward(batch.rotations, zeroed);
        const auto found = layer.forward(batch.rotations, batch.betas.narrow(1, 0, 4));
        QVERIFY(largestDifference(found.vertices, expected.vertices) < 1e-12);
    }

    void hasRightGradients() {
        const BodyLayer layer(*SmallBody::model(), torch::kCPU, torch::kFloat64);
        const auto batch = batchOf({randomParameters(41), randomParameters(42)}, torch::kFloat64);
        const auto weights = torch::randn({2, layer.numVertices(), 3}, torch::kFloat64);
        const auto jointWeights = torch::randn({2, 24, 3}, torch::kFloat64);
        const auto cocoPlusWeights = torch::randn({2, 19, 3}, torch::kFloat64);
        const std::vector inputs{batch.rotations, batch.betas};
        const auto ofAll = [&](const std::vector<torch::Tensor>& x) {
            const auto posed = layer.forward(x[0], x[1]);
            return (posed.vertices * weights).sum() + (posed.joints * jointWeights).sum();
        };
        const auto ofCocoPlus = [&](const std::vector<torch::Tensor>& x) {
            return (layer.cocoPlus(x[0], x[1]) * cocoPlusWeights).sum();
        };
        QVERIFY(gradientError(ofAll, inputs) < 1e-6);
        QVERIFY(gradientError(ofCocoPlus, inputs) < 1e-6);
    }

    void saysWhatABodyLacks() {
        auto data = SmallBody::data();
        data.cocoPlusRegressor.resize(0, 0);
        const BodyModel model(data);
        const BodyLayer layer(model);
        QVERIFY(!layer.hasCocoPlus());
        const auto rotations = torch::eye(3).expand({1, 24, 3, 3});
        const auto betas = torch::zeros({1, 10});
        QVERIFY(!layer.forward(rotations, betas).cocoPlus.defined());
        QVERIFY_EXCEPTION_THROWN(layer.cocoPlus(rotations, betas), Error);
    }
};

HMR_TEST_CLASS(TestBodyLayer, "test_body_layer")
#include "test_body_layer.moc"
