// SPDX-License-Identifier: MIT
#include <QTemporaryDir>

#include "body/posing.h"
#include "formats/atomic_file.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/scenes/synthetic_video.h"
#include "training_data/acclaim_skeleton.h"

namespace hmr::test {

class TestSyntheticVideo : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path recording_;
    SyntheticAssets assets_;
    SyntheticVideoSettings settings_;

private Q_SLOTS:
    void initTestCase() {
        recording_ = folder_.filePath("07_01.amc").toStdString();
        writeWholeFile(folder_.filePath("07.asf").toStdString(), acclaimSkeletonText());
        writeWholeFile(recording_, acclaimMotionText(20, 4, 5));
        assets_ = loadSyntheticAssets();
        settings_ = {.width = 96, .height = 64, .framesPerSecond = 20, .seconds = 0.6, .recordedFramesPerSecond = 30};
    }

    void bearingPointsStayAndNothingSinks() {
        const BodyModel& body = *assets_.body->model;
        const std::vector<BodyParameters> motion = walkedMotion(body, recording_, settings_);
        QCOMPARE(motion.size(), std::size_t{12});
        for (std::size_t i = 0; i < motion.size(); ++i) {
            const Points3f now = poseBody(body, motion[i]).vertices;
            Eigen::Index lowest = 0;
            QVERIFY(std::abs(now.col(1).minCoeff(&lowest)) < 1e-4);
            if (i + 1 == motion.size()) break;
            const Points3f next = poseBody(body, motion[i + 1]).vertices;
            const Eigen::Vector3f slip = (next.row(lowest) - now.row(lowest)).transpose();
            QVERIFY(std::hypot(slip.x(), slip.z()) < 1e-4);
        }
    }

    void framesComeInOrderAndRepeat() {
        std::vector<Picture> first, second;
        drawSyntheticVideo(assets_, recording_, settings_, [&](const Picture& picture) { first.push_back(picture); });
        drawSyntheticVideo(assets_, recording_, settings_, [&](const Picture& picture) { second.push_back(picture); });
        QCOMPARE(first.size(), std::size_t{12});
        QCOMPARE(first[3].width, 96);
        for (std::size_t i = 0; i < first.size(); ++i) QVERIFY(first[i].pixels == second[i].pixels);
        QVERIFY(first.front().pixels != first.back().pixels);
    }

    void shortRecordingsAreRefused() {
        settings_.seconds = 9;
        QVERIFY(errorText([&] { walkedMotion(*assets_.body->model, recording_, settings_); }).contains("usable seconds"));
    }
};

HMR_TEST_CLASS(TestSyntheticVideo, "test_synthetic_video")

}  // namespace hmr::test

#include "test_synthetic_video.moc"
