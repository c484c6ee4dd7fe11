// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <algorithm>
#include <opencv2/imgcodecs.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/resources.h"
#include "inference/person_detector.h"
#include "inference/person_tracker.h"
#include "network/hmr_network.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;

namespace {

bool allAreSeen(PersonTracker& tracker) {
    return std::ranges::all_of(tracker.tracks(), [&](PersonTracker::Track& track) { return tracker.see(track, true); });
}

}  // namespace

class TestPersonDetector : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void overlapIsIntersectionOverUnion() {
        QCOMPARE(intersectionOverUnion({0, 0, 2, 2}, {1, 0, 2, 2}), 2.0 / 6.0);
        QCOMPARE(intersectionOverUnion({0, 0, 2, 2}, {2, 0, 2, 2}), 0.0);
        QCOMPARE(intersectionOverUnion({0, 0, 2, 2}, {0, 0, 2, 2}), 1.0);
    }

    void suppressionKeepsTheMoreConfident() {
        const auto kept = suppressOverlaps({{{0, 0, 10, 10}, 0.5}, {{1, 1, 10, 10}, 0.9}, {{50, 0, 10, 10}, 0.2}}, 0.4);
        QCOMPARE(kept.size(), 2u);
        QCOMPARE(kept[0].confidence, 0.9);
        QCOMPARE(kept[1].confidence, 0.2);
    }

    void hogFindsNobodyInAnEmptyPicture() {
        const auto detector = makeDetector("hog");
        QVERIFY(detector->detect(cv::Mat(200, 300, CV_8UC3, cv::Scalar(90, 120, 90))).empty());
        QVERIFY(detector->detect(cv::Mat(16, 16, CV_8UC3, cv::Scalar(90, 120, 90))).empty());
    }

    void theShippedNetworkFindsThePersonOfASample() {
        const auto detector = makeDetector(kBuiltInDetector);
        QVERIFY(detector->detect(cv::Mat(200, 300, CV_8UC3, cv::Scalar(90, 120, 90))).empty());
        const auto found = detector->detect(cv::imread(resourcePath("samples/standing.jpg").string()));
        QCOMPARE(found.size(), 1u);
        QVERIFY2(intersectionOverUnion(found[0].box, {230, 72, 135, 356}) > 0.6, qPrintable(QString::number(found[0].box.height)));
    }

    void theShippedNetworkMayBeGivenAsAFile() {
        const cv::Mat picture = cv::imread(resourcePath("samples/standing.jpg").string());
        const auto shipped = makeDetector(kBuiltInDetector)->detect(picture);
        const auto found = makeDetector(resourcePath("weights/detector.safetensors").string())->detect(picture);
        QCOMPARE(found.size(), shipped.size());
        QVERIFY(found[0].box == shipped[0].box);
    }

    void everyLayoutOfYoloIsUnderstood_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"yolov5.onnx", "yolov5_two_classes.onnx", "yolov8.onnx", "yolov8_one_class.onnx"}) QTest::newRow(file) << file;
    }
    void everyLayoutOfYoloIsUnderstood() {
        QFETCH(QString, file);
        // The files answer for an input of 640 pixels, half this picture (tests/data/inference/make_onnx.py).
        const auto found = makeDetector(HMR_TEST_DATA "/inference/" + file.toStdString())->detect(cv::Mat(960, 1280, CV_8UC3, cv::Scalar::all(90)));
        QCOMPARE(found.size(), 2u);
        const Detection expected[] = {{{540, 280, 200, 400}, 0.81}, {{960, 640, 160, 320}, 0.42}};
        for (int i = 0; i < 2; ++i) {
            QVERIFY(std::abs(found[i].confidence - expected[i].confidence) < 1e-5);
            QVERIFY(intersectionOverUnion(found[i].box, expected[i].box) > 0.9999);
        }
    }

    void detectorsOfAnotherKindAreRefused() {
        QVERIFY(errorText([] { makeDetector(HMR_TEST_DATA "/inference/suppressed.onnx"); }).contains("export it without"));
        QVERIFY(errorText([] { makeDetector(resourcePath("weights/default.safetensors").string()); }).contains("no weights of a person detector"));
        QVERIFY(errorText([] { HmrNetwork::load(resourcePath("weights/detector.safetensors")); }).contains("this is a person detector, not body weights"));
    }

    void wholePictureIsOneBox() {
        const auto found = makeDetector("full")->detect(cv::Mat(20, 30, CV_8UC3));
        QCOMPARE(found.size(), 1u);
        QVERIFY(found[0].box == (PixelBox{0, 0, 30, 20}));
    }

    void unknownAndBrokenDetectorsAreErrors() {
        QVERIFY_EXCEPTION_THROWN(makeDetector("nobody"), Error);
        QVERIFY_EXCEPTION_THROWN(makeDetector("missing.onnx"), Error);
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "broken.onnx";
        writeWholeFile(file, "this is no network");
        QVERIFY_EXCEPTION_THROWN(makeDetector(file.string()), Error);
    }

    void trackerKeepsIdentities() {
        PersonTracker tracker(0.5, 4);
        tracker.confirm({{{0, 0, 100, 200}, 0.9}, {{300, 0, 100, 200}, 0.8}});
        QVERIFY(allAreSeen(tracker));
        QCOMPARE(tracker.tracks().size(), 2u);
        // Seen again in another order, a little aside.
        tracker.confirm({{{310, 0, 100, 200}, 0.9}, {{8, 0, 100, 200}, 0.7}});
        QCOMPARE(tracker.tracks().size(), 2u);
        QCOMPARE(tracker.tracks()[0].id, 0);
        QCOMPARE(tracker.tracks()[1].id, 1);
        QCOMPARE(tracker.tracks()[0].confidence, 0.7);
    }

    void trackerForgetsWhoIsNotSeenAndNeverReusesIds() {
        PersonTracker tracker(0.5, 4);
        tracker.confirm({{{0, 0, 100, 200}, 0.9}});
        QVERIFY(allAreSeen(tracker));
        for (int look = 0; look < 10; ++look) tracker.confirm({});
        QVERIFY(tracker.tracks().empty());
        tracker.confirm({{{0, 0, 100, 200}, 0.9}});
        QVERIFY(allAreSeen(tracker));
        QCOMPARE(tracker.tracks()[0].id, 1);
    }

    // Only who was seen gets an id; who is seen no more is kept for half a second.
    void trackerDropsWhomTheNetworkDoesNotSee() {
        PersonTracker tracker(0.5, 4);
        tracker.start({0, 0, 100, 200}, 0.9, true);
        QVERIFY(!tracker.see(tracker.tracks()[0], false));
        QCOMPARE(tracker.tracks()[0].id, -1);
        tracker.prune({true});
        tracker.start({0, 0, 100, 200}, 0.9, true);
        auto& track = tracker.tracks()[0];
        QVERIFY(tracker.see(track, true));
        QCOMPARE(track.id, 0);
        for (int frame = 0; frame < 15; ++frame) QVERIFY(tracker.see(track, false));
        QVERIFY(!tracker.see(track, false));
        QVERIFY(tracker.see(track, true));
        QCOMPARE(track.id, 0);
    }

    void assumedPersonYieldsToAFoundOne() {
        PersonTracker tracker(0.5, 4);
        tracker.start({0, 0, 640, 480}, 0, false);
        tracker.confirm({});
        QCOMPARE(tracker.tracks().size(), 1u);
        tracker.confirm({{{500, 300, 50, 100}, 0.9}});
        QCOMPARE(tracker.tracks().size(), 1u);
        QVERIFY(tracker.tracks()[0].isConfirmed);
    }

    void boxesMayNotJumpInSizeNorLeaveThePicture() {
        PersonTracker tracker(0.5, 4);
        tracker.start({100, 100, 50, 100}, 1, true);
        auto& track = tracker.tracks()[0];
        QVERIFY(PersonTracker::move(track, {0, 0, 200, 400}, 640, 480));
        QVERIFY(std::abs(track.box.longerSide() - 133) < 0.01);
        QVERIFY(!PersonTracker::move(track, {-300, 0, 100, 100}, 640, 480));
        QVERIFY(!PersonTracker::move(track, {100, 100, 2, 3}, 640, 480));
    }

    void twoTracksOnOnePersonBecomeOne() {
        PersonTracker tracker(0.5, 4);
        tracker.start({100, 100, 50, 100}, 1, true);
        tracker.start({102, 101, 50, 100}, 1, true);
        tracker.start({400, 100, 50, 100}, 1, true);
        QVERIFY(allAreSeen(tracker));
        tracker.prune({false, false, true});
        QCOMPARE(tracker.tracks().size(), 1u);
        QCOMPARE(tracker.tracks()[0].id, 0);
    }
};

HMR_TEST_CLASS(TestPersonDetector, "test_person_detector")
#include "test_person_detector.moc"
