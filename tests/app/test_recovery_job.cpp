// SPDX-License-Identifier: MIT
#include <QSignalSpy>
#include <opencv2/videoio.hpp>

#include "app/work/recovery_job.h"
#include "body/error.h"
#include "fake_engine.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

class TestRecoveryJob : public QObject {
    Q_OBJECT

    struct Received {
        std::vector<FrameResult> frames;
        QStringList failures;
        bool hasModels = false, isPlaying = false;
        SourceInfo source;
    };

    static void listen(RecoveryJob& job, Received& received) {
        connect(&job, &RecoveryJob::frameReady, &job, [&](const FrameResult& result) { received.frames.push_back(result); });
        connect(&job, &RecoveryJob::failed, &job, [&](const QString& message) { received.failures << message; });
        connect(&job, &RecoveryJob::modelsLoaded, &job, [&] { received.hasModels = true; });
        connect(&job, &RecoveryJob::sourceOpened, &job, [&](const SourceInfo& info) { received.source = info; });
        connect(&job, &RecoveryJob::playingChanged, &job, [&](bool isPlaying) { received.isPlaying = isPlaying; });
    }

    static bool recovered(const Received& received, const QString& file) {
        return !received.frames.empty() && received.frames.back().isRecovered &&
               received.frames.back().estimate->frame.name == file.toStdString();
    }

    static QString writeVideo(const QTemporaryDir& folder, int numFrames) {
        const QString file = folder.filePath("video.avi");
        cv::VideoWriter writer(file.toStdString(), cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, {160, 120});
        for (int i = 0; i < numFrames; ++i) writer.write(cv::Mat(120, 160, CV_8UC3, cv::Scalar(4 * i, 90, 90)));
        return file;
    }

private Q_SLOTS:
    void aPictureComesBeforeItsPeople() {
        QTemporaryDir folder;
        const QString file = writePicture(folder, "a.png");
        RecoveryJob job(fakeLoader());
        Received received;
        listen(job, received);
        job.open(file);
        QTRY_VERIFY(!received.frames.empty());
        QVERIFY(!received.frames.front().isRecovered);
        QVERIFY(received.frames.front().shown->width == 400);
        job.loadModels({});
        QTRY_VERIFY(recovered(received, file));
        QVERIFY(received.hasModels);
        QCOMPARE(received.frames.back().estimate->people.size(), std::size_t(2));
        QTRY_VERIFY(!job.isBusy());
    }

    void theLatestBoxesWin() {
        QTemporaryDir folder;
        const QString file = writePicture(folder, "a.png");
        auto log = std::make_shared<EngineLog>();
        RecoveryJob job(fakeLoader(log));
        Received received;
        listen(job, received);
        job.loadModels({});
        job.open(file);
        QTRY_VERIFY(recovered(received, file));
        log->gate.close();
        const int before = log->numRuns;
        for (int i = 1; i <= 40; ++i) job.recoverBoxes({{3, {double(i), 10, 100, 200}}});
        log->gate.open();
        QTRY_VERIFY(!job.isBusy());
        QVERIFY2(log->numRuns - before <= 3, qPrintable(QString::number(log->numRuns - before)));
        const auto& people = received.frames.back().estimate->people;
        QCOMPARE(people.size(), std::size_t(1));
        QCOMPARE(people[0].id, 3);
        QCOMPARE(people[0].box.x, 40.0);
    }

    void staleResultsAreDropped() {
        QTemporaryDir folder;
        const QString slow = writePicture(folder, "slow.png"), next = writePicture(folder, "next.png");
        auto log = std::make_shared<EngineLog>();
        log->gate.close();
        RecoveryJob job(fakeLoader(log));
        Received received;
        listen(job, received);
        job.loadModels({});
        job.open(slow);
        QTRY_VERIFY(log->numRuns >= 1);  // the slow picture's people are being recovered now
        job.open(next);
        received.frames.clear();
        log->gate.open();
        QTRY_VERIFY(recovered(received, next));
        for (const FrameResult& frame : received.frames) QCOMPARE(frame.estimate->frame.name, next.toStdString());
    }

