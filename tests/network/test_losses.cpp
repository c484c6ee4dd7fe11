// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include "body/error.h"
#include "network/discriminator.h"
#include "network/formula_weights.h"
#include "network/gradient_check.h"
#include "network/losses.h"
#include "network/modules.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

torch::Tensor numbers(torch::IntArrayRef shape) { return torch::randn(shape, torch::kFloat64); }

torch::Tensor indicators(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

bool isNear(const torch::Tensor& scalar, double expected) {
    return scalar.dim() == 0 && std::abs(scalar.item<double>() - expected) < 1e-9 * std::max(1.0, std::abs(expected));
}

}  // namespace

class TestLosses : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(9); }

    void projectsAsTheCameraSays() {
        const auto points = torch::tensor({{{0.5, -0.25, 9.0}, {0.0, 1.0, -3.0}}}, torch::kFloat64);
        const auto camera = torch::tensor({{0.8, 0.1, -0.2}}, torch::kFloat64);
        const auto expected = torch::tensor({{{0.8 * 0.6, 0.8 * -0.45}, {0.8 * 0.1, 0.8 * 0.8}}}, torch::kFloat64);
        QVERIFY(largestDifference(projectWeakPerspective(points, camera), expected) < 1e-12);
    }

    // Mean over the coordinates of what is visible, as TensorFlow's absolute_difference with weights.
    void reprojectionCountsVisibleKeypointsOnly() {
        const auto projected = torch::tensor({{{1.0, 2.0}, {0.0, 0.0}}, {{5.0, 5.0}, {7.0, 1.0}}}, torch::kFloat64);
        const auto keypoints =
            torch::tensor({{{1.5, 1.0, 1.0}, {9.0, 9.0, 0.0}}, {{4.0, 5.0, 1.0}, {0.0, 0.0, 0.0}}}, torch::kFloat64);
        QVERIFY(isNear(reprojectionLoss(projected, keypoints), (0.5 + 1 + 1 + 0) / 4));
    }

    void jointMapsAreBestWhereTheJointIs() {
        // a joint in the middle of cell (row 1, column 6) of 4x8; the second one is not visible, the third beyond the crop
        const auto keypoints = torch::tensor({{{0.625, -0.25, 1.0}, {0.0, 0.0, 0.0}, {1.4, 0.0, 1.0}}}, torch::kFloat64);
        const auto lossAt = [&](int row, int column) {
            auto logits = torch::zeros({1, 3, 4, 8}, torch::kFloat64);
            for (int joint = 0; joint < 3; ++joint) logits[0][joint][row][column] = 3;
            return jointMapLoss(logits, keypoints).item<double>();
        };
        for (int row = 0; row < 4; ++row)
            for (int column = 0; column < 8; ++column)
                if (row != 1 || column != 6) QVERIFY(lossAt(row, column) > lossAt(1, 6));
        auto logits = torch::randn({1, 3, 4, 8}, torch::kFloat64);
        const double before = jointMapLoss(logits, keypoints).item<double>();
        logits.narrow(1, 1, 2).add_(torch::randn({1, 2, 4, 8}, torch::kFloat64));
        QVERIFY(jointMapLoss(logits, keypoints).item<double>() == before);
    }

    // The likelihood is best when the claimed deviation is the error.
    void laplaceLossRewardsHonestDeviations() {
        const auto predicted = torch::full({1, 1, 2}, 0.25, torch::kFloat64), target = torch::zeros({1, 1, 2}, torch::kFloat64);
        const auto weights = torch::ones({1, 1}, torch::kFloat64);
        const auto lossOf = [&](double deviation) {
            return laplaceLoss(predicted, torch::full({1, 1}, std::log(deviation), torch::kFloat64), target, weights).item<double>();
        };
        QVERIFY(std::abs(lossOf(0.25) - (1 + std::log(0.25))) < 1e-12);
        QVERIFY(lossOf(0.2) > lossOf(0.25) && lossOf(0.3) > lossOf(0.25));
    }

    void joints3dAreComparedAboutTheirHips() {
        const auto target = numbers({3, 14, 3});
        auto known = indicators({1, 0, 1}).unsqueeze(1).repeat({1, 14});
        auto moved = target + numbers({3, 1, 3});
        QVERIFY(isNear(joints3dLoss(moved, target, known), 0));
        auto off = moved.clone();
        off[2][7][1] += 0.3;
        off[1] += 5 * numbers({14, 3});
        QVERIFY(isNear(joints3dLoss(off, target, known), 0.09 / (2 * 14 * 3) / 2));
        // joints that are not known take no share of the mean
        known[0].narrow(0, 4, 10).zero_();
        QVERIFY(isNear(joints3dLoss(off, target, known), 0.09 / ((4 + 14) * 3) / 2));
    }

    void parametersAreRotationsAndBetasTogether() {
        const auto rotations = numbers({2, 24, 3, 3}), betas = numbers({2, 10});
        auto targetRotations = rotations.clone(), targetBetas = betas.clone();
        targetRotations[0][5][1][2] += 2;
        targetBetas[0][3] += 1;
        const auto labelled = indicators({1, 1});
        QVERIFY(isNear(parametersLoss(rotations, betas, targetRotations, targetBetas, labelled), (4.0 + 1) / (2 * 226) / 2));
        QVERIFY(isNear(rotationsLoss(rotations, targetRotations, labelled), 4.0 / (2 * 216) / 2));
        QVERIFY(isNear(betasLoss(betas, targetBetas, indicators({1, 0})), 1.0 / 10 / 2));
    }

    void nothingLabelledCostsNothing() {
        auto projected = numbers({2, 19, 2}).requires_grad_();
        auto joints = numbers({2, 14, 3}).requires_grad_();
        const auto total = reprojectionLoss(projected, torch::zeros({2, 19, 3}, torch::kFloat64)) +
                           joints3dLoss(joints, numbers({2, 14, 3}), torch::zeros({2, 14}, torch::kFloat64));
        total.backward();
        QVERIFY(isNear(total.detach(), 0));
        QCOMPARE(projected.grad().abs().max().item<double>(), 0.0);
        QCOMPARE(joints.grad().abs().max().item<double>(), 0.0);
    }

    void adversarialLossesAreLeastSquares() {
        const auto fakes = torch::tensor({{0.0, 2.0}, {1.0, 1.0}}, torch::kFloat64);
        const auto reals = torch::tensor({{1.0, 0.5}}, torch::kFloat64);
        QVERIFY(isNear(encoderAdversarialLoss(fakes), (1 + 1 + 0 + 0) / 2.0));
        QVERIFY(isNear(discriminatorLoss(reals, fakes), 0.25 + (0 + 4 + 1 + 1) / 2.0));
    }

    void gradientsAgreeWithFiniteDifferences_data() {
        QTest::addColumn<int>("loss");
        const char* const names[] = {"reprojection", "joints3d", "parameters", "rotations", "betas",
                                     "shape", "scale", "encoder adversarial", "discriminator", "joint maps", "Laplace"};
        for (int i = 0; i < 11; ++i) QTest::newRow(names[i]) << i;
    }
    void gradientsAgreeWithFiniteDifferences() {
        QFETCH(int, loss);
        const auto labelled = indicators({1, 0, 1});
        auto keypoints = numbers({3, 19, 3});
        keypoints.select(2, 2).copy_(torch::randint(0, 2, {3, 19}));
        auto places = keypoints.clone();
        places.narrow(2, 0, 2).clamp_(-0.9, 0.9);
        const auto joints = numbers({3, 14, 3}), rotations = numbers({3, 24, 3, 3}), betas = numbers({3, 10});
        using Inputs = std::vector<torch::Tensor>;
        const std::pair<std::function<torch::Tensor(const Inputs&)>, Inputs> cases[] = {
            {[&](const Inputs& x) { return reprojectionLoss(projectWeakPerspective(x[0], x[1]), keypoints); },
             {numbers({3, 19, 3}), numbers({3, 3})}},
            {[&](const Inputs& x) { return joints3dLoss(x[0], joints, labelled.unsqueeze(1).repeat({1, 14})); }, {numbers({3, 14, 3})}},
            {[&](const Inputs& x) { return parametersLoss(x[0], x[1], rotations, betas, labelled); },
             {numbers({3, 24, 3, 3}), numbers({3, 10})}},
            {[&](const Inputs& x) { return rotationsLoss(x[0], rotations, labelled); }, {numbers({3, 24, 3, 3})}},
            {[&](const Inputs& x) { return betasLoss(x[0], betas, labelled); }, {numbers({3, 10})}},
            {[&](const Inputs& x) { return shapeRegularizer(x[0]); }, {numbers({3, 10})}},
            {[&](const Inputs& x) { return scaleRegularizer(x[0]); }, {0.1 * numbers({3, 3})}},
            {[&](const Inputs& x) { return encoderAdversarialLoss(x[0]); }, {numbers({3, 25})}},
            {[&](const Inputs& x) { return discriminatorLoss(x[0], x[1]); }, {numbers({2, 25}), numbers({3, 25})}},
            {[&](const Inputs& x) { return jointMapLoss(x[0], places); }, {numbers({3, 19, 4, 8})}},
            {[&](const Inputs& x) { return laplaceLoss(x[0], x[1], places.narrow(2, 0, 2), places.select(2, 2)); },
             {numbers({3, 19, 2}), 0.5 * numbers({3, 19})}},
        };
        QVERIFY(gradientError(cases[loss].first, cases[loss].second) < 1e-6);
    }

    // The published discriminator: embedding 320 + 1056, joints 23·33, all joints 736·1024 + 1024, 1024·1024 + 1024 and 1025,
    // shape 110 + 55 + 6.
    void discriminatorIsAsPublished() {
        PosePriorDiscriminator discriminator;
        QCOMPARE(countParameters(*discriminator), std::size_t{320 + 1056 + 759 + 754688 + 1049600 + 1025 + 171});
        QCOMPARE(countParameters(*discriminator), std::size_t{1807619});
        QCOMPARE(discriminator->numOutputs(), 25);
        QVERIFY((discriminator->forward(torch::randn({4, 24, 3, 3}), torch::randn({4, 10})).sizes() ==
                 torch::IntArrayRef{4, 25}));
    }

    // A joint's own output depends on that joint alone, the shape's on betas alone, none on the root.
    void discriminatorOutputsSeeTheirOwnInputs() {
        PosePriorDiscriminator discriminator;
        const torch::NoGradGuard noGrad;
        const auto rotations = torch::randn({1, 24, 3, 3}), betas = torch::randn({1, 10});
        const auto before = discriminator->forward(rotations, betas);
        const auto changedOutputs = [&](const torch::Tensor& r, const torch::Tensor& b) {
            std::vector<int> changed;
            const auto after = discriminator->forward(r, b);
            for (int i = 0; i < 25; ++i)
                if (after[0][i].item<float>() != before[0][i].item<float>()) changed.push_back(i);
            return changed;
        };
        auto otherJoint = rotations.clone(), otherRoot = rotations.clone();
        otherJoint[0][6] = torch::randn({3, 3});
        otherRoot[0][0] = torch::randn({3, 3});
        QVERIFY((changedOutputs(otherJoint, betas) == std::vector<int>{5, 23}));
        QVERIFY((changedOutputs(rotations, betas + 1) == std::vector<int>{24}));
        QVERIFY(changedOutputs(otherRoot, betas).empty());
    }

    void discriminatorLeavesJointsOut() {
        PosePriorDiscriminator discriminator(DiscriminatorOptions{{13, 14, 22, 23}});
        QCOMPARE(discriminator->numOutputs(), 21);
        const torch::NoGradGuard noGrad;
        const auto rotations = torch::randn({2, 24, 3, 3}), betas = torch::randn({2, 10});
        auto other = rotations.clone();
        for (const int joint : {13, 14, 22, 23}) other.select(1, joint).normal_();
        QVERIFY(torch::equal(discriminator->forward(rotations, betas), discriminator->forward(other, betas)));
        QVERIFY_EXCEPTION_THROWN(PosePriorDiscriminator(DiscriminatorOptions{{0}}), Error);
        QVERIFY_EXCEPTION_THROWN(PosePriorDiscriminator(DiscriminatorOptions{{24}}), Error);
    }

    void discriminatorHasRightGradients() {
        PosePriorDiscriminator discriminator(DiscriminatorOptions{{}, 16});
        discriminator->to(torch::kFloat64);
        const auto ofInputs = [&](const std::vector<torch::Tensor>& x) {
            return encoderAdversarialLoss(discriminator->forward(x[0], x[1]));
        };
        QVERIFY(gradientError(ofInputs, {numbers({3, 24, 3, 3}), numbers({3, 10})}) < 1e-4);
    }
};

HMR_TEST_CLASS(TestLosses, "test_losses")
#include "test_losses.moc"
