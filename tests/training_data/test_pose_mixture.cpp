// SPDX-License-Identifier: MIT
#include <random>

#include "support/error_text.h"
#include "support/test_class.h"
#include "training/prior/pose_mixture_learning.h"

using namespace hmr;

namespace {

/// Poses of two kinds, far apart: a third with bent knees, the others with raised arms, each with its own spread.
PosePrior twoKinds(int numPoses) {
    std::mt19937 generator(4);
    std::normal_distribution<float> normal;
    PosePrior prior;
    prior.poses.resize(numPoses, 72);
    for (int i = 0; i < numPoses; ++i) {
        const bool bends = i % 3 == 0;
        for (float& angle : prior.poses.row(i)) angle = 0.1F * normal(generator);
        prior.poses(i, 3 * 4) += bends ? 1.4F : 0.F;
        prior.poses(i, 3 * 16 + 2) += bends ? 0.F : 1.2F + 0.2F * normal(generator);
        prior.clips.push_back(0);
    }
    prior.clipNames = {"both"};
    return prior;
}

}  // namespace

/// What expectation maximisation finds.
class TestPoseMixture : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theKindsOfPosesAreFound() {
        MixtureOptions options;
        options.components = 2;
        options.smallestDeviation = 0.01;
        const PoseMixture mixture = learnPoseMixture(twoKinds(1200), options);
        QCOMPARE(mixture.components.size(), std::size_t{2});
        const bool isFirst = mixture.components[0].mean[3 * 3] > 0.7;  // the root is left out
        const auto& bent = mixture.components[isFirst ? 0 : 1];
        const auto& raised = mixture.components[isFirst ? 1 : 0];
        QVERIFY(std::abs(bent.weight - 1.0 / 3) < 0.01 && std::abs(bent.weight + raised.weight - 1) < 1e-6);
        QVERIFY(std::abs(bent.mean[9] - 1.4) < 0.02 && std::abs(bent.mean[47]) < 0.02);
        QVERIFY(std::abs(raised.mean[47] - 1.2) < 0.03 && std::abs(raised.mean[9]) < 0.02);
        // The covariance is (WᵀW)⁻¹.
        const Eigen::MatrixXd covariance = (raised.whitener.transpose() * raised.whitener).inverse();
        QVERIFY(std::abs(std::sqrt(covariance(47, 47)) - std::sqrt(0.05)) < 0.02);
        QVERIFY(std::abs(std::sqrt(covariance(0, 0)) - 0.1) < 0.01);
    }
    void oneComponentIsMeanAndCovariance() {
        MixtureOptions options;
        options.components = 1;
        options.smallestDeviation = 0;
        const PosePrior prior = twoKinds(400);
        const PoseMixture mixture = learnPoseMixture(prior, options);
        const Eigen::MatrixXd poses = prior.poses.rightCols(kNumPoseAngles).cast<double>();
        const Eigen::RowVectorXd mean = poses.colwise().mean();
        QVERIFY((mixture.components[0].mean - mean.transpose()).norm() < 1e-9);
        const Eigen::MatrixXd centred = poses.rowwise() - mean, covariance = centred.transpose() * centred / 400;
        const Eigen::MatrixXd& whitener = mixture.components[0].whitener;
        QVERIFY((whitener * covariance * whitener.transpose() - Eigen::MatrixXd::Identity(69, 69)).norm() < 1e-6);
    }
    void theSameSeedGivesTheSame() {
        MixtureOptions options;
        options.components = 3;
        const PosePrior prior = twoKinds(300);
        QVERIFY(learnPoseMixture(prior, options).components[2].mean == learnPoseMixture(prior, options).components[2].mean);
    }
    void tooFewPosesAreRefused() {
        MixtureOptions options;
        QVERIFY(test::errorText([&] { learnPoseMixture(twoKinds(100), options); }).contains("160 poses"));
        options.components = 0;
        QVERIFY(!test::errorText([&] { learnPoseMixture(twoKinds(100), options); }).isEmpty());
    }
};

HMR_TEST_CLASS(TestPoseMixture, "test_pose_mixture")
#include "test_pose_mixture.moc"
