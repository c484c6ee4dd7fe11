// SPDX-License-Identifier: MIT
#include <torch/torch.h>

#include <algorithm>

#include "network/gradient_check.h"
#include "support/small_body.h"
#include "support/test_class.h"
#include "training/lifted_bodies.h"
#include "training/objective.h"

namespace hmr::test {

/// The sums of losses that the trainer minimises, against finite differences.
class TestObjective : public QObject {
    Q_OBJECT

    using Inputs = std::vector<torch::Tensor>;
    static constexpr std::int64_t kCount = 3, kIterations = 2;

    const BodyLayer body_{*SmallBody::model(), torch::kCPU, torch::kFloat64};

    static torch::Tensor numbers(torch::IntArrayRef shape) { return torch::randn(shape, torch::kFloat64); }

    /// What the iterations predict, as free numbers.
    static Inputs anyPredictions() {
        Inputs inputs;
        for (std::int64_t i = 0; i < kIterations; ++i) {
            inputs.push_back(0.2 * numbers({kCount, 3}) + 0.5);
            inputs.push_back(torch::eye(3, torch::kFloat64) + 0.3 * numbers({kCount, kNumSmplJoints, 3, 3}));
            inputs.push_back(numbers({kCount, kNumBetas}));
        }
        return inputs;
    }
    static std::vector<HmrPrediction> predictionsOf(const Inputs& inputs) {
        std::vector<HmrPrediction> predictions;
        for (std::size_t i = 0; i < inputs.size(); i += 3) predictions.push_back({inputs[i], inputs[i + 1], inputs[i + 2]});
        return predictions;
    }
    TensorBatch liftedLabels() const {
        const auto rotations = torch::eye(3, torch::kFloat64).expand({kCount, kNumSmplJoints, 3, 3}).contiguous();
        return liftBodies(rotations, numbers({kCount, kNumBetas}), body_, 0.75, 7).labels;
    }

private Q_SLOTS:
    void initTestCase() { torch::manual_seed(4); }

    void liftedObjectiveHasRightGradients() {
        const TensorBatch labels = liftedLabels();
        QVERIFY(gradientError([&](const Inputs& x) { return liftedObjective(predictionsOf(x), labels, body_, {}); }, anyPredictions()) < 1e-5);
    }

    void encoderObjectiveHasRightGradients() {
        TensorBatch labels = liftedLabels();
        labels.hasJoints3d = torch::tensor({1.0, 0.0, 1.0}, torch::kFloat64);
        labels.hasParameters = torch::tensor({1.0, 1.0, 0.0}, torch::kFloat64);
        PosePriorDiscriminator discriminator(DiscriminatorOptions{{}, 16});
        discriminator->to(torch::kFloat64);
        const auto objective = [&](const Inputs& x) {
            return encoderObjective(predictionsOf(x), labels, body_, discriminator.get(), {}).total;
        };
        QVERIFY(gradientError(objective, anyPredictions()) < 1e-4);
    }

    void jointMapTermsHaveRightGradients() {
        const TensorBatch labels = liftedLabels();
        const auto objective = [&](const Inputs& x) {
            JointMaps maps;
            maps.logits = x[0], maps.keypoints = x[1], maps.logDeviation = x[2], maps.depth = x[3], maps.depthLogDeviation = x[4];
            Objective sum{torch::zeros({}, torch::kFloat64), {}};
            addMapTerms(maps, labels, {}, sum);
            return sum.total;
        };
        const std::int64_t joints = kNumCocoPlusJoints;
        QVERIFY(gradientError(objective, {numbers({kCount, joints, 4, 4}), numbers({kCount, joints, 2}), numbers({kCount, joints}),
                                          numbers({kCount, joints}), numbers({kCount, joints})}) < 1e-5);
    }

