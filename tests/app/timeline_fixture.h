// SPDX-License-Identifier: MIT
#pragma once
#include <QAbstractButton>
#include <QAction>
#include <opencv2/videoio.hpp>

#include "app/motion/motion_desk.h"
#include "app/motion/track_view.h"
#include "support/walking_take.h"
#include "window_fixture.h"

namespace hmr::test {

/// A window with what there is to the timeline: a short video to record, and motion without a video.
class TimelineFixture : public WindowFixture {
public:
    static constexpr int kFrames = 14;  ///< of the video

    using WindowFixture::WindowFixture;

    TakeEditor& editor() const { return window->motion().editor(); }
    TrackView* tracks() const { return static_cast<TrackView*>(child<QWidget>("trackView")); }
    /// In the track view; row −1 is the ruler.
    QPoint place(double frame, int row) const {
        return QPointF(tracks()->xOfFrame(frame + 0.5), row < 0 ? 8 : tracks()->rowRect(row).center().y()).toPoint();
    }
    void click(const char* button) const {
        auto* found = child<QAbstractButton>(button);
        QVERIFY2(found && found->isEnabled(), button);
        QTest::mouseClick(found, Qt::LeftButton);
    }

    QString writeVideo() const {
        const QString file = folder.filePath("走路 clip.avi");
        cv::VideoWriter writer(file.toStdString(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {400, 300});
        for (int i = 0; i < kFrames; ++i) writer.write(cv::Mat(300, 400, CV_8UC3, cv::Scalar::all(10 * i)));
        return file;
    }
    bool openVideo() const {
        const QString file = writeVideo();
        window->open({file});
        return QTest::qWaitFor([&] { return isRecovered(file); }, 20000);
    }
    /// A take recorded from the video, which is opened first, through the window's own button; anew where there is one.
    bool record() const {
        if (!editor().hasTake() && !openVideo()) return false;
        const int before = session().undoStack().index();
        child<QAction>("recordTake")->trigger();
        return QTest::qWaitFor([&] { return session().undoStack().index() > before; }, 20000) && waitIdle() && editor().hasTake();
    }
    /// Motion without a video, of the length wanted.
    void showWalk(int numPeople, int numFrames) const {
        editor().setTake(walkingTake(numPeople, numFrames, {20, 24}), {}, "walk");
        QCoreApplication::processEvents();
    }
};

}  // namespace hmr::test
