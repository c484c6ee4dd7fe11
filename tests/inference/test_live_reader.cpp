// SPDX-License-Identifier: MIT
#include <QElapsedTimer>
#include <condition_variable>
#include <mutex>

#include "inference/live_reader.h"
#include "body/error.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

/// A camera whose pictures come when the test says so; it waits in between as a real one does.
class StagedCamera : public FrameSource {
public:
    void allow(int numFrames) {
        const std::lock_guard lock(mutex_);
        allowed_ = numFrames;
        changed_.notify_all();
    }
    void unplug() {
        const std::lock_guard lock(mutex_);
        isUnplugged_ = true;
        changed_.notify_all();
    }
    void waitUntilRead(int numFrames) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return asked_ > numFrames; });
    }

    std::optional<Frame> next() override {
        std::unique_lock lock(mutex_);
        ++asked_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return isUnplugged_ || read_ < allowed_; });
        if (isUnplugged_) throw Error("the camera was unplugged");
        Frame frame;
        frame.index = read_++;
        return frame;
    }
    std::string name() const override { return "staged"; }
    bool isLive() const override { return true; }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int allowed_ = 0, read_ = 0, asked_ = 0;
    bool isUnplugged_ = false;
};

}  // namespace

class TestLiveReader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void onlyTheNewestFrameIsGivenOut() {
        StagedCamera camera;
        LiveReader reader(camera);
        std::optional<Frame> frame;
        QVERIFY(reader.take(frame) == LiveReader::State::Waiting);
        camera.allow(10);
        camera.waitUntilRead(10);
        QVERIFY(reader.take(frame) == LiveReader::State::Frame);
        QCOMPARE(frame->index, 9);
        QVERIFY(reader.take(frame) == LiveReader::State::Waiting);
        camera.unplug();
    }

    void anUnpluggedCameraIsReportedOnce() {
        StagedCamera camera;
        LiveReader reader(camera);
        camera.unplug();
        std::optional<Frame> frame;
        bool hasThrown = false;
        for (int i = 0; i < 200 && !hasThrown; ++i) {
            try {
                reader.take(frame);
            } catch (const Error&) {
                hasThrown = true;
            }
        }
        QVERIFY(hasThrown);
        QVERIFY(reader.take(frame) == LiveReader::State::Ended);
    }

    void aSilentCameraIsNotWaitedForAtTheEnd() {
        const auto camera = std::make_shared<StagedCamera>();
        QElapsedTimer clock;
        {
            LiveReader reader(camera);
            camera->waitUntilRead(0);
            clock.start();
        }
        QVERIFY(clock.elapsed() < 2000);
        QCOMPARE(camera.use_count(), 2L);
        camera->unplug();
        QTRY_COMPARE(camera.use_count(), 1L);  // its thread lets it go
    }
};

HMR_TEST_CLASS(TestLiveReader, "test_live_reader")
#include "test_live_reader.moc"