    // A joint that is known but not seen moves no map; it teaches how unsure to be. Of the face that LSP lacks nothing is known.
    void hiddenJointsTeachOnlyHowUnsureToBe() {
        TensorBatch labels = liftedLabels();
        labels.keypoints = labels.keypoints.clone();
        constexpr int kHiddenAnkle = 0, kHiddenNose = 14;
        for (const int joint : {kHiddenAnkle, kHiddenNose}) labels.keypoints.select(1, joint).select(1, 2).zero_();
        JointMaps maps;
        const std::int64_t joints = kNumCocoPlusJoints;
        maps.logits = numbers({kCount, joints, 4, 4}), maps.depth = numbers({kCount, joints}), maps.depthLogDeviation = numbers({kCount, joints});
        maps.keypoints = numbers({kCount, joints, 2}).detach().requires_grad_(), maps.logDeviation = numbers({kCount, joints}).detach().requires_grad_();
        Objective sum{torch::zeros({}, torch::kFloat64), {}};
        addMapTerms(maps, labels, {}, sum);
        sum.total.backward();
        const auto places = maps.keypoints.grad().abs().sum(2), deviations = maps.logDeviation.grad().abs();
        for (const int joint : {kHiddenAnkle, kHiddenNose}) QCOMPARE(places.select(1, joint).sum().item<double>(), 0.0);
        QVERIFY(deviations.select(1, kHiddenAnkle).min().item<double>() > 0);
        QCOMPARE(deviations.select(1, kHiddenNose).sum().item<double>(), 0.0);
        QVERIFY(places.select(1, 1).min().item<double>() > 0);
    }

    // Sets with LSP's 14 joints in 3D say nothing of the face.
    void jointsThatASetLacksCostNothing() {
        TensorBatch labels = liftedLabels();
        const std::vector<HmrPrediction> truth = {{0.5 + 0.1 * numbers({kCount, 3}), labels.rotations, labels.betas}};
        const auto termOf = [&] {
            const Objective objective = encoderObjective(truth, labels, body_, nullptr, {});
            const auto found = std::ranges::find(objective.terms, std::string("joints3d"), [](const auto& term) { return term.first; });
            return found->second.item<double>();
        };
        QVERIFY(termOf() < 1e-20);
        labels.joints3d = labels.joints3d.clone();
        labels.joints3d.narrow(1, 14, 5).zero_();
        QVERIFY(termOf() < 1e-20);
        labels.joints3d[0][7][1] += 0.3;
        QVERIFY(std::abs(termOf() - 0.09 / (2 * 14 * 3) / 3) < 1e-9);  // nor do they thin the others' mean
    }

    void picturesWithout3dPullNoJoint() {
        TensorBatch labels = liftedLabels();
        labels.joints3d = torch::zeros_like(labels.joints3d);
        labels.hasJoints3d = labels.hasParameters = torch::zeros({kCount}, torch::kFloat64);
        LossWeights weights;
        weights.reprojection = weights.betaPrior = weights.scalePrior = 0;
        Inputs inputs = anyPredictions();
        for (torch::Tensor& input : inputs) input.requires_grad_();
        const torch::Tensor total = encoderObjective(predictionsOf(inputs), labels, body_, nullptr, weights).total;
        total.backward();
        QCOMPARE(total.item<double>(), 0.0);
        for (const torch::Tensor& input : inputs) QVERIFY(input.grad().abs().max().item<double>() == 0);  // and not NaN
    }

    void publishedObjectiveCountsTheLastIterationAlone() {
        LossWeights published;
        published.earlierIterations = 0;
        const TensorBatch labels = liftedLabels();
        Inputs inputs = anyPredictions();
        const double before = liftedObjective(predictionsOf(inputs), labels, body_, published).item<double>();
        for (int i = 0; i < 3; ++i) inputs[i] = inputs[i] + numbers(inputs[i].sizes());
        QCOMPARE(liftedObjective(predictionsOf(inputs), labels, body_, published).item<double>(), before);
    }
};

HMR_TEST_CLASS(TestObjective, "test_objective")

}  // namespace hmr::test

#include "test_objective.moc"
