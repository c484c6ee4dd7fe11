// SPDX-License-Identifier: MIT
#include <limits>

#include "body/error.h"
#include "body/fitting/articulation.h"
#include "body/fitting/fit_objective.h"
#include "body/fitting/seen_joint_fitter.h"
#include "body/fitting/silhouette_objective.h"
#include "body/posing.h"
#include "body/rotation.h"
#include "fitting_cases.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr double kPixel = 2 / kCropResolution;  ///< crop coordinates

WeakPerspectiveCamera someCamera() { return {0.85, {0.05, -0.1}}; }

/// The coco-plus joints as the crop's camera sees them, by way of the whole posed body and the frame's pinhole.
Points2d cropJoints(const BodyModel& model, const BodyParameters& body, const WeakPerspectiveCamera& camera) {
    const CropWindow crop{{320, 240}, 300};
    const Points2d pixels = project(frameCamera(camera, crop), cocoPlusJoints(model, poseBody(model, body).vertices));
    return (pixels.rowwise() - crop.center.transpose()) * (2 / crop.side);
}

std::vector<JointTarget> targetsOf(const Points2d& joints, double deviation) {
    return cocoPlusTargets(joints, Eigen::VectorXd::Constant(kNumCocoPlusJoints, deviation));
}

PoseMixture someMixture(std::mt19937& generator) {
    std::normal_distribution<double> normal;
    PoseMixture mixture;
    for (const double weight : {0.3, 0.7}) {
        PoseMixture::Component component{weight, Eigen::VectorXd(kNumPoseAngles), Eigen::MatrixXd::Zero(kNumPoseAngles, kNumPoseAngles)};
        for (double& angle : component.mean) angle = 0.2 * normal(generator);
        for (int row = 0; row < kNumPoseAngles; ++row) {
            for (int column = 0; column < row; ++column) component.whitener(row, column) = 0.1 * normal(generator);
            component.whitener(row, row) = 3 + normal(generator) * 0.3;
        }
        mixture.components.push_back(component);
    }
    return mixture;
}

}  // namespace

