// SPDX-License-Identifier: MIT
#include <QProcess>
#include <thread>

#include "body/error.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"
#include "scenes.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

class TestWindowlessContext : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void describesTheDriver() {
        try {
            const WindowlessContext context;
            const std::string description = context.description();
            QVERIFY2(description.find("Core Profile") != std::string::npos, description.c_str());
        } catch (const Error& error) {
            QFAIL(error.what());
        }
    }

    void namesThePackageWhenThereIsNoDriver() {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json");
        process.setProcessEnvironment(environment);
        process.start(QCoreApplication::applicationFilePath(), {"test_windowless_context", "describesTheDriver"});
        QVERIFY(process.waitForFinished(60000));
        const QByteArray output = process.readAllStandardOutput();
        QVERIFY(process.exitCode() != 0);
        QVERIFY2(output.contains("libgl1-mesa-dri"), output.constData());
    }

    void rendererWithoutContextSaysSo() {
        std::thread([] {  // a thread of its own has no context
            QVERIFY_EXCEPTION_THROWN(SceneRenderer(), Error);
        })
            .join();
    }

    void threadsDrawTheSameWithTheirOwnContexts() {
        std::vector<Picture> pictures(3);
        std::vector<std::thread> threads;
        for (Picture& picture : pictures)
            threads.emplace_back([&picture] {
                const WindowlessContext context;
                SceneRenderer renderer;
                for (int i = 0; i < 20; ++i)
                    picture = renderer.drawPicture(sceneOf(48, {rectangle({0.1f, 0, 1}, 1, 1.3f, {0.2f, 0.5f, 0.9f})}));
            });
        for (std::thread& thread : threads) thread.join();
        QVERIFY(numDrawnPixels(pictures[0]) > 500);
        QCOMPARE(pictures[1].pixels, pictures[0].pixels);
        QCOMPARE(pictures[2].pixels, pictures[0].pixels);
    }

    void contextsFollowEachOtherOnOneThread() {
        for (int i = 0; i < 3; ++i) {
            const WindowlessContext context;
            SceneRenderer renderer;
            QVERIFY(numDrawnPixels(renderer.drawPicture(sceneOf(16, {rectangle({0, 0, 1}, 1, 1, {1, 1, 1})}))) > 0);
        }
    }
};

HMR_TEST_CLASS(TestWindowlessContext, "test_windowless_context")
#include "test_windowless_context.moc"
