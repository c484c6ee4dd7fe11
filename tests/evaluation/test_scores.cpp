// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>
#include <numbers>
#include <nlohmann/json.hpp>

#include "body/posing.h"
#include "formats/atomic_file.h"
#include "support/error_text.h"
#include "support/small_body.h"
#include "support/test_class.h"
#include "training/evaluation/body_labels.h"
#include "training/evaluation/evaluation.h"
#include "training/evaluation/scores.h"

namespace hmr::test {
namespace {

using Json = nlohmann::json;

Points3d pointsFrom(const Json& rows) {
    Points3d points(static_cast<Eigen::Index>(rows.size()), 3);
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t axis = 0; axis < 3; ++axis) points(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(axis)) = rows[i][axis].get<double>();
    return points;
}
Eigen::Vector3d vectorFrom(const Json& numbers) { return {numbers[0].get<double>(), numbers[1].get<double>(), numbers[2].get<double>()}; }

double figure(const Figures& figures, const std::string& name) {
    const auto found = std::ranges::find(figures, name, &std::pair<std::string, double>::first);
    return found == figures.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

}  // namespace

/// Figures against NumPy's (tests/data/evaluation/make_reference.py).
class TestScores : public QObject {
    Q_OBJECT

    Json reference_;
    std::vector<PersonScore> people_;

private Q_SLOTS:
    void initTestCase() {
        reference_ = Json::parse(readWholeFile(HMR_TEST_DATA "/evaluation/reference.json"));
        for (const Json& json : reference_["people"]) {
            Points3d truth = Points3d::Zero(kNumCocoPlusJoints, 3), predicted = truth;
            truth.topRows(kNumLspJoints) = pointsFrom(json["truth"]);
            predicted.topRows(kNumLspJoints) = pointsFrom(json["predicted"]);
            for (std::size_t joint = 0; joint < kNumLspJoints; ++joint)
                if (!json["known"][joint].get<bool>()) truth.row(static_cast<Eigen::Index>(joint)).setConstant(std::numeric_limits<double>::quiet_NaN());
            PersonScore score;
            score.joints3d = jointErrors(JointRule::hmr().ofAnnotation(predicted, std::nullopt), JointRule::hmr().ofAnnotation(truth, std::nullopt));
            people_.push_back(std::move(score));
        }
        for (const Json& json : reference_["keypoints"]) {
            PersonScore score;
            for (std::size_t joint = 0; joint < kNumCocoPlusJoints; ++joint) {
                if (!json["visible"][joint].get<bool>()) continue;
                const Eigen::Vector2d difference(json["predicted"][joint][0].get<double>() - json["truth"][joint][0].get<double>(),
                                                 json["predicted"][joint][1].get<double>() - json["truth"][joint][1].get<double>());
                score.joints2d.emplace_back(static_cast<int>(joint), difference.norm() / json["boxSide"].get<double>());
            }
            people_.push_back(std::move(score));
        }
    }

    void figuresAgreeWithNumpy() {
        std::vector<const PersonScore*> all;
        for (const PersonScore& person : people_) all.push_back(&person);
        const Figures figures = figuresOf(all);
        for (const auto& [name, value] : reference_["figures"].items())
            QVERIFY2(std::abs(figure(figures, name) - value.get<double>()) < 1e-6, qPrintable(QString::fromStdString(name)));
        QVERIFY(std::isnan(figure(figures, "PVE mm")));  // nobody has a mesh, so nothing is said
        const Figures byJoint = pckOfJoints(people_, 0.1);
        for (std::size_t joint = 0; joint < kNumCocoPlusJoints; ++joint)
            if (!reference_["pckOfJoint"][joint].is_null())
                QVERIFY(std::abs(figure(byJoint, std::string(kCocoPlusNames[joint])) - reference_["pckOfJoint"][joint].get<double>()) < 1e-6);
    }

    void vertexErrorAgreesWithNumpy() {
        const Json& json = reference_["vertices"];
        const double error = vertexError(pointsFrom(json["predicted"]).cast<float>(), vectorFrom(json["predictedRoot"]), pointsFrom(json["truth"]).cast<float>(),
                                         vectorFrom(json["truthRoot"]));
        QVERIFY(std::abs(error - json["error"].get<double>()) < 1e-3);  // meshes are float: 1e-6 metres
    }

    void segmentationAgreesWithNumpy() {
        for (const int numClasses : {2, 7}) {
            const Json& json = reference_["segmentation"][std::to_string(numClasses)];
            SegmentationCounts counts(numClasses);
            for (const Json& picture : json["pictures"])
                counts.add(picture["predicted"].get<std::vector<std::uint8_t>>(), picture["truth"].get<std::vector<std::uint8_t>>());
            QVERIFY(std::abs(counts.accuracy() - json["accuracy"].get<double>()) < 1e-12);
            QVERIFY(std::abs(counts.f1() - json["f1"].get<double>()) < 1e-12);
        }
    }

    void labelsOutOfRangeAreRefused() {
        SegmentationCounts counts(7);
        const std::vector<std::uint8_t> zeros(4), wrong = {0, 9, 0, 0};
        QVERIFY(errorText([&] { counts.add(zeros, wrong); }).contains("label 9"));
        QVERIFY(errorText([&] { counts.add(zeros, std::vector<std::uint8_t>(5)); }).contains("5 pixels"));
    }

