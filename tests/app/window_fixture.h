// SPDX-License-Identifier: MIT
#pragma once
#include <QApplication>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <memory>

#include "app/look.h"
#include "app/main_window.h"
#include "app/picture_view.h"
#include "fake_engine.h"

namespace hmr::test {

/// A window on a fake engine with one picture open and its two people recovered; settings lie in a folder of the test's own.
class WindowFixture {
public:
    explicit WindowFixture(int milliseconds = 0) {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        QCoreApplication::setOrganizationName("hmr-studio-test");
        applyLook(*qApp);
        log->milliseconds = milliseconds;
        StudioOptions options;
        options.opensSample = false;
        options.autosaveFolder = folder.filePath("autosave");
        window = std::make_unique<MainWindow>(options, fakeLoader(log));
        view = window->findChild<PictureView*>("pictureView");
        window->resize(1200, 800);
        window->show();
        isShown = QTest::qWaitForWindowExposed(window.get());
        QApplication::setActiveWindow(window.get());  // a virtual display has no window manager to do it
    }

    /// Opens a picture and waits for its people.
    bool openPicture(const QString& name = "picture.png") {
        const QString file = writePicture(folder, name);
        window->open({file});
        return QTest::qWaitFor([&] { return isRecovered(file); }, 20000);
    }

    bool isRecovered(const QString& file) const {
        const FrameResult& frame = window->session().frame();
        return frame.isRecovered && frame.estimate->frame.name == file.toStdString();
    }

    /// Waits until the worker has nothing left to do.
    bool waitIdle() const {
        return QTest::qWaitFor([&] { return !window->recoveryJob().isBusy(); }, 20000);
    }

    Session& session() const { return window->session(); }
    template <typename T>
    T* child(const char* name) const { return window->findChild<T*>(name); }

    QPoint at(double x, double y) const { return view->widgetFromPicture({x, y}).toPoint(); }

    void drag(const QPoint& from, const QPoint& to) const {
        QTest::mousePress(view, Qt::LeftButton, {}, from);
        for (int i = 1; i <= 8; ++i) QTest::mouseMove(view, from + (to - from) * i / 8);
        QTest::mouseRelease(view, Qt::LeftButton, {}, to);
    }

    QTemporaryDir folder;
    std::shared_ptr<EngineLog> log = std::make_shared<EngineLog>();
    std::unique_ptr<MainWindow> window;
    PictureView* view = nullptr;
    bool isShown = false;
};

}  // namespace hmr::test
