// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <chrono>
#include <mutex>
#include <thread>

#include "body/error.h"
#include "inference/recovery.h"
#include "support/body_with_fingers.h"
#include "support/error_text.h"
#include "support/random_weights.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

namespace {

/// Finds what the test tells it to.
class ScriptedDetector : public PersonDetector {
public:
    std::vector<Detection> found;
    int numLooks = 0, failsAt = -1;
    std::vector<Detection> detect(const cv::Mat&) override {
        if (numLooks++ == failsAt) throw std::runtime_error("a library gave up\nin function detect");
        return found;
    }
    std::string name() const override { return "scripted"; }
};

/// Numbered grey frames; fails at one of them where asked.
class NumberedSource : public FrameSource {
public:
    NumberedSource(int numFrames, double rate, bool live = false, int failsAt = -1)
        : numFrames_(numFrames), rate_(rate), live_(live), failsAt_(failsAt) {}
    std::optional<Frame> next() override {
        if (next_ >= numFrames_) return std::nullopt;
        const int index = next_++;
        if (index == failsAt_) throw Error("frame " + std::to_string(index) + " is broken");
        return Frame{cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(100)), index, index / 30.0, "numbered"};
    }
    std::string name() const override { return "numbered"; }
    bool isLive() const override { return live_; }
    double frameRate() const override { return rate_; }

private:
    int numFrames_, next_ = 0;
    double rate_;
    bool live_;
    int failsAt_;
};

/// A body with its middle at the origin, so that the untrained network's mean body stays where its crop is.
std::shared_ptr<const BodyModel> centred(BodyModelData data) {
    auto heights = data.templateVertices.col(1).array();
    heights -= (heights.maxCoeff() + heights.minCoeff()) / 2;
    return std::make_shared<BodyModel>(std::move(data));
}

}  // namespace

class TestRecovery : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::shared_ptr<const BodyModel> body_ = centred(test::SmallBody::data());
    std::shared_ptr<HmrNetwork> network_;
    std::shared_ptr<ScriptedDetector> detector_;
    Frame frame_{cv::Mat(240, 320, CV_8UC3, cv::Scalar::all(128)), 0, 0, "grey"};