    void reconstructionErrorKnowsNoSimilarity() {
        Points3d truth = Points3d::Random(kNumCocoPlusJoints, 3);
        const Eigen::AngleAxisd turn(0.8, Eigen::Vector3d(1, 2, 3).normalized());
        const Points3d moved = (1.3 * truth * turn.toRotationMatrix().transpose()).rowwise() + Eigen::RowVector3d(1, -2, 5);
        const JointErrors errors = jointErrors(JointRule::hmr().ofAnnotation(moved, std::nullopt), JointRule::hmr().ofAnnotation(truth, std::nullopt));
        QVERIFY(*std::ranges::max_element(errors.aligned) < 1e-9);
        QVERIFY(*std::ranges::max_element(errors.rooted) > 100);
    }

    void spinJudgesBySeventeenJointsWhereTheSetHasThem() {
        const Eigen::Index numVertices = 20;
        Eigen::SparseMatrix<float, Eigen::RowMajor> regressor(17, numVertices);
        for (int joint = 0; joint < 17; ++joint) regressor.insert(joint, joint) = 1;
        const JointRule rule = JointRule::spin(regressor);
        const Points3f vertices = Points3f::Random(numVertices, 3);
        const RootedJoints predicted = rule.ofMesh(*SmallBody::model(), vertices);
        QCOMPARE(predicted.joints.rows(), Eigen::Index{17});
        const auto vertex = [&](int joint) { return vertices.row(joint).cast<double>().eval(); };
        // Human3.6M's regressor has right ankle and pelvis, spine and head at 6, 0, 7 and 9
        QVERIFY(predicted.joints.row(0) == vertex(6) && predicted.joints.row(14) == vertex(0) && predicted.joints.row(15) == vertex(7) && predicted.joints.row(16) == vertex(9));
        Points3d joints = Points3d::Random(kNumCocoPlusJoints, 3);
        const Points3d spineAndHead = Points3d::Random(2, 3);
        const Eigen::Vector3d pelvis(0.1, 0.2, 0.3);
        std::vector<PersonScore> people(1);
        people[0].joints3d = jointErrors(predicted, rule.ofAnnotation(joints, pelvis, spineAndHead));
        QCOMPARE(people[0].joints3d.rooted.size(), std::size_t{17});
        QVERIFY(people[0].joints3d.rooted[14] < 1e-9);  // the roots are the pelvises
        QCOMPARE(comparedJoints(people), std::string("14 of LSP, pelvis, spine, head"));
        QCOMPARE(JointRule::hmr().ofAnnotation(joints, pelvis, spineAndHead).joints.rows(), Eigen::Index{14});
        joints.row(13).setConstant(std::numeric_limits<double>::quiet_NaN());
        people[0].joints3d = jointErrors(predicted, rule.ofAnnotation(joints, pelvis));
        QCOMPARE(people[0].joints3d.rooted.size(), std::size_t{13});
        QCOMPARE(comparedJoints(people), std::string("13 of LSP (without head_top)"));
        QCOMPARE(comparedJoints({}), std::string("none"));
    }

    void paintedLabelsLieOnTheBody() {
        const auto body = SmallBody::model();
        BodyParameters parameters;
        parameters.pose.row(0) << std::numbers::pi, 0, 0;  // upright in camera axes
        const PosedBody posed = poseBody(*body, parameters);
        const PinholeCamera camera{100, {50, 60}, {0, -0.9, 2}};
        BodyLabelPainter painter(*body);
        const std::vector<std::uint8_t> labels = painter.paint(posed.vertices, camera, 100, 120);
        const Points2d joints = project(camera, posed.joints);
        const auto at = [&](int joint) { return labels[static_cast<std::size_t>(100 * std::lround(joints(joint, 1)) + std::lround(joints(joint, 0)))]; };
        QCOMPARE(int{at(6)}, 2);   // spine
        QCOMPARE(int{at(18)}, 4);  // left elbow
        QCOMPARE(int{at(19)}, 3);
        QCOMPARE(int{at(5)}, 5);   // right knee
        QCOMPARE(int{at(4)}, 6);
        QCOMPARE(int{labels[0]}, 0);
        // Without labels of its own a body's parts follow from its skinning weights.
        BodyModelData data = SmallBody::data();
        data.partLabels6.clear();
        const BodyModel unlabelled(std::move(data));
        BodyLabelPainter fallback(unlabelled);
        const std::vector<std::uint8_t> other = fallback.paint(posed.vertices, camera, 100, 120);
        std::size_t numEqual = 0;
        for (std::size_t i = 0; i < labels.size(); ++i) numEqual += labels[i] == other[i];
        QVERIFY(numEqual > 0.97 * static_cast<double>(labels.size()));
    }

    void percentilesComeFromTheTimes() {
        std::vector<double> times;
        for (int i = 100; i > 0; --i) times.push_back(i);
        const StageTime time = stageTime("network", times);
        QCOMPARE(time.median, 51.0);
        QCOMPARE(time.percentile90, 91.0);
        QCOMPARE(time.percentile99, 100.0);
        QCOMPARE(stageTime("nothing", {}).samples, 0);
    }
};

HMR_TEST_CLASS(TestScores, "test_scores")

}  // namespace hmr::test

#include "test_scores.moc"