    void failuresArriveAsMessagesAndTheOldSourceStays() {
        QTemporaryDir folder;
        const QString file = writePicture(folder, "a.png");
        RecoveryJob job(fakeLoader());
        Received received;
        listen(job, received);
        job.loadModels({});
        job.open(file);
        QTRY_VERIFY(recovered(received, file));
        job.open(folder.filePath("missing.png"));
        QTRY_COMPARE(received.failures.size(), 1);
        QVERIFY(received.failures[0].contains("missing.png"));
        job.recoverBoxes({{0, {10, 10, 60, 100}}});
        QTRY_COMPARE(received.frames.back().estimate->people.size(), std::size_t(1));
    }

    void aLoaderThatFailsSaysSo() {
        RecoveryJob job([](const ModelSettings&) -> LoadedModels { throw Error("the body file is broken"); });
        Received received;
        listen(job, received);
        job.loadModels({});
        QTRY_COMPARE(received.failures, QStringList("the body file is broken"));
    }

    void destructionDuringWorkStops() {
        QTemporaryDir folder;
        const QString file = writePicture(folder, "a.png");
        auto log = std::make_shared<EngineLog>();
        log->gate.close();
        {
            RecoveryJob job(fakeLoader(log));
            job.loadModels({});
            job.open(file);
            for (int i = 0; i < 20; ++i) job.recoverBoxes({{0, {double(i), 0, 50, 50}}});
            QTRY_VERIFY(log->numRuns >= 1);
            log->gate.open();
        }
        QVERIFY(log->numRuns <= 2);
    }

    void videosPlayStepAndSeek() {
        QTemporaryDir folder;
        const QString file = writeVideo(folder, 50);
        RecoveryJob job(fakeLoader());
        Received received;
        listen(job, received);
        job.loadModels({});
        job.open(file);
        QTRY_VERIFY(!received.frames.empty() && received.frames.back().isRecovered);
        QVERIFY(received.source.isVideo);
        QCOMPARE(received.source.numFrames, 50);
        QCOMPARE(received.frames.back().estimate->frame.index, 0);
        job.goTo(1);
        QTRY_COMPARE(received.frames.back().estimate->frame.index, 1);
        job.goTo(30);
        QTRY_COMPARE(received.frames.back().estimate->frame.index, 30);
        QTRY_VERIFY(received.frames.back().isRecovered);
        const int id = received.frames.back().estimate->people.front().id;
        job.setPlaying(true);
        QTRY_VERIFY(received.isPlaying);
        QTRY_COMPARE(received.frames.back().estimate->frame.index, 49);
        QTRY_VERIFY(!received.isPlaying);  // the end halts it
        QCOMPARE(received.frames.back().estimate->people.front().id, id);
        job.setPlaying(true);  // and playing again begins anew
        QTRY_VERIFY(received.frames.back().estimate->frame.index < 40);
        job.setPlaying(false);
        QTRY_VERIFY(!job.isBusy());
        job.goTo(5);
        QTRY_COMPARE(received.frames.back().estimate->frame.index, 5);
    }

    void playingHalts() {
        QTemporaryDir folder;
        const QString file = writeVideo(folder, 50);
        RecoveryJob job(fakeLoader());
        Received received;
        listen(job, received);
        job.loadModels({});
        job.open(file);
        QTRY_VERIFY(!received.frames.empty() && received.frames.back().isRecovered);
        job.setPlaying(true);
        QTRY_VERIFY(received.frames.back().estimate->frame.index >= 2);
        job.setPlaying(false);
        QTRY_VERIFY(!received.isPlaying);
        QTRY_VERIFY(!job.isBusy());
        QVERIFY(received.frames.back().estimate->frame.index < 45);
    }
};

HMR_TEST_CLASS(TestRecoveryJob, "test_recovery_job")
#include "test_recovery_job.moc"