private Q_SLOTS:
    void initTestCase() {
        const auto weights = std::filesystem::path(folder_.path().toStdString()) / "random.safetensors";
        test::writeRandomWeights(weights);
        network_ = HmrNetwork::load(weights, {.threads = 1});
    }
    void init() { detector_ = std::make_shared<ScriptedDetector>(); }

    void everyFoundBoxGivesABody() {
        detector_->found = {{{20, 20, 80, 200}, 0.9}, {{200, 40, 60, 180}, 0.6}};
        Recovery recovery(body_, network_, detector_, {.refineBox = false, .request = 42});
        const FrameEstimate estimate = recovery.recover(frame_);
        QCOMPARE(estimate.people.size(), 2u);
        QCOMPARE(estimate.request, 42u);
        QCOMPARE(estimate.people[1].confidence, 0.6);
        QVERIFY(estimate.people[0].box == detector_->found[0].box);
        for (const char* stage : {"detect", "crop", "network", "pose", "total"}) QVERIFY(estimate.milliseconds.count(stage) == 1);
    }

    void jointsAreThoseOfTheParameters() {
        detector_->found = {{{20, 20, 80, 200}, 0.9}};
        const FrameEstimate estimate = Recovery(body_, network_, detector_).recover(frame_);
        PersonEstimate person = estimate.people.at(0);
        const PosedBody posed = poseBody(*body_, person.parameters);
        const Points2d pixels = project(frameCamera(person.camera, person.crop), cocoPlusJoints(*body_, posed.vertices));
        QVERIFY((pixels - person.joints2d).norm() < 1e-6);
        QVERIFY((posed.joints - person.joints3d).norm() < 1e-9);
    }

    void bodiesArePulledOntoTheJointsThatTheNetworkSees() {
        const auto weights = std::filesystem::path(folder_.path().toStdString()) / "maps.safetensors";
        test::writeRandomWeights(weights, 0.05);
        const auto network = HmrNetwork::load(weights, {.threads = 1});
        const auto distance = [&](bool fits) {
            Recovery recovery(body_, network, detector_, {.boxes = {{20, 20, 80, 200}}, .fitSeenJoints = fits});
            const FrameEstimate estimate = recovery.recover(frame_);
            const PersonEstimate& person = estimate.people.at(0);
            return (person.joints2d - person.seenJoints->positions).rowwise().norm().mean();
        };
        const double alone = distance(false), fitted = distance(true);
        QVERIFY2(fitted < 0.9 * alone, qPrintable(QString("%1 of %2 pixels").arg(fitted).arg(alone)));
    }

    void bodiesArePulledOntoTheJointsThatAnotherProgramSaw() {
        const PixelBox box{20, 20, 80, 200};
        const PersonEstimate alone = Recovery(body_, network_, detector_, {.boxes = {box}}).recover(frame_).people.at(0);
        QVERIFY(!alone.seenJoints);  // this network tells none
        SeenJoints seen;
        seen.positions = alone.joints2d;
        seen.positions.row(6) << 30, 40;  // the right wrist
        seen.deviations.setConstant(2);
        seen.deviations[11] = 200;  // the left wrist was not seen
        seen.positions.row(11).setZero();
        const PersonEstimate fitted = Recovery(body_, network_, detector_, {.boxes = {box}, .joints = {seen}}).recover(frame_).people.at(0);
        const auto off = [&](const PersonEstimate& person) { return (person.joints2d.row(6) - seen.positions.row(6)).norm(); };
        QVERIFY2(off(fitted) < 0.6 * off(alone), qPrintable(QString("%1 of %2 pixels").arg(off(fitted)).arg(off(alone))));
        QVERIFY(fitted.seenJoints && fitted.seenJoints->positions == seen.positions);
        const PersonEstimate without = Recovery(body_, network_, detector_, {.boxes = {box}, .joints = {std::nullopt}}).recover(frame_).people.at(0);
        QVERIFY(without.joints2d == alone.joints2d);
    }

    void boxesByHandReplaceDetectionAndStandAsDrawn() {
        detector_->found = {{{200, 40, 60, 180}, 0.6}};
        const PixelBox drawn{30, 30, 100, 150};
        const FrameEstimate estimate = Recovery(body_, network_, detector_, {.boxes = {drawn}}).recover(frame_);
        QCOMPARE(estimate.people.size(), 1u);
        QVERIFY(estimate.people[0].box == drawn);
        QCOMPARE(detector_->numLooks, 0);
    }

    void boxOutsideThePictureIsAnError() {
        Recovery recovery(body_, network_, detector_, {.boxes = {{1000, 30, 100, 150}}});
        QVERIFY_EXCEPTION_THROWN(recovery.recover(frame_), Error);
        recovery.options().boxes = {{300, 200, 100, 150}};  // partly inside is fine
        QCOMPARE(recovery.recover(frame_).people.size(), 1u);
    }

    void boxOutsideAVideoIsAnErrorToo_data() {
        QTest::addColumn<double>("x");
        QTest::addColumn<double>("side");
        QTest::addColumn<QString>("expected");
        QTest::newRow("outside") << 1000.0 << 100.0 << "outside the picture of 320x240";
        QTest::newRow("tiny") << 100.0 << 7.0 << "smaller than 8 pixels";
    }
    void boxOutsideAVideoIsAnErrorToo() {
        QFETCH(double, x);
        QFETCH(double, side);
        QFETCH(QString, expected);
        Recovery recovery(body_, network_, detector_, {.boxes = {{x, 30, side, side}}});
        for (const auto& work : {&Recovery::recover, &Recovery::follow}) {
            const QString message = errorText([&] { (recovery.*work)(frame_); });
            QVERIFY2(message.contains(expected) && message.contains("grey"), qPrintable(message));
        }
        NumberedSource source(6, 30);
        QStringList complaints;
        recovery.run(source, {}, [](auto) { QFAIL("a frame without the person was given out"); },
                     [&](const std::string& message) { complaints << QString::fromStdString(message); });
        QCOMPARE(complaints.size(), 1);
    }

    void boxesByHandAreNeverTooMany() {
        const std::vector<PixelBox> boxes = {{10, 20, 80, 200}, {110, 20, 80, 200}, {210, 20, 80, 200}};
        Recovery recovery(body_, network_, detector_, {.maxPeople = 1, .boxes = boxes});
        QCOMPARE(recovery.recover(frame_).people.size(), 3u);
        QCOMPARE(recovery.follow(frame_).people.size(), 3u);
    }

    void bodiesWithFingersAreRecoveredWithoutFit() {
        const auto weights = std::filesystem::path(folder_.path().toStdString()) / "maps of fingers.safetensors";
        test::writeRandomWeights(weights, 0.05);
        const auto body = centred(test::smallBodyWithFingers());
        QCOMPARE(body->numJoints(), 52);
        Recovery recovery(body, HmrNetwork::load(weights, {.threads = 1}), detector_, {.boxes = {{20, 20, 80, 200}}});
        for (const auto& work : {&Recovery::recover, &Recovery::follow}) {
            const PersonEstimate person = (recovery.*work)(frame_).people.at(0);
            QVERIFY(person.seenJoints.has_value());
            QCOMPARE(person.joints3d.rows(), 24);
            QVERIFY(person.joints2d.allFinite());
        }
    }

    void nobodyFoundTakesTheWholePictureOrNobody() {
        QCOMPARE(Recovery(body_, network_, detector_).recover(frame_).people.size(), 1u);
        QVERIFY(Recovery(body_, network_, detector_, {.wholePictureFallback = false}).recover(frame_).people.empty());
    }

    void whoTheNetworkDoesNotSeeIsLeftOut_data() {
        QTest::addColumn<double>("deviation");
        QTest::addColumn<int>("numFound"), QTest::addColumn<int>("numGuessed");
        QTest::newRow("sure") << 0.1 << 2 << 1;
        QTest::newRow("enough for a found box, not for a guess") << 0.22 << 2 << 0;
        QTest::newRow("of nothing") << 0.4 << 0 << 0;
    }

    void whoTheNetworkDoesNotSeeIsLeftOut() {
        QFETCH(double, deviation);
        QFETCH(int, numFound);
        QFETCH(int, numGuessed);
        const auto weights = std::filesystem::path(folder_.path().toStdString()) / "unsure.safetensors";
        test::writeRandomWeights(weights, deviation);
        const auto network = HmrNetwork::load(weights, {.threads = 1});
        const auto numPeople = [&](const RecoveryOptions& options, bool isVideo) {
            Recovery recovery(body_, network, detector_, options);
            const FrameEstimate estimate = isVideo ? recovery.follow(frame_) : recovery.recover(frame_);
            return static_cast<int>(estimate.people.size());
        };
        for (const bool isVideo : {false, true}) {
            detector_->found.clear();
            QCOMPARE(numPeople({}, isVideo), numGuessed);
            QCOMPARE(numPeople({.boxes = {{20, 20, 80, 200}}}, isVideo), 1);
            detector_->found = {{{20, 20, 80, 200}, 0.9}, {{200, 20, 80, 200}, 0.8}};
            QCOMPARE(numPeople({}, isVideo), numFound > 0 ? numFound : numGuessed);
        }
    }

    // What is found weakly must be seen clearly; when nothing is left the whole picture is tried.
    void weakFindsMustBeClearlySeen() {
        const auto weights = std::filesystem::path(folder_.path().toStdString()) / "nearly-sure.safetensors";
        test::writeRandomWeights(weights, 0.14);
        Recovery recovery(body_, HmrNetwork::load(weights, {.threads = 1}), detector_);
        detector_->found = {{{20, 20, 80, 200}, 0.9}, {{120, 20, 80, 200}, 0.35}};
        auto people = recovery.recover(frame_).people;
        QCOMPARE(people.size(), 1u);
        QCOMPARE(people[0].confidence, 0.9);
        detector_->found = {{{120, 20, 80, 200}, 0.35}};
        people = recovery.recover(frame_).people;
        QCOMPARE(people.size(), 1u);
        QCOMPARE(people[0].confidence, 0.0);
        recovery.options().wholePictureFallback = false;
        QVERIFY(recovery.recover(frame_).people.empty());
    }

    void anEmptySceneStaysEmptyAndIsSearchedNowAndThen() {
        const auto weights = std::filesystem::path(folder_.path().toStdString()) / "unsure.safetensors";
        test::writeRandomWeights(weights, 0.4);
        Recovery recovery(body_, HmrNetwork::load(weights, {.threads = 1}), detector_);
        int numGuesses = 0;
        for (int i = 0; i < 20; ++i) {
            Frame frame = frame_;
            frame.index = i, frame.time = i / 30.0;
            const FrameEstimate estimate = recovery.follow(frame);
            QVERIFY(estimate.people.empty());
            numGuesses += estimate.milliseconds.contains("network") ? 1 : 0;
        }
        QCOMPARE(numGuesses, 4);
        QCOMPARE(detector_->numLooks, 20);
    }

    void disagreeingBoxIsRefinedByTheBodysProjection() {
        detector_->found = {{{100, 60, 20, 40}, 0.9}, {{5, 5, 230, 230}, 0.8}};
        const auto coarse = Recovery(body_, network_, detector_, {.refineBox = false}).recover(frame_);
        const auto refined = Recovery(body_, network_, detector_).recover(frame_);
        // The untrained network's body fills its crop much as the mean body does; a thin box disagrees with it.
        QVERIFY(!(refined.people[0].box == coarse.people[0].box));
    }

    void atMostTheAskedNumberOfPeople() {
        detector_->found.assign(5, {{20, 20, 80, 200}, 0.9});
        QCOMPARE(Recovery(body_, network_, detector_, {.maxPeople = 3}).recover(frame_).people.size(), 3u);
    }

    void followingKeepsIdsAndLooksNowAndThen() {
        detector_->found = {{{120, 30, 80, 180}, 0.9}};
        Recovery recovery(body_, network_, detector_, {.detectEvery = 6});
        for (int i = 0; i < 6; ++i) {  // an untrained network's boxes wander, and would leave the picture soon
            Frame frame = frame_;
            frame.index = i;
            frame.time = i / 30.0;
            const FrameEstimate estimate = recovery.follow(frame);
            QCOMPARE(estimate.people.size(), 1u);
            QCOMPARE(estimate.people[0].id, 0);
        }
        QCOMPARE(detector_->numLooks, 1);
        recovery.follow(frame_);
        QCOMPARE(detector_->numLooks, 2);
        recovery.reset();
        QCOMPARE(recovery.follow(frame_).people.size(), 1u);
        QCOMPARE(detector_->numLooks, 3);
    }

    void runGoesOnAfterABrokenFrame() {
        NumberedSource source(6, 0, false, 2);
        std::vector<int> seen;
        std::vector<std::string> complaints;
        Recovery(body_, network_, detector_).run(source, {}, [&](auto estimate) { seen.push_back(estimate->frame.index); },
                                                 [&](const std::string& message) { complaints.push_back(message); });
        QCOMPARE(seen, (std::vector<int>{0, 1, 3, 4, 5}));
        QCOMPARE(complaints.size(), 1u);
    }

    void failuresOfAnyKindAreToldByName() {
        NumberedSource source(3, 0);
        QStringList complaints;
        int count = 0;
        detector_->failsAt = 1;
        Recovery(body_, network_, detector_).run(source, {}, [&](auto) { ++count; },
                                                 [&](const std::string& message) { complaints << QString::fromStdString(message); });
        QCOMPARE(count, 2);
        QCOMPARE(complaints.join(""), QString("numbered cannot be worked on: a library gave up"));
    }

    void whatTheCallerThrowsEndsTheRun() {
        NumberedSource source(1000, 30);
        int count = 0, numComplaints = 0;
        const auto run = [&] {
            Recovery(body_, network_, detector_).run(source, {}, [&](auto) {
                ++count;
                throw Error("the disk is full");
            }, [&](const std::string&) { ++numComplaints; });
        };
        QCOMPARE(errorText(run), QString("the disk is full"));
        QCOMPARE(count, 1);
        QCOMPARE(numComplaints, 0);
    }

    void runStopsWhenAsked() {
        NumberedSource source(1000000, 30);
        std::stop_source stop;
        int count = 0;
        Recovery(body_, network_, detector_).run(source, stop.get_token(), [&](auto) {
            if (++count == 3) stop.request_stop();
        });
        QCOMPARE(count, 3);
    }

    void liveSourceShowsTheNewestFrame() {
        // The source never waits, the network does: of thousands of frames only the newest are worked on, in order, and the
        // camera's end is reported.
        NumberedSource source(3000, 30, true, 2999);
        std::vector<int> seen;
        std::vector<std::string> complaints;
        Recovery(body_, network_, detector_).run(source, {}, [&](auto estimate) { seen.push_back(estimate->frame.index); },
                                                 [&](const std::string& message) { complaints.push_back(message); });
        QVERIFY(!seen.empty() && seen.size() < 2999);
        QVERIFY(std::is_sorted(seen.begin(), seen.end()));
        QCOMPARE(complaints.size(), 1u);
    }
};

HMR_TEST_CLASS(TestRecovery, "test_recovery")
#include "test_recovery.moc"