class TestJointFit : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keypointsAreThoseOfThePosedBody() {
        const auto model = SmallBody::model();
        std::mt19937 generator(1);
        for (int i = 0; i < 10; ++i) {
            BodyParameters body = randomBody(generator, 0.5);
            body.translation << 0.1, -0.2, 0.3;
            const PosedBody posed = poseBody(*model, body);
            const Points3d points = smallKeypoints().evaluate(articulated(body), false).points;
            QVERIFY((points.topRows<kNumCocoPlusJoints>() - cocoPlusJoints(*model, posed.vertices)).cwiseAbs().maxCoeff() < 2e-6);
            QVERIFY((points.bottomRows<kNumSmplJoints>() - posed.joints).cwiseAbs().maxCoeff() < 1e-9);
        }
    }

    void keypointsMoveAsTheirDerivativesSay() {
        std::mt19937 generator(2);
        const ArticulatedState state = articulated(randomBody(generator, 0.6));
        const auto moved = [&](const Eigen::VectorXd& step) -> Eigen::VectorXd {
            ArticulatedState next = state;
            next.rotations = turned(state.rotations, step);
            next.betas += step.tail(kNumBetas);
            Points3d points = smallKeypoints().evaluate(next, false).points;
            return Eigen::Map<Eigen::VectorXd>(points.data(), points.size());
        };
        const Eigen::MatrixXd numeric = finiteDifferences(72 + kNumBetas, moved);
        const Eigen::MatrixXd analytic = smallKeypoints().evaluate(state, true).jacobian;
        QCOMPARE(analytic.cols(), numeric.cols());
        QVERIFY((numeric - analytic).cwiseAbs().maxCoeff() < 1e-8);
    }

    void limitAnglesMoveAsTheirDerivativesSay() {
        std::mt19937 generator(3);
        std::normal_distribution<double> normal(0, 0.8);
        for (int i = 0; i < 30; ++i) {
            const Eigen::Matrix3d rotation = rotationFromAxisAngle({normal(generator), normal(generator), normal(generator)});
            Eigen::Matrix3d analytic;
            limitAngles(rotation, i % 3, &analytic);
            const Eigen::MatrixXd numeric = finiteDifferences(3, [&](const Eigen::VectorXd& step) -> Eigen::VectorXd {
                return limitAngles(rotation * rotationFromAxisAngle(step), i % 3);
            });
            QVERIFY((numeric - analytic).cwiseAbs().maxCoeff() < 1e-6);
        }
    }

    void theGradientAgreesWithFiniteDifferences_data() {
        QTest::addColumn<double>("focalLength");
        QTest::addColumn<bool>("hasPrior");
        QTest::newRow("pinhole") << kCropFocalLength << false;
        QTest::newRow("near pinhole with prior") << 300.0 << true;
        QTest::newRow("weak perspective") << std::numeric_limits<double>::infinity() << false;
    }
    void theGradientAgreesWithFiniteDifferences() {
        QFETCH(double, focalLength);
        QFETCH(bool, hasPrior);
        std::mt19937 generator(4);
        const PoseMixture mixture = someMixture(generator);
        FitOptions options;
        options.focalLength = focalLength;
        if (hasPrior) options.prior = &mixture;
        const auto model = SmallBody::model();
        auto targets = targetsOf(cropJoints(*model, randomBody(generator, 0.4), someCamera()), 0.02);
        targets[3].isTrusted = true;
        targets.push_back({keypointOfSmpl(20), {0.3, -0.2}, 0.01});
        const FitObjective objective(smallKeypoints(), {articulated(randomBody(generator, 0.2)), someCamera()}, targets, options);
        // Far from the start, so that every term pulls and several limits are broken.
        FitState state{articulated(randomBody(generator, 0.3)), {0.7, {0.1, 0.2}}};
        for (int joint = 1; joint < kNumSmplJoints; ++joint) state.body.rotations[joint] *= rotationFromAxisAngle({0.5, -0.4, 0.3});
        NormalEquations equations(objective.numUnknowns());
        objective.cost(state, &equations);
        const Eigen::VectorXd numeric = finiteDifferences(objective.numUnknowns(), [&](const Eigen::VectorXd& step) -> Eigen::VectorXd {
            return Eigen::VectorXd::Constant(1, objective.cost(objective.moved(state, step), nullptr));
        }).transpose();
        QVERIFY((numeric - equations.gradient).norm() < 1e-5 * numeric.norm());
    }

    void theSilhouettesGradientAgreesWithFiniteDifferences() {
        std::mt19937 generator(21);
        const auto model = SmallBody::model();
        const FitOptions options;
        const SilhouetteOptions outline;
        const auto targets = targetsOf(cropJoints(*model, randomBody(generator, 0.4), someCamera()), 0.02);
        const FitObjective joints(smallKeypoints(), {articulated(randomBody(generator, 0.2)), someCamera()}, targets, options);
        const std::vector<int> vertices = {3, 77, 150, 301, 402, 559};
        const KeypointModel surface(*model, vertices);
        const FitState state{articulated(randomBody(generator, 0.3)), {0.7, {0.1, 0.2}}};
        BodyParameters shape;
        const PosedBody posed = poseBody(*model, parametersOf(state.body, shape));
        const Points3d points = surface.evaluate(state.body, false).points;
        std::vector<OutlineMatch> matches;
        for (int i = 0; i < static_cast<int>(vertices.size()); ++i) {
            QVERIFY((points.row(i) - posed.vertices.row(vertices[static_cast<std::size_t>(i)]).cast<double>()).norm() < 2e-6);
            const Eigen::Vector2d normal = Eigen::Vector2d(std::cos(i), std::sin(i));
            matches.push_back({i, projectedToCrop(points.row(i).transpose(), state.camera, options.focalLength).position + 0.05 * normal + Eigen::Vector2d(0.02, -0.03), normal});
        }
        const SilhouetteObjective objective(joints, surface, matches, options, outline);
        NormalEquations equations(objective.numUnknowns());
        objective.cost(state, &equations);
        const Eigen::VectorXd numeric = finiteDifferences(objective.numUnknowns(), [&](const Eigen::VectorXd& step) -> Eigen::VectorXd {
            return Eigen::VectorXd::Constant(1, objective.cost(objective.moved(state, step), nullptr));
        }).transpose();
        QVERIFY((numeric - equations.gradient).norm() < 1e-5 * numeric.norm());
    }

    void exactJointsOfARandomPoseAreRecovered() {
        const auto model = SmallBody::model();
        std::mt19937 generator(5);
        std::normal_distribution<double> normal;
        for (int i = 0; i < 20; ++i) {
            const BodyParameters truth = randomBody(generator, 0.35);
            const Points2d joints = cropJoints(*model, truth, someCamera());
            BodyParameters start = truth;
            for (double& angle : start.pose.bottomRows(23).reshaped()) angle += 0.2 * normal(generator);
            start.betas.setZero();
            const FitResult result = fitToJoints(smallKeypoints(), start, {0.8, {0.1, -0.05}}, targetsOf(joints, 0.005));
            const Points2d fitted = cropJoints(*model, result.parameters, result.camera);
            const double worst = (fitted - joints).rowwise().norm().maxCoeff() / kPixel;
            QVERIFY2(worst < 1, qPrintable(QString("body %1: %2 pixels").arg(i).arg(worst)));
            QVERIFY(limitViolations(result.parameters.pose).empty());
            const double told = *std::max_element(result.errors.begin(), result.errors.end()) / kPixel;
            QVERIFY(std::abs(told - worst) < 0.01);
        }
    }

    void anOutlierIsNotBelievedUnlessSetByHand() {
        const auto model = SmallBody::model();
        std::mt19937 generator(6);
        const BodyParameters truth = randomBody(generator, 0.2);
        Points2d joints = cropJoints(*model, truth, someCamera());
        const Points2d right = joints;
        joints.row(6) += Eigen::RowVector2d(0.1, -0.9);  // the right wrist
        auto targets = targetsOf(joints, 0.01);
        const FitResult robust = fitToJoints(smallKeypoints(), truth, someCamera(), targets);
        Points2d off = cropJoints(*model, robust.parameters, robust.camera) - right;
        off.middleRows<2>(6).setZero();  // the arm itself may give way a little
        QVERIFY2(off.rowwise().norm().maxCoeff() < 6 * kPixel, qPrintable(QString::number(off.rowwise().norm().maxCoeff() / kPixel)));
        QVERIFY(robust.errors[6] > 0.6);
        targets[6].isTrusted = true;
        const FitResult followed = fitToJoints(smallKeypoints(), truth, someCamera(), targets);
        QVERIFY(followed.errors[6] < 0.5 * robust.errors[6]);
    }

    void unseenJointsStayNearTheStart() {
        std::mt19937 generator(7);
        const BodyParameters start = randomBody(generator, 0.2);
        const Points2d joints = cropJoints(*SmallBody::model(), start, someCamera());
        Eigen::VectorXd deviations = Eigen::VectorXd::Constant(19, 0.01);
        for (const int unseen : {0, 1, 4, 5}) deviations[unseen] = std::numeric_limits<double>::infinity();
        const FitResult result = fitToJoints(smallKeypoints(), start, someCamera(), cocoPlusTargets(joints, deviations));
        QCOMPARE(result.errors.size(), std::size_t(15));
        QVERIFY((result.parameters.pose - start.pose).cwiseAbs().maxCoeff() < 0.15);
    }

    void theRecoveredBodyGoesToTheJointsThatTheNetworkIsSureOf() {
        std::mt19937 generator(14);
        const auto model = SmallBody::model();
        const BodyParameters recovered = randomBody(generator, 0.1);
        BodyParameters raised = recovered;
        raised.pose(16, 2) += 0.6;  // the left arm
        SeenJoints seen{cropJoints(*model, raised, someCamera()), Eigen::VectorXd::Constant(kNumCocoPlusJoints, 0.03)};
        seen.positions.row(0) << 0.9, 0.9;  // the right ankle: far off, and unsure
        seen.deviations[0] = 0.6;
        const CropWindow crop{{320, 240}, 300};
        const SeenJoints again = cropFromSource(sourceFromCrop(seen, crop), crop);
        QVERIFY((again.positions - seen.positions).norm() < 1e-12 && (again.deviations - seen.deviations).norm() < 1e-12);

        const SeenJointFitter fitter(*model, nullptr);
        BodyParameters fitted = recovered;
        WeakPerspectiveCamera camera = someCamera();
        fitter.fit(fitted, camera, again);
        const auto distances = [&](const BodyParameters& body, const WeakPerspectiveCamera& seenBy) -> Eigen::VectorXd {
            return (cropJoints(*model, body, seenBy) - seen.positions).rowwise().norm();
        };
        const Eigen::VectorXd before = distances(recovered, someCamera()), after = distances(fitted, camera);
        QVERIFY2(after[11] < 0.35 * before[11], qPrintable(QString("%1 of %2").arg(after[11]).arg(before[11])));  // the left wrist
        QVERIFY(std::abs(after[0] - before[0]) < 0.1);
        QCOMPARE(fitted.betas, recovered.betas);

        seen.deviations.setConstant(1);  // sure of nothing
        BodyParameters same = recovered;
        fitter.fit(same, camera, seen);
        QCOMPARE(same, recovered);
    }

    void lockedJointsShapeAndCameraStay() {
        std::mt19937 generator(8);
        const BodyParameters start = randomBody(generator, 0.2);
        const Points2d joints = cropJoints(*SmallBody::model(), randomBody(generator, 0.4), someCamera());
        FitOptions options;
        options.lockedJoints = {0, 4, 16};
        options.changesShape = options.changesCamera = false;
        const FitResult result = fitToJoints(smallKeypoints(), start, someCamera(), targetsOf(joints, 0.02), options);
        for (const int joint : options.lockedJoints) QCOMPARE(result.parameters.pose.row(joint), start.pose.row(joint));
        QCOMPARE(result.parameters.betas, start.betas);
        QCOMPARE(result.camera, someCamera());
        QVERIFY(result.parameters.pose.row(18) != start.pose.row(18));
    }

    void aStoppedFitEndsAtOnceAndProgressIsTold() {
        std::mt19937 generator(9);
        const BodyParameters start = randomBody(generator, 0.2);
        const auto targets = targetsOf(cropJoints(*SmallBody::model(), randomBody(generator, 0.4), someCamera()), 0.02);
        std::stop_source stop;
        std::vector<double> shares;
        FitOptions options;
        options.stop = stop.get_token();
        options.onProgress = [&](double share) {
            shares.push_back(share);
            stop.request_stop();
        };
        const FitResult result = fitToJoints(smallKeypoints(), start, someCamera(), targets, options);
        QVERIFY(result.wasStopped);
        QCOMPARE(shares.size(), std::size_t(2));  // one step, and the end
        QVERIFY(shares[0] > 0 && shares[0] <= shares[1]);
    }

    void aFitTakesMilliseconds() {
        std::mt19937 generator(10);
        const BodyParameters start = randomBody(generator, 0.2);
        const auto targets = targetsOf(cropJoints(*SmallBody::model(), randomBody(generator, 0.4), someCamera()), 0.02);
        const PoseMixture mixture = someMixture(generator);
        FitOptions options;
        options.prior = &mixture;
        QBENCHMARK { fitToJoints(smallKeypoints(), start, someCamera(), targets, options); }
    }

    void badInputIsRefused() {
        const BodyParameters body;
        const auto fitTo = [&](const JointTarget& target) { fitToJoints(smallKeypoints(), body, someCamera(), {&target, 1}); };
        const double nan = std::numeric_limits<double>::quiet_NaN();
        QVERIFY_EXCEPTION_THROWN(fitTo({43, {0, 0}, 0.01}), Error);
        QVERIFY_EXCEPTION_THROWN(fitTo({-1, {0, 0}, 0.01}), Error);
        QVERIFY_EXCEPTION_THROWN(fitTo({0, {nan, 0}, 0.01}), Error);
        QVERIFY_EXCEPTION_THROWN(fitTo({0, {0, 0}, 0}), Error);
        QVERIFY_EXCEPTION_THROWN(cocoPlusTargets(Points2d::Zero(14, 2), Eigen::VectorXd::Ones(14)), Error);
        BodyParameters broken;
        broken.pose(3, 1) = nan;
        QVERIFY_EXCEPTION_THROWN(fitToJoints(smallKeypoints(), broken, someCamera(), {}), Error);
        QVERIFY_EXCEPTION_THROWN(fitToJoints(smallKeypoints(), body, {-1, {0, 0}}, {}), Error);
        BodyModelData plain = SmallBody::data();
        plain.cocoPlusRegressor.resize(0, 0);
        QVERIFY_EXCEPTION_THROWN(KeypointModel{BodyModel(plain)}, Error);
    }
};

HMR_TEST_CLASS(TestJointFit, "test_joint_fit")
#include "test_joint_fit.moc"
